/**
 * Keys the caller presses, gathered into entries that stand among the words: `5`, `5`, `5`, `#` become "[keypad: 555]". An entry
 * is whole with `#`, or when no key has followed for a while. It is answered by the rule that holds for speech, with the last
 * key in place of the last voiced frame: 500 ms after `#`; without one the wait for more keys is longer than that. Pure.
 */
import { KEYPAD, type PlacedWord } from './transcript.ts'

/** So long without a key, and the entry is whole: people look at a card between two digits. */
export const KEYS_LATEST_MS = 1_500

export type Keys = {
  /** Entries that are whole; those long answered are forgotten. */
  readonly entries: readonly PlacedWord[]
  /** Entries there have ever been. */
  readonly count: number
  readonly pending: null | { readonly text: string; readonly fromMs: number; readonly atMs: number }
}

export const noKeys: Keys = { entries: [], count: 0, pending: null }
/** Nobody leaves so many entries unanswered; what is older has long been answered. */
const ENTRIES_KEPT = 20

/** A `#` ends the entry and is not part of it, unless it stands alone. */
export function press(keys: Keys, key: string, at: number): Keys {
  const { pending } = keys
  const more = { text: (pending?.text ?? '') + key, fromMs: pending?.fromMs ?? at, atMs: at }
  if (key !== '#') return { ...keys, pending: more }
  return gathered({ ...keys, pending: pending ? { ...more, text: pending.text } : more })
}

/** Makes an entry of the keys pressed so far. */
export function gathered({ entries, count, pending }: Keys): Keys {
  if (!pending) return { entries, count, pending }
  const { text, fromMs, atMs } = pending
  const times = { startMs: fromMs, endMs: atMs, final: true, confidence: null }
  const entry: PlacedWord = { text: `[keypad: ${text}]`, ...times, turn: KEYPAD, place: count }
  return { entries: [...entries, entry].slice(-ENTRIES_KEPT), count: count + 1, pending: null }
}

/** What the caller sees as "operator, please". */
export const LONE_ZERO = '[keypad: 0]'
