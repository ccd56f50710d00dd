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
