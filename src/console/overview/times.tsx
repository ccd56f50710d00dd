/** The reply gap hour by hour or day by day: a dot at the middle, a line up to nine in ten, and how many calls below. */
import type { Overview } from '../api-types.ts'

type Times = Overview['times']

const LEAST_TOP_MS = 1_000

export function Times({ times, per }: { readonly times: Times; readonly per: Overview['per'] }) {
  const topMs = Math.ceil(Math.max(LEAST_TOP_MS, ...times.map(({ gap }) => gap.p90 ?? 0)) / 500) * 500
  const mostCalls = Math.max(...times.map(({ calls }) => calls), 1)
  const y = (ms: number): string => `${(1 - ms / topMs) * 100}%`
  return (
    <figure class="chart">
      <div class="plot times" aria-hidden="true">
        <span class="y-mark" style={{ top: y(500) }}>
          500
        </span>
        <span class="y-mark plain-mark" style={{ top: '0%' }}>
          {topMs} ms
        </span>
        <ol>
          {times.map(({ at, calls, gap }) => (
            <li key={at} title={`${nameOf(at, per)}: ${calls} calls, p50 ${gap.p50 ?? '–'} ms, p90 ${gap.p90 ?? '–'} ms`}>
              {gap.p50 !== null && (
                <>
                  <span class="whisker" style={{ top: y(gap.p90!), bottom: `${(gap.p50 / topMs) * 100}%` }} />
                  <span class="dot" style={{ top: y(gap.p50) }} />
                </>
              )}
              <span class="calls-bar" style={{ height: `${(calls / mostCalls) * 100}%` }} />
            </li>
          ))}
        </ol>
      </div>
      <div class="time-ends small quiet" aria-hidden="true">
        <span>{nameOf(times[0]!.at, per)}</span>
        {times.length > 1 && <span>{nameOf(times.at(-1)!.at, per)}</span>}
      </div>
      <details>
        <summary class="small">As figures</summary>
        <div class="scroll-x">
          <table>
            <thead>
              <tr>
                <th scope="col">{per === 'day' ? 'Day (UTC)' : 'Hour (UTC)'}</th>
                <th scope="col" class="number">
                  Calls
                </th>
                <th scope="col" class="number">
                  Replies
                </th>
                <th scope="col" class="number">
                  p50 ms
                </th>
                <th scope="col" class="number">
                  p90 ms
                </th>
              </tr>
            </thead>
            <tbody>
              {times.map(({ at, calls, gap }) => (
                <tr key={at}>
                  <th scope="row">{nameOf(at, per)}</th>
                  <td class="number">{calls}</td>
                  <td class="number">{gap.count}</td>
                  <td class="number">{gap.p50 ?? '–'}</td>
                  <td class="number">{gap.p90 ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}

/** `2026-11-20` or `2026-11-20T09`, in UTC as they were counted. */
const nameOf = (at: string, per: Overview['per']): string => (per === 'day' ? at : `${at.slice(5, 10)} ${at.slice(11)}:00`)
