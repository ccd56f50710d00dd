/**
 * Changes the sample rate of audio as it comes, piece by piece: a microphone's, a loudspeaker's. The same filter as for whole
 * recordings, and the same samples however the audio is cut; they come as soon as the filter has what it needs, some 4 ms later.
 */
import { kaiserSinc, ratioOf } from './resample.ts'

export class StreamingResampler {
  readonly #step: number
  readonly #phases: number
  readonly #filter: (phase: number) => Float32Array
  /** The input that later output still needs. Before the first sample there is silence. */
  #kept: Float32Array
  /** Where in `#kept` the next output lies, in parts of an input sample. */
  #position: number
  /** How much later than its input the output comes. */
  readonly delayMs: number

  /** Rates in Hz, whole numbers that differ. */
  constructor(fromHz: number, toHz: number) {
    const { step, phases } = ratioOf(fromHz, toHz)
    this.#step = step
    this.#phases = phases
    this.#filter = kaiserSinc(fromHz, toHz, phases)
    const halfWidth = this.#filter(0).length / 2
    this.#kept = new Float32Array(halfWidth - 1)
    this.#position = this.#kept.length * phases
    this.delayMs = (halfWidth / fromHz) * 1000
  }

  /** Takes the next input, of any length, and gives the output that it completes, perhaps none. Both are the caller's own. */
  push(input: Float32Array): Float32Array {
    const samples = join(this.#kept, input)
    const halfWidth = this.#filter(0).length / 2
    // The last input sample whose right half of the filter is there.
    const last = samples.length - halfWidth - 1
    const output = new Float32Array(this.#outputUpTo(last))
    for (let index = 0; index < output.length; index++) {
      const first = Math.floor(this.#position / this.#phases) - halfWidth + 1
      output[index] = weigh(samples, first, this.#filter(this.#position % this.#phases))
      this.#position += this.#step
    }
    const done = Math.min(samples.length, Math.floor(this.#position / this.#phases) - halfWidth + 1)
    this.#kept = samples.slice(done)
    this.#position -= done * this.#phases
    return output
  }

  #outputUpTo(last: number): number {
    const end = (last + 1) * this.#phases
    return Math.max(0, Math.ceil((end - this.#position) / this.#step))
  }
}

function weigh(samples: Float32Array, first: number, taps: Float32Array): number {
  let sum = 0
  for (let tap = 0; tap < taps.length; tap++) sum += taps[tap]! * samples[first + tap]!
  return sum
}

function join(first: Float32Array, second: Float32Array): Float32Array {
  const joined = new Float32Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}
