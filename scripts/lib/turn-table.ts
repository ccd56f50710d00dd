/**
 * A call's turns as a table, one line a reply: what had to happen before the caller could hear it, and when. Times count from
 * the moment the caller fell silent. Pure text.
 */
import { isEarly, type Certificate } from '../../src/call/certificate.ts'
import { clockOf } from '../../src/store/transcript-page.ts'

/** The caller's silence at which a reply is due, and the frame within which it then leaves. */
const DUE_MS = 500
const LATEST_ON_TIME_MS = 520

/** When the caller began to hear a reply, in call time, if that is known better than by the marks. */
export type HeardAt = (turn: Certificate) => number | null

const heading = [
  'turn',
  'silent since',
  'words settled',
  'draft',
  'first token',
  'first audio',
  'release',
  'first frame',
  'heard',
  'said',
]

/** The table, and under it how punctual the replies were. */
export function renderTurns(turns: readonly Certificate[], heardAt: HeardAt = ({ firstMarkMs }) => firstMarkMs): string {
  if (turns.length === 0) return 'No reply was heard.'
  const rows = turns.map((turn, index) => rowOf(turn, index + 1, heardAt(turn)))
  const widths = heading.map((title, column) => Math.max(...[heading, ...rows].map(row => (row[column] ?? title).length)))
  const lines = [heading, ...rows].map(row =>
    row
      .map((cell, column) => pad(cell, column, widths))
      .join('  ')
      .trimEnd(),
  )
  return [...lines, '', summaryOf(turns)].join('\n')
}

function rowOf(turn: Certificate, number: number, heardMs: number | null): readonly string[] {
  const since = turn.silentSinceMs
  const offset = (ms: number | null): string => (ms === null ? '–' : since === null ? clockOf(ms) : signed(ms - since))
  const basis = turn.basis === null ? '' : ` ${turn.basis}`
  return [
    `${number}${isEarly(turn) ? ' EARLY' : ''}`,
    since === null ? '–' : `${(since / 1000).toFixed(2)} s`,
    `${offset(turn.settledMs)}${basis}`,
    offset(turn.draftMs),
    offset(turn.firstTokenMs),
    offset(turn.firstAudioMs),
    offset(turn.releasedMs),
    offset(turn.firstFrameMs),
    offset(heardMs),
    turn.line === null ? short(turn.said) : `(${turn.line})`,
  ]
}

const signed = (ms: number): string => (ms < 0 ? `−${-Math.round(ms)}` : `+${Math.round(ms)}`)

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text)

/** Numbers stand under each other; the number of the turn and what was said are text. */
const pad = (cell: string, column: number, widths: readonly number[]): string =>
  column === 0 || column === heading.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)

/** Two figures, kept apart: how exact the release was when the reply was ready, and how often it was ready. */
function summaryOf(turns: readonly Certificate[]): string {
  const waits = turns.flatMap(turn => {
    const leftMs = turn.firstFrameMs ?? turn.releasedMs
    return turn.silentSinceMs === null || leftMs === null ? [] : [{ waitMs: leftMs - turn.silentSinceMs, early: isEarly(turn) }]
  })
  if (waits.length === 0) return 'The caller said nothing that was answered.'
  const early = waits.filter(wait => wait.early)
  const onTime = waits.filter(wait => !wait.early && wait.waitMs <= LATEST_ON_TIME_MS)
  const late = waits.filter(wait => wait.waitMs > LATEST_ON_TIME_MS)
  const range = (of: typeof waits): string => rangeOf(of.map(({ waitMs }) => waitMs))
  return [
    `${count(waits.length, 'reply', 'replies')} to the caller, due after ${DUE_MS} ms of silence.`,
    onTime.length > 0 ? `${onTime.length} on time: ${range(onTime)}.` : 'None on time.',
    late.length > 0 ? `${late.length} later, as not ready before: ${range(late)}.` : 'None late.',
    early.length > 0 ? `${early.length} EARLY: ${range(early)}.` : 'None early.',
  ].join(' ')
}

function rangeOf(values: readonly number[]): string {
  const [low, high] = [Math.round(Math.min(...values)), Math.round(Math.max(...values))]
  return low === high ? `${low} ms` : `${low} to ${high} ms`
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`
