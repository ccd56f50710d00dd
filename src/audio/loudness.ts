/**
 * How loud a frame is in the band of the voice. It only measures; what is loud enough to be speech is not decided here.
 */
import type { Frame } from './frames.ts'
import { linear } from './ulaw.ts'

/** What silence measures: below the smallest step of mu-law, so that no line is quieter. */
export const QUIETEST_DB = -80
/** A syllable's edge lies somewhere within a frame; half frames see it before the quiet other half dilutes it. */
const HALF_FRAME_SAMPLES = 80
const QUIETEST_POWER = 10 ** (QUIETEST_DB / 10)

/** Second-order Butterworth high-pass at 150 Hz for 8 kHz: mains hum and handling rumble carry no speech. */
const [B0, B1, B2, A1, A2] = [0.920_066, -1.840_132, 0.920_066, -1.833_733, 0.846_532] as const

/** The loudness of successive frames of one call; the filter remembers the frame before. */
export class Loudness {
  #first = 0
  #second = 0

  /** The level in dB (0 is full scale) of the louder half of the call's next frame, without what lies below 150 Hz. */
  measure(frame: Frame): number {
    let loudest = QUIETEST_POWER
    for (let start = 0; start < frame.length; start += HALF_FRAME_SAMPLES) {
      loudest = Math.max(loudest, this.#power(frame, start, Math.min(start + HALF_FRAME_SAMPLES, frame.length)))
    }
    return 10 * Math.log10(loudest)
  }

  #power(frame: Frame, start: number, end: number): number {
    let [first, second, sum] = [this.#first, this.#second, 0]
    for (let index = start; index < end; index++) {
      const sample = linear[frame[index] ?? 0xff] ?? 0
      const filtered = B0 * sample + first
      first = B1 * sample - A1 * filtered + second
      second = B2 * sample - A2 * filtered
      sum += filtered * filtered
    }
    this.#first = first
    this.#second = second
    return sum / (end - start)
  }
}
