/** How many replies came how late, by frames of 20 ms, with the 500 ms marked. */
import type { Overview } from '../api-types.ts'

const FRAME_MS = 20
const LEAST_END_MS = 1_200
/** Later ones are only counted: they would press the rest together. */
const MOST_END_MS = 4_000

export function Distribution({ gap }: { readonly gap: Overview['gap'] }) {
  const { distribution, p50, p90, p99 } = gap
  const endMs = Math.min(MOST_END_MS, Math.max(LEAST_END_MS, Math.ceil(((p99 ?? 0) * 1.15) / 200) * 200))
  const seen = distribution.filter(({ fromMs }) => fromMs < endMs)
  const beyond = distribution.reduce((sum, { fromMs, count }) => sum + (fromMs < endMs ? 0 : count), 0)
  const most = Math.max(...seen.map(({ count }) => count), 1)
  const percent = (ms: number): string => `${(Math.max(0, ms) / endMs) * 100}%`
  const marks = Array.from({ length: Math.floor(endMs / 500) + 1 }, (_, n) => n * 500).filter(ms => ms < endMs * 0.97)
  const sentence = `Half of ${gap.count} replies came within ${p50} ms, nine in ten within ${p90} ms, ninety-nine in a hundred within ${p99} ms.`
  return (
    <figure class="chart">
      <div class="plot distribution" role="img" aria-label={sentence}>
        <svg viewBox={`0 0 ${endMs} 100`} preserveAspectRatio="none" aria-hidden="true">
          {seen.map(({ fromMs, count }) => {
            const height = Math.max(1.2, (count / most) * 96)
            return (
              <rect
                key={fromMs}
                x={fromMs + 2}
                y={100 - height}
                width={FRAME_MS - 4}
                height={height}
                class={fromMs < 500 ? 'early' : 'fill-bot'}
              >
                <title>{`${fromMs} to ${fromMs + FRAME_MS} ms: ${count}`}</title>
              </rect>
            )
          })}
          <line x1="500" x2="500" y1="0" y2="100" class="due" vector-effect="non-scaling-stroke" />
        </svg>
        {p50 !== null && p50 < endMs && (
          <span class="quantile" style={{ left: percent(p50) }}>
            p50
          </span>
        )}
        {p90 !== null && p90 < endMs && p90 - p50! > endMs * 0.05 && (
          <span class="quantile" style={{ left: percent(p90) }}>
            p90
          </span>
        )}
      </div>
      <div class="x-axis" aria-hidden="true">
        {marks.map(ms => (
          <span key={ms} style={{ left: percent(ms) }}>
            {ms === 0 ? '0' : `${ms} ms`}
          </span>
        ))}
      </div>
      <figcaption class="small quiet">
        {sentence}
        {beyond > 0 && ` ${beyond} more came later than the ${endMs} ms shown.`}
      </figcaption>
    </figure>
  )
}
