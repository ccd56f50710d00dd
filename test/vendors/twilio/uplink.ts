/**
 * The way from Twilio to the bot: messages in order, each perhaps a little late, and all of them held back while the network
 * stalls. Nothing overtakes and nothing is lost: it is one TCP connection.
 */
import type { Clock } from '../../../src/ports.ts'

type Waiting = { readonly text: string; readonly dueMs: number }

/** Adding a delay to a clock and taking it off again may lose a last bit. */
const TOLERANCE_MS = 1e-6

export class Uplink {
  readonly #clock: Clock
  readonly #deliver: (text: string) => void
  #waiting: Waiting[] = []
  #held = false
  #disarm: () => void = () => {}

  constructor(clock: Clock, deliver: (text: string) => void) {
    this.#clock = clock
    this.#deliver = deliver
  }

  send(text: string, lateMs = 0): void {
    this.#waiting.push({ text, dueMs: this.#clock.now() + lateMs })
    this.#deliverDue()
  }

  hold(): void {
    this.#held = true
    this.#disarm()
  }

  /** All that has waited leaves in one burst. */
  release(): void {
    this.#held = false
    this.#deliverDue()
  }

  /** Delivers what is still waiting, at once. */
  flush(): void {
    this.#disarm()
    for (const { text } of this.#waiting.splice(0)) this.#deliver(text)
  }

  /** Delivers nothing more. */
  cut(): void {
    this.hold()
    this.#waiting = []
  }

  #deliverDue(): void {
    if (this.#held) return
    this.#disarm()
    for (let next = this.#waiting[0]; next && next.dueMs <= this.#clock.now() + TOLERANCE_MS; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#deliver(next.text)
    }
    const next = this.#waiting[0]
    if (next) this.#disarm = this.#clock.after(next.dueMs - this.#clock.now(), () => this.#deliverDue())
  }
}
