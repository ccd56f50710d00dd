/**
 * Twilio's playback buffer: what the bot has sent and the caller has not heard yet. Bytes play at 8 per millisecond from the
 * moment the first arrives; a mark comes back when all before it has played; `clear` empties the buffer and all marks come
 * back at once. Pure but for its own memory: time is told to it.
 *
 * It keeps what was audible, sample by sample, silence included: what the caller's ear got.
 */
import { BYTES_PER_MS, SILENCE_BYTE } from '../../../src/audio/frames.ts'

/** Twilio discards what is more than ten minutes ahead (error 31931). */
const MOST_BUFFERED_BYTES = 10 * 60_000 * BYTES_PER_MS

export type PlaybackNews =
  | { readonly type: 'audible'; readonly atMs: number }
  /** Silence began: told once it has lasted a sample. */
  | { readonly type: 'quiet'; readonly atMs: number }
  /** The mark goes back to the bot; `cleared` if what it follows was never heard. */
  | { readonly type: 'mark'; readonly atMs: number; readonly name: string; readonly cleared: boolean }

type Queued = { readonly audio: Uint8Array } | { readonly mark: string }

/** Times are of the stream, in milliseconds, and are exact to the sample (1/8 ms) however late `advance` is called. */
export class Playback {
  readonly #tell: (news: PlaybackNews) => void
  readonly #heard: Uint8Array[] = []
  #queue: Queued[] = []
  #headBytes = 0
  #bufferedBytes = 0
  #changedMs = 0
  #audible = false

  constructor(tell: (news: PlaybackNews) => void) {
    this.#tell = tell
  }

  /** Plays until this time. The methods below act at the time last advanced to. */
  advance(toMs: number): void {
    // A clock's milliseconds are no whole samples, and subtracting two loses a last bit.
    const toBytes = Math.floor(toMs * BYTES_PER_MS + 1e-6)
    while (this.#headBytes < toBytes) {
      const first = this.#queue[0]
      if (first && 'audio' in first) this.#playFrom(first.audio, toBytes - this.#headBytes)
      else this.#beSilent(toBytes - this.#headBytes)
      this.#returnMarks()
    }
  }

  /** Queues audio and says how many of its bytes do not fit any more. */
  play(audio: Uint8Array): number {
    const fitting = audio.subarray(0, MOST_BUFFERED_BYTES - this.#bufferedBytes)
    if (fitting.length > 0) {
      this.#queue.push({ audio: fitting })
      this.#bufferedBytes += fitting.length
      this.#turn('audible')
    }
    return audio.length - fitting.length
  }

  mark(name: string): void {
    this.#queue.push({ mark: name })
    this.#returnMarks()
  }

  /** Empties the buffer. */
  clear(): void {
    const queue = this.#queue
    this.#queue = []
    this.#bufferedBytes = 0
    for (const queued of queue) {
      if ('mark' in queued) this.#tell({ type: 'mark', atMs: this.#nowMs, name: queued.mark, cleared: true })
    }
  }

  /** What has been sent and not been heard yet. */
  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /** When the next mark will be reached, or null if none is waiting. */
  get nextMarkMs(): number | null {
    let bytes = this.#headBytes
    for (const queued of this.#queue) {
      if ('mark' in queued) return bytes / BYTES_PER_MS
      bytes += queued.audio.length
    }
    return null
  }

  /** Whether the caller hears the bot, and since when that has been so. */
  get state(): { readonly audible: boolean; readonly sinceMs: number } {
    return { audible: this.#audible, sinceMs: this.#changedMs }
  }

  /** All that has been audible up to the time last advanced to: mu-law from the stream's first sample. */
  heard(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#heard))
  }

  #playFrom(audio: Uint8Array, mostBytes: number): void {
    const played = audio.subarray(0, mostBytes)
    const rest = audio.subarray(played.length)
    this.#queue.splice(0, 1, ...(rest.length > 0 ? [{ audio: rest }] : []))
    this.#bufferedBytes -= played.length
    this.#pass(played)
  }

  #beSilent(bytes: number): void {
    this.#turn('quiet')
    this.#pass(new Uint8Array(bytes).fill(SILENCE_BYTE))
  }

  #pass(audio: Uint8Array): void {
    this.#heard.push(audio)
    this.#headBytes += audio.length
  }

  #returnMarks(): void {
    for (let first = this.#queue[0]; first && 'mark' in first; first = this.#queue[0]) {
      this.#queue.shift()
      this.#tell({ type: 'mark', atMs: this.#nowMs, name: first.mark, cleared: false })
    }
  }

  #turn(type: 'audible' | 'quiet'): void {
    if (this.#audible === (type === 'audible')) return
    this.#audible = type === 'audible'
    this.#changedMs = this.#nowMs
    this.#tell({ type, atMs: this.#nowMs })
  }

  get #nowMs(): number {
    return this.#headBytes / BYTES_PER_MS
  }
}
