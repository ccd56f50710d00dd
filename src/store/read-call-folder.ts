/** Reads a call's folder back: its journal and the caller's audio, also of a call whose process was killed in mid-write. */
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Entry } from '../call/journal.ts'
import { entryOf } from '../call/replay.ts'
import { fileNames } from './call-folder.ts'

export type RecordedCall = {
  readonly folder: string
  readonly entries: readonly Entry[]
  readonly callerAudio: Uint8Array
  /** A last line that was cut off by the end of the process: 1 or 0. */
  readonly torn: number
}

/** `path` is a call's folder or the journal in it. Throws an error that says what is missing or broken, and in which line. */
export function readCallFolder(path: string): RecordedCall {
  const folder = isFolder(path) ? path : dirname(path)
  const journal = isFolder(path) ? join(path, fileNames.journal) : path
  const lines = read(journal).toString('utf8').split('\n')
  const unfinished = lines.pop() ?? ''
  const entries = lines.map((line, n) => parse(line, `${basename(journal)} line ${n + 1}`))
  return { folder, entries, callerAudio: read(join(folder, fileNames.caller)), torn: unfinished === '' ? 0 : 1 }
}

function parse(line: string, where: string): Entry {
  try {
    return entryOf(line)
  } catch {
    throw new Error(`${where} is not a journal entry: ${line.slice(0, 80)}`)
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`, { cause: error })
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
