/**
 * The messages of a media stream from Twilio's side of the socket: building Twilio's own, and reading the bot's as strictly as
 * Twilio documents it. Knows no time and no order.
 *
 * Numbers travel as strings, except in `mediaFormat`. https://www.twilio.com/docs/voice/media-streams/websocket-messages
 */
import { z } from 'zod'
import type { Frame } from '../../../src/audio/frames.ts'

export type Stream = { readonly streamSid: string; readonly accountSid: string; readonly callSid: string }

/** A message but for its place in the stream: `sequenceNumber` is given to it when it is sent. */
export type ToBot = Readonly<Record<string, unknown>> & { readonly event: string }

export const connected: ToBot = { event: 'connected', protocol: 'Call', version: '1.0.0' }

export const start = ({ streamSid, accountSid, callSid }: Stream, parameters: Readonly<Record<string, string>>): ToBot => ({
  event: 'start',
  start: {
    accountSid,
    streamSid,
    callSid,
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: parameters,
  },
})

/** `chunk` counts what is sent, from 1; `timestampMs` is when the frame begins, so it tells of frames left out. */
export const media = (chunk: number, timestampMs: number, frame: Frame): ToBot => ({
  event: 'media',
  media: {
    track: 'inbound',
    chunk: String(chunk),
    timestamp: String(timestampMs),
    payload: Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('base64'),
  },
})

export const dtmf = (digit: string): ToBot => ({ event: 'dtmf', dtmf: { track: 'inbound_track', digit } })

export const mark = (name: string): ToBot => ({ event: 'mark', mark: { name } })

export const stop = ({ accountSid, callSid }: Stream): ToBot => ({ event: 'stop', stop: { accountSid, callSid } })

/** All but `connected` say which message of which stream they are. */
export function encode(message: ToBot, sequenceNumber: number, streamSid: string): string {
  const { event, ...body } = message
  return JSON.stringify(event === 'connected' ? message : { event, sequenceNumber: String(sequenceNumber), ...body, streamSid })
}

/* ── What the bot sends ────────────────────────────────────────────────────────────────────────────────────── */

export type FromBot =
  | { readonly event: 'media'; readonly audio: Uint8Array }
  | { readonly event: 'mark'; readonly name: string }
  | { readonly event: 'clear' }
  /** Twilio would report the error and ignore the message. 31950: not text. 31951: text that is not a message. */
  | { readonly event: 'refused'; readonly code: 31950 | 31951; readonly reason: string }

const envelope = { streamSid: z.string() }
const shape = z.discriminatedUnion('event', [
  z.strictObject({ ...envelope, event: z.literal('media'), media: z.strictObject({ payload: z.base64().min(1) }) }),
  z.strictObject({ ...envelope, event: z.literal('mark'), mark: z.strictObject({ name: z.string().min(1) }) }),
  z.strictObject({ ...envelope, event: z.literal('clear') }),
])

/** Reads a message of the bot. `streamSid` is null before `start`: then nothing can be valid, for no stream has a name yet. */
export function readFromBot(text: string, streamSid: string | null): FromBot {
  const message = shape.safeParse(parseJson(text))
  if (!message.success) return refused(z.prettifyError(message.error))
  if (streamSid === null) return refused('nothing can be sent before start')
  if (message.data.streamSid !== streamSid) return refused(`the stream is ${streamSid}, not ${message.data.streamSid}`)
  switch (message.data.event) {
    case 'media':
      return { event: 'media', audio: new Uint8Array(Buffer.from(message.data.media.payload, 'base64')) }
    case 'mark':
      return { event: 'mark', name: message.data.mark.name }
    case 'clear':
      return { event: 'clear' }
    default:
      return message.data satisfies never
  }
}

export const binaryFrame: FromBot = { event: 'refused', code: 31950, reason: 'a binary frame' }

const refused = (reason: string): FromBot => ({ event: 'refused', code: 31951, reason })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
