import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MediaTime } from '../../src/call/media-time.ts'

const voice = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(0x21)
/** Frames as a line: how many bytes of what follow one another. */
const shown = (frames: readonly Uint8Array[]): string =>
  frames
    .flatMap(frame => [...frame])
    .map(byte => (byte === 0xff ? '.' : 'v'))
    .join('')
    .replace(/(.)\1*/g, run => `${run.length}${run[0]} `)
    .trim()

describe('media time', () => {
  it('passes on a frame of 20 ms as it is', () => {
    const audio = voice(160)
    expect(new MediaTime().take(audio, 0)).toEqual([audio])
  })

  it('cuts whatever the carrier sends into whole frames', () => {
    const time = new MediaTime()
    expect(time.take(voice(100), 0)).toEqual([])
    expect(shown(time.take(voice(500), 12.5))).toBe('480v')
    expect(shown(time.take(voice(40), 75))).toBe('160v')
  })

  it('begins at the first audio, whatever its timestamp', () => {
    expect(shown(new MediaTime().take(voice(160), 3000))).toBe('160v')
  })

  it('fills a gap of 100 ms with 100 ms of silence', () => {
    const time = new MediaTime()
    time.take(voice(160), 0)
    expect(shown(time.take(voice(160), 120))).toBe('800. 160v')
  })

  it('takes less than a frame for jitter of the timestamps', () => {
    const time = new MediaTime()
    time.take(voice(160), 0)
    expect(shown(time.take(voice(160), 39))).toBe('160v')
    expect(shown(time.take(voice(160), 79))).toBe('160. 160v')
  })

  it('fills no more than 10 seconds: a longer jump is a broken clock', () => {
    const time = new MediaTime()
    time.take(voice(160), 0)
    expect(shown(time.take(voice(160), 86_400_000))).toBe('80000. 160v')
    expect(shown(time.take(voice(160), 86_400_020))).toBe('160v')
  })

  it('goes on when the timestamps jump back', () => {
    const time = new MediaTime()
    time.take(voice(160), 5000)
    expect(shown(time.take(voice(160), 0))).toBe('160v')
    expect(shown(time.take(voice(160), 20))).toBe('160v')
  })

  it('counts silence that stood in for missing audio as part of the gap', () => {
    const time = new MediaTime()
    time.take(voice(160), 0)
    for (let n = 0; n < 10; n++) expect(shown(time.standIn())).toBe('160.')
    expect(shown(time.take(voice(160), 320))).toBe('800. 160v')
  })

  it('lets audio that was late, not missing, be heard after the silence that stood in for it', () => {
    const time = new MediaTime()
    time.take(voice(160), 0)
    time.standIn()
    expect(shown(time.take(voice(160), 20))).toBe('160v')
    // The silence has been counted once; a gap after that is a gap of its own.
    expect(shown(time.take(voice(160), 80))).toBe('320. 160v')
  })

  it('loses nothing of a frame that was half there when silence stood in', () => {
    const time = new MediaTime()
    expect(time.take(voice(60), 0)).toEqual([])
    expect(shown(time.standIn())).toBe('60v 100.')
    expect(shown(time.take(voice(100), 27.5))).toBe('60. 100v')
  })
})

type Step = { readonly gapMs: number; readonly standIns: number; readonly bytes: number }
const step: fc.Arbitrary<Step> = fc.record({
  gapMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -500, max: 15_000 }) }),
  standIns: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }) }),
  bytes: fc.oneof(fc.constant(160), fc.integer({ min: 1, max: 900 })),
})

/** Each byte the caller speaks is the next of 0 to 199, so that a lost, doubled or misplaced one shows. */
function deliver(steps: readonly Step[]) {
  const time = new MediaTime()
  const frames: Uint8Array[] = []
  let spoken = 0
  let carrierMs = 0
  for (const { gapMs, standIns, bytes } of steps) {
    for (let n = 0; n < standIns; n++) {
      const stoodIn = time.standIn()
      expect(stoodIn).toHaveLength(1)
      frames.push(...stoodIn)
    }
    carrierMs = Math.max(0, carrierMs + gapMs)
    frames.push(
      ...time.take(
        Uint8Array.from({ length: bytes }, () => spoken++ % 200),
        carrierMs,
      ),
    )
    carrierMs += bytes / 8
  }
  return { frames, spoken }
}

describe('media time, whatever the network does', () => {
  it('lets every byte of the caller out once and in order, in whole frames, but for the unfinished last', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), steps => {
        const { frames, spoken } = deliver(steps)
        expect(frames.every(frame => frame.length === 160)).toBe(true)
        const heard = frames.flatMap(frame => [...frame].filter(byte => byte !== 0xff))
        expect(heard.every((byte, n) => byte === n % 200)).toBe(true)
        expect(heard.length).toBeLessThanOrEqual(spoken)
        expect(heard.length).toBeGreaterThan(spoken - 160)
      }),
      { numRuns: 200 },
    )
  })

  it('lets a pause last as long as the timestamps say, or as silence stood in for, and 10 seconds at most', () => {
    fc.assert(
      fc.property(step, fc.integer({ min: 1, max: 900 }), (pause, before) => {
        const flush = { gapMs: 0, standIns: 0, bytes: 160 }
        const { frames } = deliver([{ ...pause, gapMs: 0, standIns: 0, bytes: before }, pause, flush])
        const silentMs = frames.reduce((sum, frame) => sum + frame.filter(byte => byte === 0xff).length, 0) / 8
        const carriedMs = Math.max(pause.gapMs, -before / 8)
        const wantedMs = Math.max(carriedMs, pause.standIns * 20)
        expect(silentMs).toBeLessThanOrEqual(Math.max(0, Math.min(wantedMs, 10_000 + pause.standIns * 20)))
        expect(silentMs).toBeGreaterThan(Math.min(wantedMs, 10_000) - 20)
      }),
      { numRuns: 300 },
    )
  })
})
