/** From many turns to the figures of one pipeline, and those figures as text. Pure. */
import type { Pipeline } from '../../src/call/facts.ts'
import type { Clear, Cost } from './join.ts'
import { shareOf, spreadOf, type Spread } from './percentiles.ts'
import type { PipelineRun } from './run-pipelines.ts'
import { limitMs, overheadMs, stagesMs, usedDraft, wasEarly, wasReady } from './turn.ts'

export type Summary = {
  readonly pipeline: Pipeline
  readonly turns: number
  readonly lost: readonly string[]
  readonly violations: readonly string[]
  readonly warnings: readonly string[]
  readonly early: number
  readonly gapMs: Spread
  readonly limitMs: Spread
  readonly overheadMs: Spread
  /** Of which: until the request, until the voice got its text, until the caller's end. */
  readonly stagesMs: { readonly begin: Spread; readonly phrase: Spread; readonly send: Spread }
  /** Shares of the turns: begun inside the silence; first audio there before the silence was complete. */
  readonly draftUsed: number
  readonly ready: number
  /** First frame after the silence was complete, for replies that were ready. */
  readonly releaseErrorMs: Spread
  readonly heard: Cost
  readonly discarded: Cost
  /** Frames that came so late that silence stood in for them. */
  readonly stoodInFrames: number
  /** Of one core, for one call, while it lasts. */
  readonly cpuPerCall: number
  readonly clearAfterVoiceMs: Spread
  readonly clearAfterHeardMs: Spread
}

export function summarise(run: PipelineRun): Summary {
  const { turns, clears } = run
  const clearSpread = (of: (clear: Clear) => number): Spread => spreadOf(clears.map(of))
  return {
    pipeline: run.pipeline,
    turns: turns.length,
    lost: run.lost,
    violations: run.violations,
    warnings: run.warnings,
    early: turns.filter(wasEarly).length,
    gapMs: spreadOf(turns.map(({ gapMs }) => gapMs)),
    limitMs: spreadOf(turns.map(limitMs)),
    overheadMs: spreadOf(turns.map(overheadMs)),
    stagesMs: {
      begin: spreadOf(turns.map(turn => stagesMs(turn).begin)),
      phrase: spreadOf(turns.map(turn => stagesMs(turn).phrase)),
      send: spreadOf(turns.map(turn => stagesMs(turn).send)),
    },
    draftUsed: shareOf(turns, usedDraft),
    ready: shareOf(turns, wasReady),
    releaseErrorMs: spreadOf(turns.filter(wasReady).map(({ sinceCompleteMs }) => sinceCompleteMs)),
    heard: run.heard,
    discarded: run.discarded,
    stoodInFrames: run.stoodInFrames,
    cpuPerCall: run.cpuPerCall,
    clearAfterVoiceMs: clearSpread(({ afterVoiceMs }) => afterVoiceMs),
    clearAfterHeardMs: clearSpread(({ afterHeardMs }) => afterHeardMs),
  }
}

/* ── As text ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** One line a pipeline; times in ms. */
export function pipelinesTable(summaries: readonly Summary[]): string {
  const plain = summaries.find(({ pipeline }) => pipeline === 'plain')
  const rows = summaries.map(one => [
    one.pipeline,
    String(one.turns),
    ...[one.gapMs.p50, one.gapMs.p95, one.gapMs.max].map(whole),
    plain ? `${tenths(plain.gapMs.p50 / one.gapMs.p50)}x` : '–',
    whole(one.limitMs.p50),
    ...[one.overheadMs.p50, one.overheadMs.p99].map(tenths),
    percent(one.draftUsed),
    percent(one.ready),
    `${one.discarded.replies}`,
    percent(tokensOf(one.discarded) / tokensOf(one.heard)),
    String(one.early),
    ...[one.clearAfterVoiceMs.p50, one.clearAfterHeardMs.p50, one.clearAfterHeardMs.p99].map(tenths),
  ])
  return table([headings, ...rows])
}

const headings = [
  'pipeline',
  'turns',
  'gap p50',
  'p95',
  'max',
  'faster',
  'limit p50',
  'ours p50',
  'p99',
  'drafts used',
  'ready',
  'discarded',
  'cost',
  'EARLY',
  'clear p50',
  'once heard',
  'p99',
]

/** Where our part of the gap goes: one line a pipeline, p50 and p99 of each stage in ms. */
export function stagesTable(summaries: readonly Summary[]): string {
  const head = ['our part', 'to the request', 'p99', 'to the voice', 'p99', 'to the caller', 'p99']
  const rows = summaries.map(({ pipeline, stagesMs: { begin, phrase, send } }) => [
    pipeline,
    ...[begin, phrase, send].flatMap(({ p50, p99 }) => [tenths(p50), tenths(p99)]),
  ])
  return table([head, ...rows])
}

export const legend = `gap        the caller's last voiced frame to the reply's first frame, both at the caller's end
faster     than plain, at the median, in the same run
limit      what the services allowed, by their own logs; ours: what we added to it
ready      the first audio existed before the silence was complete
discarded  drafts nobody heard; cost: their tokens, prompts in full, as a share of those of replies that were heard
clear      the first voiced frame of a caller who falls in, to the bot's silence; once heard: from the frame that made hearing sure`

/** The first row is the heading. Figures stand right, below each other, unless `side` says otherwise. */
export function table(rows: readonly (readonly string[])[], side: 'left' | 'right' = 'right'): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 || side === 'left' ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
  return rows.map(line).join('\n')
}

export const whole = (value: number): string => (Number.isFinite(value) ? String(Math.round(value)) : '–')
export const tenths = (value: number): string => (Number.isFinite(value) ? value.toFixed(1) : '–')
export const percent = (share: number): string => (Number.isFinite(share) ? `${Math.round(100 * share)} %` : '–')

const tokensOf = ({ promptTokens, completionTokens }: Cost): number => promptTokens + completionTokens
