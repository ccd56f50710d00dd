/** How the assistant did over many calls: how soon it answered, where that time went, what went wrong, and what it cost. */
import { useState } from 'preact/hooks'
import { useAsked } from '../api.ts'
import type { Overview as Figures } from '../api-types.ts'
import { dollars, lengthOf, wholeMs } from '../format.ts'
import { Costs, Endings, Outcomes } from './counts.tsx'
import { Distribution } from './distribution.tsx'
import './overview.css'
import { Stages } from './stages.tsx'
import { Times } from './times.tsx'

const HOUR_MS = 3_600_000
const RANGES = [
  { name: '24 hours', ms: 24 * HOUR_MS, per: 'hour' },
  { name: '7 days', ms: 7 * 24 * HOUR_MS, per: 'day' },
  { name: '30 days', ms: 30 * 24 * HOUR_MS, per: 'day' },
  { name: 'All', ms: null, per: 'day' },
] as const

type Range = (typeof RANGES)[number]

export function Overview() {
  const [range, setRange] = useState<Range>(RANGES[2])
  const [nowMs] = useState(() => Date.now())
  // To the minute: the same question twice is the same address.
  const since = range.ms === null ? '' : `&since=${new Date(nowMs - range.ms).toISOString().slice(0, 16)}:00Z`
  const asked = useAsked<Figures>(`/api/overview?per=${range.per}${since}`)
  return (
    <div class="overview">
      <div class="overview-head">
        <h1>Overview</h1>
        <RangeChoice range={range} choose={setRange} />
      </div>
      {asked.state === 'asking' && <p class="quiet">Adding up …</p>}
      {asked.state === 'failed' && (
        <p class="fault" role="alert">
          {asked.fault.message} <button onClick={asked.again}>Ask again</button>
        </p>
      )}
      {asked.state === 'answered' && <All figures={asked.value} />}
    </div>
  )
}

function RangeChoice({ range, choose }: { readonly range: Range; readonly choose: (range: Range) => void }) {
  return (
    <fieldset class="choice">
      <legend class="visually-hidden">Calls of the last</legend>
      {RANGES.map(each => (
        <label key={each.name}>
          <input type="radio" name="range" checked={each === range} onChange={() => choose(each)} />
          <span>{each.name}</span>
        </label>
      ))}
    </fieldset>
  )
}

function All({ figures }: { readonly figures: Figures }) {
  const { calls, gap, stages, times, per, drafts, outcomes, costs } = figures
  if (calls.count === 0) {
    return (
      <section class="empty">
        <p>
          No call began in that time. <a href="/talk">Talk to the assistant</a>, or play a recorded caller to it:{' '}
          <code>npm run call</code>
        </p>
      </section>
    )
  }
  return (
    <>
      <Headline figures={figures} />
      {gap.count > 0 && (
        <>
          <section>
            <h2>From the caller’s last sound to the reply</h2>
            <Distribution gap={gap} />
          </section>
          <div class="two">
            <section>
              <h2>Where the time goes</h2>
              <Stages stages={stages} />
            </section>
            <section>
              <h2>Over time</h2>
              <Times times={times} per={per} />
            </section>
          </div>
        </>
      )}
      <div class="three">
        <section>
          <h2>What became of replies</h2>
          <Outcomes outcomes={outcomes} amended={figures.amended} holds={figures.holds} drafts={drafts} />
        </section>
        <section>
          <h2>How calls ended</h2>
          <Endings endings={calls.endings} />
        </section>
        <section>
          <h2>Cost</h2>
          <Costs costs={costs} lengthMs={calls.lengthMs} />
        </section>
      </div>
    </>
  )
}

const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((part / whole) * 100).toFixed(part === whole ? 0 : 1)} %`

function Headline({ figures: { calls, gap, drafts, costs } }: { readonly figures: Figures }) {
  const known = costs.filter(({ usd }) => usd !== null)
  const usd = known.length === 0 && costs.length > 0 ? null : known.reduce((sum, cost) => sum + cost.usd!, 0)
  return (
    <dl class="headline">
      <div>
        <dt>Median reply gap</dt>
        <dd>
          {gap.p50 === null ? '–' : wholeMs(gap.p50)}
          <small>{gap.p90 === null ? '' : `p90 ${gap.p90}, p99 ${gap.p99} ms`}</small>
        </dd>
      </div>
      <div>
        <dt>Before 500 ms</dt>
        <dd class={gap.early > 0 ? 'fault' : undefined}>
          {gap.early}
          <small>of {gap.count.toLocaleString('en')} replies</small>
        </dd>
      </div>
      <div>
        <dt>Ready in time</dt>
        <dd>
          {share(gap.ready, gap.count)}
          <small>{drafts.missed.toLocaleString('en')} drafts thrown away</small>
        </dd>
      </div>
      <div>
        <dt>Calls</dt>
        <dd>
          {calls.count.toLocaleString('en')}
          <small>{lengthOf(calls.lengthMs)} in all</small>
        </dd>
      </div>
      <div>
        <dt>Cost</dt>
        <dd>
          {dollars(usd)}
          <small>{costs.some(({ unknown }) => unknown) ? 'and what is unknown' : 'all of it known'}</small>
        </dd>
      </div>
    </dl>
  )
}
