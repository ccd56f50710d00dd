/** Where the time of a turn went, from the caller's last sound on: which stage waited for what, and the 500 ms they fit in. */
import type { Certificate } from '../../call/certificate.ts'

export type Span = {
  readonly name: string
  readonly kind: 'silence' | 'words' | 'model' | 'voice' | 'ready' | 'reply'
  /** Milliseconds after the caller fell silent. */
  readonly fromMs: number
  readonly toMs: number
  /** What happened at its end, in words. */
  readonly end: string
}

/** Pure; empty for what was not an answer to the caller. */
export function spansOf(turn: Certificate): readonly Span[] {
  const { silentSinceMs } = turn
  if (silentSinceMs === null) return []
  const after = (ms: number | null): number | null => (ms === null ? null : ms - silentSinceMs)
  const [settled, draft, token] = [after(turn.settledMs), after(turn.draftMs)!, after(turn.firstTokenMs)]
  const [audio, release, frame] = [after(turn.firstAudioMs), after(turn.releasedMs), after(turn.firstFrameMs)]
  const span = (name: string, kind: Span['kind'], fromMs: number | null, toMs: number | null, end: string): readonly Span[] =>
    fromMs === null || toMs === null ? [] : [{ name, kind, fromMs: Math.min(fromMs, toMs), toMs, end }]
  return [
    ...span('Silence', 'silence', 0, 500, 'complete'),
    ...span('Words', 'words', 0, settled, `settled, ${turn.basis ?? 'unknown ground'}`),
    ...span('Model', 'model', draft, token, 'first token'),
    ...span('Voice', 'voice', token ?? draft, audio, 'first audio'),
    ...span('Ready', 'ready', audio, release !== null && audio !== null && release > audio ? release : null, 'released'),
    ...span('Reply', 'reply', frame, frame, 'first frame'),
  ]
}

export function Waterfall({ turn }: { readonly turn: Certificate }) {
  const spans = spansOf(turn)
  const longest = Math.max(900, ...spans.map(({ toMs }) => toMs))
  const endMs = Math.ceil((longest * 1.08) / 250) * 250
  return (
    <table class="waterfall">
      <caption class="visually-hidden">Stages of the last turn, in milliseconds after the caller fell silent</caption>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">From and to</th>
          <th scope="col">Ended after</th>
        </tr>
      </thead>
      <tbody>
        <tr class="axis" aria-hidden="true">
          <td />
          <td>
            <span style={{ left: `${(500 / endMs) * 100}%` }}>500</span>
          </td>
          <td class="number">ms</td>
        </tr>
        {spans.map(span => (
          <tr key={span.name}>
            <th scope="row">{span.name}</th>
            <td class="bar-cell">
              <Bar span={span} endMs={endMs} />
            </td>
            <td class="number">
              {span.toMs >= 0 ? '+' : ''}
              {Math.round(span.toMs)} <span class="bar-end">{span.end}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** A little wider than nothing, so that a stage of no length is seen too. */
const LEAST_WIDTH = 6

function Bar({ span: { kind, fromMs, toMs }, endMs }: { readonly span: Span; readonly endMs: number }) {
  const x = (ms: number): number => (Math.max(0, ms) / endMs) * 1000
  // The reply goes on; how long does not matter here.
  const width = kind === 'reply' ? 1000 - x(fromMs) : Math.max(LEAST_WIDTH, x(toMs) - x(fromMs))
  return (
    <svg viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">
      <line x1={x(500)} x2={x(500)} y1="0" y2="20" class="due" vector-effect="non-scaling-stroke" />
      <rect x={Math.min(x(fromMs), 1000 - width)} y="6" width={width} height="8" class={`bar ${kind}`} />
    </svg>
  )
}
