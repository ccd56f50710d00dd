/** Says which calls continue each other, and takes what people say about a call. */
import { join } from 'node:path'
import { readOrigin, writeOrigin } from './call-origin.ts'
import type { Database } from './database.ts'
import type { CallRow, FeedbackRow } from './tables.ts'

export type AdoptParts = {
  readonly database: Database
  readonly callsDir: string
  /** The time of day, ISO 8601. */
  readonly now: string
}

/**
 * Makes the conversation if there is none of that id, and gives it the calls with this SID (null: none). A conversation that
 * they leave empty is gone. Gives whether it was made, or null if there is no such call.
 */
export async function adopt(
  { database, callsDir, now }: AdoptParts,
  conversationId: string,
  callSid: string | null,
): Promise<'made' | 'known' | null> {
  const calls = callSid === null ? [] : await database.selectFrom('calls').selectAll().where('callSid', '=', callSid).execute()
  if (callSid !== null && calls.length === 0) return null
  const personId = calls.find(call => call.personId !== null)?.personId ?? null
  const outcome = await database.transaction().execute(async writer => {
    const conversation = { id: conversationId, personId, createdAt: calls[0]?.startedAt ?? now }
    const made = await writer
      .insertInto('conversations')
      .values(conversation)
      .onConflict(conflict => conflict.column('id').doNothing())
      .executeTakeFirst()
    const left = calls.map(call => call.conversationId).filter(id => id !== conversationId)
    if (left.length > 0) {
      await writer.updateTable('calls').set({ conversationId }).where('callSid', '=', callSid).execute()
      const used = writer.selectFrom('calls').select('conversationId')
      await writer.deleteFrom('conversations').where('id', 'in', left).where('id', 'not in', used).execute()
    }
    return Number(made.numInsertedOrUpdatedRows ?? 0n) > 0 ? 'made' : 'known'
  })
  for (const call of calls) await tellFolder(callsDir, call, conversationId)
  return outcome
}

/** The folder says it too, so that the database can be made anew from it. Another machine's folder is not here. */
async function tellFolder(callsDir: string, { folder }: CallRow, conversationId: string): Promise<void> {
  if (folder === '') return
  const path = join(callsDir, folder)
  const origin = await readOrigin(path)
  if (origin) await writeOrigin(path, { ...origin, conversationId })
}

/** The newest call with that SID; null if there is none. */
export async function callWithSid(database: Database, callSid: string): Promise<CallRow | null> {
  const newest = database.selectFrom('calls').selectAll().where('callSid', '=', callSid).orderBy('startedAt', 'desc').limit(1)
  return (await newest.executeTakeFirst()) ?? null
}

export async function addFeedback(database: Database, feedback: FeedbackRow): Promise<void> {
  await database.insertInto('feedback').values(feedback).execute()
}

export async function hasTurn(database: Database, callId: string, turnId: number): Promise<boolean> {
  const turn = database.selectFrom('turns').select('id').where('callId', '=', callId).where('id', '=', turnId)
  return (await turn.executeTakeFirst()) !== undefined
}
