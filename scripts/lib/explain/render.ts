/** An explanation as text that a person is glad to read. Pure. */
import { clockOf } from '../../../src/store/transcript-page.ts'
import { renderTurns } from '../turn-table.ts'
import {
  BUDGETS,
  type BargeIn,
  type Cost,
  type Draft,
  type ExplainedTurn,
  type Explanation,
  type StageBar,
} from './explanation.ts'

const ON_TIME_MS = 520
const DUE_MS = 500
const COLUMNS = 50
const NAME_WIDTH = 19

export type Damage = { readonly damaged: number; readonly firstDamaged: number | null; readonly torn: boolean }

export function renderExplanation(explanation: Explanation, folder: string, damage: Damage): string {
  const { turns, leftOver, troubles, costs } = explanation
  const blocks = [
    head(explanation),
    ...damageOf(damage),
    renderTurns(turns.map(({ certificate }) => certificate)),
    ...turns.map((turn, n) => turnBlock(turn, n + 1)).filter(block => block !== ''),
    ...(leftOver.length > 0 ? [['Drafts that no reply followed', ...leftOver.map(draftLine)].join('\n')] : []),
    troubles.length === 0
      ? 'No fault.'
      : ['Faults', ...troubles.map(({ atMs, text }) => `  ${clockOf(atMs)}  ${text}`)].join('\n'),
    costBlock(costs),
    `Run it again: npm run replay -- ${/\s/.test(folder) ? `"${folder}"` : folder}`,
  ]
  return `${blocks.join('\n\n')}\n`
}

function head({ heading, lengthMs, ended }: Explanation): string {
  const end = ended === null ? 'its process ended before it did' : ended.replaceAll('-', ' ')
  const length = `${(lengthMs / 1000).toFixed(1)} s, ended: ${end}`
  if (!heading) return `A call without a heading · ${length}`
  const { callSid, startedAt, providers, rules } = heading
  return [
    `Call ${callSid} · ${startedAt} · ${length}`,
    `${rules.pipeline} · heard by ${providers.stt}, answered by ${providers.llm}, spoken by ${providers.tts}`,
  ].join('\n')
}

function damageOf({ damaged, firstDamaged, torn }: Damage): readonly string[] {
  return [
    ...(damaged > 0
      ? [
          `! ${damaged} line${damaged === 1 ? '' : 's'} of the journal cannot be read, the first is line ${firstDamaged}; this is told without.`,
        ]
      : []),
    ...(torn ? ['! The journal ends in the middle of a line: the process was killed while it wrote.'] : []),
  ]
}

/** A line that went well needs no words. */
function turnBlock(turn: ExplainedTurn, number: number): string {
  const { certificate, gapMs, stages, discarded, bargeIns } = turn
  if (certificate.line !== null && bargeIns.length === 0) return ''
  const said = certificate.line === null ? `"${certificate.said}"` : `(${certificate.line})`
  return [
    `Turn ${number} · ${clockOf(certificate.silentSinceMs ?? certificate.draftMs)} · ${said} · ${verdict(gapMs, stages)}`,
    ...waterfall(gapMs, stages),
    ...discarded.map(draftLine),
    ...bargeIns.map(bargeInLine),
  ].join('\n')
}

function verdict(gapMs: number | null, stages: readonly StageBar[]): string {
  if (gapMs === null) return 'no silence was waited for'
  if (gapMs <= ON_TIME_MS) return `${gapMs} ms, on time`
  const slow = stages.filter(stage => stage.slow)
  const blamed = slow.length > 0 ? slow : stages.toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs)).slice(0, 1)
  const names = blamed.map(
    ({ stage, fromMs, toMs }) => `${stage} took ${Math.round(toMs - fromMs)} ms (budget ${BUDGETS[stage]})`,
  )
  return `${gapMs} ms, ${gapMs - DUE_MS} late: ${names.join(', ') || 'nobody knows why'}`
}

function waterfall(gapMs: number | null, stages: readonly StageBar[]): readonly string[] {
  if (gapMs === null) return []
  const lastMs = Math.max(DUE_MS, gapMs, ...stages.map(({ toMs }) => toMs))
  const column = (ms: number): number => Math.round((Math.max(0, ms) / lastMs) * COLUMNS)
  const row = (name: string, fromMs: number, toMs: number, mark: string): string => {
    const from = column(fromMs)
    const bar = mark.repeat(Math.max(1, column(toMs) - from))
    return `  ${name.padEnd(NAME_WIDTH)}${' '.repeat(from)}${bar}${' '.repeat(Math.max(1, COLUMNS + 1 - from - bar.length))}`
  }
  return [
    `${row('silence', 0, DUE_MS, '░')}0 → ${DUE_MS}`,
    ...stages.map(({ stage, fromMs, toMs, slow }) => {
      const times = `${Math.round(fromMs)} → ${Math.round(toMs)}`
      return `${row(stage, fromMs, toMs, slow ? '█' : '▓')}${times}${slow ? '  slow' : ''}`
    }),
    `  ${'first frame'.padEnd(NAME_WIDTH)}${' '.repeat(Math.max(0, column(gapMs) - 1))}▲${' '.repeat(COLUMNS + 1 - Math.max(1, column(gapMs)))}${gapMs}`,
  ]
}

const reasons: Readonly<Record<string, string>> = {
  'words-changed': 'the words changed',
  'call-ended': 'the call ended',
  failed: 'it failed',
  'too-slow': 'nothing of it came in time',
  withdrawn: 'it was withdrawn',
}

const draftLine = ({ id, said, lastedMs, why, failure }: Draft): string =>
  `  draft ${id} for "${said}" was thrown away after ${lastedMs} ms: ${failure ?? reasons[why] ?? why}`

function bargeInLine({ atMs, sound, words, heard, became, afterMs }: BargeIn): string {
  const tail = heard.trim().split(/\s+/).slice(-4).join(' ')
  const where = tail === '' ? 'before a word was heard' : `after "… ${tail}"`
  const after = afterMs === null ? '' : ` ${afterMs} ms later`
  const ending = {
    resumed:
      words === ''
        ? `went on${after}: no words came of it`
        : `went on${after}: "${words}" was an aside, not for the assistant to answer`,
    interrupted: `given up${after}: the caller said "${words}"`,
    ended: `it was not taken up again${after}`,
  }[became]
  return `  held at ${(atMs / 1000).toFixed(2)} s, ${where}, by ${sound}; ${ending}`
}

function costBlock(costs: readonly Cost[]): string {
  if (costs.length === 0) return 'Cost: nothing; all of it ran on this machine.'
  const rows = costs.map(({ service, dropped, usd, unknown }) => {
    const known = unknown > 0 && usd === 0 ? 'unknown' : `$${usd.toFixed(4)}${unknown > 0 ? ` and ${unknown} unknown` : ''}`
    return `  ${`${service}${dropped ? ', drafts thrown away' : ''}`.padEnd(32)}${known}`
  })
  const unknown = costs.some(cost => cost.unknown > 0) ? ', as far as it is known' : ''
  return [`Cost: $${costs.reduce((sum, { usd }) => sum + usd, 0).toFixed(4)}${unknown}, by list price`, ...rows].join('\n')
}
