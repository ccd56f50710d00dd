/**
 * Who keeps the caller waiting: when it is the bot's turn and nothing comes for a second, names the stage that owes the next
 * step, once a turn. Looks at the facts only, and decides nothing; what is done about it are the rules.
 */
import { basisOf, isUnheard, said, silenceOf, type ReplyId, type Turns } from './facts.ts'
import { SILENCE_BEFORE_REPLY_MS } from './rules.ts'

export type Stage = 'recogniser' | 'model' | 'voice' | 'line'

export type Stall = { readonly stage: Stage; readonly forMs: number }

/** What a reply's next sound is waiting for. */
export type WaitsFor = (id: ReplyId) => 'the model' | 'the voice'

/** Half a second is the caller's, this is the bot's. */
export const STALLED_AFTER_MS = 1_000

export class Watchdog {
  /** The silence last complained of, and when the reply that is waited for was first seen ready. */
  #complainedOf: number | null = null
  #ready: { readonly id: ReplyId; readonly at: number } | null = null

  /** To be asked again and again; `now` is call time. */
  look(turns: Turns, now: number, waitsFor: WaitsFor): Stall | null {
    const { reply } = turns
    if (reply?.ready !== true) this.#ready = null
    else if (this.#ready?.id !== reply.id) this.#ready = { id: reply.id, at: now }
    const waiting = this.#waiting(turns, now, waitsFor)
    if (waiting === null || now - waiting.sinceMs < STALLED_AFTER_MS || this.#complainedOf === waiting.silence) return null
    this.#complainedOf = waiting.silence
    return { stage: waiting.stage, forMs: now - waiting.sinceMs }
  }

  /** Whose turn it is to do something, since when, and in which of the caller's silences. */
  #waiting(
    turns: Turns,
    now: number,
    waitsFor: WaitsFor,
  ): { readonly stage: Stage; readonly sinceMs: number; readonly silence: number } | null {
    const { reply, stirred, leaving } = turns
    const silence = silenceOf(turns)
    if (silence === null || stirred || leaving) return null
    const due = silence + SILENCE_BEFORE_REPLY_MS
    if (reply !== null && reply.answersSilence !== null) {
      if (reply.finished || reply.hold !== null || reply.heard !== '') return null
      const released = reply.answersSilence + SILENCE_BEFORE_REPLY_MS
      // A fixed line needs no thinking.
      const thinks = reply.line === null && waitsFor(reply.id) === 'the model'
      if (!reply.ready) return { stage: thinks ? 'model' : 'voice', sinceMs: released, silence }
      return { stage: 'line', sinceMs: Math.max(released, this.#ready?.at ?? now), silence }
    }
    const owesWords = (said(turns) !== '' && basisOf(turns, now) === null) || isUnheard(turns)
    return owesWords ? { stage: 'recogniser', sinceMs: due, silence } : null
  }
}
