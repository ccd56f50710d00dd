import { describe, expect, test } from 'vitest'
import { FRAME_BYTES, silentFrame } from '../../../src/audio/frames.ts'
import { CallerAudio } from '../../../src/providers/local/moonshine/caller-audio.ts'

/** So much audio whose bytes are the number of the frame. */
function heard(frames: number, keepMs: number): CallerAudio {
  const audio = new CallerAudio(keepMs)
  for (let number = 0; number < frames; number++) audio.hear(new Uint8Array(FRAME_BYTES).fill(number))
  return audio
}

describe("A caller's audio", () => {
  test('is found by call time, to the sample', () => {
    const stretch = heard(10, 1000).between(30, 61)
    expect(stretch.length).toBe(31 * 8)
    expect([...new Set(stretch)]).toEqual([1, 2, 3])
    expect(stretch.filter(byte => byte === 3).length).toBe(8)
  })

  test('is given as far as it has been heard and is still kept', () => {
    const audio = heard(100, 50)
    expect(audio.heardMs).toBe(2000)
    expect([...new Set(audio.between(0, 9000))]).toEqual([97, 98, 99])
    expect(audio.between(-100, 20).length).toBe(0)
    expect(heard(2, 50).between(-100, 20).length).toBe(160)
  })

  test('is best cut where it is quietest', () => {
    const audio = new CallerAudio(2000)
    for (let ms = 0; ms < 1000; ms += 20) audio.hear(ms >= 600 && ms < 800 ? silentFrame : new Uint8Array(FRAME_BYTES).fill(0x90))
    expect(audio.quietestMs(100, 1000, 200)).toBe(700)
  })
})
