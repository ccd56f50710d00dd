/** One softphone: begins a call, carries its sound both ways, and says how it stands. What it looks like is the views' affair. */
import { signal } from '@preact/signals'
import { silentFrame } from '../../audio/frames.ts'
import { linear } from '../../audio/ulaw.ts'
import type { Entry } from '../../call/journal.ts'
import type { MouthCurve } from '../../call/mouth.ts'
import type { TalkBegun } from '../api-types.ts'
import { ask } from '../api.ts'
import { mayUseDevices, openAudio, whyNoDevice, type Audio, type Devices } from './audio.ts'
import { FaceModel } from './face-model.ts'
import { MarkReturns } from './mark-returns.ts'
import type { PlaybackNews } from './playback-news.ts'
import { orderIn, Wire } from './wire.ts'

export type PhoneState = 'idle' | 'asking' | 'connecting' | 'live' | 'over'

const NOT_SECURE = 'A browser gives a microphone only to pages that come by https, or from this machine: open http://localhost:…'

export class Phone {
  readonly state = signal<PhoneState>('idle')
  /** The call that goes on, or was the last. */
  readonly callSid = signal<string | null>(null)
  /** Why there is no call, or no more; null if nothing is wrong. */
  readonly fault = signal<string | null>(null)
  readonly muted = signal(false)
  readonly devices = signal<Devices>({ microphone: '', speaker: '', echoCancellation: true })
  readonly face = new FaceModel()
  /** RMS, 1 is full scale. Changes 50 times a second, so it is looked at, not told. */
  readonly levels = { microphone: 0, bot: 0 }
  #audio: Audio | null = null
  #socket: WebSocket | null = null
  #wire: Wire | null = null
  /** Counts up with each call, so that what belongs to an earlier one is known. */
  #attempt = 0
  readonly #marks = new MarkReturns(
    (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs)
      return () => clearTimeout(timer)
    },
    name => this.#send(wire => wire.mark(name)),
  )

  /** For whoever follows the call's events: the face wants them too. */
  readonly faceEvents = {
    opened: (): void => this.face.reset(),
    entry: (entry: Entry): void => this.face.follow(entry),
    mouth: (curve: MouthCurve & { readonly id: number }): void => this.face.learn(curve),
  }

  async call(): Promise<void> {
    const attempt = ++this.#attempt
    this.fault.value = null
    if (!mayUseDevices()) return this.#end(NOT_SECURE)
    this.state.value = 'asking'
    // First the microphone: the user may think about it for longer than a phone may ring.
    const audio = await this.#openAudio()
    if (audio === null || attempt !== this.#attempt) return audio?.close()
    this.#audio = audio
    this.state.value = 'connecting'
    try {
      const begun = await ask<TalkBegun>('/api/talk', { method: 'POST' })
      if (attempt === this.#attempt) this.#connect(begun)
    } catch (error) {
      if (attempt === this.#attempt) this.#end((error as Error).message)
    }
  }

  hangUp(): void {
    this.#send(wire => wire.stop())
    this.#end(null)
  }

  press(digit: string): void {
    this.#send(wire => wire.digit(digit))
  }

  async use(devices: Devices): Promise<void> {
    const before = this.devices.value
    this.devices.value = devices
    try {
      await this.#audio?.use(devices)
    } catch (error) {
      this.devices.value = before
      this.fault.value = whyNoDevice(error, 'microphone')
    }
  }

  async #openAudio(): Promise<Audio | null> {
    try {
      return await openAudio(this.devices.value, {
        frame: frame => this.#hear(frame),
        playback: news => this.#played(news),
        lost: () => {
          this.fault.value = 'The microphone is gone: choose another one.'
        },
      })
    } catch (error) {
      this.#end(whyNoDevice(error, 'microphone'))
      return null
    }
  }

  #connect({ callSid, stream, protocols }: TalkBegun): void {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${stream}`, [...protocols])
    const wire = new Wire(callSid)
    this.#socket = socket
    this.#wire = wire
    this.callSid.value = callSid
    socket.onopen = () => {
      socket.send(wire.connected)
      socket.send(wire.start())
      this.state.value = 'live'
    }
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const order = orderIn(data)
      if (order) this.#audio?.obey(order)
    }
    socket.onclose = ({ code, reason }) => {
      if (socket === this.#socket) this.#end(whyClosed(code, reason, this.state.value === 'live'))
    }
  }

  /** While nobody has answered, frames are no call time yet. */
  #hear(frame: Uint8Array): void {
    const heard = this.muted.value ? silentFrame : frame
    this.levels.microphone = Math.sqrt(heard.reduce((sum, byte) => sum + linear[byte]! ** 2, 0) / heard.length)
    if (this.state.value === 'live') this.#send(wire => wire.media(heard))
  }

  #played(news: PlaybackNews): void {
    if (news.type === 'reached') return this.#marks.reached(news.name, this.#audio?.heardInMs(news.atS) ?? 0)
    if (news.type === 'cleared') return this.#marks.cleared(news.names)
    this.levels.bot = news.level
    this.face.hear(news.level, news.nextMark)
  }

  #send(message: (wire: Wire) => string): void {
    if (this.#wire && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(message(this.#wire))
  }

  #end(fault: string | null): void {
    this.#attempt++
    const socket = this.#socket
    this.#socket = null
    this.#wire = null
    socket?.close(1000)
    this.#marks.stop()
    this.#audio?.close()
    this.#audio = null
    this.levels.microphone = 0
    this.levels.bot = 0
    this.face.hear(0, null)
    this.muted.value = false
    this.fault.value = fault
    this.state.value = this.callSid.value === null ? 'idle' : 'over'
  }
}

/** Null if it was closed as a call ends. https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
function whyClosed(code: number, reason: string, wasLive: boolean): string | null {
  if (code === 1000) return null
  if (!wasLive) return 'The server did not take the call; its log says why. Try again.'
  return reason === '' ? 'The connection broke.' : `The server ended the call: ${reason}.`
}
