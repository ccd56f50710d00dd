/** Speech on its way from a socket to whoever listens: handed over in the same tick if the listener waits, kept in order if not. */
import type { Speech } from '../../ports.ts'

/**
 * Unbounded on purpose: it holds at most what the service makes of one reply (8 kB a second of speech), and the listener takes
 * each piece without waiting for anything.
 */
export class SpeechQueue {
  readonly #waiting: Speech[] = []
  #end: { readonly error: unknown } | 'quiet' | null = null
  #wake: (() => void) | null = null

  push(speech: Speech): void {
    if (this.#end !== null) return
    this.#waiting.push(speech)
    this.#wake?.()
  }

  /** What was pushed before is still delivered. */
  end(): void {
    this.#end ??= 'quiet'
    this.#wake?.()
  }

  /** What was pushed before is still delivered; then the listener gets this error, once. */
  fail(error: unknown): void {
    this.#end ??= { error }
    this.#wake?.()
  }

  /** Ends at once; what was not delivered never is. */
  abort(): void {
    this.#waiting.length = 0
    this.#end = 'quiet'
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Speech> {
    for (;;) {
      const speech = this.#waiting.shift()
      if (speech) yield speech
      else if (this.#end === 'quiet') return
      else if (this.#end) throw this.#end.error
      else await new Promise<void>(resolve => (this.#wake = resolve))
    }
  }
}
