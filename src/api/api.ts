/**
 * The interface for the owner's programs and pages: conversations with their turns, certificates, costs and recordings, calls
 * going on, people, feedback. Described at /docs. Who may ask is decided by whoever registers it; what is asked, by shapes.ts.
 */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { mayPass } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { addActing, type ActedOn } from './acting.ts'
import { addCallRoutes } from './calls.ts'
import { addConversationRoutes } from './conversations.ts'
import { addOverview } from './overview.ts'
import type { Stage } from './streaming.ts'

export type ApiParts = {
  readonly store: Store
  readonly calls: ActedOn
  /** Whether there is somebody to put callers through to. */
  readonly mayTransfer: boolean
  /** Refuses whoever may not ask, by sending an answer and giving it; gives nothing to whoever may. */
  readonly onlyOperator: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>
  readonly stages: () => readonly Stage[]
  /** The time of day, ISO 8601 in UTC. */
  readonly wallTime: () => string
  /** A new uuid. */
  readonly newId: () => string
  readonly version: string
}

/** A body of this interface is a few short fields and at most 2,000 characters of text. */
const MAX_BODY_BYTES = 16 * 1024

/** To be registered before the server listens: `await server.register(addApi, parts)`. */
export async function addApi(server: FastifyInstance, parts: ApiParts): Promise<void> {
  server.addHook('onRequest', parts.onlyOperator)
  server.addHook('onRoute', route => {
    route.bodyLimit ??= MAX_BODY_BYTES
  })
  // Answers are made by us and given as they are; their schemas are for the description.
  server.setSerializerCompiler(() => data => JSON.stringify(data))
  server.setErrorHandler<FastifyError>(tellFailure)
  await server.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Halfsecond', version: parts.version } } })
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    // Its default would have a browser ask this machine by TLS, which it does not speak.
    transformStaticCSP: header => header.replace('upgrade-insecure-requests;', ''),
  })
  addConversationRoutes(server, parts)
  addCallRoutes(server, parts)
  addActing(server, parts)
  addOverview(server, parts)
}

/** What is wrong with the database is told as such; everything else as the server tells it. */
function tellFailure(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.statusCode !== undefined || !isOfDatabase(error)) throw error
  request.log.error({ err: error, url: request.url }, 'the database failed')
  return mayPass(error)
    ? reply.code(503).header('retry-after', 5).send({ error: 'the database cannot be reached at the moment' })
    : reply.code(500).send({ error: 'the database failed; the log says why' })
}

/** Errors of SQLite's thread and of pg bear their kind. */
const isOfDatabase = (error: Error): boolean => mayPass(error) || error.name === 'SqliteError' || 'severity' in error
