/**
 * What the server has sent and the listener has not heard yet: mu-law and marks in their order, as Twilio keeps them. Pure; runs
 * in the playback worklet, which pulls as its loudspeaker does, and so tells it of time.
 *
 * A network delivers unevenly. After a silence playback begins once so much has come that a late message is not heard, or what
 * has come has waited that long; the server sends far ahead, so while it speaks that much is always there.
 */
import { BYTES_PER_MS, SILENCE_BYTE } from '../../audio/frames.ts'

/** How much is collected before it is heard. Every millisecond of it is one the caller waits; networks at home jitter by 5 to 30. */
export const HOLD_MS = 40
const HOLD_BYTES = HOLD_MS * BYTES_PER_MS

type Queued = { readonly audio: Uint8Array } | { readonly mark: string }

export type Pulled = {
  /** Exactly as long as was asked for; silence where there is nothing. */
  readonly audio: Uint8Array
  /** The marks that were reached, each with how many of these bytes are heard before it. */
  readonly marks: readonly { readonly name: string; readonly afterBytes: number }[]
}

export class Playout {
  #queue: Queued[] = []
  #bytes = 0
  /** For how long something has waited for playback to begin; null while playing. */
  #waitedBytes: number | null = 0

  play(audio: Uint8Array): void {
    if (audio.length === 0) return
    this.#queue.push({ audio })
    this.#bytes += audio.length
  }

  mark(name: string): void {
    this.#queue.push({ mark: name })
  }

  /** Throws away what was not heard, and gives the marks that waited, in order. */
  clear(): readonly string[] {
    const marks = this.#queue.flatMap(queued => ('mark' in queued ? [queued.mark] : []))
    this.#queue = []
    this.#bytes = 0
    this.#waitedBytes = 0
    return marks
  }

  /** How much waits to be heard. */
  get bufferedMs(): number {
    return this.#bytes / BYTES_PER_MS
  }

  /** The next mark, and how much is heard before it; null if none waits. */
  get nextMark(): { readonly name: string; readonly inMs: number } | null {
    let bytes = 0
    for (const queued of this.#queue) {
      if ('mark' in queued) return { name: queued.mark, inMs: bytes / BYTES_PER_MS }
      bytes += queued.audio.length
    }
    return null
  }

  /** What is heard in the next `length` samples. */
  pull(length: number): Pulled {
    const audio = new Uint8Array(length).fill(SILENCE_BYTE)
    if (!this.#mayPlay(length)) return { audio, marks: [] }
    const marks: { readonly name: string; readonly afterBytes: number }[] = []
    let at = 0
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      if ('mark' in first) {
        marks.push({ name: first.mark, afterBytes: at })
        this.#queue.shift()
        continue
      }
      if (at === length) break
      at += this.#take(first.audio, audio, at)
    }
    if (this.#queue.length === 0) this.#waitedBytes = 0
    return { audio, marks }
  }

  #mayPlay(length: number): boolean {
    if (this.#waitedBytes === null) return true
    if (this.#queue.length === 0) return false
    if (this.#bytes < HOLD_BYTES && this.#waitedBytes < HOLD_BYTES) {
      this.#waitedBytes += length
      return false
    }
    this.#waitedBytes = null
    return true
  }

  #take(from: Uint8Array, to: Uint8Array, at: number): number {
    const part = from.subarray(0, to.length - at)
    to.set(part, at)
    const rest = from.subarray(part.length)
    this.#queue.splice(0, 1, ...(rest.length > 0 ? [{ audio: rest }] : []))
    this.#bytes -= part.length
    return part.length
  }
}
