/** How long each stage of a reply took: the middle of all turns as a bar, nine in ten as a line. */
import type { Overview } from '../api-types.ts'

type Stage = Overview['stages'][number]

const NAMES: Readonly<Record<Stage['stage'], readonly [name: string, what: string]>> = {
  words: ['Words', 'from the last sound until the words are settled'],
  model: ['Model', 'from the request to the first token'],
  voice: ['Voice', 'from the first token to the first audio'],
  ready: ['Ready', 'audio that waits for the silence to be complete'],
  own: ['Own share', 'from the release to the first frame'],
}

export function Stages({ stages }: { readonly stages: readonly Stage[] }) {
  const seen = stages.filter(({ count }) => count > 0)
  const endMs = Math.max(100, ...seen.map(({ p90 }) => p90 ?? 0)) * 1.05
  return (
    <table class="stages">
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">
            <span class="visually-hidden">As a bar</span>
          </th>
          <th scope="col" class="number">
            p50
          </th>
          <th scope="col" class="number">
            p90
          </th>
        </tr>
      </thead>
      <tbody>
        {seen.map(({ stage, p50, p90 }) => (
          <tr key={stage}>
            <th scope="row" title={NAMES[stage][1]}>
              {NAMES[stage][0]}
            </th>
            <td class="bar-cell">
              <svg viewBox={`0 0 ${endMs} 20`} preserveAspectRatio="none" aria-hidden="true">
                <line x1="0" x2={p90 ?? 0} y1="10" y2="10" class="to-p90" vector-effect="non-scaling-stroke" />
                <rect x="0" y="6" width={Math.max(endMs / 200, p50 ?? 0)} height="8" class={`stage-bar ${stage}`} />
              </svg>
            </td>
            <td class="number">{p50}</td>
            <td class="number quiet">{p90}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
