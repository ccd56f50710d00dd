/** What people told, in the database: kept after a call, looked up when they call again, and gone when it expires. */
import type { PastTurn, Recollection } from '../ports.ts'
import type { Database } from './database.ts'
import { isOwn, priceOf } from './prices.ts'
import type { CostRow, MemoryFactRow } from './tables.ts'

/** A call that is over and of which nothing is remembered yet. */
export type UnrememberedCall = {
  readonly id: string
  readonly personId: string
  readonly startedAt: string
  readonly turns: readonly PastTurn[]
}

/** Null if it is remembered already, still goes on, is gone, or if the caller withheld the number: such callers have no memory. */
export async function unrememberedCall(database: Database, callId: string): Promise<UnrememberedCall | null> {
  const call = await unremembered(database).where('calls.id', '=', callId).executeTakeFirst()
  if (!call) return null
  const turns = database.selectFrom('turns').select(['id', 'said', 'heard']).where('callId', '=', callId).orderBy('id')
  const past = (await turns.execute()).map(({ id, said, heard }) => ({ turn: id, said, heard }))
  return { ...call, personId: call.personId!, turns: past }
}

/** The calls since this time of which nothing is remembered yet, the oldest first. */
export async function unrememberedSince(database: Database, time: string): Promise<readonly string[]> {
  const calls = unremembered(database).where('calls.startedAt', '>=', time).orderBy('calls.startedAt')
  return (await calls.execute()).map(({ id }) => id)
}

const unremembered = (database: Database) =>
  database
    .selectFrom('calls')
    .leftJoin('callSummaries', 'callSummaries.callId', 'calls.id')
    .select(['calls.id', 'calls.personId', 'calls.startedAt'])
    .where('callSummaries.callId', 'is', null)
    .where('calls.personId', 'is not', null)
    .where('calls.endedReason', 'is not', null)

export type Memory = {
  readonly call: Pick<UnrememberedCall, 'id' | 'personId' | 'startedAt'>
  readonly recollection: Recollection
  /** The time of day, ISO 8601. */
  readonly now: string
  /** When a fact of that kind is no longer worth knowing. */
  readonly expiryOf: (kind: MemoryFactRow['kind']) => string
}

/** All of it or nothing, and once a call: gives whether it was kept. Rejects if the call or the person is gone meanwhile. */
export const keepMemory = (database: Database, { call, recollection, now, expiryOf }: Memory): Promise<boolean> =>
  database.transaction().execute(async writer => {
    const { summary, by, facts, usage } = recollection
    const kept = await writer
      .insertInto('callSummaries')
      .values({ callId: call.id, summary, madeBy: by, createdAt: now })
      .onConflict(conflict => conflict.column('callId').doNothing())
      .executeTakeFirst()
    if (Number(kept.numInsertedOrUpdatedRows ?? 0n) === 0) return false
    const { id: callId, personId } = call
    const rows = facts.map(({ kind, fact, turn, quote }, n): MemoryFactRow => {
      const source = { personId, callId, turnId: turn, createdAt: now, expiresAt: expiryOf(kind) }
      return { id: `${callId}-${n + 1}`, kind, fact, quote, ...source }
    })
    if (rows.length > 0) await writer.insertInto('memoryFacts').values(rows).execute()
    const costs = usage && !isOwn(by) ? costsOf(call, by, usage) : []
    if (costs.length > 0) {
      await writer
        .insertInto('costs')
        .values(costs)
        .onConflict(conflict => conflict.columns(['callId', 'turnId', 'service', 'unit']).doNothing())
        .execute()
    }
    return true
  })

/** Of the call as a whole: no turn had to wait for it. */
function costsOf(call: Memory['call'], provider: string, usage: NonNullable<Recollection['usage']>): readonly CostRow[] {
  const cost = (unit: 'prompt-tokens' | 'completion-tokens', quantity: number): CostRow => {
    const price = priceOf(provider, unit, call.startedAt)
    const of = { callId: call.id, turnId: 0, service: 'model', provider, unit, quantity, dropped: 0 } as const
    const estimated = usage.estimated ? 1 : 0
    return { ...of, estimated, usd: price && price.usd * quantity, pricedOn: price?.since ?? null }
  }
  return [cost('prompt-tokens', usage.promptTokens), cost('completion-tokens', usage.completionTokens)]
}

/** Whether there was such a fact of this person. */
export async function forgetFact(database: Database, personId: string, factId: string): Promise<boolean> {
  const gone = await database
    .deleteFrom('memoryFacts')
    .where('personId', '=', personId)
    .where('id', '=', factId)
    .executeTakeFirst()
  return gone.numDeletedRows > 0n
}

export async function forgetExpired(database: Database, now: string): Promise<void> {
  await database.deleteFrom('memoryFacts').where('expiresAt', '<=', now).execute()
}

export type PastCall = {
  readonly id: string
  readonly conversationId: string
  readonly startedAt: string
  /** Null while it goes on. */
  readonly endedReason: string | null
  readonly lengthMs: number
}

export type WhoCalls = {
  readonly personId: string | null
  /** The conversation that the call is known to continue; null if none is. */
  readonly conversationId: string | null
  readonly assistant: string
  /** When the new call began, ISO 8601: it is not among the past ones. */
  readonly startedAt: string
}

/** The last call of this conversation, or else of this person, with this assistant; null if there is none. */
export async function lastCall(database: Database, who: WhoCalls): Promise<PastCall | null> {
  const ofConversation =
    who.conversationId === null ? null : await newestWhere(database, who, 'conversationId', who.conversationId)
  return ofConversation ?? (who.personId === null ? null : newestWhere(database, who, 'personId', who.personId))
}

async function newestWhere(
  database: Database,
  { assistant, startedAt }: WhoCalls,
  column: 'conversationId' | 'personId',
  value: string,
): Promise<PastCall | null> {
  const newest = database
    .selectFrom('calls')
    .select(['id', 'conversationId', 'startedAt', 'endedReason', 'lengthMs'])
    .where(column, '=', value)
    .where('assistant', '=', assistant)
    .where('startedAt', '<', startedAt)
    .orderBy('startedAt', 'desc')
    .limit(1)
  return (await newest.executeTakeFirst()) ?? null
}

/** What was said and heard on these calls, in order; the newest turns if there are more than the limit. */
export async function turnsOf(
  database: Database,
  of: { readonly callId: string } | { readonly conversationId: string },
  limit: number,
) {
  const turns = database
    .selectFrom('turns')
    .innerJoin('calls', 'calls.id', 'turns.callId')
    .select(['turns.said', 'turns.heard', 'turns.outcome'])
    .orderBy('calls.startedAt', 'desc')
    .orderBy('turns.id', 'desc')
    .limit(limit)
  const own =
    'callId' in of ? turns.where('turns.callId', '=', of.callId) : turns.where('calls.conversationId', '=', of.conversationId)
  return (await own.execute()).toReversed()
}

export async function summaryOf(database: Database, callId: string): Promise<string | null> {
  const row = await database.selectFrom('callSummaries').select('summary').where('callId', '=', callId).executeTakeFirst()
  return row?.summary ?? null
}

/** What a person has told this assistant and what holds at this time, the newest first. */
export const factsOf = (database: Database, personId: string, assistant: string, now: string, limit: number) =>
  database
    .selectFrom('memoryFacts')
    .innerJoin('calls', 'calls.id', 'memoryFacts.callId')
    .selectAll('memoryFacts')
    .select('calls.startedAt')
    .where('memoryFacts.personId', '=', personId)
    .where('calls.assistant', '=', assistant)
    .where('memoryFacts.expiresAt', '>', now)
    .orderBy('calls.startedAt', 'desc')
    .orderBy('memoryFacts.turnId', 'desc')
    .limit(limit)
    .execute()
