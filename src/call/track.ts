/** The speech of one reply as it is made: mu-law that grows at its end, and where in it each word lies. Decides nothing. */
import { durationMs } from '../audio/frames.ts'
import type { Speech, SpokenWord } from '../ports.ts'

export class Track {
  #audio = new Uint8Array(16_384)
  #length = 0
  readonly #words: SpokenWord[] = []
  #closed = false

  get length(): number {
    return this.#length
  }

  get lengthMs(): number {
    return durationMs(this.#length)
  }

  /** True once nothing will be added. */
  get closed(): boolean {
    return this.#closed
  }

  append({ audio, words }: Speech): void {
    if (this.#length + audio.length > this.#audio.length) {
      const larger = new Uint8Array(2 * (this.#length + audio.length))
      larger.set(this.#audio.subarray(0, this.#length))
      this.#audio = larger
    }
    this.#audio.set(audio, this.#length)
    this.#length += audio.length
    this.#words.push(...words)
  }

  close(): void {
    this.#closed = true
  }

  /** The audio between two bytes; it stays as it is however the track grows. */
  read(from: number, to: number): Uint8Array {
    return this.#audio.slice(from, Math.min(to, this.#length))
  }

  /** The text whose audio lies wholly before this moment. */
  textBefore(ms: number): string {
    return join(this.#words.filter(word => word.endMs <= ms))
  }

  /** The text that follows `textBefore(ms)`, as far as it exists. */
  textAfter(ms: number): string {
    return join(this.#words.filter(word => word.endMs > ms))
  }

  /** Where the first word begins that has not been heard whole at this moment; the end if there is none. */
  unheardFromMs(ms: number): number {
    return Math.min(ms, this.#words.find(word => word.endMs > ms)?.startMs ?? this.lengthMs)
  }
}

const join = (words: readonly SpokenWord[]): string => words.map(word => word.text).join('')
