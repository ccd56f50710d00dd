/** The route that sums many calls up. */
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { overviewOf } from '../store/overview.ts'
import type { ApiParts } from './api.ts'
import { routeSchema } from './route-schema.ts'
import * as shapes from './shapes.ts'

export function addOverview(server: FastifyInstance, { store }: ApiParts): void {
  const schema = routeSchema({
    summary: 'How the assistant did: reply gaps, stages, drafts, outcomes and costs of all calls since a time',
    tag: 'Status',
    querystring: shapes.overviewQuery,
    response: { 200: shapes.overview, 400: shapes.failure, 403: shapes.failure },
  })
  server.get<{ Querystring: z.output<typeof shapes.overviewQuery> }>('/api/overview', { schema }, async ({ query }) =>
    overviewOf(store.database, shapes.comparable(query.since), query.per),
  )
}
