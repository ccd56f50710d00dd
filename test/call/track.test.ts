import { describe, expect, it } from 'vitest'
import { Track } from '../../src/call/track.ts'

/** 300 ms of speech a word, but for a pause of 100 ms before "three". */
const words = [
  { text: 'One ', startMs: 0, endMs: 300 },
  { text: 'two, ', startMs: 300, endMs: 600 },
  { text: 'three.', startMs: 700, endMs: 1000 },
]
const whole = (): Track => {
  const track = new Track()
  track.append({ audio: new Uint8Array(8000).fill(1), words })
  return track
}

describe('a track', () => {
  it.each([
    [0, '', 'One two, three.'],
    [299, '', 'One two, three.'],
    [300, 'One ', 'two, three.'],
    [599.9, 'One ', 'two, three.'],
    [650, 'One two, ', 'three.'],
    [999, 'One two, ', 'three.'],
    [1000, 'One two, three.', ''],
    [Infinity, 'One two, three.', ''],
  ])('at %d ms has told "%s" and will tell "%s"', (ms, before, after) => {
    expect([whole().textBefore(ms), whole().textAfter(ms)]).toEqual([before, after])
  })

  it.each([
    [0, 0],
    [299, 0],
    [300, 300],
    [450, 300],
    // In a pause there is nothing to repeat.
    [650, 650],
    [800, 700],
    [1000, 1000],
    [2000, 1000],
  ])('stopped at %d ms goes on at %d ms, with the first word that was not heard whole', (ms, from) => {
    expect(whole().unheardFromMs(ms)).toBe(from)
  })

  it('goes on where it was if it has no words at all', () => {
    const track = new Track()
    track.append({ audio: new Uint8Array(8000), words: [] })
    expect(track.unheardFromMs(400)).toBe(400)
  })

  it('keeps every byte, however it grows', () => {
    const track = new Track()
    const audio = Uint8Array.from({ length: 100_000 }, (_, n) => n % 251)
    for (let at = 0; at < audio.length; at += 7777) track.append({ audio: audio.subarray(at, at + 7777), words: [] })
    expect([track.length, track.lengthMs]).toEqual([100_000, 12_500])
    expect(Buffer.from(track.read(0, 100_000)).equals(audio)).toBe(true)
    expect([...track.read(99_998, 100_400)]).toEqual([99_998 % 251, 99_999 % 251])
  })

  it('gives audio that stays as it is', () => {
    const track = whole()
    const read = track.read(0, 4)
    read[0] = 77
    for (let n = 0; n < 9; n++) track.append({ audio: new Uint8Array(9000).fill(2), words: [] })
    expect([...track.read(0, 4)]).toEqual([1, 1, 1, 1])
    expect([...read]).toEqual([77, 1, 1, 1])
  })

  it('is open until it is closed', () => {
    const track = whole()
    expect(track.closed).toBe(false)
    track.close()
    expect(track.closed).toBe(true)
  })
})
