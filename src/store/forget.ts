/**
 * Removes people and calls for good: what the database holds of them, and the folders with their recordings on this machine. The
 * folders go first: one that stayed behind would be taken in again. Where several machines share a database, each removes its own.
 */
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readOrigin, type KeptOrigin } from './call-origin.ts'
import type { ExpressionBuilder } from 'kysely'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'
import { foldersIn } from './take-in.ts'

export type ForgetParts = { readonly database: Database; readonly callsDir: string }

/** How much is gone. */
export type Forgotten = {
  readonly calls: number
  readonly turns: number
  readonly meetings: number
  readonly feedback: number
  readonly memoryFacts: number
  /** With the recordings of a call in each. */
  readonly folders: readonly string[]
}

/** Everything of this person: calls, recordings, memory. May be asked again; what is gone already is not counted. */
export async function forgetPerson(parts: ForgetParts, personId: string): Promise<Forgotten> {
  const { database, callsDir } = parts
  const calls = await database.selectFrom('calls').select(['id', 'folder']).where('personId', '=', personId).execute()
  const named = await foldersWhere(callsDir, origin => origin.personId === personId)
  const forgotten = await removeCalls(parts, calls, named)
  await database.deleteFrom('conversations').where('personId', '=', personId).where(withoutCalls).execute()
  await database.deleteFrom('people').where('id', '=', personId).execute()
  return forgotten
}

/** The calls of one conversation, and what the person told on them. */
export async function forgetConversation(parts: ForgetParts, conversationId: string): Promise<Forgotten> {
  const { database, callsDir } = parts
  const calls = await database.selectFrom('calls').select(['id', 'folder']).where('conversationId', '=', conversationId).execute()
  const named = await foldersWhere(callsDir, origin => origin.conversationId === conversationId)
  const forgotten = await removeCalls(parts, calls, named)
  await database.deleteFrom('conversations').where('id', '=', conversationId).execute()
  return forgotten
}

/** Calls that began before this time (ISO), what was told on them, and people of whom nothing else is known. */
export async function forgetBefore(parts: ForgetParts, time: string): Promise<Forgotten> {
  const { database, callsDir } = parts
  const calls = await database.selectFrom('calls').select(['id', 'folder']).where('startedAt', '<', time).execute()
  const named = await foldersWhere(callsDir, origin => origin.startedAt < time)
  const forgotten = await removeCalls(parts, calls, named)
  await database.deleteFrom('conversations').where('createdAt', '<', time).where(withoutCalls).execute()
  await database
    .deleteFrom('people')
    .where('firstCallAt', '<', time)
    .where(person =>
      person.not(person.exists(person.selectFrom('calls').select('calls.id').whereRef('calls.personId', '=', 'people.id'))),
    )
    .execute()
  return forgotten
}

const withoutCalls = (row: ExpressionBuilder<Tables, 'conversations'>) =>
  row.not(row.exists(row.selectFrom('calls').select('calls.id').whereRef('calls.conversationId', '=', 'conversations.id')))

type Found = readonly { readonly id: string; readonly folder: string }[]

/** At once at most so many calls, so that writers get their turn in between. */
const CALLS_A_TIME = 100

async function removeCalls({ database, callsDir }: ForgetParts, calls: Found, named: readonly string[]): Promise<Forgotten> {
  const folders = await removeFolders(callsDir, [...named, ...calls.map(({ folder }) => folder)])
  const counts = { turns: 0, meetings: 0, feedback: 0, memoryFacts: 0 }
  for (let from = 0; from < calls.length; from += CALLS_A_TIME) {
    const ids = calls.slice(from, from + CALLS_A_TIME).map(({ id }) => id)
    for (const table of ['turns', 'meetings', 'feedback', 'memoryFacts'] as const) {
      const gone = await database.deleteFrom(table).where('callId', 'in', ids).executeTakeFirst()
      counts[table] += Number(gone.numDeletedRows)
    }
    await database.deleteFrom('calls').where('id', 'in', ids).execute()
  }
  return { calls: calls.length, ...counts, folders }
}

/** Only folders directly in `callsDir`; a call whose folder could not be made has no name for it. */
async function removeFolders(callsDir: string, names: readonly string[]): Promise<readonly string[]> {
  const here = new Set(await foldersIn(callsDir))
  const due = [...new Set(names)].filter(name => here.has(name) && basename(name) === name)
  for (const name of due) await rm(join(callsDir, name), { recursive: true })
  return due
}

async function foldersWhere(callsDir: string, isDue: (origin: KeptOrigin) => boolean): Promise<readonly string[]> {
  const due: string[] = []
  for (const name of await foldersIn(callsDir)) {
    const origin = await readOrigin(join(callsDir, name))
    if (origin && isDue(origin)) due.push(name)
  }
  return due
}
