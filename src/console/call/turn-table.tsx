/** The certificates of a call's turns: when each thing happened, counted from the caller's last sound, and what it cost. */
import type { RecordedTurn } from '../api-types.ts'
import { dollars, lengthOf } from '../format.ts'

const OUTCOMES: Readonly<Record<string, string>> = {
  'under-way': 'under way',
  heard: 'heard',
  interrupted: 'cut off',
  withdrawn: 'withdrawn',
  'words-changed': 'words changed',
  failed: 'failed',
  'too-slow': 'too slow',
  'call-ended': 'call ended',
}

type Parts = {
  readonly turns: readonly RecordedTurn[]
  /** Shows a turn in the waveform; null: there is none. */
  readonly show: ((turn: RecordedTurn) => void) | null
}

export function TurnTable({ turns, show }: Parts) {
  return (
    <div class="scroll-x" role="region" aria-label="Certificates of the turns" tabIndex={0}>
      <table class="turns">
        <thead>
          <tr>
            <th scope="col">Turn</th>
            <th scope="col">Silent from</th>
            <th scope="col" class="number">
              Words settled
            </th>
            <th scope="col" class="number">
              Draft
            </th>
            <th scope="col" class="number">
              First token
            </th>
            <th scope="col" class="number">
              First audio
            </th>
            <th scope="col" class="number">
              Released
            </th>
            <th scope="col" class="number">
              First frame
            </th>
            <th scope="col" class="number">
              Heard from
            </th>
            <th scope="col">Outcome</th>
            <th scope="col" class="number">
              Dropped before
            </th>
            <th scope="col" class="number">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {turns.map(turn => (
            <TurnRow key={turn.id} turn={turn} show={show} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function TurnRow({ turn, show }: { readonly turn: RecordedTurn; readonly show: Parts['show'] }) {
  const { silentSinceMs, completeMs, releasedMs } = turn
  const after = (ms: number | null): string =>
    ms === null
      ? '–'
      : silentSinceMs === null
        ? lengthOf(ms)
        : `${ms >= silentSinceMs ? '+' : ''}${Math.round(ms - silentSinceMs)}`
  const isEarly = completeMs !== null && releasedMs !== null && releasedMs < completeMs
  return (
    <tr>
      <th scope="row">
        {show ? (
          <button type="button" class="plain" onClick={() => show(turn)}>
            {turn.id}
            <span class="visually-hidden">: show in the recording</span>
          </button>
        ) : (
          turn.id
        )}
      </th>
      <td>
        {silentSinceMs === null ? <span class="quiet">{turn.line ?? 'unasked'}</span> : `${(silentSinceMs / 1000).toFixed(2)} s`}
      </td>
      <td class="number">
        {after(turn.settledMs)}
        {turn.basis !== null && <span class="basis quiet">{turn.basis}</span>}
      </td>
      <td class="number">{turn.line === null ? after(turn.draftMs) : '–'}</td>
      <td class="number">{after(turn.firstTokenMs)}</td>
      <td class="number">{after(turn.firstAudioMs)}</td>
      <td class={`number ${isEarly ? 'fault' : ''}`}>{after(releasedMs)}</td>
      <td class="number">{after(turn.firstFrameMs)}</td>
      <td class="number">{after(turn.firstMarkMs)}</td>
      <td>
        {OUTCOMES[turn.outcome] ?? turn.outcome}
        {turn.holds > 0 && <span class="basis quiet">held {turn.holds}×</span>}
      </td>
      <td class="number">{turn.discarded === 0 ? '–' : turn.discarded}</td>
      <td class="number">
        {dollars(turn.cost.usd)}
        {turn.cost.droppedUsd > 0 && <span class="basis quiet">dropped {dollars(turn.cost.droppedUsd)}</span>}
      </td>
    </tr>
  )
}
