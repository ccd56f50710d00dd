/**
 * The last stretch of a caller's audio, found by call time. Older audio is forgotten, so memory stays the same however long
 * the call is.
 */
import { byteLength, durationMs, type Frame } from '../../../audio/frames.ts'
import { linear } from '../../../audio/ulaw.ts'

export class CallerAudio {
  readonly #ring: Uint8Array
  #heardBytes = 0

  constructor(keepMs: number) {
    this.#ring = new Uint8Array(byteLength(keepMs))
  }

  /** The call time up to which audio has been heard. */
  get heardMs(): number {
    return durationMs(this.#heardBytes)
  }

  hear(frame: Frame): void {
    const place = this.#heardBytes % this.#ring.length
    const fitting = Math.min(frame.length, this.#ring.length - place)
    this.#ring.set(frame.subarray(0, fitting), place)
    this.#ring.set(frame.subarray(fitting), 0)
    this.#heardBytes += frame.length
  }

  /** A copy of the audio between two moments, or as much of it as has been heard and is still kept. */
  between(fromMs: number, toMs: number): Uint8Array {
    const to = Math.min(byteLength(toMs), this.#heardBytes)
    const from = Math.max(byteLength(fromMs), this.#heardBytes - this.#ring.length, 0)
    const audio = new Uint8Array(Math.max(0, to - from))
    for (let index = 0; index < audio.length; index++) audio[index] = this.#ring[(from + index) % this.#ring.length]!
    return audio
  }

  /** The middle of the quietest `windowMs` between two moments, in whole ms: if anywhere, one may cut there between words. */
  quietestMs(fromMs: number, toMs: number, windowMs: number): number {
    const audio = this.between(fromMs, toMs)
    const window = byteLength(windowMs)
    let energy = 0
    let quietest = { energy: Infinity, end: window }
    for (let index = 0; index < audio.length; index++) {
      energy += linear[audio[index]!]! ** 2 - (index >= window ? linear[audio[index - window]!]! ** 2 : 0)
      if (index >= window && energy < quietest.energy) quietest = { energy, end: index }
    }
    return Math.round(fromMs + durationMs(quietest.end - window / 2))
  }
}
