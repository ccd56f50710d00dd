/**
 * Takes calls into the database from their folders: those whose process died before all of them was stored, and all of them if
 * the database is new. What is stored already stays as it is, so it may be done at every start; what another process is still
 * writing is left to it.
 */
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Entry, Heading } from '../call/journal.ts'
import { entryOf } from '../call/replay.ts'
import type { Redact } from '../redact/redact.ts'
import { fileNames } from './call-folder.ts'
import { readOrigin } from './call-origin.ts'
import { callIdOf, CallRecord, type CallOrigin } from './call-record.ts'
import type { Database } from './database.ts'
import { writeAll } from './write-records.ts'

export type TakeInParts = {
  readonly database: Database
  readonly callsDir: string
  /** The names of the folders to look at, listed before any call of this process began. */
  readonly folders: readonly string[]
  readonly note: (text: string, facts: object) => void
  readonly redact: Redact
  /** The time of day in milliseconds, by which files are dated. */
  readonly wallMs: () => number
  /** Ends it after the folder under way. */
  readonly signal: AbortSignal
}

export type TakenIn = {
  /** The ids of the calls. */
  readonly taken: readonly string[]
  /** The folders that may still be written by somebody. */
  readonly live: readonly string[]
}

/** A call writes some fifty entries a second; only while it rings, for half a minute at most, it writes none. */
const LIVE_WITHIN_MS = 60_000

export async function foldersIn(callsDir: string): Promise<readonly string[]> {
  const entries = await readdir(callsDir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
}

/** Rejects if the database fails; a folder that cannot be read is noted and left. */
export async function takeIn({ database, callsDir, folders, note, redact, wallMs, signal }: TakeInParts): Promise<TakenIn> {
  const stored = await database.selectFrom('calls').select('id').where('endedReason', 'is not', null).execute()
  const complete = new Set(stored.map(({ id }) => id))
  const taken: string[] = []
  const live: string[] = []
  for (const folder of folders) {
    if (signal.aborted) break
    const path = join(callsDir, folder)
    try {
      const heading = await headingOf(path)
      const callId = callIdOf(heading)
      if (complete.has(callId)) continue
      // Its age first: what is written while it is read is then not overlooked.
      const quietMs = wallMs() - (await stat(join(path, fileNames.journal))).mtimeMs
      const entries = await entriesOf(path)
      if (quietMs < LIVE_WITHIN_MS && !entries.some(isEnd)) {
        live.push(folder)
        continue
      }
      await takeCall(database, entries, new CallRecord(await originOf(path, folder, heading), redact))
      taken.push(callId)
    } catch (error) {
      if (!(error instanceof UnreadableFolder)) throw error
      note('the folder of a call cannot be taken in', { folder, why: error.message })
    }
  }
  return { taken, live }
}

class UnreadableFolder extends Error {}

const isEnd = (entry: Entry): boolean => entry.type === 'input' && entry.input.type === 'ended'

async function takeCall(database: Database, entries: readonly Entry[], record: CallRecord): Promise<void> {
  const writings = entries.flatMap(entry => record.take(entry))
  await writeAll(database, [...writings, ...record.end()])
}

async function originOf(path: string, folder: string, { callSid }: Heading): Promise<CallOrigin> {
  const kept = await readOrigin(path)
  return { folder, personId: kept?.personId ?? null, conversationId: kept?.conversationId ?? callSid }
}

/** A heading is a few hundred characters long, or some thousands if the call goes on from another. */
const HEADING_BYTES = 4096
const HEADING_BYTES_MAX = 4 * 1024 * 1024

async function headingOf(path: string): Promise<Heading> {
  const file = await open(join(path, fileNames.journal)).catch(() => {
    throw new UnreadableFolder('it has no journal')
  })
  try {
    for (let bytes = HEADING_BYTES; ; bytes *= 8) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, 0)
      const text = buffer.toString('utf8', 0, bytesRead)
      if (bytesRead === bytes && !text.includes('\n') && bytes < HEADING_BYTES_MAX) continue
      const entry = parsed(text.split('\n')[0]!)
      if (entry?.type === 'call') return entry
      throw new UnreadableFolder('its journal does not begin with a call')
    }
  } finally {
    await file.close()
  }
}

/** All entries up to the first line that is none: a killed process leaves half a line, a failing disk anything. */
async function entriesOf(path: string): Promise<readonly Entry[]> {
  const lines = (await readFile(join(path, fileNames.journal), 'utf8')).split('\n')
  const entries = lines.map(parsed)
  const end = entries.indexOf(null)
  return entries.slice(0, end === -1 ? undefined : end) as readonly Entry[]
}

function parsed(line: string): Entry | null {
  try {
    return entryOf(line)
  } catch {
    return null
  }
}
