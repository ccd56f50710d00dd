/** Puts what a call's record says into the database. Everything may be written again: it replaces what was there. */
import type { Transaction } from 'kysely'
import type { Writing } from './call-record.ts'
import type { Database } from './database.ts'
import type { CallRow, DeliveryRow, Tables, TurnRow } from './tables.ts'

type Writer = Transaction<Tables>

/** All of it or nothing. */
export const writeAll = (database: Database, writings: readonly Writing[]): Promise<void> =>
  database.transaction().execute(async writer => {
    for (const writing of writings) await write(writer, writing)
  })

async function write(writer: Writer, writing: Writing): Promise<void> {
  switch (writing.type) {
    case 'call':
      return writeCall(writer, writing.call)
    case 'meeting':
      await writer
        .insertInto('meetings')
        .values(writing.meeting)
        .onConflict(conflict => conflict.column('id').doNothing())
        .execute()
      return writeDelivery(writer, writing.delivery)
    case 'message':
      await writer
        .insertInto('messages')
        .values(writing.message)
        .onConflict(conflict => conflict.column('id').doNothing())
        .execute()
      return writeDelivery(writer, writing.delivery)
    case 'turn':
      return writeTurn(writer, writing.turn)
    case 'feedback':
      await writer
        .insertInto('feedback')
        .values(writing.feedback)
        .onConflict(conflict => conflict.column('id').doNothing())
        .execute()
      return
    case 'costs':
      await writer.deleteFrom('costs').where('callId', '=', writing.callId).where('turnId', '=', writing.turnId).execute()
      if (writing.costs.length > 0) await writer.insertInto('costs').values(writing.costs).execute()
      return
    case 'end':
      await writer
        .updateTable('calls')
        .set({ endedReason: writing.reason, lengthMs: writing.lengthMs })
        .where('id', '=', writing.callId)
        .execute()
      return
    default:
      writing satisfies never
  }
}

async function writeDelivery(writer: Writer, delivery: DeliveryRow | null): Promise<void> {
  if (delivery === null) return
  await writer
    .insertInto('deliveries')
    .values(delivery)
    .onConflict(conflict => conflict.column('id').doNothing())
    .execute()
}

async function writeCall(writer: Writer, call: CallRow): Promise<void> {
  const { conversationId, personId, startedAt } = call
  if (personId !== null) {
    await writer
      .insertInto('people')
      .values({ id: personId, firstCallAt: startedAt })
      .onConflict(conflict => conflict.column('id').doNothing())
      .execute()
  }
  await writer
    .insertInto('conversations')
    .values({ id: conversationId, personId, createdAt: startedAt })
    .onConflict(conflict => conflict.column('id').doNothing())
    .execute()
  await writer
    .insertInto('calls')
    .values(call)
    .onConflict(conflict => conflict.column('id').doUpdateSet(call))
    .execute()
}

async function writeTurn(writer: Writer, turn: TurnRow): Promise<void> {
  await writer
    .insertInto('turns')
    .values(turn)
    .onConflict(conflict => conflict.columns(['callId', 'id']).doUpdateSet(turn))
    .execute()
}
