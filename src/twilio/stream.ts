/**
 * One media stream of Twilio: keeps the order of its messages and drives a call with them. What is not in order is counted
 * by kind, skipped and noted on the call; only a stream that cannot become a call is refused. Decides nothing about speech.
 */
import type { WebSocket } from 'ws'
import { durationMs } from '../audio/frames.ts'
import type { CallHandle, Calls, EndReason, Refusal } from '../calls.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../ports.ts'
import { openLine } from './line.ts'
import { parse, type Malformed, type Message, type StartMessage } from './media-stream.ts'
import { Pace } from './pace.ts'
import type { TicketFault, Tickets } from './ticket.ts'

export type StreamParts = {
  readonly calls: Pick<Calls, 'answer'>
  readonly tickets: Pick<Tickets, 'redeem'>
  readonly clock: Clock
  readonly log: Log
}

type MessageOfStream = Exclude<Message, { event: 'connected' | 'start' }>

/** What can be wrong on a line, by name. */
export type BadInput =
  | Malformed['kind']
  | StartFault
  | 'binary-frame'
  | 'oversized-frame'
  | 'socket-error'
  | 'too-many-messages'
  | 'too-much-audio'
  | 'second-connected'
  | 'second-start'
  | 'wrong-stream-sid'
  | `${MessageOfStream['event']}-before-start`

/** Twilio sends `connected` and `start` at once; a connection that says nothing is nobody's call. */
export const START_WITHIN_MS = 5_000

/** How long a sender who was too fast may still read why before the connection is cut. */
const CUT_OFF_AFTER_MS = 1_000

/** Close codes of RFC 6455, section 7.4.1. */
const CLOSE = { normal: 1000, policy: 1008, fault: 1011, tryLater: 1013 } as const

const refusals: Readonly<Record<Refusal, readonly [code: number, reason: string]>> = {
  busy: [CLOSE.tryLater, 'all lines are busy'],
  broken: [CLOSE.fault, 'the call could not be made'],
  'already-answered': [CLOSE.policy, 'this call already has a stream'],
}

/** Why a stream is not that of the call it names. */
type StartFault = TicketFault | 'foreign-address'

const startFaults: Readonly<Record<StartFault, string>> = {
  'foreign-address': 'its address is that of another call',
  'missing-ticket': 'there is no ticket in its parameters',
  'foreign-ticket': 'the ticket is not for this call',
  'expired-ticket': 'the ticket has expired',
  'replayed-ticket': 'the ticket has been used',
}

/**
 * Takes over a socket that Twilio has just opened. To be called before anything is awaited, since Twilio's first messages
 * come with the connection. `callSid` is the call for which it was opened.
 */
export function attachStream(socket: WebSocket, callSid: string, parts: StreamParts): void {
  const stream = new Stream(socket, callSid, parts)
  /** An exception in a listener would end the process; none is expected, since the call itself is guarded. */
  const safely = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      parts.log.error({ err: error }, 'a stream is broken and will be cut')
      socket.terminate()
    }
  }
  socket.on('message', (data, isBinary) => safely(() => stream.receive(data as Buffer, isBinary)))
  socket.on('error', error => safely(() => stream.fail(error)))
  socket.on('close', () => safely(() => stream.closed()))
}

class Stream {
  readonly #socket: WebSocket
  readonly #callSid: string
  readonly #parts: StreamParts
  #log: Log
  readonly #pace = new Pace()
  readonly #openedMs: number
  readonly #badInput = new Map<BadInput, number>()
  #callOffWaiting: () => void
  #connected = false
  #live: { readonly streamSid: string; readonly call: CallHandle } | null = null
  #closeMeans: EndReason = 'line-cut'
  #over = false

  constructor(socket: WebSocket, callSid: string, parts: StreamParts) {
    this.#socket = socket
    this.#callSid = callSid
    this.#parts = parts
    this.#log = parts.log
    this.#openedMs = parts.clock.now()
    this.#callOffWaiting = parts.clock.after(START_WITHIN_MS, () => this.#refuse(CLOSE.policy, 'no start message came'))
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.#over) return
    if (this.#pace.message(this.#elapsedMs)) return this.#cutOff('too-many-messages')
    if (isBinary) return this.#count('binary-frame')
    const message = parse(data.toString())
    switch (message.event) {
      case 'malformed':
        return this.#skip(message)
      case 'connected':
        if (this.#connected) this.#count('second-connected')
        this.#connected = true
        return
      case 'start':
        return this.#start(message)
      case 'media':
      case 'mark':
      case 'dtmf':
      case 'stop':
        return this.#obey(message)
      default:
        message satisfies never
    }
  }

  /** The socket is of no more use; ws tells the peer why and closes it. */
  fail(error: Error): void {
    const tooLong = (error as NodeJS.ErrnoException).code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
    this.#closeMeans = tooLong ? 'oversized-frame' : 'socket-error'
    this.#count(this.#closeMeans)
    this.#log.warn({ err: error }, 'the connection of a stream failed')
  }

  closed(): void {
    this.#callOffWaiting()
    this.#end(this.#closeMeans)
  }

  #start(message: StartMessage): void {
    if (this.#live) return this.#count('second-start')
    const { streamSid, callSid, parameters } = message
    this.#log = this.#log.child({ callSid, streamSid })
    const admission = callSid === this.#callSid ? this.#parts.tickets.redeem(callSid, parameters['ticket']) : 'foreign-address'
    if (typeof admission === 'string') {
      this.#count(admission)
      return this.#refuse(CLOSE.policy, startFaults[admission])
    }
    const call = this.#parts.calls.answer({ callSid, from: parameters.from || null, to: parameters.to || null, ...admission })
    if (typeof call === 'string') return this.#refuse(...refusals[call])
    this.#callOffWaiting()
    this.#live = { streamSid, call }
    const line = openLine(this.#socket, streamSid, reason => {
      this.#closeMeans = reason
    })
    void call.ended.then(() => line.hangUp())
    call.answer(line)
    this.#noteBadInput(call)
  }

  #obey(message: MessageOfStream): void {
    if (this.#live === null) return this.#count(`${message.event}-before-start`)
    if (message.streamSid !== this.#live.streamSid) return this.#count('wrong-stream-sid')
    const { call } = this.#live
    switch (message.event) {
      case 'media':
        if (this.#pace.audio(durationMs(message.audio.length), this.#elapsedMs)) return this.#cutOff('too-much-audio')
        return call.hear(message.audio, message.timestampMs)
      case 'mark':
        return call.played(message.name)
      case 'dtmf':
        return call.digit(message.digit)
      case 'stop':
        this.#end('caller-hung-up')
        return this.#socket.close(CLOSE.normal, 'stopped')
      default:
        message satisfies never
    }
  }

  /** Ends the stream, and hears nothing more of it: what still comes waits at the sender until the socket is closed. */
  #cutOff(kind: 'too-many-messages' | 'too-much-audio'): void {
    this.#count(kind)
    if (this.#live) this.#end('flooded')
    else this.#refuse(CLOSE.policy, kind)
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.close(CLOSE.policy, kind)
    this.#socket.pause()
    this.#callOffWaiting = this.#parts.clock.after(CUT_OFF_AFTER_MS, () => this.#socket.terminate())
  }

  #skip(message: Malformed): void {
    this.#count(message.kind)
    if (message.kind === 'invalid-start' && this.#live === null) this.#refuse(CLOSE.policy, message.reason)
  }

  #count(kind: BadInput): void {
    const count = (this.#badInput.get(kind) ?? 0) + 1
    this.#badInput.set(kind, count)
    // At 1, 10, 100 ...: a flood cannot fill the journal.
    if (/^10*$/.test(String(count))) this.#live?.call.note(kind, count)
  }

  #noteBadInput(call: CallHandle): void {
    for (const [kind, count] of this.#badInput) call.note(kind, count)
  }

  #refuse(code: number, reason: string): void {
    this.#over = true
    this.#callOffWaiting()
    this.#log.warn({ reason, badInput: this.#badInputSoFar() }, 'a stream was refused')
    this.#socket.close(code, closeReason(reason))
  }

  #end(reason: EndReason): void {
    if (this.#over) return
    this.#over = true
    this.#callOffWaiting()
    this.#log.info({ reason, badInput: this.#badInputSoFar() }, this.#live ? 'a stream has ended' : 'a stream ended unused')
    if (this.#live === null) return
    this.#noteBadInput(this.#live.call)
    this.#live.call.end(reason)
  }

  get #elapsedMs(): number {
    return this.#parts.clock.now() - this.#openedMs
  }

  #badInputSoFar(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#badInput)
  }
}

/** A close frame holds at most 123 bytes of reason (RFC 6455, section 5.5.1). */
const closeReason = (reason: string): string => Buffer.from(reason).subarray(0, 120).toString().replaceAll('\ufffd', '')
