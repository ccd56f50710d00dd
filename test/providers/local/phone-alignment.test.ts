import { describe, expect, test } from 'vitest'
import { alignWords, type Phone } from '../../../src/providers/local/flite/phone-alignment.ts'

/** Phones as flite prints them: each with the second at which it ends. */
function phones(printed: string): readonly Phone[] {
  let startMs = 0
  return printed.split(' ').map(one => {
    const [name, second] = one.split(':') as [string, string]
    const phone = { name, startMs, endMs: Math.round(Number(second) * 1000) }
    startMs = phone.endMs
    return phone
  })
}

const timesOf = (words: string, printed: string) =>
  alignWords(words.split(' '), phones(printed)).map(span => [span.startMs, span.endMs])

describe('The phones of each word', () => {
  test('are found by its letters, with the pauses between words', () => {
    const printed =
      'pau:0.119 hh:0.230 ay:0.385 pau:0.489 dh:0.589 ih:0.687 s:0.790 ih:0.867 z:0.971 s:1.118 ae:1.247 m:1.319 ' +
      'f:1.451 r:1.505 ah:1.540 m:1.592 n:1.661 uh:1.720 k:1.806 s:1.923 pau:2.150'
    expect(timesOf('Hi, this is Sam from Nooks.', printed)).toEqual([
      [119, 385],
      [489, 790],
      [790, 971],
      [971, 1319],
      [1319, 1592],
      [1592, 1923],
    ])
  })

  test('are as many as it takes for figures', () => {
    const printed =
      'pau:0.100 ih:0.200 t:0.250 s:0.300 f:0.400 ay:0.500 v:0.550 d:0.600 aa:0.700 l:0.750 er:0.800 z:0.900 ' +
      'ao:1.000 r:1.050 t:1.100 eh:1.150 n:1.200 pau:1.400'
    expect(timesOf("It's $5 or ten", printed)).toEqual([
      [100, 300],
      [300, 900],
      [900, 1050],
      [1050, 1200],
    ])
  })

  test('are none for a word that is not spoken', () => {
    expect(alignWords(['hi', '', 'you'], phones('pau:0.1 hh:0.2 ay:0.4 y:0.5 uw:0.7 pau:0.9'))).toEqual([
      { startMs: 100, endMs: 400 },
      { startMs: 400, endMs: 400 },
      { startMs: 400, endMs: 700 },
    ])
  })

  test('no phones at all give words of no length', () => {
    expect(alignWords(['hm', 'hm'], [])).toEqual([
      { startMs: 0, endMs: 0 },
      { startMs: 0, endMs: 0 },
    ])
  })
})
