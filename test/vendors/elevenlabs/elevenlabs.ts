/**
 * ElevenLabs on this machine: real HTTP and WebSocket, shaped after the service's public protocol, with a latency profile
 * and faults on order. It refuses what the real one refuses and keeps a list of such violations; a strict one
 * fails its test for them. The audio buzzes and says, byte by byte, which text it speaks (speech.ts).
 */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Clock } from '../../../src/ports.ts'
import { answer } from './http.ts'
import type { Account } from './http.ts'
import { Faults } from './faults.ts'
import type { Fault } from './faults.ts'
import { MultiContextSocket } from './socket.ts'
import type { Profile } from './socket.ts'

export type { Fault } from './faults.ts'
export type { Profile } from './socket.ts'
export type { Account } from './http.ts'

export type ElevenLabsOptions = {
  readonly clock: Clock
  /** 0, the default, takes any free port. */
  readonly port?: number
  readonly profile?: Partial<Profile>
  readonly faults?: readonly Fault[]
  readonly account?: Partial<Account>
  /** Throw at `close` if anything was sent that the real service would refuse. */
  readonly strict?: boolean
}

export type LogEntry = {
  readonly atMs: number
  readonly type: string
  readonly facts: Readonly<Record<string, unknown>>
  /** On which WebSocket, counted from 0; null if on none. Names of contexts are a socket's own. */
  readonly socket: number | null
}

export type ElevenLabsEmulator = {
  /** The HTTP base; the WebSocket lives at the same host. */
  readonly url: string
  readonly account: Account
  readonly log: readonly LogEntry[]
  readonly violations: readonly string[]
  /** Contexts open on all sockets, the closing ones included. */
  readonly openContexts: () => number
  readonly openSockets: () => number
  /** HTTP requests that have not been answered to the end. */
  readonly openRequests: () => number
  readonly fault: (fault: Fault) => void
  readonly setProfile: (profile: Partial<Profile>) => void
  /** Closes every WebSocket with this code, as a restart of the service would. */
  readonly closeSockets: (code: number, reason: string) => void
  /** Resolves once all WebSocket messages sent by either side so far have been received by the other. */
  readonly settled: () => Promise<void>
  /** Rejects if strict and something was violated; the server is closed either way. */
  readonly close: () => Promise<void>
}

/** Like the real service on a warm socket from the same continent. */
const REALISTIC: Profile = {
  firstAudioMs: 150,
  realTimeFactor: 8,
  chunkBytes: 1_861,
  alignment: 'each',
  spelling: 'camel',
  finalCarriesAudio: false,
  finalMs: 20,
  httpTimes: 'answer',
}

const ACCOUNT: Account = {
  apiKey: 'sk_test_elevenlabs',
  voices: [{ voice_id: 'test-voice', name: 'Test Voice' }],
  models: [
    { model_id: 'eleven_flash_v2_5', can_do_text_to_speech: true },
    { model_id: 'eleven_multilingual_v2', can_do_text_to_speech: true },
  ],
  subscription: {},
  maximumConcurrentRequests: 20,
}

const SOCKET_PATH = /^\/v1\/text-to-speech\/([^/]+)\/multi-stream-input$/
const QUERY = ['model_id', 'output_format', 'language_code', 'auto_mode', 'sync_alignment', 'inactivity_timeout', 'seed'].concat([
  'enable_logging',
  'enable_ssml_parsing',
  'apply_text_normalization',
  'authorization',
])

export async function startElevenLabs(options: ElevenLabsOptions): Promise<ElevenLabsEmulator> {
  const { clock, strict = false } = options
  const account: Account = { ...ACCOUNT, ...options.account }
  const faults = new Faults(options.faults)
  const log: LogEntry[] = []
  const violations: string[] = []
  const sockets = new Map<WebSocket, MultiContextSocket>()
  const connections = new Set<Duplex>()
  const profile = { ...REALISTIC, ...options.profile }
  const noteOn =
    (socket: number | null) =>
    (type: string, facts: Readonly<Record<string, unknown>>): void =>
      void log.push({ atMs: clock.now(), type, facts, socket })
  const world = {
    clock,
    profile,
    faults,
    account,
    violation: (text: string) => void violations.push(text),
    speaking: new Set<ServerResponse>(),
    log: noteOn(null),
  }
  let socketsMade = 0

  let openRequests = 0

  const webSockets = new WebSocketServer({ noServer: true })
  const server = createServer((request, response) => void serve(request, response))
  server.on('connection', connection => {
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
  })
  server.on('upgrade', upgrade)
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve))

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    openRequests++
    response.on('close', () => openRequests--)
    try {
      await answer(request, response, world)
    } catch (error) {
      violations.push(`the emulator broke: ${String(error)}`)
      response.destroy()
    }
  }

  function upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    // Node has let go of the socket: a client that tears it down now would otherwise end the process.
    connection.on('error', error => world.log('connection-error', { message: error.message }))
    const url = new URL(request.url ?? '/', 'http://elevenlabs')
    world.log('upgrade', { path: url.pathname, query: Object.fromEntries(url.searchParams) })
    if (faults.take('silent-socket')) return
    const refusal = faults.take('refuse-socket')
    const voiceId = SOCKET_PATH.exec(url.pathname)?.[1]
    if (refusal || !voiceId) {
      const body = refusal?.body ?? ''
      connection.end(
        `HTTP/1.1 ${refusal?.status ?? 403} Refused\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      )
      return
    }
    webSockets.handleUpgrade(request, connection, head, socket => {
      checkQuery(url.searchParams)
      const autoMode = url.searchParams.get('auto_mode') === 'true'
      const inactivityMs = Math.min(180, Number(url.searchParams.get('inactivity_timeout') ?? 20)) * 1000
      const contexts = new MultiContextSocket(socket, { autoMode, inactivityMs }, { ...world, log: noteOn(socketsMade++) })
      sockets.set(socket, contexts)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', error => world.log('socket-error', { message: error.message }))
      if (request.headers['xi-api-key'] !== account.apiKey)
        contexts.refuse('invalid_api_key', 'The API key you provided is invalid.', 1008)
      else if (!account.voices.some(voice => voice.voice_id === voiceId))
        contexts.refuse('voice_id_does_not_exist', `A voice with voice_id ${voiceId} does not exist.`, 1008)
    })
  }

  function checkQuery(query: URLSearchParams): void {
    for (const name of query.keys()) if (!QUERY.includes(name)) world.violation(`unknown query parameter ${name}`)
    if (!account.models.some(model => model.model_id === query.get('model_id')))
      world.violation(`unknown model ${query.get('model_id')}`)
    if (query.get('output_format') !== 'ulaw_8000') world.violation(`this voice speaks ulaw_8000 only`)
    if (Number(query.get('inactivity_timeout') ?? 20) > 180) world.violation('inactivity_timeout above 180')
  }

  async function settled(): Promise<void> {
    // A pong comes after everything its sender had sent before and after everything it had received before; twice, for what
    // the first round's messages gave rise to.
    for (let round = 0; round < 2; round++) await Promise.all([...sockets.keys()].map(pong))
  }

  async function close(): Promise<void> {
    for (const socket of sockets.keys()) socket.terminate()
    for (const connection of connections) connection.destroy()
    await new Promise(resolve => server.close(resolve))
    if (strict && violations.length) throw new Error(`ElevenLabs would have refused:\n- ${violations.join('\n- ')}`)
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account,
    log,
    violations,
    openContexts: () => [...sockets.values()].reduce((sum, socket) => sum + socket.contexts.size, 0),
    openSockets: () => sockets.size,
    openRequests: () => openRequests,
    fault: fault => faults.add(fault),
    setProfile: changes => void Object.assign(profile, changes),
    closeSockets: (code, reason) => [...sockets.keys()].forEach(socket => socket.close(code, reason)),
    settled,
    close,
  }
}

function pong(socket: WebSocket): Promise<void> {
  return new Promise(resolve => {
    if (socket.readyState !== socket.OPEN) return setImmediate(resolve)
    const done = (): void => {
      socket.off('pong', done).off('close', done)
      resolve()
    }
    socket.on('pong', done).on('close', done)
    socket.ping()
  })
}
