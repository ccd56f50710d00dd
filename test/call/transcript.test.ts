import { describe, expect, it } from 'vitest'
import {
  cutAfter,
  emptyTranscript,
  forget,
  hear,
  placedWords,
  settled,
  textOf,
  wordsAfter,
  type Transcript,
} from '../../src/call/transcript.ts'
import type { TranscriptNews } from '../../src/ports.ts'

type WordsNews = TranscriptNews & { type: 'words' }

/** Words of 100 ms each from a moment on; those after `|` may still change. */
function told(turn: number, text: string, startMs: number, completeToMs: number | null = null): WordsNews {
  const [final = '', partial = ''] = text.split('|')
  const texts = [...final.split(' ').filter(Boolean), ...partial.split(' ').filter(Boolean)]
  const finals = final.split(' ').filter(Boolean).length
  const words = texts.map((word, n) => ({
    text: word,
    startMs: startMs + 100 * n,
    endMs: startMs + 100 * (n + 1),
    final: n < finals,
    confidence: null,
  }))
  return { type: 'words', turn, words, completeToMs }
}
const heardAll = (...news: readonly WordsNews[]): Transcript => news.reduce(hear, emptyTranscript)
const saying = (transcript: Transcript): string => textOf(placedWords(transcript))

describe('the transcript', () => {
  it.each<readonly [what: string, news: readonly WordsNews[], text: string, settledBy: ReturnType<typeof settled>]>([
    ['is empty and unsettled before any news', [], '', null],
    ['is unsettled while a word may change', [told(0, 'we use | sales', 1000)], 'we use sales', null],
    [
      'is settled to the end of its last word once all are final',
      [told(0, 'we use salesforce', 1000)],
      'we use salesforce',
      { toMs: 1300, basis: 'final' },
    ],
    [
      'is settled as far as the recogniser vouches',
      [told(0, 'we use salesforce', 1000, 1900)],
      'we use salesforce',
      { toMs: 1900, basis: 'declared' },
    ],
    [
      'believes a declared end though a word is not marked final',
      [told(0, 'we use | it', 1000, 1900)],
      'we use it',
      { toMs: 1900, basis: 'declared' },
    ],
    ['is settled by an end without words: a cough', [told(0, '', 0, 1900)], '', { toMs: 1900, basis: 'declared' }],
    ['is unsettled by a turn that has begun without words', [told(0, 'hi', 1000), told(1, '', 0)], 'hi', null],
    [
      'is unsettled again when the caller goes on in a turn that was declared',
      [told(0, 'we use it', 1000, 1900), told(0, 'we use it | every', 1000)],
      'we use it every',
      null,
    ],
    [
      'waits for an earlier turn that may still change',
      [told(0, 'we | us', 1000), told(1, 'today', 3000, 3500)],
      'we us today',
      null,
    ],
    [
      'goes by the last turn once all are settled',
      [told(0, 'we use', 1000, 1900), told(1, 'it', 3000)],
      'we use it',
      { toMs: 3100, basis: 'final' },
    ],
  ])('%s', (_what, news, text, settledBy) => {
    expect([saying(heardAll(...news)), settled(heardAll(...news))]).toEqual([text, settledBy])
  })

  it('believes the newest news of a turn', () => {
    expect(saying(heardAll(told(0, '| I scream', 1000), told(0, 'ice cream', 1000)))).toBe('ice cream')
    expect(saying(heardAll(told(0, 'one two three', 1000), told(0, 'one two', 1000)))).toBe('one two')
  })

  it('does not mind the order in which turns arrive, nor the same news twice', () => {
    const [a, b, c] = [told(0, 'one two', 1000, 1300), told(1, 'three', 2000, 2300), told(2, 'four', 3000, 3300)]
    const inOrder = heardAll(a, b, c)
    expect(heardAll(c, a, b)).toEqual(inOrder)
    expect(heardAll(a, a, b, b, c, c, b)).toEqual(inOrder)
    expect(saying(inOrder)).toBe('one two three four')
  })

  it('takes words that come late into the turn they belong to', () => {
    expect(saying(heardAll(told(0, 'one', 1000), told(1, 'three', 3000), told(0, 'one two', 1000)))).toBe('one two three')
  })

  it('gives the words behind a cut: later turns, and later places of the same turn', () => {
    const words = placedWords(heardAll(told(1, 'one two three', 1000), told(2, 'four', 2000)))
    expect(textOf(wordsAfter(words, { turn: 0, place: 7, keyed: 0 }))).toBe('one two three four')
    expect(textOf(wordsAfter(words, { turn: 1, place: 2, keyed: 0 }))).toBe('three four')
    expect(textOf(wordsAfter(words, { turn: 1, place: 3, keyed: 0 }))).toBe('four')
    expect(textOf(wordsAfter(words, { turn: 2, place: 1, keyed: 0 }))).toBe('')
  })

  it('keeps an answered word answered when the recogniser corrects it', () => {
    const before = placedWords(heardAll(told(0, 'we use | sails', 1000)))
    const cut = cutAfter(before, { turn: 0, place: 0, keyed: 0 })
    expect(cut).toEqual({ turn: 0, place: 3, keyed: 0 })
    expect(textOf(wordsAfter(placedWords(heardAll(told(0, 'we use sales today', 1000))), cut))).toBe('today')
  })

  it('leaves a cut where it was if there are no words', () => {
    expect(cutAfter([], { turn: 3, place: 2, keyed: 0 })).toEqual({ turn: 3, place: 2, keyed: 0 })
  })

  it('forgets turns that are over, but not the last before the cut: it may still be amended', () => {
    const transcript = heardAll(told(0, 'one', 0), told(1, 'two', 1000), told(2, 'three', 2000), told(3, 'four', 3000))
    expect(saying(forget(transcript, { turn: 2, place: 1, keyed: 0 }))).toBe('two three four')
    expect(saying(forget(transcript, { turn: 0, place: 0, keyed: 0 }))).toBe('one two three four')
  })

  it('joins words by one space, whatever white space they come with', () => {
    expect(textOf(placedWords(heardAll({ ...told(0, '', 0), words: [' we ', 'use', ' it.'].map(withText) })))).toBe('we use it.')
  })
})

const withText = (text: string) => ({ text, startMs: 0, endMs: 100, final: true, confidence: null })
