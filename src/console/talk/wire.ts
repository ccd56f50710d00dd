/**
 * Twilio's Media Streams messages, spoken from the other end: what Twilio would send the server, and what the server sends
 * Twilio. Pure. https://www.twilio.com/docs/voice/media-streams/websocket-messages
 */
import { FRAME_MS, type Frame } from '../../audio/frames.ts'

/** The page's half of one stream. */
export class Wire {
  readonly #callSid: string
  readonly #streamSid: string
  #sequence = 0
  #chunk = 0

  constructor(callSid: string) {
    this.#callSid = callSid
    this.#streamSid = callSid.replace(/^CA/, 'MZ')
  }

  get connected(): string {
    return JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' })
  }

  start(): string {
    return this.#message('start', {
      streamSid: this.#streamSid,
      // There is no account with Twilio behind this stream.
      accountSid: `AC${'0'.repeat(32)}`,
      callSid: this.#callSid,
      tracks: ['inbound'],
      customParameters: {},
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    })
  }

  /** The next 20 ms of the caller. */
  media(frame: Frame): string {
    const timestamp = String(this.#chunk * FRAME_MS)
    const chunk = String(++this.#chunk)
    return this.#message('media', { track: 'inbound', chunk, timestamp, payload: btoa(String.fromCharCode(...frame)) })
  }

  mark(name: string): string {
    return this.#message('mark', { name })
  }

  digit(digit: string): string {
    return this.#message('dtmf', { track: 'inbound_track', digit })
  }

  stop(): string {
    return this.#message('stop', { accountSid: `AC${'0'.repeat(32)}`, callSid: this.#callSid })
  }

  #message(event: string, content: object): string {
    return JSON.stringify({ event, sequenceNumber: String(++this.#sequence), streamSid: this.#streamSid, [event]: content })
  }
}

/** What the server wants of the line. */
export type Order =
  | { readonly type: 'play'; readonly audio: Uint8Array<ArrayBuffer> }
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'clear' }

/** Null for what is none of these; the server is ours, but an older page may meet a newer one. */
export function orderIn(text: string): Order | null {
  const message = JSON.parse(text) as {
    readonly event?: unknown
    readonly media?: { readonly payload?: unknown }
    readonly mark?: { readonly name?: unknown }
  }
  if (message.event === 'clear') return { type: 'clear' }
  const name = message.mark?.name
  if (message.event === 'mark' && typeof name === 'string') return { type: 'mark', name }
  const payload = message.media?.payload
  if (message.event !== 'media' || typeof payload !== 'string') return null
  return { type: 'play', audio: Uint8Array.from(atob(payload), letter => letter.charCodeAt(0)) }
}
