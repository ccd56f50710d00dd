/**
 * The waterfall of a turn in each pipeline, one under the other on one scale of time, as an SVG that reads well on light and dark
 * pages. Pure: turns in, text out. It draws what was measured and rounds only what it writes.
 */
import type { Turn } from './turn.ts'

type Bar = {
  readonly lane: string
  readonly kind: 'caller' | 'words' | 'model' | 'voice' | 'waits'
  readonly fromMs: number
  readonly toMs: number
  readonly label: string
  /** Until then it only waits for something to come: the first token. */
  readonly markMs?: number
}

const WIDTH = 960
const LEFT = 112
const RIGHT = 32
const TOP = 96
const LANE = 30
const BAR = 18
const GROUP_HEAD = 34
const GROUP_GAP = 26
const FOOT = 46
/** How much of the caller's speech is shown before it ends. */
const SPEECH_MS = 220
const DUE_MS = 500

const titles = {
  plain: 'Plain: wait, transcribe, ask, speak',
  streamed: 'Streamed',
  draft: 'Draft: the same reply, prepared inside the silence',
} as const

/** `services` says how fast they were, for the line under the title. */
export function drawWaterfall(turns: readonly Turn[], services: string): string {
  const lastMs = Math.max(...turns.map(({ gapMs }) => gapMs))
  const scale = scaleTo(lastMs)
  const groups = turns.map(barsOf)
  const heights = groups.map(bars => GROUP_HEAD + bars.length * LANE + GROUP_GAP)
  const height = TOP + heights.reduce((sum, one) => sum + one, 0) + FOOT
  const tops = heights.map((_, n) => TOP + heights.slice(0, n).reduce((sum, one) => sum + one, 0))
  const body = turns.map((turn, n) => drawGroup(turn, groups[n]!, tops[n]!, scale))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title about">
<title id="title">From the caller's last sound to the reply's first</title>
<desc id="about">${escape(aboutOf(turns))}</desc>
<style>${STYLE}</style>
<text class="title" x="${LEFT}" y="30">From the caller's last sound to the reply's first</text>
<text class="note" x="${LEFT}" y="50">The median turn of each pipeline on the same calls; milliseconds after the caller's last voiced frame.</text>
<text class="note" x="${LEFT}" y="67">Emulated services: ${escape(services)}.</text>
${drawGrid(lastMs, height, scale)}
${body.join('\n')}
</svg>
`
}

type Scale = (ms: number) => number

const scaleTo = (lastMs: number): Scale => {
  const perMs = (WIDTH - LEFT - RIGHT) / (SPEECH_MS + lastMs + 140)
  return ms => round(LEFT + (ms + SPEECH_MS) * perMs)
}

/** One below the other, in the order in which things happen. */
function barsOf(turn: Turn): readonly Bar[] {
  const whole = turn.pipeline === 'plain'
  const words = whole ? turn.declaredMs : turn.wordsMs
  const written = whole ? turn.lastTokenMs : turn.textTokenMs
  const spoken = whole ? turn.allAudioMs : turn.firstAudioMs
  return [
    { lane: 'caller', kind: 'caller', fromMs: -SPEECH_MS, toMs: 0, label: 'speaks' },
    { lane: 'recogniser', kind: 'words', fromMs: 0, toMs: words, label: whole ? 'words, turn declared ended' : 'words final' },
    {
      lane: 'model',
      kind: 'model',
      fromMs: turn.requestMs,
      toMs: written,
      label: whole ? 'whole answer' : turn.pipeline === 'draft' ? 'first words' : 'first sentence',
      markMs: turn.firstTokenMs,
    },
    { lane: 'voice', kind: 'voice', fromMs: turn.textMs, toMs: spoken, label: whole ? 'whole speech' : 'first audio' },
    ...(spoken < DUE_MS
      ? [{ lane: 'ready', kind: 'waits', fromMs: spoken, toMs: turn.gapMs, label: 'ready, kept back' } as const]
      : []),
  ]
}

function drawGroup(turn: Turn, bars: readonly Bar[], top: number, scale: Scale): string {
  const lanes = bars.map((bar, n) => drawBar(bar, top + GROUP_HEAD + n * LANE, scale))
  const bottom = top + GROUP_HEAD + bars.length * LANE
  const x = scale(turn.gapMs)
  return `<g>
<text class="group" x="${LEFT}" y="${top + 18}">${escape(titles[turn.pipeline])}</text>
${lanes.join('\n')}
<line class="heard" x1="${x}" x2="${x}" y1="${top + GROUP_HEAD - 6}" y2="${bottom}"/>
<circle class="heard-dot" cx="${x}" cy="${bottom}" r="4.5"/>
<text class="result" x="${x - 10}" y="${bottom + 5}" text-anchor="end">the caller hears the reply after ${Math.round(turn.gapMs)} ms</text>
</g>`
}

function drawBar({ lane, kind, fromMs, toMs, label, markMs }: Bar, y: number, scale: Scale): string {
  const [from, to] = [scale(fromMs), scale(toMs)]
  const width = round(Math.max(2, to - from))
  const middle = y + BAR / 2 + 4
  const rect = (x: number, wide: number, more: string): string =>
    `<rect class="${kind}${more}" x="${x}" y="${y}" width="${round(wide)}" height="${BAR}" rx="4"/>`
  const bar =
    markMs === undefined ? rect(from, width, '') : rect(from, width, ' pale') + rect(scale(markMs), to - scale(markMs), '')
  const told = kind === 'caller' ? label : `${label}, ${Math.round(toMs - fromMs)} ms`
  return `<text class="lane" x="${LEFT - 12}" y="${middle}" text-anchor="end">${lane}</text>${bar}${labelOf(told, from, to, middle)}`
}

/** On the bar if it fits (about 6.6 units a letter at this size), else behind it, else before it. */
function labelOf(text: string, from: number, to: number, y: number): string {
  const width = text.length * 6.6 + 14
  if (width < to - from) return `<text class="in" x="${from + 8}" y="${y}">${escape(text)}</text>`
  return to + width < WIDTH
    ? `<text class="beside" x="${to + 8}" y="${y}">${escape(text)}</text>`
    : `<text class="beside" x="${from - 8}" y="${y}" text-anchor="end">${escape(text)}</text>`
}

function drawGrid(lastMs: number, height: number, scale: Scale): string {
  const bottom = height - FOOT
  const ticks = Array.from({ length: Math.floor((lastMs + 100) / DUE_MS) + 1 }, (_, n) => n * DUE_MS)
  const lines = ticks.map(ms => {
    const due = ms === DUE_MS
    return `<line class="${due ? 'due' : 'tick'}" x1="${scale(ms)}" x2="${scale(ms)}" y1="${TOP - 10}" y2="${bottom}"/><text class="${due ? 'due-text' : 'axis'}" x="${scale(ms)}" y="${bottom + 18}" text-anchor="middle">${ms === 0 ? '0' : ms}</text>`
  })
  const [from, to] = [scale(0), scale(DUE_MS)]
  return `<rect class="silence" x="${from}" y="${TOP - 10}" width="${round(to - from)}" height="${bottom - TOP + 10}"/>
${lines.join('\n')}
<text class="due-text" x="${scale(DUE_MS)}" y="${bottom + 34}" text-anchor="middle">the silence is complete</text>`
}

const aboutOf = (turns: readonly Turn[]): string =>
  turns.map(turn => `${turn.pipeline}: the reply's first frame after ${Math.round(turn.gapMs)} ms`).join('; ')

const round = (value: number): number => Math.round(value * 10) / 10

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Each colour on light and on dark pages. No CSS variables: some viewers of SVG do not know them. */
const colours = {
  text: ['#1f2328', '#f0f6fc'],
  '.note,.lane,.axis,.beside': ['#59636e', '#9198a1'],
  '.result,.due-text,.heard-dot': ['#bc4c00', '#ffa657'],
  '.caller': ['#8c959f', '#9198a1'],
  '.words': ['#54aeff', '#58a6ff'],
  '.model': ['#c297ff', '#bc8cff'],
  '.voice': ['#4ac26b', '#3fb950'],
  '.waits': ['#d4a72c', '#d29922'],
  '.silence': ['#f1f4f7', '#1a2029'],
  '.in': ['#101418', '#101418'],
} as const
const strokes = { '.tick': ['#d1d9e0', '#3d444d'], '.due,.heard': ['#bc4c00', '#ffa657'] } as const

type Colours = Readonly<Record<string, readonly [light: string, dark: string]>>

const rulesFor = (property: string, of: Colours, page: 0 | 1): string =>
  Object.entries(of)
    .map(([selector, pair]) => `${selector}{${property}:${pair[page]}}`)
    .join('')

const STYLE = `
text{font:12px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}.title{font-size:18px;font-weight:600}
.group{font-size:14px;font-weight:600}.result{font-size:13px;font-weight:600}
.due{stroke-dasharray:3 3}.heard{stroke-width:2}.pale{fill-opacity:.5}
${rulesFor('fill', colours, 0)}${rulesFor('stroke', strokes, 0)}
@media (prefers-color-scheme:dark){${rulesFor('fill', colours, 1)}${rulesFor('stroke', strokes, 1)}}
`
