/**
 * AssemblyAI's streaming service v3 on this machine: a TLS WebSocket server that hears scripted callers, with the service's
 * rules, delays and failures. For tests and benches. It transcribes nothing: real speech needs the `timed` script.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { realClock } from '../../../src/clock.ts'
import type { Clock } from '../../../src/ports.ts'
import type { Fault } from './faults.ts'
import { readQuery } from './query.ts'
import type { Script } from './script.ts'
import { EmulatedSession, USUAL_LATENCY } from './session.ts'
import type { Latency } from './session.ts'
import { caFile } from './trust.ts'

export type AssemblyAIEmulatorOptions = {
  /** 0 or absent: any free one. */
  readonly port?: number
  readonly clock?: Clock
  /** The only key accepted; any unless said. */
  readonly apiKey?: string
  readonly script: Script
  readonly latency?: Partial<Latency>
  /** How many sessions it opens in a minute; as many as one likes unless said. */
  readonly sessionsPerMinute?: number
  /** What goes wrong in the first session, the second and so on; nothing in those not listed. */
  readonly faults?: readonly (readonly Fault[])[]
}

export type LogEntry = {
  readonly atMs: number
  /** Which session, from 0, and how much audio it had. */
  readonly session: number
  readonly audioMs: number
  readonly event: string
  readonly text: string
}

export type AssemblyAIEmulator = {
  /** For `url` of the adapter. */
  readonly url: string
  /** To be trusted by the client: NODE_EXTRA_CA_CERTS, or `trustEmulators` in the same process. */
  readonly caFile: string
  readonly log: readonly LogEntry[]
  /** What the real service would have refused or ignored. Empty after a good run. */
  readonly refusals: readonly string[]
  /** Upgrades asked for, whatever became of them. */
  readonly attempts: () => number
  /** Sessions that began and neither were terminated nor lost by this side: they would run, and cost, for hours. */
  readonly abandoned: () => number
  /** Connections still open. */
  readonly connections: () => number
  /** Audio that the latest session was sent, padding and all. */
  readonly audioMs: () => number
  /** Resolves once both sides have taken everything sent so far. */
  readonly settled: () => Promise<void>
  /** Cuts every connection and takes no new ones; `repair` takes them again. */
  readonly breakDown: () => void
  readonly repair: () => void
  readonly close: () => Promise<void>
}

/** The log keeps the latest entries only: a bench may run for hours. */
const LONGEST_LOG = 100_000

export async function startAssemblyAI(options: AssemblyAIEmulatorOptions): Promise<AssemblyAIEmulator> {
  const emulator = new Emulator(options)
  const url = await emulator.listen(options.port ?? 0)
  return {
    url,
    caFile,
    log: emulator.log,
    refusals: emulator.refusals,
    attempts: () => emulator.attempts,
    abandoned: () => emulator.abandoned,
    connections: () => emulator.connections,
    audioMs: () => emulator.audioMs,
    settled: () => emulator.settled(),
    breakDown: () => emulator.breakDown(),
    repair: () => emulator.repair(),
    close: () => emulator.close(),
  }
}

class Emulator {
  readonly log: LogEntry[] = []
  readonly refusals: string[] = []
  readonly #options: AssemblyAIEmulatorOptions
  readonly #clock: Clock
  readonly #sessions = new Map<WebSocket, EmulatedSession>()
  readonly #server = createServer({ key: tlsFile('server-key.pem'), cert: tlsFile('server.pem') })
  /** When each session of the last minute began. */
  #begunMs: readonly number[] = []
  readonly #sockets = new WebSocketServer({ noServer: true })
  attempts = 0
  abandoned = 0
  #isBroken = false

  constructor(options: AssemblyAIEmulatorOptions) {
    this.#options = options
    this.#clock = options.clock ?? realClock
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#upgrade(request, socket, head))
  }

  get connections(): number {
    return this.#sessions.size
  }

  get audioMs(): number {
    return [...this.#sessions.values()].at(-1)?.audioMs ?? 0
  }

  listen(port: number): Promise<string> {
    return new Promise(resolve => {
      this.#server.listen(port, '127.0.0.1', () => {
        resolve(`wss://localhost:${(this.#server.address() as AddressInfo).port}/v3/ws`)
      })
    })
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(session => session.echo()))
  }

  breakDown(): void {
    this.#isBroken = true
    for (const session of this.#sessions.values()) session.drop()
  }

  repair(): void {
    this.#isBroken = false
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) session.drop()
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Node has let go of the socket: a client that tears it down now would otherwise end the process.
    socket.on('error', () => {})
    const number = this.attempts++
    const faults = this.#options.faults?.[number] ?? []
    const refusal = faults.find(fault => fault.type === 'refuse')
    if (this.#isBroken || refusal?.status === 0) return void socket.destroy()
    if (refusal) return void socket.end(`HTTP/1.1 ${refusal.status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    this.#sockets.handleUpgrade(request, socket, head, client => this.#accept(client, request, number, faults))
  }

  #accept(client: WebSocket, request: IncomingMessage, number: number, planned: readonly Fault[]): void {
    const url = new URL(request.url ?? '/', 'wss://localhost')
    if (url.pathname !== '/v3/ws') this.refusals.push(`unknown path ${url.pathname}`)
    // The service accepts the upgrade first and then says that the key is wrong.
    const wrongKey: Fault = { type: 'no-begin', code: 1008, message: 'Invalid API key' }
    const tooMany: Fault = { type: 'no-begin', code: 1008, message: 'Too many concurrent sessions' }
    const allowed = this.#isOneTooMany() ? [tooMany] : planned
    const faults = this.#isKey(request, url) ? allowed : [wrongKey]
    const latency = { ...USUAL_LATENCY, ...this.#options.latency }
    const session = new EmulatedSession(client, readQuery(url.searchParams), this.#options.script, latency, faults, this.#clock, {
      refuse: what => this.refusals.push(what),
      abandoned: () => (this.abandoned += 1),
      log: (event, text) => this.#note({ atMs: this.#clock.now(), session: number, audioMs: session.audioMs, event, text }),
    })
    this.#sessions.set(client, session)
    client.on('close', () => this.#sessions.delete(client))
  }

  #isOneTooMany(): boolean {
    const now = this.#clock.now()
    this.#begunMs = this.#begunMs.filter(atMs => now - atMs < 60_000)
    if (this.#begunMs.length >= (this.#options.sessionsPerMinute ?? Infinity)) return true
    this.#begunMs = [...this.#begunMs, now]
    return false
  }

  #isKey(request: IncomingMessage, url: URL): boolean {
    const key = request.headers.authorization ?? url.searchParams.get('token')
    if (key === null || key === '' || key.startsWith('Bearer ')) return false
    return this.#options.apiKey === undefined || key === this.#options.apiKey
  }

  #note(entry: LogEntry): void {
    this.log.push(entry)
    if (this.log.length > LONGEST_LOG) this.log.splice(0, LONGEST_LOG / 10)
  }
}

const tlsFile = (name: string): string => readFileSync(new URL(`tls/${name}`, import.meta.url), 'utf8')
