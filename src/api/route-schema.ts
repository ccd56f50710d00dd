/** Makes of zod schemas what Fastify checks requests by and what the description shows. */
import type { FastifySchema } from 'fastify'
import { z } from 'zod'

export type RouteShapes = {
  readonly summary: string
  readonly tag: string
  readonly params?: z.ZodType
  readonly querystring?: z.ZodType
  readonly body?: z.ZodType
  /** By status. */
  readonly response: Readonly<Record<number, z.ZodType>>
}

export function routeSchema({ summary, tag, response, ...taken }: RouteShapes): FastifySchema {
  const given = Object.entries(response).map(([status, shape]) => [status, jsonSchema(shape, 'output')] as const)
  const checked = Object.entries(taken).map(([part, shape]) => [part, jsonSchema(shape, 'input')] as const)
  return { summary, tags: [tag], ...Object.fromEntries(checked), response: Object.fromEntries(given) }
}

/** In the draft that Fastify's validator knows; it takes the draft for granted and wants it unnamed. */
function jsonSchema(shape: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { target: 'draft-7', io })
  return schema
}
