/**
 * The HTTP and WebSocket routes, their limits, and the orderly end. Who may ask for what is decided here, by way of the gates in
 * twilio/signature.ts and operator.ts; what a call is, elsewhere. Requests are not logged one by one: rings, streams and
 * refusals are.
 */
import formbody from '@fastify/formbody'
import websocket from '@fastify/websocket'
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { z } from 'zod'
import type { Calls } from './calls.ts'
import { addPages } from './console-pages.ts'
import { sendEvents, type Follow } from './event-stream.ts'
import type { Log } from './log.ts'
import { cookieFor, isToken, openOperatorGate } from './operator.ts'
import type { Clock } from './ports.ts'
import { limitRequests, type CountRequest, type Group } from './rate-limits.ts'
import type { Secret } from './secret.ts'
import { beginTalk, isTalk, whyNotSameOrigin, whyNotTalk, type TalkBegun, type TalkParts } from './talk.ts'
import type { Gate } from './twilio/signature.ts'
import { FIRST_LEG, type Tickets } from './twilio/ticket.ts'
import { attachStream } from './twilio/stream.ts'
import type { Twiml } from './twilio/twiml.ts'
import { CALLBACK_PATHS, takeAnsweredBy, takeStatus, takeStreamStatus, type VoicemailPlan } from './twilio/callbacks.ts'
import { AFTER_STREAM_PATH, MEDIA_PATH } from './twilio/connect.ts'
import { AFTER_DIAL_PATH, WHISPER_PATH, whisper, type Transfer } from './twilio/hand-over.ts'
import { afterDial, afterStream, type FindLastLeg } from './twilio/switchboard.ts'
import { answerPhone, type Asked } from './twilio/voice.ts'
import { Voicemails } from './twilio/voicemails.ts'

export type ServerParts = {
  readonly calls: Calls
  readonly clock: Clock
  readonly log: Log
  readonly twiml: Twiml
  readonly gate: Gate
  readonly tickets: Tickets
  readonly newCallSid: TalkParts['newCallSid']
  readonly publicUrl: string | null
  /** Lets the owner's programs and pages in from other machines. */
  readonly apiToken: Secret | null
  readonly voicemail: VoicemailPlan
  /** How a call stood when its stream closed. */
  readonly findLastLeg: FindLastLeg
  /** Where callers go when all lines are busy; null: they are told so. */
  readonly overflowNumber: string | null
  /** Whom callers are put through to, and how; null: there is nobody. */
  readonly transfer: Transfer | null
  /** Adds routes that only the owner may use: each is to have `onlyOperator` as its preHandler. */
  readonly addOwnRoutes?: (server: FastifyInstance, onlyOperator: OnlyOperator) => Promise<void>
  /** How many calls there may be at once; there may be a few more streams, while some begin and others end. */
  readonly maxCalls: number
  /** How long calls may go on once the server closes. */
  readonly drainMs: number
  /** What else `GET /health` says: the version, and which recogniser, brain and voice answer. Seen by anybody; no secrets. */
  readonly about: () => Readonly<Record<string, unknown>>
  readonly follow: Follow
  /** The folder with the built page; null: there is none, which the page's addresses then say. */
  readonly pagesDir?: string | null
}

/** Lets the owner pass, counts the request, and refuses everybody else. */
export type OnlyOperator = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>

/** Twilio's forms have some thirty short fields. */
const MAX_BODY_BYTES = 32 * 1024
/** Six seconds of audio in one message; Twilio sends 20 ms. A longer message closes the stream (1009). */
const MAX_MESSAGE_BYTES = 64 * 1024
/** How long a socket that we close waits for the other end to agree. */
const CLOSE_TIMEOUT_MS = 5_000
/** Twilio sends a message in one fragment. */
const MAX_FRAGMENTS = 16
/** Streams that have not begun or not quite ended, beside those of the calls going on. */
const SPARE_STREAMS = 50
/** Connections of any kind beside those of the streams: browsers, watchers, webhooks, and whoever only holds them open. */
const SPARE_CONNECTIONS = 2_000
/** Twilio sends a request at once and waits 15 s for the answer; who sends it byte by byte holds a connection no longer. */
const HEADERS_WITHIN_MS = 5_000
const REQUEST_WITHIN_MS = 10_000
const IDLE_CONNECTION_MS = 15_000
const CHECK_CONNECTIONS_EVERY_MS = 1_000
const MAX_HEADER_BYTES = 8 * 1024
const MAX_HEADERS = 64

/**
 * The server, ready to listen. To stop well, drain the calls first and close then: while calls are only drained, new callers
 * hear that the lines are busy, whereas a closing server answers nothing. `close()` alone drains too, but in that ruder way.
 */
export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = parts.log
  const server = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_WITHIN_MS,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    http: {
      headersTimeout: HEADERS_WITHIN_MS,
      connectionsCheckingInterval: CHECK_CONNECTIONS_EVERY_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    // Fastify gives up on whatever takes longer than this at start or, as here, before closing.
    pluginTimeout: parts.drainMs + 30_000,
    // Watchers and idle connections would keep a closed server alive; calls have ended by then.
    forceCloseConnections: true,
  })
  const maxStreams = parts.maxCalls + SPARE_STREAMS
  server.server.maxConnections = maxStreams + SPARE_CONNECTIONS
  server.server.maxHeadersCount = MAX_HEADERS
  const admit = admission(await limitRequests(server), parts.log)
  addAnswers(server, parts, admit)
  await server.register(formbody)
  await server.register(websocket, { options: socketLimits, preClose: () => letCallsEnd(server, parts) })
  addTwilioRoutes(server, parts, admit, () => server.websocketServer.clients.size < maxStreams)
  await addOwnRoutes(server, parts, admit)
  await addPages(server, {
    folder: parts.pagesDir ?? null,
    admit: (request, reply) => admit(request, reply, 'page', null),
  })
  return server
}

const socketLimits = {
  maxPayload: MAX_MESSAGE_BYTES,
  maxFragments: MAX_FRAGMENTS,
  perMessageDeflate: false,
  closeTimeout: CLOSE_TIMEOUT_MS,
}

/** Refuses a request, for this reason or because of too many; null if it may pass, counted with its group. */
type Admit = (request: FastifyRequest, reply: FastifyReply, group: Group, why: string | null) => Promise<FastifyReply | null>

const admission = (count: CountRequest, log: Log): Admit =>
  async function admit(request, reply, group, why) {
    const retryAfterSeconds = await count(request, why === null ? group : 'stranger')
    if (retryAfterSeconds !== null) {
      return reply.code(429).header('retry-after', retryAfterSeconds).send({ error: 'too many requests' })
    }
    if (why === null) return null
    // The reason goes to the log alone: it would help an intruder more than Twilio.
    log.warn({ url: request.url, why }, 'refused a request')
    return reply.code(403).send({ error: 'forbidden; the log says why' })
  }

function addTwilioRoutes(server: FastifyInstance, parts: ServerParts, admit: Admit, hasRoom: () => boolean): void {
  const onlyTwilio = async (request: FastifyRequest, reply: FastifyReply) =>
    (await admit(request, reply, 'twilio', parts.gate(request, 'webhook'))) ?? undefined
  const onlyStreams = async (request: FastifyRequest<OfCall>, reply: FastifyReply) => {
    const { headers, params } = request
    const why = isTalk(headers) ? whyNotTalk(parts.tickets, params.callSid, headers) : parts.gate(request, 'stream')
    const refusal = await admit(request, reply, 'twilio', why)
    if (refusal !== null) return refusal
    if (!hasRoom()) return reply.code(503).send({ error: 'there are too many streams already' })
  }

  server.post('/twilio/voice', { preHandler: onlyTwilio }, async (request, reply) => {
    return sendTwiml(reply, answerPhone(parts, askedBy(request, parts)))
  })

  const callbackParts = { ...parts, voicemails: new Voicemails() }
  const takers = [
    [CALLBACK_PATHS.status, takeStatus],
    [CALLBACK_PATHS.streamStatus, takeStreamStatus],
    [CALLBACK_PATHS.amd, takeAnsweredBy],
  ] as const
  for (const [url, take] of takers) {
    server.post(url, { preHandler: onlyTwilio }, async (request, reply) =>
      take(callbackParts, request.body) ? reply.code(204).send() : reply.code(400).send(NO_CALL),
    )
  }
  server.post(AFTER_STREAM_PATH, { preHandler: onlyTwilio }, async (request, reply) =>
    sendTwiml(reply, await afterStream(callbackParts, askedBy(request, parts))),
  )
  server.post(AFTER_DIAL_PATH, { preHandler: onlyTwilio }, async (request, reply) =>
    sendTwiml(reply, await afterDial(callbackParts, askedBy(request, parts))),
  )
  server.post(WHISPER_PATH, { preHandler: onlyTwilio }, async (request, reply) => sendTwiml(reply, await whisper(parts, request)))

  server.route<OfCall>({
    method: 'GET',
    url: `${MEDIA_PATH}/:callSid(^CA[0-9a-fA-F]{32}$)`,
    preValidation: onlyStreams,
    handler: async (_, reply) => reply.code(426).send({ error: 'only WebSockets are answered here' }),
    // The ticket of a talk has let its socket in and was used up by that; Twilio's comes with the stream's first message.
    wsHandler: (socket, request) =>
      attachStream(socket, request.params.callSid, isTalk(request.headers) ? { ...parts, tickets: NO_MORE_TICKETS } : parts),
  })
}

const NO_MORE_TICKETS: Pick<Tickets, 'redeem'> = { redeem: () => FIRST_LEG }

const askedBy = ({ body, query, headers }: FastifyRequest, { publicUrl }: ServerParts): Asked => ({
  body,
  query,
  // The host is used only when there is no public address, so only by this machine.
  baseUrl: publicUrl ?? `http://${headers.host ?? ''}`,
})

const NO_CALL = { error: 'this is not about a call: CallSid or another field is missing or malformed' }

const sendTwiml = (reply: FastifyReply, twiml: string | null): FastifyReply =>
  twiml === null ? reply.code(400).send(NO_CALL) : reply.type('text/xml').send(twiml)

async function addOwnRoutes(server: FastifyInstance, parts: ServerParts, admit: Admit): Promise<void> {
  const whyNotOperator = openOperatorGate(parts.apiToken)
  const onlyOperator: OnlyOperator = async (request, reply) =>
    (await admit(request, reply, 'operator', whyNotOperator(request))) ?? undefined
  await parts.addOwnRoutes?.(server, onlyOperator)

  server.get('/health', async (request, reply) => {
    if ((await admit(request, reply, 'health', null)) !== null) return reply
    // A load balancer sends its callers elsewhere while calls end here, and need not while the lines are only busy.
    const ok = !parts.calls.draining
    return reply.code(ok ? 200 : 503).send({ ok, ...admissionOf(parts.calls), ...parts.about() })
  })

  server.post('/api/session', async (request, reply) => {
    const { token } = sessionBody.parse(request.body ?? {})
    const isRight = parts.apiToken !== null && isToken(token, parts.apiToken)
    if ((await admit(request, reply, 'operator', isRight ? null : 'its API token is wrong')) !== null) return reply
    return reply.code(204).header('set-cookie', cookieFor(parts.apiToken!)).send()
  })

  server.post('/api/talk', async (request, reply) => {
    const why = whyNotOperator(request) ?? whyNotSameOrigin(request.headers)
    if ((await admit(request, reply, 'operator', why)) !== null) return reply
    return sendTalk(reply, beginTalk(parts, request.headers))
  })

  server.get<OfCall>('/api/calls/:callSid/events', { preHandler: onlyOperator }, async (request, reply) => {
    if (sendEvents(parts.follow, request.params.callSid, reply.raw)) return reply.hijack()
    return reply.code(404).send({ error: 'there is no such call' })
  })
}

function sendTalk(reply: FastifyReply, begun: TalkBegun | 'busy' | 'broken'): FastifyReply {
  if (begun === 'busy') return reply.code(503).send({ error: 'all lines are busy; try again in a moment' })
  if (begun === 'broken') return reply.code(500).send({ error: 'the call could not be made; the log says why' })
  return reply.code(201).header('cache-control', 'no-store').send(begun)
}

/** Which service is short is for everybody who asks; why, is in the log alone. */
const admissionOf = ({ admission, exhausted, count }: Calls) => ({
  admission,
  calls: count,
  ...(exhausted.length > 0 && { exhausted: exhausted.map(({ service }) => service) }),
})

type OfCall = { Params: { callSid: string } }

const sessionBody = z.object({ token: z.string().max(256).catch('') })

/**
 * What every answer has. A route that answers with a page says itself what that may load; of others nothing may be run.
 * https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
 */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const

/** Browsers that have come by TLS once shall not try without it for a year. */
const ONLY_BY_TLS = ['strict-transport-security', 'max-age=31536000'] as const

/** The headers, and what is answered when something is wrong: JSON, never a stack trace. */
function addAnswers(server: FastifyInstance, { publicUrl }: ServerParts, admit: Admit): void {
  const headers = [...Object.entries(HEADERS), ...(publicUrl === null ? [] : [ONLY_BY_TLS])]
  // On the raw answer, since server-sent events do without the rest of Fastify.
  server.addHook('onRequest', async (_, reply) => {
    for (const [name, value] of headers) reply.raw.setHeader(name, value)
  })
  server.setNotFoundHandler(async (request, reply) => {
    if ((await admit(request, reply, 'stranger', null)) !== null) return reply
    return reply.code(404).send({ error: `there is nothing at ${request.method} ${request.url}` })
  })
  server.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return reply.code(status).send({ error: error.message })
    request.log.error({ err: error, url: request.url }, 'a request failed')
    return reply.code(500).send({ error: 'something went wrong here' })
  })
}

async function letCallsEnd(server: FastifyInstance, parts: ServerParts): Promise<void> {
  await parts.calls.drain(parts.drainMs)
  for (const socket of server.websocketServer.clients) socket.close(1001, 'the server stops')
  await new Promise<void>(resolve => {
    server.websocketServer.close(() => resolve())
  })
}
