import { describe, expect, test } from 'vitest'
import { spreadWords } from '../../../src/providers/local/moonshine/word-times.ts'

const timesOf = (text: string, ...stretches: readonly (readonly [number, number])[]) =>
  spreadWords(
    text.split(' '),
    stretches.map(([fromMs, toMs]) => ({ fromMs, toMs })),
    true,
  ).map(word => [word.startMs, word.endMs])

describe('Words without times', () => {
  test('share the speech by their length, to its very end', () => {
    expect(timesOf('I disagree', [1000, 1500])).toEqual([
      [1000, 1091],
      [1091, 1500],
    ])
  })

  test('are not spoken in a pause', () => {
    expect(timesOf('one two six', [1000, 1200], [1600, 1700])).toEqual([
      [1000, 1100],
      [1100, 1200],
      [1600, 1700],
    ])
  })

  test('may go on over a pause', () => {
    expect(timesOf('yes sir', [0, 100], [400, 700])).toEqual([
      [0, 500],
      [500, 700],
    ])
  })
})
