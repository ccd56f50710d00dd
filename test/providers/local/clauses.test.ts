import { describe, expect, test } from 'vitest'
import { clausesOf, pauseAfterMs } from '../../../src/providers/local/flite/clauses.ts'

const textsOf = (phrase: string): readonly string[] => clausesOf(phrase).map(clause => clause.join(''))

describe('A phrase in clauses', () => {
  test('each sentence is spoken by itself', () => {
    expect(textsOf('We dial for you. You talk to people. How is that?')).toEqual([
      'We dial for you. ',
      'You talk to people. ',
      'How is that?',
    ])
  })

  test('an unfinished sentence is one clause, commas and all', () => {
    expect(textsOf('Sure, I can help ')).toEqual(['Sure, I can help '])
  })

  test('an abbreviation does not end a sentence', () => {
    expect(textsOf('You should ask Dr. Smith about it')).toEqual(['You should ask Dr. Smith about it'])
  })

  test.each(['', ' ', '\n', '  two  spaces ', 'a\nb. c d e. ', '...', ' . ? '])('no character of "%s" is lost', phrase => {
    expect(textsOf(phrase).join('')).toBe(phrase)
  })

  test.each([
    ['Hello there. ', 240],
    ['"Really?" ', 240],
    ['Sure, ', 90],
    ['Well — ', 90],
    ['I can help ', 0],
  ])('after "%s" the voice waits %d ms', (text, ms) => {
    expect(pauseAfterMs(clausesOf(text)[0]!)).toBe(ms)
  })
})
