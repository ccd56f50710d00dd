/**
 * What the call says of the caller's voice, to know which audio may still become words and whether a session hears at all.
 * Hints only: noise counts as speech here until no words come of it. Counts in call time; holds no audio.
 */
import type { ModelFamily } from './settings.ts'

/**
 * Speech without a single message after which a session counts as deaf. Words of universal-streaming begin to come after
 * about 300 ms, of the Pro models after about 1,200; noise brings no message either, so the patience doubles each time.
 */
const PATIENCE_MS: Readonly<Record<ModelFamily, number>> = { immutable: 2500, revised: 4000 }

/** Speech that has not become words this long after it ended was none. */
const WORDS_WITHIN_MS = 3000
/** How far before a pause the words may be settled to and still be all that was said. */
const NEAR_MS = 100

export class PendingSpeech {
  readonly #leastPatienceMs: number
  #patienceMs: number
  #unansweredMs = 0
  #heardToMs = 0
  #fromMs: number | null = null
  #silentSinceMs: number | null = null

  constructor(family: ModelFamily) {
    this.#leastPatienceMs = PATIENCE_MS[family]
    this.#patienceMs = this.#leastPatienceMs
  }

  /** Where the oldest speech begins that may still become words; null if there is none. */
  get fromMs(): number | null {
    return this.#fromMs
  }

  /** Since when the caller is silent; null while they speak or before they ever did. */
  get silentSinceMs(): number | null {
    return this.#silentSinceMs
  }

  /** True once, when so much speech went by without an answer that the session cannot be hearing it. */
  get goesUnheard(): boolean {
    if (this.#unansweredMs < this.#patienceMs) return false
    this.#unansweredMs = 0
    this.#patienceMs *= 2
    return true
  }

  began(fromMs: number): void {
    this.#fromMs ??= fromMs
    this.#silentSinceMs = null
  }

  paused(sinceMs: number): void {
    this.#silentSinceMs = sinceMs
  }

  /** Another frame was heard; words are settled up to `settledMs`. */
  heardTo(ms: number, settledMs: number): void {
    if (this.#fromMs !== null && this.#silentSinceMs === null) this.#unansweredMs += ms - this.#heardToMs
    this.#heardToMs = ms
    const sinceMs = this.#silentSinceMs
    if (sinceMs !== null && (settledMs >= sinceMs - NEAR_MS || ms - sinceMs > WORDS_WITHIN_MS)) this.#fromMs = null
  }

  /** The vendor said something. */
  answered(): void {
    this.#unansweredMs = 0
  }

  /** It told words: it hears, so the next silence is not to be taken for noise. */
  understood(): void {
    this.#patienceMs = this.#leastPatienceMs
  }
}
