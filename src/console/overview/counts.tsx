/** What is only counted: what became of replies and of drafts, how calls ended, what it all cost. */
import type { Overview } from '../api-types.ts'
import { dollars } from '../format.ts'

/** How often and, where that says more, in what share of all. */
type Line = { readonly name: string; readonly count: number; readonly isFault?: boolean }

const OUTCOMES: Readonly<Record<string, string>> = {
  'under-way': 'under way',
  heard: 'heard to the end',
  interrupted: 'cut off by the caller',
  withdrawn: 'withdrawn unheard, as the caller went on',
  'words-changed': 'withdrawn, as the words changed',
  failed: 'failed',
  'too-slow': 'too slow: apologised for',
  'call-ended': 'cut off by the end of the call',
}
const FAULTY_OUTCOMES = ['failed', 'too-slow']

type OutcomesParts = Pick<Overview, 'outcomes' | 'amended' | 'holds' | 'drafts'>

export function Outcomes({ outcomes, amended, holds, drafts }: OutcomesParts) {
  const lines = outcomes.map(({ outcome, count }) => ({
    name: OUTCOMES[outcome] ?? outcome.replaceAll('-', ' '),
    count,
    isFault: FAULTY_OUTCOMES.includes(outcome),
  }))
  return (
    <>
      <Counts lines={lines} />
      <Counts
        lines={[
          { name: 'drafts released', count: drafts.hit },
          { name: 'drafts thrown away', count: drafts.missed },
          { name: 'replies begun without a draft', count: drafts.late },
          { name: 'held for a sound, and gone on or dropped', count: holds },
          { name: 'words that came too late', count: amended },
        ]}
      />
    </>
  )
}

const ENDINGS: Readonly<Record<string, string>> = {
  'broken-off': 'broken off: its process ended',
  broken: 'broken: a fault of ours',
  'line-cut': 'the line was cut',
}

export function Endings({ endings }: { readonly endings: Overview['calls']['endings'] }) {
  return (
    <Counts
      lines={endings.map(({ reason, count }) => ({
        name: reason === null ? 'going on' : (ENDINGS[reason] ?? reason.replaceAll('-', ' ')),
        count,
        isFault: reason !== null && reason in ENDINGS,
      }))}
    />
  )
}

function Counts({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <dl class="counts">
      {lines.map(({ name, count, isFault }) => (
        <div key={name} class={isFault && count > 0 ? 'fault' : undefined}>
          <dt>{name}</dt>
          <dd>{count.toLocaleString('en')}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Costs({ costs, lengthMs }: Pick<Overview, 'costs'> & { readonly lengthMs: number }) {
  const minutes = lengthMs / 60_000
  const known = costs.reduce((sum, { usd }) => sum + (usd ?? 0), 0)
  if (costs.length === 0) return <p class="small quiet">Nothing: only engines on this machine have answered.</p>
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Service</th>
          <th scope="col" class="number">
            In all
          </th>
          <th scope="col" class="number">
            Of that, dropped drafts
          </th>
        </tr>
      </thead>
      <tbody>
        {costs.map(({ service, usd, droppedUsd, unknown }) => (
          <tr key={service}>
            <th scope="row">{service}</th>
            <td class="number">
              {dollars(usd)}
              {unknown && usd !== null && <span class="quiet"> + unknown</span>}
            </td>
            <td class="number">{dollars(droppedUsd)}</td>
          </tr>
        ))}
      </tbody>
      {known > 0 && minutes > 0 && (
        <tfoot>
          <tr>
            <th scope="row">a minute of call</th>
            <td class="number">{dollars(known / minutes)}</td>
            <td />
          </tr>
        </tfoot>
      )}
    </table>
  )
}
