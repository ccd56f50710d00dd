/** The end of speech that is cut off: a short fall instead of a click. */
import alawmulaw from 'alawmulaw'

/** The same mu-law, falling evenly to silence. */
export function fadeOut(audio: Uint8Array): Uint8Array {
  const samples = alawmulaw.mulaw.decode(audio)
  return alawmulaw.mulaw.encode(samples.map((sample, n) => Math.round(sample * (1 - (n + 1) / samples.length))))
}
