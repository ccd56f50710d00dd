/** Calls in progress, as they happen: which there are, and one of them word for word. */
import { useEffect, useState } from 'preact/hooks'
import { lengthOf, shortSid, wholeMs } from '../format.ts'
import { callPath } from '../routes.ts'
import { useCallsInProgress, type CallInProgress } from './calls-in-progress.ts'
import { Controls } from './controls.tsx'
import { useCallTime, useFollowedCall } from './followed-call.ts'
import { FloorHolder, Lanes } from './lanes.tsx'
import './live.css'
import { Transcript } from './transcript.tsx'
import { Waterfall } from './waterfall.tsx'

export function Live() {
  const calls = useCallsInProgress()
  const [chosen, setChosen] = useState<string | null>(null)
  // A call that ends is left to be read; the next one is shown by itself only if none was looked at.
  const shown = chosen ?? calls?.[0]?.callSid ?? null
  useEffect(() => {
    if (chosen === null && shown !== null) setChosen(shown)
  }, [chosen, shown])
  return (
    <>
      <h1 class="visually-hidden">Live</h1>
      {calls === null && <p class="quiet">Asking the server for its calls …</p>}
      {calls !== null && shown === null && <Nobody />}
      {calls !== null && shown !== null && (
        <div class="live">
          <nav class="live-calls" aria-label="Calls in progress">
            <h2>
              In progress <span class="quiet">{calls.length}</span>
            </h2>
            <ul>
              {calls.map(call => (
                <li key={call.callSid}>
                  <CallCard call={call} isShown={call.callSid === shown} show={setChosen} />
                </li>
              ))}
            </ul>
            {calls.length === 0 && <p class="small quiet">No call at the moment. The next one appears here.</p>}
          </nav>
          <OneCall key={shown} callSid={shown} />
        </div>
      )}
    </>
  )
}

function Nobody() {
  return (
    <section class="empty">
      <h2 class="nobody">Nobody is on the line.</h2>
      <p>
        The next call appears here by itself, word for word. To hear one now, <a href="/talk">talk to the assistant</a> from this
        browser, or let a recorded caller phone it: <code>npm run call</code>
      </p>
      <p>
        <a href="/calls">Earlier calls</a>
      </p>
    </section>
  )
}

type CardParts = { readonly call: CallInProgress; readonly isShown: boolean; readonly show: (callSid: string) => void }

function CallCard({ call, isShown, show }: CardParts) {
  const [, redraw] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => redraw(before => before + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  const { callSid, lengthMs, toldAtMs, replies } = call
  return (
    <button type="button" class="call-card" aria-pressed={isShown} onClick={() => show(callSid)}>
      <span class="mono">{shortSid(callSid)}</span>
      <span class="length">{lengthOf(lengthMs + performance.now() - toldAtMs)}</span>
      <span class="small quiet">{replies === 1 ? '1 reply' : `${replies} replies`}</span>
    </button>
  )
}

function OneCall({ callSid }: { readonly callSid: string }) {
  const call = useFollowedCall(callSid)
  const nowMs = useCallTime(call)
  const { conversation, floor, turns, over, heading } = call
  const lastTurn = turns.findLast(({ silentSinceMs, firstFrameMs }) => silentSinceMs !== null && firstFrameMs !== null)
  return (
    <>
      <section class="one-call" aria-label={`Call ${callSid}`}>
        <div class="call-head">
          <FloorHolder floor={floor} />
          <span class="call-length">{lengthOf(nowMs)}</span>
        </div>
        <Lanes floor={floor} nowMs={nowMs} />
        <Transcript conversation={conversation} />
        {over && (
          <p class="over-note">
            The call is over. <a href={callPath(callSid)}>Look at it as a whole</a>
          </p>
        )}
      </section>
      <aside class="beside">
        <section>
          <h2>Last turn</h2>
          {lastTurn ? (
            <>
              <p class="gap">
                <span class="gap-figure">{wholeMs(lastTurn.firstFrameMs! - lastTurn.silentSinceMs!)}</span>{' '}
                <span class="quiet small">from the caller’s last sound to the reply</span>
              </p>
              <Waterfall turn={lastTurn} />
            </>
          ) : (
            <p class="small quiet">The caller has not been answered yet.</p>
          )}
        </section>
        {!over && <Controls callSid={callSid} />}
        {heading && (
          <dl class="facts small">
            <dt>Call</dt>
            <dd class="mono">{callSid}</dd>
            <dt>Pipeline</dt>
            <dd>{heading.rules.pipeline}</dd>
            <dt>Turns answered</dt>
            <dd>{turns.filter(({ silentSinceMs }) => silentSinceMs !== null).length}</dd>
          </dl>
        )}
      </aside>
    </>
  )
}
