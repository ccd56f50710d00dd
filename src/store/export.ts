/** Gives calls away, whole: one as a folder with its recordings and all that the database holds of it, or many as NDJSON. */
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Entry } from '../call/journal.ts'
import { fileNames } from './call-folder.ts'
import type { Database } from './database.ts'
import { readCallFolder } from './read-call-folder.ts'
import { recordedCalls, type RecordedCall } from './read-records.ts'

const CALLS_A_TIME = 50

/** Every call, the oldest first, read page by page. */
export async function* allCalls(database: Database): AsyncIterable<RecordedCall> {
  let last = { startedAt: '', id: '' }
  for (;;) {
    const rows = await database
      .selectFrom('calls')
      .selectAll()
      .where(row => row(row.refTuple('startedAt', 'id'), '>', row.tuple(last.startedAt, last.id)))
      .orderBy('startedAt')
      .orderBy('id')
      .limit(CALLS_A_TIME)
      .execute()
    yield* await recordedCalls(database, rows)
    if (rows.length < CALLS_A_TIME) return
    last = rows.at(-1)!
  }
}

/** The calls with this SID: more than one if it was broken off and came back. */
export async function callsWithSid(database: Database, callSid: string): Promise<readonly RecordedCall[]> {
  const rows = await database.selectFrom('calls').selectAll().where('callSid', '=', callSid).orderBy('startedAt').execute()
  return recordedCalls(database, rows)
}

/** The name of the file in an exported folder that holds what the database knows. */
export const RECORD_FILE = 'record.json'

/**
 * Puts the record and, where they are on this machine, the recordings of a call into a new folder of `to`. Gives its path and
 * the names of the files. Rejects with EEXIST rather than overwrite an earlier export. With `share` only what is for others to
 * read: no recordings, and the journal as `share` makes it.
 */
export async function exportCall(
  call: RecordedCall,
  callsDir: string,
  to: string,
  share: ((entries: readonly Entry[]) => readonly Entry[]) | null = null,
): Promise<{ readonly path: string; readonly files: readonly string[] }> {
  const path = join(to, call.id)
  await mkdir(to, { recursive: true })
  await mkdir(path)
  await writeFile(join(path, RECORD_FILE), `${JSON.stringify(call, null, 2)}\n`)
  const from = join(callsDir, basename(call.folder))
  const kept = call.folder === '' ? [] : await readdir(from).catch(() => [])
  const files = share === null ? kept : kept.filter(file => SHARED.has(file))
  for (const file of files) {
    if (share !== null && file === fileNames.journal)
      await writeFile(join(path, file), copyOf(readCallFolder(from).entries, share))
    else await copyFile(join(from, file), join(path, file), constants.COPYFILE_EXCL)
  }
  return { path, files: [RECORD_FILE, ...files] }
}

/** What nobody's voice is in. */
const SHARED: ReadonlySet<string> = new Set([fileNames.journal, fileNames.turns, fileNames.transcript])

const copyOf = (entries: readonly Entry[], share: (entries: readonly Entry[]) => readonly Entry[]): string =>
  share(entries)
    .map(entry => `${JSON.stringify(entry)}\n`)
    .join('')
