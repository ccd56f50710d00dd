/**
 * How fast a stream may talk. A caller speaks no faster than time passes: 50 messages and one second of audio a second, and after
 * a stall of the network what was held back, all at once. Whoever sends much more is not Twilio, and would take from other calls.
 */

/** Messages at any moment, and more for each second since the connection; twice what Twilio sends. */
const FIRST_MESSAGES = 1_000
const MESSAGES_PER_SECOND = 100
/** How much more audio may have come than time has passed: clocks differ a little, and jitter is well below this. */
const MOST_AHEAD_MS = 10_000

export class Pace {
  #messages = 0
  #audioMs = 0

  /** A message has come, so long after the connection. Whether that is too many. */
  message(elapsedMs: number): boolean {
    return ++this.#messages > FIRST_MESSAGES + (MESSAGES_PER_SECOND * elapsedMs) / 1000
  }

  /** So much audio has come, so long after the connection. Whether that is too much. */
  audio(ms: number, elapsedMs: number): boolean {
    this.#audioMs += ms
    return this.#audioMs > elapsedMs + MOST_AHEAD_MS
  }
}
