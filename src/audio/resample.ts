/**
 * Changes the sample rate of audio that is all there: recordings to be played to the bot, a clause the local voice has spoken,
 * an utterance for the local recogniser. The line itself is 8 kHz mu-law from end to end and is never resampled.
 *
 * A Kaiser-windowed sinc, flat up to 85 % of the narrower band and 80 dB down where the band ends: at 8 kHz that is flat to
 * 3.4 kHz, the telephone's own band, and nothing folds back.
 */

/** 80 dB down. From Kaiser's formulas: beta = 0.1102 (A - 8.7), taps = (A - 8) / (2.285 * transition in radians). */
const STOPBAND_DB = 80
const BETA = 0.1102 * (STOPBAND_DB - 8.7)
/** Where the pass band ends, as a share of the narrower of the two bands; the stop band begins at 1. */
const PASS = 0.85

/** The same sound at another rate. Samples are of any scale; a constant stays exactly that constant away from the ends. */
export function resample(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  if (fromHz === toHz) return samples.slice()
  const { step, phases } = ratioOf(fromHz, toHz)
  const filter = kaiserSinc(fromHz, toHz, phases)
  const output = new Float32Array(Math.round((samples.length * toHz) / fromHz))
  for (let index = 0; index < output.length; index++) {
    const position = index * step
    output[index] = weigh(samples, Math.floor(position / phases), filter(position % phases))
  }
  return output
}

/** From one output sample to the next it is `step` of the `phases` parts into which an input sample is divided. */
export function ratioOf(fromHz: number, toHz: number): { readonly step: number; readonly phases: number } {
  const divisor = greatestCommonDivisor(fromHz, toHz)
  return { step: fromHz / divisor, phases: toHz / divisor }
}

/** One output sample: the input around `centre`, weighted; there is silence before the recording and after it. */
function weigh(samples: Float32Array, centre: number, taps: Float32Array): number {
  const first = centre - taps.length / 2 + 1
  let sum = 0
  for (let tap = Math.max(0, -first); tap < taps.length && first + tap < samples.length; tap++) {
    sum += (taps[tap] ?? 0) * (samples[first + tap] ?? 0)
  }
  return sum
}

/** The filter's taps for each fraction (`phase` / `phases`) of an input sample that an output sample may fall on. */
export function kaiserSinc(fromHz: number, toHz: number, phases: number): (phase: number) => Float32Array {
  const bandHz = Math.min(fromHz, toHz) / 2
  const cutoff = ((1 + PASS) * bandHz) / fromHz
  const transition = (2 * Math.PI * (1 - PASS) * bandHz) / fromHz
  const halfWidth = Math.ceil((STOPBAND_DB - 8) / (2.285 * transition) / 2)
  const known = new Map<number, Float32Array>()
  return phase => {
    const taps = known.get(phase) ?? phaseTaps(phase / phases, cutoff, halfWidth)
    known.set(phase, taps)
    return taps
  }
}

function phaseTaps(fraction: number, cutoff: number, halfWidth: number): Float32Array {
  const taps = Float64Array.from({ length: 2 * halfWidth }, (_, tap) => {
    const distance = tap - halfWidth + 1 - fraction
    return sinc(cutoff * distance) * kaiser(distance / halfWidth)
  })
  const sum = taps.reduce((total, tap) => total + tap, 0)
  return Float32Array.from(taps, tap => tap / sum)
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

const kaiser = (x: number): number => (Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA))

/** The modified Bessel function of the first kind, order zero, by its power series. */
function bessel(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
