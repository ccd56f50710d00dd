/** From what waits to be heard to the samples of a loudspeaker, of any rate. Pure; runs in the playback worklet. */
import { StreamingResampler } from '../../audio/streaming-resampler.ts'
import { linear } from '../../audio/ulaw.ts'
import { Playout } from './playout.ts'

const LINE_HZ = 8000
/** A millisecond at a time. */
const PULL_BYTES = 8

/** A mark that was reached, and how long after the first of the filled samples its audio is over. */
export type ReachedMark = { readonly name: string; readonly inMs: number }

export class Speaker {
  readonly playout = new Playout()
  readonly #deviceHz: number
  readonly #resampler: StreamingResampler | null
  /** Made but not yet filled in. */
  #ready: Float32Array = new Float32Array(0)

  constructor(deviceHz: number) {
    this.#deviceHz = deviceHz
    this.#resampler = deviceHz === LINE_HZ ? null : new StreamingResampler(LINE_HZ, deviceHz)
  }

  /** Fills in what is heard next, and gives the marks reached by it. */
  fill(output: Float32Array): readonly ReachedMark[] {
    const marks: ReachedMark[] = []
    let filled = 0
    while (filled < output.length) {
      if (this.#ready.length === 0) this.#ready = this.#make((filled / this.#deviceHz) * 1000, marks)
      const part = this.#ready.subarray(0, output.length - filled)
      output.set(part, filled)
      filled += part.length
      this.#ready = this.#ready.subarray(part.length)
    }
    return marks
  }

  #make(fromMs: number, marks: ReachedMark[]): Float32Array {
    const pulled = this.playout.pull(PULL_BYTES)
    const lateMs = this.#resampler?.delayMs ?? 0
    for (const { name, afterBytes } of pulled.marks) marks.push({ name, inMs: fromMs + lateMs + (afterBytes / LINE_HZ) * 1000 })
    const samples = Float32Array.from(pulled.audio, byte => linear[byte]!)
    return this.#resampler?.push(samples) ?? samples
  }
}
