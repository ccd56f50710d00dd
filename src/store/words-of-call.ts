/** The words of a stored call with their times, from the journal in its folder, without what must not be read. */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Entry } from '../call/journal.ts'
import { entryOf } from '../call/replay.ts'
import { timedCallOf, type TimedCall, type TimedWord } from '../call/timed-words.ts'
import { redactionBy } from '../redact/journal-copy.ts'
import { fileNames } from './call-folder.ts'

export type WordsOfCall = TimedCall & {
  /** Lines of the journal that cannot be read. A last one that was cut off with the process does not count. */
  readonly damagedLines: number
}

/** Null if the journal is not on this machine; 'damaged' if it cannot be understood. */
export async function wordsOfCall(
  callsDir: string,
  folder: string,
  { redacts }: { readonly redacts: boolean },
): Promise<WordsOfCall | 'damaged' | null> {
  if (folder === '' || basename(folder) !== folder) return null
  const text = await readFile(join(callsDir, folder, fileNames.journal), 'utf8').catch(() => null)
  if (text === null) return null
  const lines = text.split('\n').slice(0, -1)
  const entries = lines.map(parsed).filter(entry => entry !== null)
  const timed = timedOrNull(entries)
  if (timed === null) return 'damaged'
  const words = redacts ? redacted(timed.words, entries) : timed.words
  return { ...timed, words, damagedLines: lines.length - entries.length }
}

/** A number is said in several words, so each side of a turn is looked at as a whole. */
function redacted(words: readonly TimedWord[], entries: readonly Entry[]): readonly TimedWord[] {
  const withoutPersonal = redactionBy(entries)
  return [...Map.groupBy(words, ({ turn, who, aside }) => `${turn} ${who} ${aside}`).values()].flatMap(withoutPersonal)
}

/** What is an entry by its type may still lack what belongs to it. */
function timedOrNull(entries: readonly Entry[]): TimedCall | null {
  try {
    return entries.length === 0 ? null : timedCallOf(entries)
  } catch {
    return null
  }
}

function parsed(line: string): Entry | null {
  try {
    const entry: unknown = entryOf(line)
    return typeof entry === 'object' && entry !== null && 'type' in entry ? (entry as Entry) : null
  } catch {
    return null
  }
}
