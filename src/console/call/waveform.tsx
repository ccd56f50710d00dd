/** Both legs on one clock, the caller's above the bot's, with what turn-taking made of them: silences, releases, holds. */
import { memo } from 'preact/compat'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { RecordedCall, WordsOfCall } from '../api-types.ts'
import { lengthOf } from '../format.ts'
import type { Listening } from './listening.ts'
import { columnsOf, outlinePath, type Leg } from './peaks.ts'
import type { Recording } from './recording.ts'
import { placed, ruler, shareOf, turnAt, turnView, wholeOf, zoomed, type View } from './view.ts'

const COLUMNS = 1200
const STEP_MS = 1_000
const LONG_STEP_MS = 5_000
const CLOSER = 0.5

type Parts = {
  readonly call: RecordedCall
  readonly words: WordsOfCall | null
  readonly recording: Recording
  readonly listening: Listening
  readonly view: View
  readonly look: (view: View) => void
  /** Moves the view to this moment if it is not in it. The same function each time. */
  readonly keepInView: (ms: number) => void
}

export function Waveform({ call, words, recording, listening, view, look, keepInView }: Parts) {
  const { lengthMs } = recording
  const zoom = (factor: number): void => look(zoomed(view, factor, listening.nowMs.value, lengthMs))
  const goToTurn = (by: -1 | 1): void => {
    const turn = call.turns[Math.max(0, turnAt(call.turns, listening.nowMs.value) + by)]
    if (!turn) return
    listening.seek(turn.silentSinceMs ?? turn.releasedMs ?? turn.draftMs)
    look(turnView(turn, lengthMs))
  }
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = event.shiftKey ? LONG_STEP_MS : STEP_MS
    const now = listening.nowMs.value
    const deeds: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => listening.seek(now - step),
      ArrowRight: () => listening.seek(now + step),
      PageUp: () => goToTurn(-1),
      PageDown: () => goToTurn(1),
      Home: () => listening.seek(0),
      End: () => listening.seek(lengthMs),
      '+': () => zoom(CLOSER),
      '=': () => zoom(CLOSER),
      '-': () => zoom(1 / CLOSER),
      '0': () => look(wholeOf(lengthMs)),
    }
    const deed = deeds[event.key]
    if (!deed) return
    event.preventDefault()
    deed()
  }
  return (
    <section class="wave" aria-label="Recording">
      <Plot {...{ call, words, recording, listening, view, keepInView }} onKeyDown={press} />
      <div class="wave-tools">
        <PlayButton listening={listening} lengthMs={lengthMs} />
        <span class="wave-zoom">
          <button type="button" onClick={() => goToTurn(-1)}>
            ‹<span class="visually-hidden"> Turn before</span>
          </button>
          <span aria-hidden="true">Turn</span>
          <button type="button" onClick={() => goToTurn(1)}>
            <span class="visually-hidden">Next turn </span>›
          </button>
        </span>
        <span class="wave-zoom">
          <button type="button" onClick={() => zoom(1 / CLOSER)}>
            −<span class="visually-hidden"> See more of the call</span>
          </button>
          <button type="button" onClick={() => zoom(CLOSER)}>
            +<span class="visually-hidden"> Look closer</span>
          </button>
          <button type="button" onClick={() => look(wholeOf(lengthMs))}>
            Whole call
          </button>
        </span>
        <Legend hasUnrecorded={(words?.unrecorded.length ?? 0) > 0} />
      </div>
    </section>
  )
}

function PlayButton({ listening, lengthMs }: { readonly listening: Listening; readonly lengthMs: number }) {
  const playing = listening.playing.value
  return (
    <span class="wave-play">
      <button type="button" class="play" onClick={listening.toggle}>
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
          {playing ? <path d="M2 1h3v10H2zM7 1h3v10H7z" fill="currentColor" /> : <path d="M2 1l9 5-9 5z" fill="currentColor" />}
        </svg>
        {playing ? 'Pause' : 'Play'}
      </button>
      <span class="mono">
        <Clock listening={listening} /> / {lengthOf(lengthMs)}
      </span>
    </span>
  )
}

const Clock = ({ listening }: { readonly listening: Listening }) => <>{lengthOf(listening.nowMs.value)}</>

function Legend({ hasUnrecorded }: { readonly hasUnrecorded: boolean }) {
  return (
    <ul class="legend small quiet">
      <li>
        <span class="sign band" /> 500 ms of silence
      </li>
      <li>
        <span class="sign release" /> reply released
      </li>
      <li>
        <span class="sign hold" /> held for the caller
      </li>
      {hasUnrecorded && (
        <li>
          <span class="sign unrecorded" /> not recorded: no consent
        </li>
      )}
    </ul>
  )
}

/* ── The drawing ───────────────────────────────────────────────────────────────────────────────────────────── */

type PlotParts = Omit<Parts, 'look'> & { readonly onKeyDown: (event: KeyboardEvent) => void }

function Plot({ call, words, recording, listening, view, keepInView, onKeyDown }: PlotParts) {
  const { lengthMs } = recording
  const box = useRef<HTMLDivElement>(null)
  const [dragging, setDragging] = useState(false)
  const point = ({ clientX }: PointerEvent): void => {
    const { left, width } = box.current!.getBoundingClientRect()
    listening.seek(view.fromMs + ((clientX - left) / width) * (view.toMs - view.fromMs))
  }
  const begin = (event: PointerEvent): void => {
    if (event.button !== 0) return
    setDragging(true)
    box.current!.setPointerCapture(event.pointerId)
    point(event)
  }
  // What is heard is in view; while somebody drags, the view stands still.
  useEffect(() => {
    if (!dragging) return listening.nowMs.subscribe(keepInView)
  }, [dragging, listening, keepInView])
  return (
    <div class="wave-plot">
      <div class="lane-labels small" aria-hidden="true">
        <span class="of-caller">Caller</span>
        <span class="of-bot">Bot</span>
      </div>
      <div
        class="wave-box"
        ref={box}
        onPointerDown={begin}
        onPointerMove={event => dragging && point(event)}
        onPointerUp={() => setDragging(false)}
        onPointerCancel={() => setDragging(false)}
      >
        <Legs recording={recording} view={view} />
        <Marks call={call} words={words} view={view} lengthMs={lengthMs} />
        <Playhead listening={listening} view={view} lengthMs={lengthMs} onKeyDown={onKeyDown} />
      </div>
      <Ruler view={view} />
    </div>
  )
}

const Legs = memo(({ recording: { caller, bot }, view }: { readonly recording: Recording; readonly view: View }) => {
  const path = (leg: Leg, middle: number): string => outlinePath(columnsOf(leg, view.fromMs, view.toMs, COLUMNS), leg, middle, 46)
  return (
    <svg viewBox={`0 0 ${COLUMNS} 200`} preserveAspectRatio="none" aria-hidden="true">
      <line x1="0" x2={COLUMNS} y1="100" y2="100" class="wave-middle" vector-effect="non-scaling-stroke" />
      <path d={path(caller, 50)} class="leg caller" vector-effect="non-scaling-stroke" />
      <path d={path(bot, 150)} class="leg bot" vector-effect="non-scaling-stroke" />
    </svg>
  )
})

type MarksParts = Pick<Parts, 'call' | 'words' | 'view'> & { readonly lengthMs: number }

/** Shares of the width below which a word would stand outside what it names, or on the one before. */
const LABEL_SHARE = 0.09
const NUMBER_SHARE = 0.035

const Marks = memo(({ call: { turns }, words, view, lengthMs }: MarksParts) => {
  const bar = (kind: string, fromMs: number, toMs: number, label?: string) => {
    const at = placed(view, fromMs, toMs)
    if (!at) return null
    return (
      <div key={`${kind} ${fromMs}`} class={`mark ${kind}`} style={{ left: percent(at.left), width: percent(at.width) }}>
        {label !== undefined && at.width > LABEL_SHARE && <span>{label}</span>}
      </div>
    )
  }
  const line = (kind: string, ms: number) =>
    shareOf(view, ms) >= 0 && shareOf(view, ms) <= 1 ? (
      <div key={`${kind} ${ms}`} class={`mark ${kind}`} style={{ left: percent(shareOf(view, ms)) }} />
    ) : null
  return (
    <div class="marks" aria-hidden="true">
      {words?.unrecorded.map(({ fromMs, toMs }) => bar('unrecorded', fromMs, toMs ?? lengthMs, 'not recorded'))}
      {words?.speech.map(({ fromMs, toMs }) => bar('speech', fromMs, toMs ?? lengthMs))}
      {turns.map(({ silentSinceMs, completeMs, releasedMs }) =>
        silentSinceMs === null || completeMs === null || releasedMs === null
          ? null
          : [
              bar('band', silentSinceMs, completeMs, '500 ms'),
              releasedMs > completeMs ? bar('late', completeMs, releasedMs) : null,
              line('release', releasedMs),
            ],
      )}
      {words?.holds.map(({ fromMs, toMs, resumed }) =>
        bar(resumed ? 'hold' : 'hold dropped', fromMs, toMs ?? lengthMs, resumed ? 'held' : 'cut off'),
      )}
      {numbersIn(turns, view).map(({ id, share }) => (
        <span key={id} class="turn-number" style={{ left: percent(share) }}>
          {id}
        </span>
      ))}
    </div>
  )
})

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`

/** The turns' numbers where they have room. */
function numbersIn(turns: RecordedCall['turns'], view: View): readonly { readonly id: number; readonly share: number }[] {
  const numbers: { readonly id: number; readonly share: number }[] = []
  for (const { id, releasedMs } of turns) {
    const share = shareOf(view, releasedMs ?? -1)
    const before = numbers.at(-1)?.share ?? -1
    if (share >= 0 && share < 1 - NUMBER_SHARE && share - before > NUMBER_SHARE) numbers.push({ id, share })
  }
  return numbers
}

type PlayheadParts = Pick<Parts, 'listening' | 'view'> & {
  readonly lengthMs: number
  readonly onKeyDown: (event: KeyboardEvent) => void
}

function Playhead({ listening, view, lengthMs, onKeyDown }: PlayheadParts) {
  const ms = listening.nowMs.value
  const share = shareOf(view, ms)
  return (
    <div
      class="wave-slider"
      role="slider"
      tabIndex={0}
      aria-label="Position in the call"
      aria-description="Arrows move by a second, with Shift by five; Page Up and Down go from turn to turn; plus and minus change the zoom, 0 shows the whole call; Space plays"
      aria-valuemin={0}
      aria-valuemax={Math.round(lengthMs / 1000)}
      aria-valuenow={Math.round(ms / 1000)}
      aria-valuetext={`${lengthOf(ms)} of ${lengthOf(lengthMs)}`}
      onKeyDown={onKeyDown}
    >
      {share >= 0 && share <= 1 && <div class="playhead" style={{ left: percent(share) }} />}
    </div>
  )
}

const Ruler = memo(({ view }: { readonly view: View }) => {
  const isFine = view.toMs - view.fromMs < 8_000
  const name = (ms: number): string => (isFine ? `${(ms / 1000).toFixed(1)} s` : lengthOf(ms))
  return (
    <div class="ruler" aria-hidden="true">
      {ruler(view, 8)
        .map(ms => ({ ms, share: shareOf(view, ms) }))
        .filter(({ share }) => share < 0.96)
        .map(({ ms, share }) => (
          <span key={ms} style={{ left: percent(share) }}>
            {name(ms)}
          </span>
        ))}
    </div>
  )
})
