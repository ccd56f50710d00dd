/**
 * The caller's words, gathered from what the recogniser tells. Pure. It does not decide which words are answered or when a
 * reply is due; it says which words there are and up to which moment they are settled.
 */
import type { TranscriptNews, Word } from '../ports.ts'

/** A word with its place: the recogniser's turn, and its position in that turn. Revisions keep places, so "answered up to" survives them. */
export type PlacedWord = Word & { readonly turn: number; readonly place: number }

/** A cut between words: everything before `place` of `turn`, and all earlier turns; and of what was keyed in, so many entries. */
export type Cut = { readonly turn: number; readonly place: number; readonly keyed: number }

/** In place of the recogniser's turn: the "word" was keyed in, and `place` counts such entries from 0. */
export const KEYPAD = -2

/** Why words count as settled: the recogniser declared the caller's turn ended, or every word it has told is final. */
export type Basis = 'declared' | 'final'

export type Settled = { readonly toMs: number; readonly basis: Basis }

type Heard = { readonly turn: number; readonly words: readonly Word[]; readonly completeToMs: number | null }
export type Transcript = readonly Heard[]

export const emptyTranscript: Transcript = []
export const nothingYet: Cut = { turn: 0, place: 0, keyed: 0 }
/** Words from before the call was broken off stand before everything its recogniser will tell. */
export const owedFrom: Cut = { turn: -1, place: 0, keyed: 0 }

export const owedTranscript = (said: string): Transcript =>
  said === ''
    ? emptyTranscript
    : [{ turn: owedFrom.turn, words: [{ text: said, startMs: 0, endMs: 0, final: true, confidence: null }], completeToMs: 0 }]

/** Takes news into account. News of a turn replaces what was known of it; the order in which turns arrive does not matter. */
export function hear(transcript: Transcript, news: TranscriptNews & { type: 'words' }): Transcript {
  const others = transcript.filter(heard => heard.turn !== news.turn)
  return [...others, { turn: news.turn, words: news.words, completeToMs: news.completeToMs }].sort((a, b) => a.turn - b.turn)
}

/** Forgets turns that lie wholly before a cut, so that a long call does not grow. The last one is kept: it may still be amended. */
export function forget(transcript: Transcript, before: Cut): Transcript {
  return transcript.filter(heard => heard.turn >= before.turn - 1)
}

export function placedWords(transcript: Transcript): readonly PlacedWord[] {
  return transcript.flatMap(({ turn, words }) => words.map((word, place) => ({ ...word, turn, place })))
}

/**
 * Up to which moment of call time the words are settled, or null while any of them may still change.
 * A boolean would not do: the final words of "A" must not release an answer to "A" when "B" has been spoken since.
 */
export function settled(transcript: Transcript): Settled | null {
  const last = transcript.at(-1)
  if (!last || !transcript.every(isSettled)) return null
  if (last.completeToMs !== null) return { toMs: last.completeToMs, basis: 'declared' }
  return { toMs: last.words.at(-1)!.endMs, basis: 'final' }
}

function isSettled({ words, completeToMs }: Heard): boolean {
  return completeToMs !== null || (words.length > 0 && words.every(word => word.final))
}

/** The words behind a cut. */
export function wordsAfter(words: readonly PlacedWord[], cut: Cut): readonly PlacedWord[] {
  return words.filter(({ turn, place }) =>
    turn === KEYPAD ? place >= cut.keyed : turn > cut.turn || (turn === cut.turn && place >= cut.place),
  )
}

/** The cut behind the last of these words. */
export function cutAfter(words: readonly PlacedWord[], otherwise: Cut): Cut {
  const last = words.findLast(({ turn }) => turn !== KEYPAD)
  const keyed = words.findLast(({ turn }) => turn === KEYPAD)
  return {
    turn: last?.turn ?? otherwise.turn,
    place: last ? last.place + 1 : otherwise.place,
    keyed: keyed ? keyed.place + 1 : otherwise.keyed,
  }
}

export const textOf = (words: readonly Word[]): string => words.map(word => word.text.trim()).join(' ')
