/**
 * The calls of this process, from the first ring to the end. Admits no more than it may, hands each call to exactly one
 * stream, and lets calls finish when the process is to stop. Knows neither Twilio's wire nor what happens on a call.
 *
 * A call is made as soon as the phone rings, so that recogniser and voice are warm before the caller says hello.
 */
import { guardCall } from './guarded-call.ts'
import type { Log } from './log.ts'
import type { Clock, Line } from './ports.ts'

/** One phone call, as the telephone side sees it. Its methods return at once; after `end` they do nothing. */
export interface CallHandle {
  /** The caller is on the line. At most once. */
  answer(line: Line): void
  /** Mu-law of any length, which begins `timestampMs` after the stream did. There may be gaps; the call owns the audio now. */
  hear(audio: Uint8Array, timestampMs: number): void
  /** The line reached this mark, or dropped what came before it because it was cleared. */
  played(mark: string): void
  /** The caller pressed a key: 0-9, *, #, A-D. */
  digit(digit: string): void
  /** Something on the line was not as it should be: which kind, and how often until now. The last count is the total. */
  note(kind: string, count: number): void
  /** The call is over on the telephone's side; see `EndReason`. May be said again. */
  end(reason: string): void
  /** Says goodbye as soon as it can, and hangs up. A call that cannot has no such method: it can only be ended. */
  leave?(why?: 'shutdown' | 'limit' | 'operator'): void
  /** Says these words as soon as it is polite; false if too many wait already. */
  say?(text: string): boolean
  /** Tells the caller that a colleague takes over, and hands the call over; `brief` is what the colleague should know. */
  transfer?(brief: string): void
  /** Hangs up at once. */
  hangUp?(): void
  /** Resolves once everything the call held is released and written. */
  readonly ended: Promise<void>
}

/** Why the telephone side ends a call. */
export type EndReason =
  | 'caller-hung-up'
  /** We closed the line, because the call hung up or had ended. */
  | 'assistant-hung-up'
  /** The connection broke without a goodbye. */
  | 'line-cut'
  | 'line-congested'
  /** More came over the line than a caller can say. */
  | 'flooded'
  | 'oversized-frame'
  | 'socket-error'
  /** Twilio says that it is over, and the stream did not. */
  | 'over-at-twilio'
  | 'machine-answered'
  /** It rang, but no stream came. */
  | 'no-stream'
  /** A fault of ours. */
  | 'broken'
  | 'shutdown'

/** Who calls whom. Numbers as Twilio gives them: E.164, `client:name`, a SIP address, or null if unknown. */
export type Ring = {
  readonly callSid: string
  readonly from: string | null
  readonly to: string | null
  /** 1, or more for a call that was broken off and goes on: each stream of a call is a leg of it, and a call of its own here. */
  readonly leg: number
  /** The conversation that this call continues; null: it begins one. */
  readonly conversationId: string | null
}

export type CreateCall = (ring: Ring) => CallHandle

export type Refusal = 'busy' | 'broken' | 'already-answered'

export type CallsParts = {
  /** Called when the phone rings; may throw, then the caller hears an apology. */
  readonly create: CreateCall
  readonly clock: Clock
  readonly log: Log
  readonly maxCalls: number
  /** Whether there is no strength for another call, though there may be a place. Not asked: there always is. */
  readonly isOverloaded?: () => boolean
  /** Told of every call that is not taken. */
  readonly refused?: (why: 'full' | 'overloaded' | 'over-budget' | 'draining' | 'broken') => void
  /** What a service allows and would not last for one call more than these, each with the reason. Not asked: all lasts. */
  readonly exhausted?: (calls: number) => readonly Exhausted[]
}

/** A budget that does not last: of which service, and why, for people. */
export type Exhausted = { readonly service: string; readonly why: string }

/** Twilio opens the stream within a second or two of the TwiML; its own limit for the connection is well below this. */
export const RING_MS = 30_000
/** A goodbye takes a few seconds; a caller in the middle of a sentence takes more. */
const GOODBYE_MS = 15_000
/** How long a call that was told to end may still write its journal when the process stops. */
const LAST_WORDS_MS = 5_000

type LiveCall = { readonly leg: number; readonly call: CallHandle; answered: boolean; callOffExpiry: () => void }

export class Calls {
  readonly #parts: CallsParts
  readonly #live = new Map<string, LiveCall>()
  #draining = false

  constructor(parts: CallsParts) {
    this.#parts = parts
  }

  /** How many calls there are, ringing ones included. */
  get count(): number {
    return this.#live.size
  }

  get draining(): boolean {
    return this.#draining
  }

  /** Whether a new call would be taken, and if not, why. */
  get admission(): 'open' | 'full' | 'overloaded' | 'over-budget' | 'draining' {
    const { maxCalls, isOverloaded } = this.#parts
    if (this.#draining) return 'draining'
    if (this.#live.size >= maxCalls) return 'full'
    if (isOverloaded?.()) return 'overloaded'
    return this.exhausted.length > 0 ? 'over-budget' : 'open'
  }

  /** Which services could not serve one call more. */
  get exhausted(): readonly Exhausted[] {
    return this.#parts.exhausted?.(this.#live.size) ?? []
  }

  /** The phone rings. Twilio asks again if our answer got lost: that is the same call. */
  ring(ring: Ring): 'accepted' | 'busy' | 'broken' {
    if (this.#live.has(ring.callSid)) return 'accepted'
    const live = this.#open(ring)
    if (typeof live === 'string') return live
    live.callOffExpiry = this.#parts.clock.after(RING_MS, () => live.call.end('no-stream' satisfies EndReason))
    return 'accepted'
  }

  /**
   * A stream has come for this leg of a call. It is the only one that gets it; a call that did not ring here is made now. An
   * earlier leg is over, though this process may not have heard of that yet.
   */
  answer(ring: Ring): CallHandle | Refusal {
    const earlier = this.#live.get(ring.callSid)
    if (earlier && earlier.leg < ring.leg) this.#drop(ring.callSid, earlier)
    const live = this.#live.get(ring.callSid) ?? this.#open(ring)
    if (typeof live === 'string') return live
    if (live.answered || live.leg !== ring.leg) return 'already-answered'
    live.answered = true
    live.callOffExpiry()
    return live.call
  }

  /** The call of this SID that is going on here; null if there is none, or nobody has answered it yet. */
  find(callSid: string): CallHandle | null {
    const live = this.#live.get(callSid)
    return live?.answered ? live.call : null
  }

  /** Ends a call; false if there is no such call. */
  end(callSid: string, reason: EndReason): boolean {
    const live = this.#live.get(callSid)
    live?.call.end(reason)
    return live !== undefined
  }

  /** Twilio goes on after this leg's stream: ends it, if it still is here, and resolves once its record is whole. False if a later one is here. */
  async finish(callSid: string, leg: number): Promise<boolean> {
    const live = this.#live.get(callSid)
    if (!live) return true
    if (live.leg > leg) return false
    this.#drop(callSid, live)
    await this.#within(LAST_WORDS_MS, live.call.ended)
    return true
  }

  /**
   * Takes no new calls and resolves once all have ended; those still going on after `withinMs` are ended. Calls that are
   * ringing may still be answered.
   */
  async drain(withinMs: number): Promise<void> {
    this.#draining = true
    await this.#allEndedWithin(withinMs)
    if (this.#live.size > 0) this.#parts.log.warn({ calls: this.#live.size }, 'ending calls that did not finish in time')
    for (const { call } of this.#live.values()) call.end('shutdown' satisfies EndReason)
    await this.#allEndedWithin(LAST_WORDS_MS)
  }

  /** For when the process cannot wait: each call says goodbye and hangs up. Those that have not in 15 s are ended. */
  async leave(): Promise<void> {
    this.#draining = true
    for (const { call, answered } of this.#live.values()) {
      if (answered && call.leave) call.leave()
      else call.end('shutdown' satisfies EndReason)
    }
    await this.#allEndedWithin(GOODBYE_MS)
    for (const { call } of this.#live.values()) call.end('shutdown' satisfies EndReason)
    await this.#allEndedWithin(LAST_WORDS_MS)
  }

  #drop(callSid: string, live: LiveCall): void {
    live.call.end((live.answered ? 'line-cut' : 'no-stream') satisfies EndReason)
    if (this.#live.get(callSid) === live) this.#live.delete(callSid)
  }

  #open(ring: Ring): LiveCall | 'busy' | 'broken' {
    const log = this.#parts.log.child({ callSid: ring.callSid })
    const { admission } = this
    // Who was cut off in mid-call is on the line already, and is let in also when many are at once.
    if (admission !== 'open' && !(ring.leg > 1 && ['overloaded', 'over-budget'].includes(admission))) {
      const { exhausted } = this
      log.info({ admission, ...(exhausted.length > 0 && { exhausted }) }, 'a call is not taken')
      this.#parts.refused?.(admission)
      return 'busy'
    }
    try {
      const live: LiveCall = {
        leg: ring.leg,
        call: guardCall(this.#parts.create(ring), log),
        answered: false,
        callOffExpiry: () => {},
      }
      this.#live.set(ring.callSid, live)
      void live.call.ended.then(() => {
        live.callOffExpiry()
        if (this.#live.get(ring.callSid) === live) this.#live.delete(ring.callSid)
      })
      return live
    } catch (error) {
      log.error({ err: error }, 'a call could not be made')
      this.#parts.refused?.('broken')
      return 'broken'
    }
  }

  async #allEndedWithin(ms: number): Promise<void> {
    await this.#within(ms, Promise.all([...this.#live.values()].map(({ call }) => call.ended)))
  }

  async #within(ms: number, happened: Promise<unknown>): Promise<void> {
    let callOff = (): void => {}
    const tooLate = new Promise<void>(resolve => {
      callOff = this.#parts.clock.after(ms, resolve)
    })
    await Promise.race([happened, tooLate])
    callOff()
  }
}
