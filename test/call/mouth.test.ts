import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mouthAt, mouthOf } from '../../src/call/mouth.ts'

const word = (text: string, startMs: number, endMs: number) => ({ text, startMs, endMs })
const openness = (text: string) => Math.max(...mouthOf([word(text, 0, 400)])!.open)
const roundness = (text: string) => Math.max(...mouthOf([word(text, 0, 400)])!.round)

describe('the mouth', () => {
  it('begins and ends closed, and covers the words from the first to the last', () => {
    const curve = mouthOf([word(' Hello', 200, 600), word(' there.', 600, 1000)])!
    expect(curve).toMatchObject({ fromMs: 200, stepMs: 40 })
    expect(curve.open).toHaveLength(21)
    expect(curve.open[0]).toBe(0)
    expect(curve.open.at(-1)).toBe(0)
  })

  it('is wide open at "ah", spread at "ee", round at "ooh", and shut at a b between vowels', () => {
    expect(openness('father')).toBeGreaterThan(0.8)
    expect(openness('see')).toBeLessThan(0.5)
    expect(roundness('see')).toBeLessThan(0.35)
    expect(roundness('nooks')).toBeGreaterThan(0.8)
    const curve = mouthOf([word('aba', 0, 500)])!
    expect(mouthAt(curve, 100)!.open).toBeGreaterThan(0.6)
    expect(mouthAt(curve, 240)!.open).toBeLessThan(0.2)
    expect(mouthAt(curve, 400)!.open).toBeGreaterThan(0.6)
  })

  it('says a final e only where there is no other vowel', () => {
    expect(openness('the')).toBeGreaterThan(0.4)
    const curve = mouthOf([word('time', 0, 400)])!
    expect(mouthAt(curve, 360)!.open).toBeLessThan(0.2)
  })

  it('closes in a pause, and does not between words that run on', () => {
    const paused = mouthOf([word('are', 0, 200), word(' you', 700, 900)])!
    expect([240, 400, 640].map(ms => mouthAt(paused, ms)!.open)).toEqual([0, 0, 0])
    const runningOn = mouthOf([word('are', 0, 200), word(' our', 220, 500)])!
    expect(mouthAt(runningOn, 210)!.open).toBeGreaterThan(0.1)
  })

  it('moves for figures and for words in other letters', () => {
    expect(openness(' 2026')).toBeGreaterThan(0.4)
    expect(openness('東京')).toBeGreaterThan(0.4)
  })

  it('says nothing of what is not spoken', () => {
    expect(mouthOf([])).toBeNull()
    expect(mouthOf([word('now', 100, 100)])).toBeNull()
    const curve = mouthOf([word('now', 100, 300)])!
    expect(mouthAt(curve, 99)).toBeNull()
    expect(mouthAt(curve, 340)).toBeNull()
  })

  it('never leaves its bounds, whatever is said', () => {
    const words = fc.array(fc.tuple(fc.string(), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 900 })))
    fc.assert(
      fc.property(words, said => {
        let at = 0
        const curve = mouthOf(said.map(([text, gap, long]) => word(text, (at += gap), (at += long))))
        for (const value of [...(curve?.open ?? []), ...(curve?.round ?? [])]) expect(value >= 0 && value <= 1).toBe(true)
      }),
    )
  })
})
