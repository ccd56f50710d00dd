/**
 * What the operator does to a call that is going on: says something, hangs up, puts the caller through. Each is taken down at
 * once (202) and done as soon as it is polite; how it went stands in the call's journal.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { z } from 'zod'
import type { CallHandle } from '../calls.ts'
import type { ApiParts } from './api.ts'
import { routeSchema } from './route-schema.ts'
import * as shapes from './shapes.ts'

type Acting<Body extends z.ZodType> = { Params: z.output<typeof shapes.callParams>; Body: z.output<Body> }

const response = { 202: shapes.taken, 400: shapes.failure, 403: shapes.failure, 404: shapes.failure, 409: shapes.failure }
const TAKEN = { taken: true }
const params = shapes.callParams

export function addActing(server: FastifyInstance, { calls, mayTransfer }: ApiParts): void {
  const say = {
    summary: 'Say these words as soon as nobody else is speaking',
    tag: 'Calls',
    params,
    body: shapes.sayBody,
    response,
  }
  server.post<Acting<typeof shapes.sayBody>>(
    '/api/calls/:id/say',
    { schema: routeSchema(say) },
    async ({ params, body }, reply) => {
      const call = calls.find(params.id)
      if (!call?.say) return missing(reply, params.id)
      if (call.say(body.text.trim())) return reply.code(202).send(TAKEN)
      return reply.code(409).send({ error: 'too much is waiting to be said on this call: let it speak first' })
    },
  )

  const hangUp = { summary: 'End the call, at once or after a goodbye', tag: 'Calls', params, body: shapes.hangUpBody, response }
  server.post<Acting<typeof shapes.hangUpBody>>(
    '/api/calls/:id/hangup',
    { schema: routeSchema(hangUp) },
    async ({ params, body }, reply) => {
      const call = calls.find(params.id)
      if (!call?.hangUp || !call.leave) return missing(reply, params.id)
      if (body?.goodbye) call.leave('operator')
      else call.hangUp()
      return reply.code(202).send(TAKEN)
    },
  )

  const transfer = {
    summary: 'Put the caller through to TRANSFER_NUMBER',
    tag: 'Calls',
    params,
    body: shapes.transferBody,
    response,
  }
  server.post<Acting<typeof shapes.transferBody>>(
    '/api/calls/:id/transfer',
    { schema: routeSchema(transfer) },
    async ({ params, body }, reply) => {
      const call = calls.find(params.id)
      if (!call?.transfer) return missing(reply, params.id)
      if (!mayTransfer)
        return reply.code(409).send({ error: 'there is nobody to put the caller through to: set TRANSFER_NUMBER' })
      call.transfer(body?.brief ?? 'The operator puts this call through.')
      return reply.code(202).send(TAKEN)
    },
  )
}

const missing = (reply: FastifyReply, id: string): FastifyReply =>
  reply.code(404).send({ error: `no call ${id} is going on in this process` })

/** The calls going on, as far as the operator acts on them. */
export type ActedOn = { find(callSid: string): CallHandle | null }
