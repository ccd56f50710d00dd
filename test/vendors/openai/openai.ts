/**
 * OpenAI on this machine: the two corners of its API that a phone call uses (chat completions, model facts) over real HTTP,
 * with a latency profile and faults on order. Streamed or whole, the same messages get the same text. It refuses what
 * the real one refuses and keeps a list of such violations; a strict one fails its test for them. It thinks nothing.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '../../../src/ports.ts'
import { answerChat, type Answer, type ChatRequest, type Profile } from './chat.ts'
import type { Fault } from './faults.ts'
import { Rates, type RatePlan } from './rates.ts'
import { refusalOf } from './rules.ts'
import { type ChatBody, errorBody, modelNotFound, requestSchema } from './wire.ts'

export type { Answer, ChatRequest, Profile } from './chat.ts'
export type { Fault } from './faults.ts'

export type OpenAIEmulatorOptions = {
  readonly clock: Clock
  /** 0, the default, takes any free port. */
  readonly port?: number
  readonly profile?: Partial<Profile>
  /** One fault for each of the next completions, in order; null: none for that one. */
  readonly faults?: readonly (Fault | null)[]
  /** What to say to these messages. By default it repeats the last one. */
  readonly answer?: (messages: ChatBody['messages']) => Answer | string
  /** Models it has, with the day each will be shut down or null. By default those the service had in November 2026. */
  readonly models?: Readonly<Record<string, string | null>>
  /** The key it accepts; null: any, and none. */
  readonly apiKey?: string | null
  /** Request parameters that this server does not know, as is the case with many a compatible one. Being sent them is no violation. */
  readonly refuses?: readonly string[]
  /** False: GET /v1/models/{id} is not there. */
  readonly tellsModels?: boolean
  /** How much may be asked a minute; without, as much as one likes, and nothing is said of it. */
  readonly rates?: RatePlan
  /** Throw at `close` if anything was asked that the real service would refuse. On by default. */
  readonly strict?: boolean
}

export type LogEntry = { readonly atMs: number; readonly type: string; readonly facts: Readonly<Record<string, unknown>> }

export type OpenAIEmulator = {
  /** Ends in /v1. */
  readonly baseURL: string
  readonly log: readonly LogEntry[]
  /** Every completion asked for, oldest first, and what has become of it. */
  readonly requests: readonly ChatRequest[]
  readonly violations: readonly string[]
  /** How many connections were ever made, and how many are open. */
  readonly connections: () => { readonly made: number; readonly open: number }
  /** Completions under way. */
  readonly open: () => number
  readonly fault: (...faults: readonly (Fault | null)[]) => void
  readonly setProfile: (profile: Partial<Profile>) => void
  /** Closes every connection, as a restart of the service would. */
  readonly hangUp: () => void
  /** From now on these are the models. */
  readonly setModels: (models: Readonly<Record<string, string | null>>) => void
  /** Rejects if strict and something was violated; the server is closed either way. */
  readonly close: () => Promise<void>
}

/** A warm connection on the same continent; the tokens of a GPT-4 class model. */
const REALISTIC: Profile = { headersMs: 300, firstTokenMs: 350, tokensPerSecond: 30, endMs: 5 }

export const MODELS: Readonly<Record<string, string | null>> = {
  'gpt-4o': '2027-01-14',
  'gpt-4o-mini': '2027-01-14',
  'gpt-4.1': '2027-01-14',
  'gpt-4.1-mini': '2027-01-14',
  'gpt-5': null,
  'gpt-5-mini': null,
  'gpt-5.6-sol': null,
  'gpt-6-luna': null,
}

export async function startOpenAI(options: OpenAIEmulatorOptions): Promise<OpenAIEmulator> {
  const { clock, apiKey = 'sk-test', refuses = [], strict = true, tellsModels = true } = options
  const answer = options.answer ?? (messages => messages.at(-1)?.content ?? '')
  const log: LogEntry[] = []
  const requests: ChatRequest[] = []
  const violations: string[] = []
  const faults = [...(options.faults ?? [])]
  const sockets = new Set<Socket>()
  const rates = options.rates && new Rates(options.rates, clock)
  let models = options.models ?? MODELS
  let profile = { ...REALISTIC, ...options.profile }
  let made = 0

  const tell = (type: string, facts: Readonly<Record<string, unknown>>): void => void log.push({ atMs: clock.now(), type, facts })
  const numbers = new WeakMap<Socket, number>()

  const server = createServer((request, response) => {
    answerHttp(request, response).catch((error: unknown) => {
      violations.push(`The emulator failed: ${String(error)}`)
      response.destroy()
    })
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', socket => {
    sockets.add(socket)
    numbers.set(socket, made++)
    tell('connected', { connection: numbers.get(socket) })
    socket.on('close', () => {
      sockets.delete(socket)
      tell('disconnected', { connection: numbers.get(socket) })
    })
  })

  async function answerHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request)
    const path = new URL(request.url ?? '/', 'http://emulator').pathname
    const connection = numbers.get(request.socket) ?? -1
    tell('request', { method: request.method, path, connection })
    if (apiKey !== null && request.headers.authorization !== `Bearer ${apiKey}`) {
      const given = masked(request.headers.authorization?.replace(/^Bearer /, '') ?? '')
      return json(response, 401, errorBody(`Incorrect API key provided: ${given}.`, 'invalid_request_error', 'invalid_api_key'))
    }
    if (request.method === 'GET') return tellModels(path, response)
    if (path !== '/v1/chat/completions')
      return json(response, 404, errorBody(`Invalid URL (POST ${path})`, 'invalid_request_error', null))
    return chat(text, connection, response)
  }

  function tellModels(path: string, response: ServerResponse): void {
    const describe = (id: string): unknown => ({
      id,
      object: 'model',
      created: 1,
      owned_by: 'system',
      shutdown_date: models[id] ?? null,
    })
    const id = decodeURIComponent(path.replace(/^\/v1\/models\/?/, ''))
    if (!tellsModels || !path.startsWith('/v1/models')) return json(response, 404, { detail: 'Not Found' })
    if (id === '') return json(response, 200, { object: 'list', data: Object.keys(models).map(describe) })
    if (id in models) return json(response, 200, describe(id))
    json(response, 404, errorBody(`The model '${id}' does not exist`, 'invalid_request_error', 'model_not_found', 'model'))
  }

  async function chat(text: string, connection: number, response: ServerResponse): Promise<void> {
    const parsed = requestSchema.safeParse(JSON.parse(text))
    if (!parsed.success) {
      violations.push(`The request is malformed: ${parsed.error.message}`)
      return json(response, 400, errorBody('The request is malformed.', 'invalid_request_error', null))
    }
    const body = parsed.data
    const request: ChatRequest = {
      body,
      connection,
      atMs: clock.now(),
      tokens: 0,
      tokensAtMs: [],
      firstTokenAtMs: null,
      endedAtMs: null,
      outcome: null,
    }
    requests.push(request)
    const fault = faults.shift() ?? null
    if (!(body.model in models)) return refuse(request, response, 404, modelNotFound(body.model))
    const refusal = refusalOf(body, refuses)
    if (refusal) {
      const expected = refuses.some(name => refusal.message.endsWith(name))
      if (!expected) violations.push(refusal.message)
      return refuse(request, response, 400, errorBody(refusal.message, 'invalid_request_error', refusal.code, refusal.param))
    }
    // Four characters are about a token; what the reply may take counts beforehand.
    const taken = rates?.take(Math.ceil(text.length / 4))
    for (const [name, value] of Object.entries(taken?.headers ?? {})) response.setHeader(name, value)
    if (taken?.allowed === false) {
      const words = `Rate limit reached for ${body.model}. Please try again later.`
      return refuse(request, response, 429, errorBody(words, 'requests', 'rate_limit_exceeded'))
    }
    const said = answer(body.messages)
    await answerChat({ request, response, clock, profile, fault, answer: typeof said === 'string' ? { text: said } : said })
    tell('completion', { model: body.model, outcome: request.outcome, tokens: request.tokens, connection })
  }

  function refuse(request: ChatRequest, response: ServerResponse, status: number, body: unknown): void {
    request.outcome = 'refused'
    request.endedAtMs = clock.now()
    json(response, status, body)
  }

  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    log,
    requests,
    violations,
    connections: () => ({ made, open: sockets.size }),
    open: () => requests.filter(({ outcome }) => outcome === null).length,
    fault: (...more) => void faults.push(...more),
    setProfile: changes => void (profile = { ...profile, ...changes }),
    setModels: others => void (models = others),
    hangUp: () => sockets.forEach(socket => socket.destroy()),
    close: async () => {
      const closed = new Promise(resolve => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
      if (strict && violations.length > 0) throw new Error(`The OpenAI emulator was asked wrongly:\n${violations.join('\n')}`)
    },
  }
}

/** The service repeats part of a wrong key in its message. */
const masked = (key: string): string => `${key.slice(0, 8)}${'*'.repeat(Math.max(0, key.length - 12))}${key.slice(-4)}`

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_emulated', ...headers })
  response.end(JSON.stringify(body))
}
