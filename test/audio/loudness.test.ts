import alawmulaw from 'alawmulaw'
import { describe, expect, test } from 'vitest'
import { FRAME_BYTES, silentFrame } from '../../src/audio/frames.ts'
import type { Frame } from '../../src/audio/frames.ts'
import { Loudness, QUIETEST_DB } from '../../src/audio/loudness.ts'

describe('the loudness of a frame', () => {
  test.each([-10, -30, -50])('of a tone at %i dB is that', db => {
    expect(settled(db, 1000)).toBeCloseTo(db, 0)
  })

  test('of digital silence is the least there is', () => {
    expect(new Loudness().measure(silentFrame)).toBe(QUIETEST_DB)
  })

  test('of mains hum is a tenth or less of its power', () => {
    expect(settled(-20, 50)).toBeLessThan(-35)
    expect(settled(-20, 60)).toBeLessThan(-30)
  })

  test('in which a syllable ends half way is that of the syllable', () => {
    const frame = tone(-20, 1000)
    frame.fill(0xff, FRAME_BYTES / 2)
    expect(new Loudness().measure(frame)).toBeGreaterThan(-21)
  })

  test('depends on nothing heard long before', () => {
    const loudness = new Loudness()
    for (let count = 0; count < 50; count++) loudness.measure(tone(-3, 200))
    for (let count = 0; count < 5; count++) loudness.measure(silentFrame)
    expect(loudness.measure(silentFrame)).toBe(QUIETEST_DB)
  })
})

/** What a tone measures once the filter has settled. */
function settled(db: number, hz: number): number {
  const loudness = new Loudness()
  for (let count = 0; count < 20; count++) loudness.measure(tone(db, hz))
  return loudness.measure(tone(db, hz))
}

/** 20 ms of a tone at so many dB below full scale. */
function tone(db: number, hz: number): Frame {
  const amplitude = 32_768 * Math.SQRT2 * 10 ** (db / 20)
  const samples = Int16Array.from({ length: FRAME_BYTES }, (_, index) => amplitude * Math.sin((2 * Math.PI * hz * index) / 8000))
  return alawmulaw.mulaw.encode(samples)
}
