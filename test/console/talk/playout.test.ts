import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOLD_MS, Playout } from '../../../src/console/talk/playout.ts'

const audio = (ms: number, byte: number): Uint8Array => new Uint8Array(ms * 8).fill(byte)

/** Pulled a millisecond at a time: when each byte value was first heard, and when each mark was reached. */
function listen(playout: Playout, forMs: number, fromMs = 0) {
  const heard = new Map<number, number>()
  const marks = new Map<string, number>()
  for (let ms = fromMs; ms < fromMs + forMs; ms++) {
    const pulled = playout.pull(8)
    pulled.audio.forEach((byte, n) => heard.has(byte) || heard.set(byte, ms + n / 8))
    for (const { name, afterBytes } of pulled.marks) marks.set(name, ms + afterBytes / 8)
  }
  return { heard, marks }
}

describe('what waits to be heard', () => {
  it('is heard at once where enough has come, and marks are reached when the audio before them is over', () => {
    const playout = new Playout()
    playout.play(audio(100, 1))
    playout.mark('one')
    playout.play(audio(50, 2))
    playout.mark('two')
    const { heard, marks } = listen(playout, 200)
    expect(heard.get(1)).toBe(0)
    expect(heard.get(2)).toBe(100)
    expect([...marks]).toEqual([['one', 100], ['two', 150]]) // prettier-ignore
  })

  it('is collected for 40 ms after a silence, so that an uneven network is not heard', () => {
    expect(HOLD_MS).toBe(40)
    const playout = new Playout()
    playout.mark('start')
    playout.play(audio(20, 1))
    const first = listen(playout, 30)
    expect(first.heard.get(1)).toBeUndefined()
    expect(first.marks.size).toBe(0)
    playout.play(audio(20, 1))
    const then = listen(playout, 50, 30)
    expect(then.heard.get(1)).toBe(30)
    expect(then.marks.get('start')).toBe(30)
  })

  it('is heard after 40 ms though nothing more comes', () => {
    const playout = new Playout()
    playout.play(audio(20, 1))
    playout.mark('end')
    const { heard, marks } = listen(playout, 100)
    expect(heard.get(1)).toBe(40)
    expect(marks.get('end')).toBe(60)
  })

  it('is collected anew once it ran dry', () => {
    const playout = new Playout()
    playout.play(audio(60, 1))
    listen(playout, 100)
    playout.play(audio(20, 2))
    expect(listen(playout, 100, 100).heard.get(2)).toBe(140)
  })

  it('gives the mark of an empty line back', () => {
    const playout = new Playout()
    playout.mark('alone')
    expect(listen(playout, 60).marks.get('alone')).toBe(40)
  })

  it('is thrown away at once when cleared, and its marks come back in order', () => {
    const playout = new Playout()
    playout.play(audio(100, 1))
    playout.mark('one')
    playout.play(audio(100, 2))
    playout.mark('two')
    listen(playout, 150)
    expect(playout.clear()).toEqual(['two'])
    expect(playout.bufferedMs).toBe(0)
    const { heard, marks } = listen(playout, 200, 150)
    expect([...heard.keys()]).toEqual([0xff])
    expect(marks.size).toBe(0)
  })

  it('tells how far the next mark is', () => {
    const playout = new Playout()
    expect(playout.nextMark).toBeNull()
    playout.play(audio(100, 1))
    playout.mark('1:100')
    playout.mark('later')
    listen(playout, 30)
    expect(playout.nextMark).toEqual({ name: '1:100', inMs: 70 })
  })

  it('is heard whole and in order, marks between, however it comes and is pulled', () => {
    const step = fc.oneof(
      fc.record({ play: fc.integer({ min: 0, max: 900 }) }),
      fc.record({ mark: fc.constant(true) }),
      fc.record({ pull: fc.integer({ min: 1, max: 700 }) }),
    )
    fc.assert(
      fc.property(fc.array(step), steps => {
        const playout = new Playout()
        const [due, reached]: [number[], number[]] = [[], []]
        let [sent, heard] = [0, 0]
        const pull = (length: number): void => {
          const { audio: piece, marks } = playout.pull(length)
          const before = heard
          expect(piece).toHaveLength(length)
          for (const byte of piece) if (byte !== 0xff) expect(byte).toBe(heard++ % 200)
          for (const { name, afterBytes } of marks) {
            reached.push(Number(name))
            expect(before + afterBytes).toBe(Number(name))
          }
        }
        for (const each of steps) {
          if ('play' in each) playout.play(Uint8Array.from({ length: each.play }, () => sent++ % 200))
          if ('mark' in each) playout.mark(String(due[due.push(sent) - 1]))
          if ('pull' in each) pull(each.pull)
        }
        for (let n = 0; n < 200; n++) pull(500)
        expect(heard).toBe(sent)
        expect(reached).toEqual(due)
        expect(playout.bufferedMs).toBe(0)
      }),
    )
  })
})
