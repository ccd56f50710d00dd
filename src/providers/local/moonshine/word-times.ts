/**
 * Times for words that a recogniser gave without any: spread over the stretches in which the caller was heard, each word
 * taking a share by its length. The first begins where the speech begins, the last ends where it ends.
 */
import type { Word } from '../../../ports.ts'

/** From when to when the caller was heard, in call time. */
export type Stretch = { readonly fromMs: number; readonly toMs: number }

/** A word takes time for its letters and a little for itself. */
const LETTERS_FOR_ANY_WORD = 1
/** Sums of fractions miss an edge by less than this. */
const ROUNDING_MS = 1e-6

/** The words in order, timed over `stretches` (in order, not overlapping, at least one). Whole milliseconds. */
export function spreadWords(texts: readonly string[], stretches: readonly Stretch[], final: boolean): readonly Word[] {
  const letters = texts.reduce((sum, text) => sum + shareOf(text), 0)
  const voicedMs = stretches.reduce((sum, stretch) => sum + stretch.toMs - stretch.fromMs, 0)
  let passed = 0
  return texts.map(text => {
    const startMs = Math.round(momentAt((passed / letters) * voicedMs, stretches, 'start'))
    passed += shareOf(text)
    const endMs = Math.round(momentAt((passed / letters) * voicedMs, stretches, 'end'))
    return { text, startMs, endMs, final, confidence: null }
  })
}

const shareOf = (text: string): number => text.length + LETTERS_FOR_ANY_WORD

/** The call time after so much voiced time. On the edge of a pause a word's start comes after it, its end before it. */
function momentAt(voicedMs: number, stretches: readonly Stretch[], edge: 'start' | 'end'): number {
  let leftMs = voicedMs
  for (const { fromMs, toMs } of stretches) {
    const lengthMs = toMs - fromMs
    if (leftMs < lengthMs - ROUNDING_MS || (edge === 'end' && leftMs <= lengthMs + ROUNDING_MS)) return fromMs + leftMs
    leftMs -= lengthMs
  }
  return stretches.at(-1)!.toMs
}
