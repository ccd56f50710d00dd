/**
 * The schema, version by version. A version that has been released is never changed: what comes later is a new one below it,
 * and an older database takes the missing ones when it is opened. Plain enough for SQLite and Postgres alike.
 */
import type { ColumnDefinitionBuilder, Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-records': { up: makeRecords },
  '0002-memory': { up: makeQuotedMemory },
  '0003-deeds': { up: makeDeeds },
}

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull()
const key = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.primaryKey().notNull()
const ofCall = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder =>
  column.notNull().references('calls.id').onDelete('cascade')

async function makeRecords(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema.createTable('people').addColumn('id', 'text', key).addColumn('first_call_at', 'text', required).execute()
  await schema
    .createTable('conversations')
    .addColumn('id', 'text', key)
    .addColumn('person_id', 'text', column => column.references('people.id').onDelete('set null'))
    .addColumn('created_at', 'text', required)
    .execute()
  await makeCalls(database)
  await makeTurns(database)
  await schema
    .createTable('costs')
    .addColumn('call_id', 'text', ofCall)
    .addColumn('turn_id', 'integer', required)
    .addColumn('service', 'text', required)
    .addColumn('unit', 'text', required)
    .addColumn('provider', 'text', required)
    .addColumn('quantity', 'double precision', required)
    .addColumn('estimated', 'integer', required)
    .addColumn('dropped', 'integer', required)
    .addColumn('usd', 'double precision')
    .addColumn('priced_on', 'text')
    .addPrimaryKeyConstraint('costs_key', ['call_id', 'turn_id', 'service', 'unit'])
    .execute()
  await makeMemory(database)
}

async function makeCalls({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('calls')
    .addColumn('id', 'text', key)
    .addColumn('call_sid', 'text', required)
    .addColumn('conversation_id', 'text', column => column.notNull().references('conversations.id'))
    .addColumn('person_id', 'text', column => column.references('people.id').onDelete('set null'))
    .addColumn('started_at', 'text', required)
    .addColumn('assistant', 'text', required)
    .addColumn('pipeline', 'text', required)
    .addColumn('stt', 'text', required)
    .addColumn('llm', 'text', required)
    .addColumn('tts', 'text', required)
    .addColumn('vad', 'text', required)
    .addColumn('folder', 'text', required)
    .addColumn('ended_reason', 'text')
    .addColumn('length_ms', 'integer', required)
    .execute()
  await schema.createIndex('calls_by_sid').on('calls').column('call_sid').execute()
  await schema.createIndex('calls_by_conversation').on('calls').columns(['conversation_id', 'started_at']).execute()
  await schema.createIndex('calls_by_person').on('calls').columns(['person_id', 'started_at']).execute()
  await schema.createIndex('calls_by_start').on('calls').column('started_at').execute()
  await schema.createIndex('conversations_by_date').on('conversations').columns(['created_at', 'id']).execute()
  await schema.createIndex('conversations_by_person').on('conversations').columns(['person_id', 'created_at']).execute()
}

async function makeTurns({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('turns')
    .addColumn('call_id', 'text', ofCall)
    .addColumn('id', 'integer', required)
    .addColumn('line', 'text')
    .addColumn('said', 'text', required)
    .addColumn('silent_since_ms', 'double precision')
    .addColumn('complete_ms', 'double precision')
    .addColumn('settled_ms', 'double precision')
    .addColumn('basis', 'text')
    .addColumn('draft_ms', 'double precision', required)
    .addColumn('discarded', 'integer', required)
    .addColumn('first_token_ms', 'double precision')
    .addColumn('first_audio_ms', 'double precision')
    .addColumn('released_ms', 'double precision')
    .addColumn('first_frame_ms', 'double precision')
    .addColumn('first_mark_ms', 'double precision')
    .addColumn('ended_ms', 'double precision')
    .addColumn('text', 'text', required)
    .addColumn('heard', 'text', required)
    .addColumn('outcome', 'text', required)
    .addColumn('amended', 'integer', required)
    .addColumn('holds', 'integer', required)
    .addColumn('asides', 'text', required)
    .addPrimaryKeyConstraint('turns_key', ['call_id', 'id'])
    .execute()
}

async function makeMemory({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('memory_facts')
    .addColumn('id', 'text', key)
    .addColumn('person_id', 'text', column => column.notNull().references('people.id').onDelete('cascade'))
    .addColumn('fact', 'text', required)
    .addColumn('call_id', 'text', column => column.references('calls.id').onDelete('set null'))
    .addColumn('turn_id', 'integer')
    .addColumn('created_at', 'text', required)
    .addColumn('expires_at', 'text')
    .execute()
  await schema.createIndex('memory_facts_by_person').on('memory_facts').column('person_id').execute()
  await schema
    .createTable('meetings')
    .addColumn('id', 'text', key)
    .addColumn('call_id', 'text', ofCall)
    .addColumn('person_id', 'text', column => column.references('people.id').onDelete('set null'))
    .addColumn('time', 'text', required)
    .addColumn('name', 'text')
    .addColumn('contact', 'text')
    .addColumn('note', 'text')
    .addColumn('created_at', 'text', required)
    .execute()
  await schema.createIndex('meetings_by_call').on('meetings').column('call_id').execute()
  await schema
    .createTable('feedback')
    .addColumn('id', 'text', key)
    .addColumn('call_id', 'text', ofCall)
    .addColumn('turn_id', 'integer')
    .addColumn('rating', 'integer')
    .addColumn('words', 'text')
    .addColumn('source', 'text', required)
    .addColumn('created_at', 'text', required)
    .execute()
  await schema.createIndex('feedback_by_call').on('feedback').column('call_id').execute()
}

/** Facts quote the turn they are from; until then there were none. */
async function makeQuotedMemory({ schema }: Kysely<unknown>): Promise<void> {
  await schema.dropTable('memory_facts').execute()
  await schema
    .createTable('memory_facts')
    .addColumn('id', 'text', key)
    .addColumn('person_id', 'text', column => column.notNull().references('people.id').onDelete('cascade'))
    .addColumn('kind', 'text', required)
    .addColumn('fact', 'text', required)
    .addColumn('quote', 'text', required)
    .addColumn('call_id', 'text', ofCall)
    .addColumn('turn_id', 'integer', required)
    .addColumn('created_at', 'text', required)
    .addColumn('expires_at', 'text', required)
    .execute()
  await schema.createIndex('memory_facts_by_person').on('memory_facts').column('person_id').execute()
  await schema.createIndex('memory_facts_by_call').on('memory_facts').column('call_id').execute()
  await schema
    .createTable('call_summaries')
    .addColumn('call_id', 'text', column => ofCall(column).primaryKey())
    .addColumn('summary', 'text', required)
    .addColumn('made_by', 'text', required)
    .addColumn('created_at', 'text', required)
    .execute()
}

async function makeDeeds({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('messages')
    .addColumn('id', 'text', key)
    .addColumn('call_id', 'text', ofCall)
    .addColumn('person_id', 'text', column => column.references('people.id').onDelete('set null'))
    .addColumn('text', 'text', required)
    .addColumn('created_at', 'text', required)
    .execute()
  await schema.createIndex('messages_by_call').on('messages').column('call_id').execute()
  await schema
    .createTable('deliveries')
    .addColumn('id', 'text', key)
    .addColumn('call_id', 'text', ofCall)
    .addColumn('body', 'text', required)
    .addColumn('created_at', 'text', required)
    .execute()
  await schema.createIndex('deliveries_by_date').on('deliveries').column('created_at').execute()
}
