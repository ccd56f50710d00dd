/** `GET /metrics`, for the operator's Prometheus; who that is is decided by whoever registers it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Metrics } from './metrics.ts'

export type MetricsRouteParts = {
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>
  /** Refuses whoever may not ask, by sending an answer and giving it; gives nothing to whoever may. */
  readonly onlyOperator: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>
}

export function addMetrics(server: FastifyInstance, { metrics, onlyOperator }: MetricsRouteParts): void {
  server.get('/metrics', { preHandler: onlyOperator }, async (_, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  )
}
