/** One call there was: to be listened to, read, checked turn by turn, judged, and removed. */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import { ApiFault, useAsked } from '../api.ts'
import type { RecordedCall, RecordedConversation, RecordedTurn, WordsOfCall } from '../api-types.ts'
import { dayOf, dollars, lengthOf, shortSid, timeOf } from '../format.ts'
import { Costs } from '../overview/counts.tsx'
import './call.css'
import { Feedback } from './feedback.tsx'
import { listenTo, type Listening } from './listening.ts'
import { fetchRecording, type Recording } from './recording.ts'
import { Removal } from './removal.tsx'
import { rowsOf, rowsOfTurns } from './said.ts'
import { Transcript } from './transcript.tsx'
import { TurnTable } from './turn-table.tsx'
import { showing, turnView, wholeOf, type View } from './view.ts'
import { Waveform } from './waveform.tsx'

export function Call({ id }: { readonly id: string }) {
  const asked = useAsked<RecordedConversation>(`/api/conversations/${encodeURIComponent(id)}`)
  if (asked.state === 'asking') return <p class="quiet">Asking the server …</p>
  if (asked.state === 'failed') {
    // What is no id of the API's cannot be that of a call either.
    const isUnknown = asked.fault.status === 404 || asked.fault.status === 400
    return (
      <section class="empty">
        <h1>{isUnknown ? 'No such call' : 'Call'}</h1>
        <p class="fault" role="alert">
          {isUnknown ? 'There is no call of this name, or it has been deleted.' : asked.fault.message}{' '}
          {!isUnknown && <button onClick={asked.again}>Ask again</button>}
        </p>
        <p>
          <a href="/calls">All calls</a>
        </p>
      </section>
    )
  }
  return <Chosen id={id} conversation={asked.value} again={asked.again} />
}

type ChosenParts = { readonly id: string; readonly conversation: RecordedConversation; readonly again: () => void }

/** Of a conversation of several calls the newest, unless the address names another. */
function Chosen({ id, conversation, again }: ChosenParts) {
  const { calls } = conversation
  const [chosen, choose] = useState<string | null>(null)
  const call = calls.find(each => each.id === chosen) ?? calls.findLast(({ callSid }) => callSid === id) ?? calls.at(-1)
  if (!call) {
    return (
      <section class="empty">
        <h1>Conversation</h1>
        <p>No call belongs to it yet.</p>
        <Removal conversation={conversation} />
      </section>
    )
  }
  return (
    <div class="call-page">
      <Head call={call} conversation={conversation} />
      {calls.length > 1 && (
        <fieldset class="choice calls-choice">
          <legend class="visually-hidden">Calls of this conversation</legend>
          {calls.map(each => (
            <label key={each.id}>
              <input type="radio" name="call" checked={each === call} onChange={() => choose(each.id)} />
              <span>
                {dayOf(each.startedAt, new Date())} {timeOf(each.startedAt)}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <OneCall key={call.id} call={call} again={again} />
    </div>
  )
}

const ENDINGS: Readonly<Record<string, string>> = {
  'broken-off': 'broken off: its process ended',
  broken: 'broken: a fault of ours',
  'line-cut': 'the line was cut',
}

function Head({ call, conversation }: { readonly call: RecordedCall; readonly conversation: RecordedConversation }) {
  const { startedAt, callSid, endedReason, lengthMs, cost } = call
  const answers = call.turns.filter(({ silentSinceMs }) => silentSinceMs !== null).length
  return (
    <>
      <div class="call-top">
        <div>
          <h1>
            Call of {dayOf(startedAt, new Date())}, {timeOf(startedAt)}
          </h1>
          <p class="small quiet" title={callSid}>
            {shortSid(callSid)} · {call.stt} · {call.llm.split(':')[0]} · {call.tts}
          </p>
        </div>
        <Removal conversation={conversation} />
      </div>
      <dl class="call-figures">
        <div>
          <dt>Length</dt>
          <dd>{lengthOf(lengthMs)}</dd>
        </div>
        <div>
          <dt>Answers</dt>
          <dd>{answers}</dd>
        </div>
        <div>
          <dt>Ended</dt>
          <dd>
            {endedReason === null ? (
              <a href="/">going on: follow it live</a>
            ) : (
              (ENDINGS[endedReason] ?? endedReason.replaceAll('-', ' '))
            )}
          </dd>
        </div>
        <div>
          <dt>Cost</dt>
          <dd>
            {dollars(cost.usd)}
            {cost.unknown && cost.usd !== null && <small> + unknown</small>}
          </dd>
        </div>
      </dl>
    </>
  )
}

function OneCall({ call, again }: { readonly call: RecordedCall; readonly again: () => void }) {
  const query = `?call=${encodeURIComponent(call.id)}`
  const asked = useAsked<WordsOfCall>(`/api/conversations/${encodeURIComponent(call.conversationId)}/words${query}`)
  const words = asked.state === 'answered' ? asked.value : null
  const heard = useRecording(call.audio)
  const [view, look] = useState<View | null>(null)
  const lengthMs = heard.state === 'here' ? heard.recording.lengthMs : 0
  // Of the view as it is by then: several things may move it at once, and one that went by an older view would move it back.
  const keepInView = useCallback((ms: number) => look(before => before && showing(before, ms, lengthMs)), [lengthMs])
  const rows = useMemo(() => (words ? rowsOf(words.words) : rowsOfTurns(call.turns)), [words, call.turns])
  const sound = heard.state === 'here' ? heard : null
  useSpaceKey(sound?.listening ?? null)
  const show =
    sound &&
    ((turn: RecordedTurn): void => {
      sound.listening.seek(turn.silentSinceMs ?? turn.releasedMs ?? 0)
      look(turnView(turn, lengthMs))
      document.querySelector('.wave')?.scrollIntoView({ block: 'nearest' })
    })
  return (
    <>
      {heard.state === 'fetching' && <p class="quiet wave-wait">Fetching the recording …</p>}
      {heard.state === 'missing' && <p class="notice">{heard.why}</p>}
      {sound && (
        <Waveform
          {...{ call, words, look, keepInView }}
          recording={sound.recording}
          listening={sound.listening}
          view={view ?? wholeOf(lengthMs)}
        />
      )}
      {asked.state === 'failed' && <p class="notice">{wordsFault(asked.fault)}</p>}
      {words !== null && words.damagedLines > 0 && (
        <p class="notice">
          {words.damagedLines === 1 ? 'One line' : `${words.damagedLines} lines`} of the call’s journal cannot be read; words may
          be missing below.
        </p>
      )}
      <div class="call-parts">
        <section>
          <h2>Transcript</h2>
          {rows.length === 0 ? (
            <p class="small quiet">Nothing was said.</p>
          ) : (
            <Transcript rows={rows} words={words} listening={sound?.listening ?? null} />
          )}
        </section>
        <div class="call-beside">
          {call.summary && (
            <section>
              <h2>Summary</h2>
              <p>{call.summary.summary}</p>
              <p class="small quiet">made by {call.summary.madeBy}</p>
            </section>
          )}
          <section>
            <h2>Cost</h2>
            <Costs costs={costsByService(call)} lengthMs={call.lengthMs} />
          </section>
          <Feedback call={call} given={again} />
        </div>
      </div>
      <section class="call-turns">
        <h2>Turns</h2>
        {call.turns.length === 0 ? <p class="small quiet">None.</p> : <TurnTable turns={call.turns} show={show} />}
        <p class="small quiet">Milliseconds after the caller’s last sound; a reply is due at +500, and never earlier.</p>
      </section>
    </>
  )
}

const wordsFault = (fault: ApiFault): string =>
  fault.status === 404
    ? 'The call’s journal is not on the server’s machine: its words have no times.'
    : `${fault.message} Its words have no times.`

/* ── The recording ─────────────────────────────────────────────────────────────────────────────────────────── */

type Heard =
  | { readonly state: 'fetching' }
  | { readonly state: 'missing'; readonly why: string }
  | { readonly state: 'here'; readonly recording: Recording; readonly listening: Listening }

const NOT_HERE = 'There is no recording on the server’s machine: it was removed, or the call was taken elsewhere.'

function useRecording(audio: RecordedCall['audio']): Heard {
  const [heard, setHeard] = useState<Heard>({ state: 'fetching' })
  const [caller, bot] = [audio?.caller ?? null, audio?.bot ?? null]
  useEffect(() => {
    if (caller === null || bot === null) return setHeard({ state: 'missing', why: NOT_HERE })
    const abort = new AbortController()
    let listening: Listening | null = null
    fetchRecording({ caller, bot }, abort.signal).then(
      recording => {
        if (abort.signal.aborted) return
        if (recording.lengthMs === 0) return setHeard({ state: 'missing', why: 'The recording is empty.' })
        listening = listenTo(recording.playable, recording.lengthMs)
        setHeard({ state: 'here', recording, listening })
      },
      (error: Error) => abort.signal.aborted || setHeard({ state: 'missing', why: error.message }),
    )
    return () => {
      abort.abort()
      listening?.close()
    }
  }, [caller, bot])
  return heard
}

/** Space plays and pauses wherever it means nothing else. */
function useSpaceKey(listening: Listening | null): void {
  useEffect(() => {
    if (!listening) return
    const press = (event: KeyboardEvent): void => {
      const isTaken =
        event.target instanceof Element && event.target.closest('button, input, select, textarea, a, summary, dialog')
      if (event.key !== ' ' || isTaken || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      if (!event.repeat) listening.toggle()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [listening])
}

/* ── Costs ─────────────────────────────────────────────────────────────────────────────────────────────────── */

function costsByService({ costs }: RecordedCall): Parameters<typeof Costs>[0]['costs'] {
  return [...Map.groupBy(costs, ({ service }) => service)].map(([service, lines]) => {
    const known = lines.filter(({ usd }) => usd !== null)
    const sum = (of: typeof lines): number => of.reduce((total, { usd }) => total + usd!, 0)
    return {
      service,
      usd: known.length === 0 ? null : sum(known),
      droppedUsd: sum(known.filter(({ dropped }) => dropped === 1)),
      unknown: known.length < lines.length,
    }
  })
}
