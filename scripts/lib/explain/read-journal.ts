/** Reads of a call's journal what can be read: damaged lines are counted and passed over, and where the first one is, is told. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Entry } from '../../../src/call/journal.ts'
import { entryOf } from '../../../src/call/replay.ts'
import { fileNames } from '../../../src/store/call-folder.ts'
import { Fault } from '../fault.ts'

export type ReadJournal = {
  readonly folder: string
  readonly entries: readonly Entry[]
  /** Lines that are no entry, and the number of the first; a last line that was cut off is not among them. */
  readonly damaged: number
  readonly firstDamaged: number | null
  readonly torn: boolean
}

/** `name` is a call's folder, its journal, or a CallSid (the newest call of that name). Throws a Fault if there is no such call. */
export function readJournal(name: string, callsDir: string): ReadJournal {
  const folder = folderOf(name, callsDir)
  const path = join(folder, fileNames.journal)
  if (!existsSync(path)) throw new Fault(1, `There is no ${fileNames.journal} in ${folder}: it is not the folder of a call.`)
  const lines = readFileSync(path, 'utf8').split('\n')
  const torn = lines.pop() !== ''
  const read = lines.map(parse)
  const firstDamaged = read.indexOf(null)
  const entries = read.filter(entry => entry !== null)
  if (entries.length === 0) throw new Fault(1, `${path} holds no entry that can be read.`)
  return {
    folder,
    entries,
    damaged: read.length - entries.length,
    firstDamaged: firstDamaged === -1 ? null : firstDamaged + 1,
    torn,
  }
}

function folderOf(name: string, callsDir: string): string {
  const found = statSync(name, { throwIfNoEntry: false })
  if (found) return found.isDirectory() ? name : dirname(name)
  if (!/^CA[0-9a-f]{32}$/i.test(name))
    throw new Fault(1, `There is no ${name}, and it is no CallSid (CA and 32 hexadecimal digits).`)
  const names = existsSync(callsDir) ? readdirSync(callsDir).filter(each => each === name || each.startsWith(`${name}-`)) : []
  const newest = names.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1)
  if (newest === undefined) throw new Fault(1, `There is no call ${name} in ${callsDir}. DATA_DIR names another folder.`)
  return join(callsDir, newest)
}

function parse(line: string): Entry | null {
  try {
    const entry = entryOf(line) as Entry | null
    return typeof entry?.type === 'string' && typeof entry.at === 'number' && typeof entry.ms === 'number' ? entry : null
  } catch {
    return null
  }
}
