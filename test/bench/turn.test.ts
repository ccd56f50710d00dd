import { describe, expect, it } from 'vitest'
import { answerNamed, nameIn, nameOf } from '../../scripts/bench/answers.ts'
import { slopeOf } from '../../scripts/bench/memory.ts'
import { percentile, shareOf, spreadOf } from '../../scripts/bench/percentiles.ts'
import {
  limitMs,
  medianTurn,
  overheadMs,
  stagesMs,
  tokensNeededFor,
  usedDraft,
  wasEarly,
  wasReady,
  type Turn,
} from '../../scripts/bench/turn.ts'
import { phrasesOf } from '../../src/call/phrases.ts'
import { tokensOf } from '../vendors/openai/tokens.ts'

/** Words at 300, the request 3 ms later, its first words at 790, their audio at 912, in the caller's ear at 913. */
const turn: Turn = {
  pipeline: 'draft',
  line: 'No, I just want a new car.',
  interrupting: false,
  wordsMs: 300,
  declaredMs: 304,
  requestMs: 303,
  firstTokenMs: 653,
  textTokenMs: 787,
  lastTokenMs: 2087,
  textMs: 790,
  firstAudioMs: 912,
  allAudioMs: 2250,
  pauseKnownMs: 60,
  releasedMs: 500,
  gapMs: 913,
  sinceCompleteMs: 413,
  discarded: 0,
}

describe('percentiles', () => {
  it('are values that occurred', () => {
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3)
    expect(percentile([5, 1, 4, 2, 3], 0.95)).toBe(5)
    expect(percentile([7], 0.99)).toBe(7)
    expect(spreadOf([4, 2, 8, 6])).toEqual({ count: 4, p50: 4, p95: 8, p99: 8, max: 8 })
  })

  it('of nothing are not a number, rather than 0', () => {
    expect(spreadOf([])).toEqual({ count: 0, p50: NaN, p95: NaN, p99: NaN, max: NaN })
    expect(shareOf([], () => true)).toBe(NaN)
  })

  it('know the rise of a line through noise', () => {
    expect(slopeOf([[0, 10], [1, 14], [2, 14], [3, 18]])).toBeCloseTo(2.4) // prettier-ignore
    expect(slopeOf([[0, 5], [50, 5], [100, 5]])).toBe(0) // prettier-ignore
  })
})

describe('what the services allowed', () => {
  it('for a draft is words, first words written and first audio, one after the other', () => {
    expect(limitMs(turn)).toBe(300 + 484 + 122)
    expect(overheadMs(turn)).toBe(7)
    expect(stagesMs(turn)).toEqual({ begin: 3, phrase: 3, send: 1 })
  })

  it('is never less than the silence', () => {
    const fast = { ...turn, wordsMs: 100, requestMs: 102, textTokenMs: 262, textMs: 263, firstAudioMs: 338, gapMs: 501 }
    expect(limitMs(fast)).toBe(500)
    expect(overheadMs(fast)).toBe(1)
    expect(wasReady(fast)).toBe(true)
    expect(usedDraft(fast)).toBe(true)
  })

  it('for a streamed reply begins when the silence is complete', () => {
    const streamed = {
      ...turn,
      pipeline: 'streamed',
      requestMs: 503,
      textTokenMs: 987,
      textMs: 990,
      firstAudioMs: 1112,
      gapMs: 1113,
    } as const
    expect(limitMs(streamed)).toBe(500 + 484 + 122)
    expect(stagesMs(streamed)).toEqual({ begin: 3, phrase: 3, send: 1 })
    expect(usedDraft(streamed)).toBe(false)
  })

  it('for a plain reply is all of the words, all of the text and all of the speech', () => {
    const plain = {
      ...turn,
      pipeline: 'plain',
      requestMs: 503,
      lastTokenMs: 2287,
      textMs: 2290,
      allAudioMs: 2440,
      gapMs: 2441,
    } as const
    expect(limitMs(plain)).toBe(500 + 1784 + 150)
    expect(stagesMs(plain)).toEqual({ begin: 3, phrase: 3, send: 1 })
  })

  it('never excuses a reply before 500 ms', () => {
    expect(wasEarly({ ...turn, gapMs: 499 })).toBe(true)
    expect(wasEarly({ ...turn, gapMs: 500 })).toBe(false)
  })
})

it('the median turn is the one in the middle', () => {
  const gaps = [900, 1000, 950, 2000, 910]
  expect(medianTurn(gaps.map(gapMs => ({ ...turn, gapMs })))!.gapMs).toBe(950)
  expect(medianTurn([])).toBeNull()
})

describe('the answers of the emulated model', () => {
  const answer = answerNamed(nameOf(12345))

  it('bear names by which they can be told apart', () => {
    const names = Array.from({ length: 5000 }, (_, n) => nameOf(n))
    expect(new Set(names).size).toBe(5000)
    expect(nameIn(answer)).toBe(nameOf(12345))
    expect(nameIn('Thanks for calling Nooks.')).toBeNull()
  })

  it('have their first piece for the voice with the fourth token, their first sentence with the seventh, and 44 in all', () => {
    const tokens = tokensOf(answer)
    expect(phrasesOf(answer)[0]).toBe(`Thanks, our ${nameOf(12345)} `)
    expect(tokensNeededFor(`Thanks, our ${nameOf(12345)} `, tokens)).toBe(4)
    expect(tokensNeededFor(`Thanks, our ${nameOf(12345)} team handles that. `, tokens)).toBe(7)
    expect(tokensNeededFor(answer, tokens)).toBe(44)
  })
})
