import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resample } from '../../src/audio/resample.ts'
import { StreamingResampler } from '../../src/audio/streaming-resampler.ts'

const tone = (hz: number, rateHz: number, seconds: number): Float32Array =>
  Float32Array.from({ length: seconds * rateHz }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hz * n) / rateHz))

/** Passed through as a worklet would, 128 samples at a time. */
function through(resampler: StreamingResampler, samples: Float32Array): Float32Array {
  const pieces: Float32Array[] = []
  for (let at = 0; at < samples.length; at += 128) pieces.push(resampler.push(samples.subarray(at, at + 128)))
  return Float32Array.from(pieces.flatMap(piece => [...piece]))
}

/** How strong this frequency is in the sound, in dB below or above the tone that went in. */
function gainDb(samples: Float32Array, hz: number, rateHz: number): number {
  // Away from the edges, and for whole periods of all the frequencies asked for.
  const part = samples.subarray(rateHz / 10, rateHz / 10 + rateHz / 2)
  let [real, imaginary] = [0, 0]
  part.forEach((sample, n) => {
    real += sample * Math.cos((2 * Math.PI * hz * n) / rateHz)
    imaginary += sample * Math.sin((2 * Math.PI * hz * n) / rateHz)
  })
  return 20 * Math.log10((2 * Math.hypot(real, imaginary)) / part.length / 0.5 + 1e-12)
}

const powerDb = (samples: Float32Array, rateHz: number): number => {
  const part = samples.subarray(rateHz / 10, rateHz / 10 + rateHz / 2)
  const power = part.reduce((sum, sample) => sum + sample * sample, 0) / part.length
  return 10 * Math.log10(power / 0.125 + 1e-12)
}

describe.each([44_100, 48_000, 96_000])('from a microphone of %i Hz to the line', deviceHz => {
  const pass = (hz: number) => through(new StreamingResampler(deviceHz, 8000), tone(hz, deviceHz, 1))

  it.each([60, 300, 1000, 2000, 3000, 3400])('%i Hz come through as they are', hz => {
    expect(Math.abs(gainDb(pass(hz), hz, 8000))).toBeLessThan(0.05)
  })

  it.each([4000, 4600, 5000, 7000, 7800, 12_000, 20_000])('%i Hz, which would fold back into speech, do not', hz => {
    expect(powerDb(pass(hz), 8000)).toBeLessThan(-75)
  })
})

describe.each([44_100, 48_000])('from the line to a loudspeaker of %i Hz', deviceHz => {
  const pass = (hz: number) => through(new StreamingResampler(8000, deviceHz), tone(hz, 8000, 1))

  it.each([60, 300, 1000, 3000, 3400])('%i Hz come through as they are, without their mirror image', hz => {
    const output = pass(hz)
    expect(Math.abs(gainDb(output, hz, deviceHz))).toBeLessThan(0.05)
    expect(gainDb(output, 8000 - hz, deviceHz)).toBeLessThan(-75)
    expect(gainDb(output, 8000 + hz, deviceHz)).toBeLessThan(-75)
  })
})

describe('a resampler of a stream', () => {
  it('gives what one of whole recordings gives, however the sound is cut', () => {
    const rates = fc.constantFrom([44_100, 8000], [48_000, 8000], [8000, 48_000], [8000, 44_100], [16_000, 8000] as const)
    fc.assert(
      fc.property(rates, fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 12 }), ([from, to], cuts) => {
        const input = Float32Array.from({ length: cuts.reduce((sum, cut) => sum + cut, 0) }, (_, n) => Math.sin(n * n))
        const resampler = new StreamingResampler(from, to)
        let at = 0
        const output = cuts.flatMap(cut => [...resampler.push(input.subarray(at, (at += cut)))])
        const whole = resample(input, from, to)
        expect(output.length).toBeLessThanOrEqual(whole.length)
        expect(output.length).toBeGreaterThanOrEqual(whole.length - Math.ceil((resampler.delayMs / 1000) * to) - 1)
        const worst = output.reduce((most, sample, n) => Math.max(most, Math.abs(sample - whole[n]!)), 0)
        expect(worst).toBeLessThan(1e-5)
      }),
      { numRuns: 60 },
    )
  })

  it('is less than 5 ms late', () => {
    for (const deviceHz of [44_100, 48_000]) {
      expect(new StreamingResampler(deviceHz, 8000).delayMs).toBeLessThan(5)
      expect(new StreamingResampler(8000, deviceHz).delayMs).toBeLessThan(5)
    }
  })

  it('keeps no more than it needs and does not drift', () => {
    const resampler = new StreamingResampler(44_100, 8000)
    let samples = 0
    const quantum = new Float32Array(4410)
    for (let n = 0; n < 600; n++) samples += resampler.push(quantum).length
    expect(Math.abs(samples - 600 * 800)).toBeLessThan(40)
  })
})
