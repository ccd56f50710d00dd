/** Gives calls away, whole: one as a folder with its recordings and all that the database holds of it, or many as NDJSON. */
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Database } from './database.ts'
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
 * the names of the files. Rejects with EEXIST rather than overwrite an earlier export.
 */
export async function exportCall(
  call: RecordedCall,
  callsDir: string,
  to: string,
): Promise<{ readonly path: string; readonly files: readonly string[] }> {
  const path = join(to, call.id)
  await mkdir(to, { recursive: true })
  await mkdir(path)
  await writeFile(join(path, RECORD_FILE), `${JSON.stringify(call, null, 2)}\n`)
  const from = join(callsDir, basename(call.folder))
  const files = call.folder === '' ? [] : await readdir(from).catch(() => [])
  for (const file of files) await copyFile(join(from, file), join(path, file), constants.COPYFILE_EXCL)
  return { path, files: [RECORD_FILE, ...files] }
}
