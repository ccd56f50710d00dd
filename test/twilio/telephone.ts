/** A real server on a real port whose calls only write down what reaches them. */
import { pino } from 'pino'
import { onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { Calls, type CallHandle, type Exhausted, type Ring } from '../../src/calls.ts'
import type { Follow } from '../../src/event-stream.ts'
import type { Line } from '../../src/ports.ts'
import { buildServer, type ServerParts } from '../../src/server.ts'
import { Secret } from '../../src/secret.ts'
import { openGate, type Gate } from '../../src/twilio/signature.ts'
import type { Transfer } from '../../src/twilio/hand-over.ts'
import type { FindLastLeg } from '../../src/twilio/switchboard.ts'
import { openTickets } from '../../src/twilio/ticket.ts'
import { loadTwiml } from '../../src/twilio/twiml.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { callSid, start as startMessage } from './wire.ts'

/** A call that obeys the contract and does nothing else. */
export class RecordedCall implements CallHandle {
  readonly ring: Ring
  readonly heard: { readonly audio: Uint8Array; readonly timestampMs: number }[] = []
  readonly marks: string[] = []
  readonly digits: string[] = []
  readonly noted: Record<string, number> = {}
  line: Line | null = null
  left = 0
  endedBecause: string | null = null
  readonly ended: Promise<void>
  #resolve = (): void => {}

  constructor(ring: Ring) {
    this.ring = ring
    this.ended = new Promise(resolve => {
      this.#resolve = resolve
    })
  }

  answer(line: Line): void {
    if (this.line) throw new Error('answered twice')
    this.line = line
  }

  hear(audio: Uint8Array, timestampMs: number): void {
    if (!this.line) throw new Error('heard before it was answered')
    this.heard.push({ audio, timestampMs })
  }

  played(mark: string): void {
    this.marks.push(mark)
  }

  digit(digit: string): void {
    this.digits.push(digit)
  }

  note(kind: string, count: number): void {
    this.noted[kind] = count
  }

  leave(): void {
    this.left++
  }

  end(reason: string): void {
    this.endedBecause ??= reason
    this.#resolve()
  }
}

export type Setting = {
  readonly maxCalls?: number
  readonly drainMs?: number
  readonly gate?: Gate
  readonly publicUrl?: string
  readonly apiToken?: string
  readonly overflowNumber?: string
  readonly transfer?: Transfer | null
  readonly addOwnRoutes?: NonNullable<ServerParts['addOwnRoutes']>
  readonly isOverloaded?: () => boolean
  readonly exhausted?: (calls: number) => readonly Exhausted[]
  readonly voicemail?: 'hang-up' | 'message'
  readonly follow?: Follow
  readonly findLastLeg?: FindLastLeg
  readonly pagesDir?: string
  readonly create?: (ring: Ring) => CallHandle
}

/** The call most tests are about. */
export const ALICE = callSid(0xa)

export type Telephone = Awaited<ReturnType<typeof openTelephone>>

/** Closed with the test. */
export async function openTelephone(setting: Setting = {}) {
  const made: RecordedCall[] = []
  const logged: string[] = []
  const clock = new VirtualClock()
  const log = pino({ level: 'info' }, { write: line => void logged.push(line) })
  const record = (ring: Ring): CallHandle => {
    const call = new RecordedCall(ring)
    made.push(call)
    return call
  }
  const calls = new Calls({
    create: setting.create ?? record,
    clock,
    log,
    maxCalls: setting.maxCalls ?? 10,
    isOverloaded: setting.isOverloaded ?? (() => false),
    exhausted: setting.exhausted ?? (() => []),
  })
  const tickets = openTickets([new Secret('key of the tickets')], () => clock.now())
  const server = await buildServer({
    calls,
    clock,
    log,
    twiml: loadTwiml('twiml'),
    gate: setting.gate ?? openGate(null, []),
    tickets,
    newCallSid: () => callSid(0xca11 + made.length),
    publicUrl: setting.publicUrl ?? null,
    apiToken: setting.apiToken === undefined ? null : new Secret(setting.apiToken),
    ...(setting.addOwnRoutes && { addOwnRoutes: setting.addOwnRoutes }),
    overflowNumber: setting.overflowNumber ?? null,
    transfer: setting.transfer ?? null,
    voicemail: setting.voicemail ?? 'hang-up',
    findLastLeg: setting.findLastLeg ?? (async () => null),
    maxCalls: setting.maxCalls ?? 10,
    drainMs: setting.drainMs ?? 0,
    about: () => ({ version: '1.2.3', recogniser: 'local' }),
    follow: setting.follow ?? (() => null),
    pagesDir: setting.pagesDir ?? null,
  })
  const address = await server.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    const closed = server.close()
    await clock.advance(60_000)
    await closed
  })

  /** Opens a socket as Twilio does for a call; it is closed by `server.close`. */
  async function connect(callSid = ALICE): Promise<WebSocket> {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/twilio/media/${callSid}`)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    socket.on('error', () => {})
    return socket
  }

  /** What Twilio sends at the start of a stream of this call, with a ticket that the webhook would have given it. */
  const start = (callSid: string): string => startMessage(callSid, tickets.issue(callSid))

  const call = (callSid: string): RecordedCall => {
    const found = made.find(({ ring }) => ring.callSid === callSid)
    if (!found) throw new Error(`there is no call ${callSid}`)
    return found
  }

  return { server, address, calls, clock, made, logged, tickets, connect, start, call }
}

/** What the peer sees when the socket closes. Ask before it can happen. */
export const closing = (socket: WebSocket): Promise<{ readonly code: number; readonly reason: string }> =>
  new Promise(resolve => socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })))

/** Resolves once what is asserted holds; real sockets take their time. */
export const eventually = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { interval: 2, timeout: 30_000 })
