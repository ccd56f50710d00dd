/**
 * Reads what the calls left in the database, in the shapes that people and programs outside get to see. Every question takes a
 * handful of statements, however many calls there are.
 */
import { isEarly, type Certificate } from '../call/certificate.ts'
import { certificateOf } from './call-record.ts'
import type { Database } from './database.ts'
import type {
  CallRow,
  CallSummaryRow,
  ConversationRow,
  CostRow,
  FeedbackRow,
  MeetingRow,
  MemoryFactRow,
  TurnRow,
} from './tables.ts'

/** What something cost, as far as it is known. */
export type Cost = {
  /** The sum of what is known; null if nothing is. */
  readonly usd: number | null
  /** Of that, for drafts that were thrown away. */
  readonly droppedUsd: number
  /** True if something else was used whose price or amount is unknown. */
  readonly unknown: boolean
}

export type ConversationSummary = ConversationRow & {
  readonly calls: number
  readonly lastCallAt: string | null
  readonly lengthMs: number
  /** How often the caller was answered. */
  readonly replies: number
  /** Replies before 500 ms of silence: never any, unless the program is broken. */
  readonly early: number
  readonly cost: Cost
}

export type RecordedTurn = Certificate & { readonly cost: Cost }

export type RecordedCall = CallRow & {
  readonly turns: readonly RecordedTurn[]
  readonly costs: readonly CostRow[]
  readonly cost: Cost
  readonly meetings: readonly MeetingRow[]
  readonly feedback: readonly FeedbackRow[]
  /** Null until it is made after the call, and for callers who withheld their number. */
  readonly summary: Omit<CallSummaryRow, 'callId'> | null
}

export type Conversation = ConversationRow & { readonly calls: readonly RecordedCall[]; readonly cost: Cost }

export type Person = {
  readonly id: string
  readonly firstCallAt: string
  readonly lastCallAt: string | null
  readonly calls: number
  readonly memory: readonly MemoryFactRow[]
  readonly meetings: readonly MeetingRow[]
}

export type ConversationFilter = {
  readonly limit: number
  /** Goes on behind this one, from a page before. */
  readonly after: Pick<ConversationRow, 'id' | 'createdAt'> | null
  readonly personId: string | null
  /** Begun at this time or later, and before that one. */
  readonly since: string | null
  readonly until: string | null
}

/** The newest first. One more than `limit` if there is another page. */
export async function listConversations(database: Database, filter: ConversationFilter): Promise<readonly ConversationSummary[]> {
  const { limit, after, personId, since, until } = filter
  let page = database
    .selectFrom('conversations')
    .selectAll()
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (personId !== null) page = page.where('personId', '=', personId)
  if (since !== null) page = page.where('createdAt', '>=', since)
  if (until !== null) page = page.where('createdAt', '<', until)
  if (after !== null) {
    page = page.where(row => row(row.refTuple('createdAt', 'id'), '<', row.tuple(after.createdAt, after.id)))
  }
  const conversations = await page.execute()
  return summed(database, conversations)
}

async function summed(database: Database, conversations: readonly ConversationRow[]): Promise<readonly ConversationSummary[]> {
  if (conversations.length === 0) return []
  const ids = conversations.map(({ id }) => id)
  const calls = await database
    .selectFrom('calls')
    .select(['id', 'conversationId', 'startedAt', 'lengthMs'])
    .where('conversationId', 'in', ids)
    .execute()
  const callIds = calls.map(({ id }) => id)
  const [turns, costs] =
    callIds.length === 0 ? [[], []] : await Promise.all([replies(database, callIds), sums(database, callIds)])
  const callsOf = Map.groupBy(calls, ({ conversationId }) => conversationId)
  const turnsOf = Map.groupBy(turns, ({ callId }) => callId)
  const costsOf = Map.groupBy(costs, ({ callId }) => callId)
  return conversations.map(conversation => {
    const own = callsOf.get(conversation.id) ?? []
    const ownTurns = own.flatMap(({ id }) => turnsOf.get(id) ?? [])
    return {
      ...conversation,
      calls: own.length,
      lastCallAt:
        own
          .map(({ startedAt }) => startedAt)
          .toSorted()
          .at(-1) ?? null,
      lengthMs: own.reduce((sum, { lengthMs }) => sum + lengthMs, 0),
      replies: ownTurns.length,
      early: ownTurns.filter(({ callId: _, ...times }) => isEarly(times as Certificate)).length,
      cost: sumOf(own.flatMap(({ id }) => costsOf.get(id) ?? [])),
    }
  })
}

/** Of each answer to the caller the times by which `isEarly` judges. */
const replies = (database: Database, callIds: readonly string[]) =>
  database
    .selectFrom('turns')
    .select(['callId', 'silentSinceMs', 'releasedMs', 'firstFrameMs'])
    .where('callId', 'in', callIds)
    .where('silentSinceMs', 'is not', null)
    .execute()

type CostSum = { readonly count: number; readonly known: number; readonly usd: number; readonly droppedUsd: number }

/** What each of these calls cost, added up by the database: a page of calls has thousands of lines. */
async function sums(database: Database, callIds: readonly string[]): Promise<readonly (CostSum & { readonly callId: string })[]> {
  const rows = await database
    .selectFrom('costs')
    .select(({ fn }) => [
      'callId',
      'dropped',
      fn.countAll<string>().as('count'),
      fn.count<string>('usd').as('known'),
      fn.sum<number | null>('usd').as('usd'),
    ])
    .where('callId', 'in', callIds)
    .groupBy(['callId', 'dropped'])
    .execute()
  return rows.map(({ callId, dropped, count, known, usd }) => ({
    callId,
    count: Number(count),
    known: Number(known),
    usd: usd ?? 0,
    droppedUsd: dropped === 1 ? (usd ?? 0) : 0,
  }))
}

/** By its id, or by the SID of any of its calls; null if there is none. */
export async function conversationOf(database: Database, id: string): Promise<Conversation | null> {
  const call = await database.selectFrom('calls').select('conversationId').where('callSid', '=', id).executeTakeFirst()
  const conversation = await database
    .selectFrom('conversations')
    .selectAll()
    .where('id', '=', call?.conversationId ?? id)
    .executeTakeFirst()
  if (!conversation) return null
  const rows = await database
    .selectFrom('calls')
    .selectAll()
    .where('conversationId', '=', conversation.id)
    .orderBy('startedAt')
    .execute()
  const calls = await recordedCalls(database, rows)
  return { ...conversation, calls, cost: costOf(calls.flatMap(({ costs }) => costs)) }
}

/** Whatever is stored of these calls, in their order. */
export async function recordedCalls(database: Database, rows: readonly CallRow[]): Promise<readonly RecordedCall[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const [turns, costs, meetings, feedback, summaries] = await Promise.all([
    database.selectFrom('turns').selectAll().where('callId', 'in', ids).orderBy('id').execute(),
    database
      .selectFrom('costs')
      .selectAll()
      .where('callId', 'in', ids)
      .orderBy('turnId')
      .orderBy('service')
      .orderBy('unit')
      .execute(),
    database.selectFrom('meetings').selectAll().where('callId', 'in', ids).orderBy('createdAt').execute(),
    database.selectFrom('feedback').selectAll().where('callId', 'in', ids).orderBy('createdAt').execute(),
    database.selectFrom('callSummaries').selectAll().where('callId', 'in', ids).execute(),
  ])
  const byCall = <Row extends { readonly callId: string }>(all: readonly Row[]) => {
    const groups = Map.groupBy(all, ({ callId }) => callId)
    return (id: string): readonly Row[] => groups.get(id) ?? []
  }
  const [turnsOf, linesOf, meetingsOf, feedbackOf] = [byCall(turns), byCall(costs), byCall(meetings), byCall(feedback)]
  const summaryOf = new Map(summaries.map(({ callId, ...summary }) => [callId, summary]))
  return rows.map(row => {
    const own = linesOf(row.id)
    return {
      ...row,
      turns: turnsOf(row.id).map(turn => recordedTurn(turn, own)),
      costs: own,
      cost: costOf(own),
      meetings: meetingsOf(row.id),
      feedback: feedbackOf(row.id),
      summary: summaryOf.get(row.id) ?? null,
    }
  })
}

const recordedTurn = (turn: TurnRow, costs: readonly CostRow[]): RecordedTurn => ({
  ...certificateOf(turn),
  cost: costOf(costs.filter(({ turnId }) => turnId === turn.id)),
})

const costOf = (costs: readonly CostRow[]): Cost =>
  sumOf(
    costs.map(({ usd, dropped }) => ({
      count: 1,
      known: usd === null ? 0 : 1,
      usd: usd ?? 0,
      droppedUsd: dropped === 1 ? (usd ?? 0) : 0,
    })),
  )

function sumOf(costs: readonly CostSum[]): Cost {
  const sum = (of: keyof CostSum): number => costs.reduce((total, cost) => total + cost[of], 0)
  const unknown = sum('known') < sum('count')
  return { usd: sum('known') === 0 && unknown ? null : sum('usd'), droppedUsd: sum('droppedUsd'), unknown }
}

/** Null if nobody of that id has called. Facts that have expired by now (`now`, ISO) are left out. */
export async function personById(database: Database, id: string, now: string): Promise<Person | null> {
  const person = await database.selectFrom('people').selectAll().where('id', '=', id).executeTakeFirst()
  if (!person) return null
  const [calls, memory, meetings] = await Promise.all([
    database.selectFrom('calls').select('startedAt').where('personId', '=', id).orderBy('startedAt').execute(),
    database
      .selectFrom('memoryFacts')
      .selectAll()
      .where('personId', '=', id)
      .where('expiresAt', '>', now)
      .orderBy('createdAt')
      .execute(),
    database.selectFrom('meetings').selectAll().where('personId', '=', id).orderBy('createdAt').execute(),
  ])
  return { ...person, calls: calls.length, lastCallAt: calls.at(-1)?.startedAt ?? null, memory, meetings }
}
