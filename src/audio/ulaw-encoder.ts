/** Linear samples to mu-law (G.711): for sound that is made or taken up here, such as a microphone's. */
import alawmulaw from 'alawmulaw'

/** Samples from -1 to 1; what is louder is cut off. */
export function encodeUlaw(samples: Float32Array): Uint8Array {
  return Uint8Array.from(samples, sample => {
    const scaled = Math.round(sample * 32_768)
    return alawmulaw.mulaw.encodeSample(Math.max(-32_768, Math.min(32_767, scaled)))
  })
}
