/** The calls on which a message is to be left once their stream is closed. Twilio asks for them within a second or two. */

/** A call that ends in between is never asked for; the oldest is then forgotten. */
const MOST = 1_000

export class Voicemails {
  readonly #calls = new Set<string>()

  note(callSid: string): void {
    this.#calls.add(callSid)
    const [oldest] = this.#calls
    if (this.#calls.size > MOST && oldest !== undefined) this.#calls.delete(oldest)
  }

  /** Whether a message is to be left on this call; once. */
  take(callSid: string): boolean {
    return this.#calls.delete(callSid)
  }
}
