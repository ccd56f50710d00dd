/**
 * A caller who talks on through every break: falls into whatever the bot says first on a stream with the next line, and then
 * listens to the reply. Says when enough of the reply has been heard for the call to be cut.
 */
import { FRAME_BYTES, SILENCE_BYTE, silentFrame, type Frame } from '../../src/audio/frames.ts'
import type { Caller, Moment } from '../vendors/twilio/caller.ts'

export type SpokenLine = { readonly text: string; readonly audio: Uint8Array }

export type CallerParts = {
  readonly lines: readonly SpokenLine[]
  /** What of the first words is heard before the caller falls in. */
  readonly fallsInAfterMs: number
  /** How much of each reply is heard before it may be cut, in order. */
  readonly ripeAfterMs: readonly number[]
}

/** So much of the last reply is listened to. */
const LAST_REPLY_MS = 1000
/** Quiet that is no pause in a reply. */
const OVER_AFTER_MS = 2000

export class ResumableCaller implements Caller {
  /** What was said to its end, in order. */
  readonly said: string[] = []
  /** Replies that were audible. */
  replies = 0
  readonly #parts: CallerParts
  #speaking: Uint8Array = new Uint8Array(0)
  #state: 'listening' | 'speaking' | 'waiting' | 'hearing' = 'listening'
  #hearsMs = 0
  #quietMs = 0
  #repliesMax = Infinity

  constructor(parts: CallerParts) {
    this.#parts = parts
  }

  /** In the middle of what may be a reply. */
  get isHearing(): boolean {
    return this.#hearsMs > 0
  }

  /** Far enough into the reply, or it is over. */
  get hasHeardEnough(): boolean {
    if (this.#state !== 'hearing') return false
    return this.#hearsMs >= (this.#parts.ripeAfterMs[this.replies - 1] ?? 0) || this.#quietMs >= OVER_AFTER_MS
  }

  /** In the reply that is on, or in the next. */
  hangUpInReply(): void {
    this.#repliesMax = this.#state === 'hearing' ? this.replies : this.replies + 1
  }

  /** A new stream has begun. */
  connected(): void {
    this.#state = 'listening'
    this.#speaking = new Uint8Array(0)
  }

  speak({ botAudibleMs, botQuietMs }: Moment): Frame | 'hang-up' {
    const { lines, fallsInAfterMs } = this.#parts
    if (this.#state === 'listening' && botAudibleMs >= fallsInAfterMs) {
      this.#state = 'speaking'
      this.#speaking = lines[this.said.length]!.audio
    }
    if (this.#state === 'waiting' && botAudibleMs > 0) {
      this.#state = 'hearing'
      this.replies++
    }
    this.#hearsMs = this.#state === 'hearing' ? botAudibleMs : 0
    this.#quietMs = botQuietMs
    if (this.replies >= this.#repliesMax && this.#hearsMs > LAST_REPLY_MS) return 'hang-up'
    return this.#state === 'speaking' ? this.#nextFrame() : silentFrame
  }

  #nextFrame(): Frame {
    const frame = new Uint8Array(FRAME_BYTES).fill(SILENCE_BYTE)
    frame.set(this.#speaking.subarray(0, FRAME_BYTES))
    this.#speaking = this.#speaking.subarray(FRAME_BYTES)
    if (this.#speaking.length === 0) {
      this.said.push(this.#parts.lines[this.said.length]!.text)
      this.#state = 'waiting'
    }
    return frame
  }
}
