/** What a microphone takes up, as the line wants it: 8 kHz mu-law in frames of 20 ms. Pure; runs in the capture worklet. */
import { FRAME_BYTES, type Frame } from '../../audio/frames.ts'
import { StreamingResampler } from '../../audio/streaming-resampler.ts'
import { encodeUlaw } from '../../audio/ulaw-encoder.ts'

const LINE_HZ = 8000

export class Uplink {
  readonly #resampler: StreamingResampler | null
  #frame = new Uint8Array(FRAME_BYTES)
  #filled = 0

  constructor(deviceHz: number) {
    this.#resampler = deviceHz === LINE_HZ ? null : new StreamingResampler(deviceHz, LINE_HZ)
  }

  /** Takes the microphone's next samples (-1 to 1) and gives the frames that are full with them, usually none or one. */
  push(samples: Float32Array): readonly Frame[] {
    const frames: Frame[] = []
    for (const byte of encodeUlaw(this.#resampler?.push(samples) ?? samples)) {
      this.#frame[this.#filled++] = byte
      if (this.#filled < FRAME_BYTES) continue
      frames.push(this.#frame)
      this.#frame = new Uint8Array(FRAME_BYTES)
      this.#filled = 0
    }
    return frames
  }
}
