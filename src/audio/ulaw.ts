/** Mu-law (G.711) to linear samples. Decoding only: nothing in a call re-encodes the caller's voice. */
import alawmulaw from 'alawmulaw'

/** The sample each mu-law byte stands for, -1 to 1. Shared: never written to. */
export const linear: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => alawmulaw.mulaw.decodeSample(byte) / 32_768)
