/** The words of a call as the rows of a transcript. Pure. */
import type { TimedWord } from '../../call/timed-words.ts'
import type { RecordedTurn } from '../api-types.ts'

/** `index` counts the words of the whole call. `startMs` null: it was never played. */
export type RowWord = { readonly text: string; readonly index: number; readonly startMs: number | null; readonly heard: boolean }

export type Row = {
  readonly who: 'caller' | 'bot'
  readonly turn: number | null
  readonly aside: boolean
  readonly startMs: number | null
  readonly words: readonly RowWord[]
}

/** One row for each side of a turn, in the order given. */
export function rowsOf(words: readonly TimedWord[]): readonly Row[] {
  const rows: Row[] = []
  for (const [index, { who, turn, aside, text, startMs, heard }] of words.entries()) {
    const word = { text, index, startMs, heard }
    const last = rows.at(-1)
    if (last && last.who === who && last.turn === turn && last.aside === aside)
      rows[rows.length - 1] = { ...last, startMs: last.startMs ?? startMs, words: [...last.words, word] }
    else rows.push({ who, turn, aside, startMs, words: [word] })
  }
  return rows
}

/** Where only the turns are known, their words without times: none can be played by itself. */
export function rowsOfTurns(turns: readonly RecordedTurn[]): readonly Row[] {
  let index = 0
  const wordsOf = (text: string, heard: boolean): readonly RowWord[] =>
    text
      .split(/\s+/)
      .filter(Boolean)
      .map(word => ({ text: word, index: index++, startMs: null, heard }))
  const row = (
    who: Row['who'],
    turn: RecordedTurn,
    startMs: number | null,
    words: readonly RowWord[],
    aside = false,
  ): readonly Row[] => (words.length === 0 ? [] : [{ who, turn: turn.id, aside, startMs, words }])
  return turns.flatMap(turn => {
    const spoken = turn.heard === '' ? '' : turn.text.startsWith(turn.heard) ? turn.text.slice(turn.heard.length) : ''
    const ahead = turn.heard === '' ? turn.text : spoken
    return [
      ...row('caller', turn, turn.silentSinceMs, wordsOf(turn.said, true)),
      ...row('bot', turn, turn.firstFrameMs, [...wordsOf(turn.heard, true), ...wordsOf(ahead, false)]),
      ...turn.asides.flatMap(aside => row('caller', turn, null, wordsOf(aside, true), true)),
    ]
  })
}

/** Which word is being said at a moment, or was last; -1 before the first. */
export function wordAt(words: readonly TimedWord[], ms: number): number {
  let [found, foundMs] = [-1, -Infinity]
  for (const [index, { startMs }] of words.entries())
    if (startMs !== null && startMs <= ms && startMs > foundMs) [found, foundMs] = [index, startMs]
  return found
}
