/** A telephone in the browser: talk to the assistant. */
import { useEffect, useState } from 'preact/hooks'
import { lengthOf, wholeMs } from '../format.ts'
import { useCallTime, useFollowedCall } from '../live/followed-call.ts'
import { holderOf, type Holder } from '../live/floor.ts'
import { Transcript } from '../live/transcript.tsx'
import { callPath } from '../routes.ts'
import { OwnPicture, useCamera, type Camera } from './camera.tsx'
import { DeviceChoice } from './devices.tsx'
import { Face, type Mood } from './face.tsx'
import { Keypad } from './keypad.tsx'
import { Meter } from './meter.tsx'
import { Phone, type PhoneState } from './phone.ts'
import './talk.css'

export function Talk() {
  const [phone] = useState(() => new Phone())
  const [holder, setHolder] = useState<Holder>('nobody')
  const camera = useCamera()
  useEffect(() => () => phone.hangUp(), [phone])
  const callSid = phone.callSid.value
  return (
    <div class="talk">
      <h1 class="visually-hidden">Talk</h1>
      <Stage phone={phone} camera={camera} mood={moodOf(phone.state.value, holder)} />
      {callSid === null ? <Hints /> : <Words key={callSid} phone={phone} callSid={callSid} tellHolder={setHolder} />}
    </div>
  )
}

type WordsParts = { readonly phone: Phone; readonly callSid: string; readonly tellHolder: (holder: Holder) => void }

function Words({ phone, callSid, tellHolder }: WordsParts) {
  const call = useFollowedCall(callSid, phone.faceEvents)
  const nowMs = useCallTime(call)
  const holder = holderOf(call.floor)
  useEffect(() => tellHolder(holder), [holder, tellHolder])
  const isOver = phone.state.value === 'over'
  const answered = call.turns.findLast(({ silentSinceMs, firstFrameMs }) => silentSinceMs !== null && firstFrameMs !== null)
  return (
    <section class="talk-words" aria-label="What is said">
      <div class="call-head">
        <h2>{isOver ? 'What was said' : 'What is said'}</h2>
        <span class="call-length">{lengthOf(nowMs)}</span>
      </div>
      <Transcript conversation={call.conversation} />
      {answered && (
        <p class="talk-gap">
          <span class="gap-figure">{wholeMs(answered.firstFrameMs! - answered.silentSinceMs!)}</span>
          <span class="quiet small">from your last sound to the assistant’s first</span>
        </p>
      )}
      {isOver && (
        <p class="over-note">
          The call is over. <a href={callPath(callSid)}>Look at it as a whole</a>
        </p>
      )}
    </section>
  )
}

const MOODS: Readonly<Record<Holder, Mood>> = {
  caller: 'listening',
  both: 'listening',
  pause: 'thinking',
  bot: 'speaking',
  nobody: 'attentive',
  over: 'over',
}

function moodOf(state: PhoneState, holder: Holder): Mood {
  if (state === 'idle') return 'resting'
  if (state === 'over') return 'over'
  return state === 'live' ? MOODS[holder] : 'ringing'
}

const CAPTIONS: Readonly<Record<Mood, string>> = {
  resting: 'Ready when you are',
  ringing: 'Calling …',
  attentive: 'Your turn',
  listening: 'Listening',
  thinking: 'Half a second …',
  speaking: 'Speaking',
  over: 'Goodbye',
}

type TalkParts = { readonly phone: Phone; readonly camera: Camera }

function Stage({ phone, camera, mood }: TalkParts & { readonly mood: Mood }) {
  const state = phone.state.value
  const fault = phone.fault.value ?? camera.fault
  const isLive = state === 'live'
  return (
    <section class="stage card" aria-label="Telephone">
      <div class="stage-picture">
        <Face mood={mood} mouth={() => phone.face.mouth} />
        {camera.stream && <OwnPicture stream={camera.stream} />}
      </div>
      <p class="stage-caption">{CAPTIONS[mood]}</p>
      <p class="visually-hidden" role="status">
        {isLive ? 'Connected' : state === 'over' ? 'The call is over' : state === 'idle' ? '' : 'Calling'}
      </p>
      <div class="meters">
        <Meter who="bot" name="Bot" level={() => phone.levels.bot} />
        <Meter who="caller" name={phone.muted.value ? 'Muted' : 'You'} level={() => phone.levels.microphone} />
      </div>
      <Buttons phone={phone} camera={camera} />
      {fault !== null && (
        <p class="fault small" role="alert">
          {fault}
        </p>
      )}
    </section>
  )
}

type Drawer = 'keypad' | 'devices' | null

function Buttons({ phone, camera }: TalkParts) {
  const [drawer, setDrawer] = useState<Drawer>(null)
  const state = phone.state.value
  const isLive = state === 'live'
  const turn = (which: Exclude<Drawer, null>) => (): void => setDrawer(drawer === which ? null : which)
  return (
    <>
      <div class="stage-main">
        {state === 'idle' || state === 'over' ? (
          <button type="button" class="call-button" onClick={() => void phone.call()}>
            <Icon path={HANDSET} /> {state === 'over' ? 'Call again' : 'Call the assistant'}
          </button>
        ) : (
          <button type="button" class="call-button hang-up" onClick={() => phone.hangUp()}>
            <Icon path={HANDSET} /> Hang up
          </button>
        )}
      </div>
      <div class="stage-tools">
        <button
          type="button"
          aria-pressed={phone.muted.value}
          disabled={!isLive}
          onClick={() => {
            phone.muted.value = !phone.muted.value
          }}
        >
          <Icon path={MICROPHONE} /> Mute
        </button>
        <button type="button" aria-expanded={drawer === 'keypad' && isLive} disabled={!isLive} onClick={turn('keypad')}>
          <Icon path={KEYS} kind="dots" /> Keys
        </button>
        <button type="button" aria-pressed={camera.stream !== null} onClick={camera.toggle}>
          <Icon path={CAMERA} /> Camera
        </button>
        <button type="button" aria-expanded={drawer === 'devices'} onClick={turn('devices')}>
          <Icon path={SLIDERS} /> Devices
        </button>
      </div>
      {drawer === 'keypad' && isLive && <Keypad press={digit => phone.press(digit)} />}
      {drawer === 'devices' && (
        <DeviceChoice chosen={phone.devices.value} choose={devices => void phone.use(devices)} isLive={isLive} />
      )}
    </>
  )
}

function Hints() {
  return (
    <section class="talk-words talk-hints" aria-label="How to talk">
      <h2 class="nobody">The assistant picks up at once.</h2>
      <p>Say hello, and ask it what it is for. It answers after exactly half a second of your silence.</p>
      <ul>
        <li>
          <b>Interrupt it.</b> It stops at once, and remembers what you heard.
        </li>
        <li>
          <b>Pause in mid-sentence.</b> Shorter than half a second, and it waits.
        </li>
        <li>
          <b>Say “mm-hm” while it speaks.</b> It goes on.
        </li>
      </ul>
      <p class="small quiet">
        Your voice goes to this server as a telephone’s would: 8 kHz, one channel; the call is recorded as others are. Headphones
        sound best.
      </p>
    </section>
  )
}

const Icon = ({ path, kind = '' }: { readonly path: string; readonly kind?: 'dots' | '' }) => (
  <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" class={`icon ${kind}`}>
    <path d={path} />
  </svg>
)

const HANDSET =
  'M5.2 2.8 7.6 3.4 8.4 7 6.7 8.6c1 2 2.7 3.7 4.7 4.7L13 11.6l3.6.8.6 2.4c-.6 1.5-1.7 2.3-3.2 2.2C8.2 16.4 3.6 11.8 3 6c-.1-1.5.7-2.6 2.2-3.2z'
const MICROPHONE =
  'M10 2.5a2.5 2.5 0 0 0-2.5 2.5v4.5a2.5 2.5 0 0 0 5 0V5A2.5 2.5 0 0 0 10 2.5zM4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v3'
const KEYS = 'M4.5 4h.1M10 4h.1M15.5 4h.1M4.5 9h.1M10 9h.1M15.5 9h.1M4.5 14h.1M10 14h.1M15.5 14h.1M10 18h.1'
const CAMERA = 'M3.5 5.5h8a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-8a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM12.5 9l5-2.5v7l-5-2.5'
const SLIDERS = 'M3 6h7M14 6h3M12 4v4M3 14h3M10 14h7M8 12v4'
