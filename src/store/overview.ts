/**
 * How the assistant did over many calls, added up by the database: how soon callers were answered, where that time went, what
 * became of drafts and replies, what it cost. Tens of thousands of calls come back as some hundred numbers.
 */
import { sql, type ExpressionBuilder } from 'kysely'
import type { Database } from './database.ts'
import type { CostRow, Tables } from './tables.ts'

export type Per = 'hour' | 'day'

/** Half of all are at most `p50`, and so on; milliseconds, exact to one. Null if there are none. */
export type Spread = {
  readonly count: number
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
}

export type Stage = 'words' | 'model' | 'voice' | 'ready' | 'own'

export type Overview = {
  readonly per: Per
  readonly calls: {
    readonly count: number
    readonly lengthMs: number
    /** Null: not over yet. */
    readonly endings: readonly { readonly reason: string | null; readonly count: number }[]
  }
  /** Of replies to the caller, from the caller's last sound to the reply's first frame. */
  readonly gap: Spread & {
    /** Replies before 500 ms; never any. */
    readonly early: number
    /** Replies whose first audio existed when the silence was complete. */
    readonly ready: number
    /** How many fell into each frame of 20 ms; those without any are left out. */
    readonly distribution: readonly { readonly fromMs: number; readonly count: number }[]
  }
  /**
   * How long each took: `words` from the last sound until they were settled, `model` to its first token, `voice` from that to
   * the first audio, `ready` audio waiting for the silence, `own` from the release to the first frame.
   */
  readonly stages: readonly ({ readonly stage: Stage } & Spread)[]
  readonly times: readonly { readonly at: string; readonly calls: number; readonly gap: Spread }[]
  readonly drafts: {
    /** Begun inside the silence and released. */
    readonly hit: number
    /** Thrown away because the caller went on or the words changed. */
    readonly missed: number
    /** Replies begun only when the silence was complete. */
    readonly late: number
  }
  readonly outcomes: readonly { readonly outcome: string; readonly count: number }[]
  readonly amended: number
  readonly holds: number
  readonly costs: readonly {
    readonly service: CostRow['service']
    /** What is known of it; null if nothing is. */
    readonly usd: number | null
    readonly droppedUsd: number
    readonly unknown: boolean
  }[]
}

type Counts = readonly { readonly ms: number; readonly count: number }[]

/** Of calls that began then or later (ISO; null: of all). `per`: how finely `times` is told, in UTC. */
export async function overviewOf(database: Database, since: string | null, per: Per): Promise<Overview> {
  const from = since ?? ''
  const [calls, gaps, stages, replies, costs] = await Promise.all([
    callCounts(database, from, per),
    gapCounts(database, from, per),
    Promise.all(
      (Object.keys(STAGES) as Stage[]).map(async stage => ({ stage, counts: await stageCounts(database, from, stage) })),
    ),
    replyCounts(database, from),
    costSums(database, from),
  ])
  const all = merged(gaps)
  const byTime = Map.groupBy(gaps, ({ at }) => at)
  const times = [...new Set([...calls.map(({ at }) => at), ...byTime.keys()])].toSorted()
  return {
    per,
    calls: {
      count: sum(calls, ({ count }) => count),
      lengthMs: sum(calls, ({ lengthMs }) => lengthMs),
      endings: summedBy(calls, ({ reason }) => reason).map(([reason, count]) => ({ reason, count })),
    },
    gap: { ...spreadOf(all), early: replies.early, ready: replies.ready, distribution: inFrames(all) },
    stages: stages.map(({ stage, counts }) => ({ stage, ...spreadOf(counts) })),
    times: times.map(at => ({
      at,
      calls: sum(
        calls.filter(call => call.at === at),
        ({ count }) => count,
      ),
      gap: spreadOf(merged(byTime.get(at) ?? [])),
    })),
    drafts: { hit: replies.hit, missed: replies.missed, late: replies.late },
    outcomes: replies.outcomes,
    amended: replies.amended,
    holds: replies.holds,
    costs,
  }
}

/* ── What the database adds up ─────────────────────────────────────────────────────────────────────────────── */

type OfTurns = ExpressionBuilder<Tables, 'calls' | 'turns'>

/** The first signs of an ISO time are its day, or its hour. */
const timeIn = (per: Per) => sql<string>`substr(${sql.ref('calls.startedAt')}, 1, ${sql.lit(per === 'hour' ? 13 : 10)})`

const between = (fromColumn: string, toColumn: string) =>
  sql<number>`round(${sql.ref(`turns.${toColumn}`)} - ${sql.ref(`turns.${fromColumn}`)})`

const turnsSince = (database: Database, from: string) =>
  database.selectFrom('calls').innerJoin('turns', 'turns.callId', 'calls.id').where('calls.startedAt', '>=', from)

async function callCounts(database: Database, from: string, per: Per) {
  const rows = await database
    .selectFrom('calls')
    .select(({ fn }) => [
      timeIn(per).as('at'),
      'endedReason as reason',
      fn.countAll<string>().as('count'),
      fn.sum<string>('lengthMs').as('lengthMs'),
    ])
    .where('startedAt', '>=', from)
    .groupBy([timeIn(per), 'endedReason'])
    .execute()
  return rows.map(row => ({ ...row, count: Number(row.count), lengthMs: Number(row.lengthMs) }))
}

async function gapCounts(database: Database, from: string, per: Per) {
  const gap = between('silentSinceMs', 'firstFrameMs')
  const rows = await turnsSince(database, from)
    .select(({ fn }) => [timeIn(per).as('at'), gap.as('ms'), fn.countAll<string>().as('count')])
    .where('turns.silentSinceMs', 'is not', null)
    .where('turns.firstFrameMs', 'is not', null)
    .groupBy([timeIn(per), gap])
    .execute()
  return rows.map(({ at, ms, count }) => ({ at, ms: Number(ms), count: Number(count) }))
}

const STAGES = {
  words: ['silentSinceMs', 'settledMs'],
  model: ['draftMs', 'firstTokenMs'],
  voice: ['firstTokenMs', 'firstAudioMs'],
  ready: ['firstAudioMs', 'releasedMs'],
  own: ['releasedMs', 'firstFrameMs'],
} as const satisfies Readonly<Record<Stage, readonly [from: string, to: string]>>

/** Only of answers by the model. Audio that came after the release did not wait, and what waited for audio was not ours. */
async function stageCounts(database: Database, from: string, stage: Stage): Promise<Counts> {
  const [begins, ends] = STAGES[stage]
  const took = between(begins, ends)
  let turns = turnsSince(database, from)
    .select(({ fn }) => [took.as('ms'), fn.countAll<string>().as('count')])
    .where('turns.silentSinceMs', 'is not', null)
    .where('turns.line', 'is', null)
    .where(`turns.${begins}`, 'is not', null)
    .where(`turns.${ends}`, 'is not', null)
    .groupBy(took)
  if (stage === 'ready' || stage === 'own') turns = turns.whereRef('turns.firstAudioMs', '<=', 'turns.releasedMs')
  const rows = await turns.execute()
  return merged(rows.map(({ ms, count }) => ({ ms: Math.max(0, Number(ms)), count: Number(count) })))
}

async function replyCounts(database: Database, from: string) {
  const when = (turn: OfTurns, is: ReturnType<OfTurns['and']>) =>
    turn.fn.sum<string | null>(turn.case().when(is).then(1).else(0).end())
  const rows = await turnsSince(database, from)
    .select(turn => {
      const isAnswer = turn('turns.silentSinceMs', 'is not', null)
      const inTime = turn('turns.draftMs', '<', turn.ref('turns.completeMs'))
      const isModels = turn.and([isAnswer, turn('turns.line', 'is', null)])
      return [
        'turns.outcome as outcome',
        turn.fn.countAll<string>().as('count'),
        turn.fn.sum<string | null>('turns.discarded').as('missed'),
        turn.fn.sum<string | null>('turns.amended').as('amended'),
        turn.fn.sum<string | null>('turns.holds').as('holds'),
        when(turn, turn.and([isModels, inTime])).as('hit'),
        when(turn, turn.and([isModels, turn.not(inTime)])).as('late'),
        when(turn, turn.and([isAnswer, turn('turns.firstAudioMs', '<=', turn.ref('turns.completeMs'))])).as('ready'),
        when(turn, turn.and([isAnswer, turn('turns.firstFrameMs', '<', turn.ref('turns.completeMs'))])).as('early'),
      ]
    })
    .groupBy('turns.outcome')
    .execute()
  const total = (key: Exclude<keyof (typeof rows)[number], 'outcome'>): number => sum(rows, row => Number(row[key] ?? 0))
  return {
    outcomes: rows.map(({ outcome, count }) => ({ outcome, count: Number(count) })).toSorted((a, b) => b.count - a.count),
    missed: total('missed'),
    amended: total('amended'),
    holds: total('holds'),
    hit: total('hit'),
    late: total('late'),
    ready: total('ready'),
    early: total('early'),
  }
}

async function costSums(database: Database, from: string): Promise<Overview['costs']> {
  const rows = await database
    .selectFrom('calls')
    .innerJoin('costs', 'costs.callId', 'calls.id')
    .select(({ fn }) => [
      'costs.service as service',
      'costs.dropped as dropped',
      fn.countAll<string>().as('count'),
      fn.count<string>('costs.usd').as('known'),
      fn.sum<number | null>('costs.usd').as('usd'),
    ])
    .where('calls.startedAt', '>=', from)
    .groupBy(['costs.service', 'costs.dropped'])
    .execute()
  return [...Map.groupBy(rows, ({ service }) => service)].map(([service, lines]) => {
    const known = sum(lines, line => Number(line.known))
    return {
      service,
      usd: known === 0 ? null : sum(lines, ({ usd }) => usd ?? 0),
      droppedUsd: sum(lines, ({ usd, dropped }) => (dropped === 1 ? (usd ?? 0) : 0)),
      unknown: known < sum(lines, line => Number(line.count)),
    }
  })
}

/* ── And what is made of it ────────────────────────────────────────────────────────────────────────────────── */

const FRAME_MS = 20

const sum = <Row>(rows: readonly Row[], of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0)

const summedBy = <Row extends { readonly count: number }, Key>(rows: readonly Row[], keyOf: (row: Row) => Key) =>
  [...Map.groupBy(rows, keyOf)]
    .map(([key, group]) => [key, sum(group, ({ count }) => count)] as const)
    .toSorted(([, a], [, b]) => b - a)

const merged = (counts: Counts): Counts =>
  summedBy(counts, ({ ms }) => ms)
    .map(([ms, count]) => ({ ms, count }))
    .toSorted((a, b) => a.ms - b.ms)

const inFrames = (counts: Counts): Overview['gap']['distribution'] =>
  merged(counts.map(({ ms, count }) => ({ ms: Math.floor(ms / FRAME_MS) * FRAME_MS, count }))).map(({ ms, count }) => ({
    fromMs: ms,
    count,
  }))

/** `counts` ascend. */
function spreadOf(counts: Counts): Spread {
  const count = sum(counts, each => each.count)
  const at = (share: number): number | null => {
    let seen = 0
    return counts.find(each => (seen += each.count) >= share * count)?.ms ?? null
  }
  return { count, p50: at(0.5), p90: at(0.9), p99: at(0.99) }
}
