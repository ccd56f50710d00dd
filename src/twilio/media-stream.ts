/**
 * The wire format of Twilio Media Streams: text in, facts out; facts in, text out. Knows no socket, no call and no order of
 * messages, and never throws on what comes over the wire.
 *
 * What Twilio may add to a message later is ignored; what it promises (types, track, encoding, rate) is insisted on, because
 * audio of another kind would be heard as noise. https://www.twilio.com/docs/voice/media-streams/websocket-messages
 */
import { z } from 'zod'

export type MediaMessage = {
  readonly event: 'media'
  readonly streamSid: string
  /** When this audio begins, counted from the start of the stream. Not promised to be a multiple of 20, nor without gaps. */
  readonly timestampMs: number
  /** Mu-law of any length but zero; the receiver may keep it. */
  readonly audio: Uint8Array
}

export type StartMessage = {
  readonly event: 'start'
  readonly streamSid: string
  readonly callSid: string
  /** The `<Parameter>`s of the TwiML. */
  readonly parameters: Readonly<Record<string, string>>
}

export type Message =
  | { readonly event: 'connected' }
  | StartMessage
  | MediaMessage
  | { readonly event: 'dtmf'; readonly streamSid: string; readonly digit: string }
  | { readonly event: 'mark'; readonly streamSid: string; readonly name: string }
  | { readonly event: 'stop'; readonly streamSid: string }

/** A message that is not what Twilio sends. `kind` is one of few, for counting; `reason` is for a person. */
export type Malformed = {
  readonly event: 'malformed'
  readonly kind: 'broken-json' | 'unknown-event' | `invalid-${Message['event']}`
  readonly reason: string
}

/** Twilio's name for a call. */
export const callSidShape = z.string().regex(/^CA[0-9a-fA-F]{32}$/, 'is not CA and 32 hexadecimal digits')

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'is not a whole number in a string')
  .transform(Number)

const base64Audio = z.string().transform((text, context) => {
  const audio = decodeBase64(text)
  if (audio) return audio
  context.addIssue({ code: 'custom', message: 'is not base64' })
  return z.NEVER
})

const anyEvent = z.object({ event: z.string() })

const fromStream = { sequenceNumber: wholeNumber, streamSid: z.string().min(1) }

// Made once: reading a frame of audio by its shape costs about 1.3 us, of which JSON and base64 are half. A shape made anew
// for each message would cost ten times as much.
const shapes = {
  connected: z.object({ protocol: z.literal('Call') }).transform(() => ({ event: 'connected' as const })),
  start: z
    .object({
      ...fromStream,
      start: z.object({
        streamSid: z.string(),
        callSid: callSidShape,
        tracks: z.array(z.literal('inbound')),
        customParameters: z.record(z.string(), z.string()).default({}),
        // These two are JSON numbers, unlike all others.
        mediaFormat: z.object({ encoding: z.literal('audio/x-mulaw'), sampleRate: z.literal(8000), channels: z.literal(1) }),
      }),
    })
    .refine(message => message.streamSid === message.start.streamSid, 'streamSid is given twice and differs')
    .transform(({ streamSid, start }) => ({
      event: 'start' as const,
      streamSid,
      callSid: start.callSid,
      parameters: start.customParameters,
    })),
  media: z
    .object({
      ...fromStream,
      media: z.object({ track: z.literal('inbound'), chunk: wholeNumber, timestamp: wholeNumber, payload: base64Audio }),
    })
    .transform(({ streamSid, media }) => ({
      event: 'media' as const,
      streamSid,
      timestampMs: media.timestamp,
      audio: media.payload,
    })),
  dtmf: z
    .object({ ...fromStream, dtmf: z.object({ digit: z.string().regex(/^[0-9A-D*#]$/, 'is not a key') }) })
    .transform(({ streamSid, dtmf }) => ({
      event: 'dtmf' as const,
      streamSid,
      digit: dtmf.digit,
    })),
  mark: z.object({ ...fromStream, mark: z.object({ name: z.string() }) }).transform(({ streamSid, mark }) => ({
    event: 'mark' as const,
    streamSid,
    name: mark.name,
  })),
  stop: z
    .object({ ...fromStream, stop: z.object({ callSid: callSidShape }) })
    .transform(({ streamSid }) => ({ event: 'stop' as const, streamSid })),
} satisfies { readonly [Event in Message['event']]: z.ZodType<Extract<Message, { event: Event }>> }

/** What a text frame from Twilio says. */
export function parse(text: string): Message | Malformed {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { event: 'malformed', kind: 'broken-json', reason: 'not JSON' }
  }
  const event = anyEvent.safeParse(value).data?.event
  if (event === undefined || !isKnown(event)) {
    return { event: 'malformed', kind: 'unknown-event', reason: `event is ${JSON.stringify(event?.slice(0, 40)) ?? 'missing'}` }
  }
  const read = shapes[event].safeParse(value)
  if (read.success) return read.data
  const reason = read.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  return { event: 'malformed', kind: `invalid-${event}`, reason }
}

const isKnown = (event: string): event is Message['event'] => Object.hasOwn(shapes, event)

/** Node's decoder skips what is not base64; only what encodes back to the same text was base64. */
function decodeBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null
}

/**
 * Builds what Twilio understands on one stream. Twilio refuses missing and extra fields and reports that only once a stream
 * (error 31951), so these three are the only messages there are.
 */
export type Outbound = {
  readonly media: (audio: Uint8Array) => string
  readonly mark: (name: string) => string
  readonly clear: string
}

export function outbound(streamSid: string): Outbound {
  const sid = JSON.stringify(streamSid)
  const mediaHead = `{"event":"media","streamSid":${sid},"media":{"payload":"`
  const markHead = `{"event":"mark","streamSid":${sid},"mark":{"name":`
  return {
    media: audio => `${mediaHead}${encodeBase64(audio)}"}}`,
    mark: name => `${markHead}${JSON.stringify(name)}}}`,
    clear: `{"event":"clear","streamSid":${sid}}`,
  }
}

/** Over the same memory: a Buffer made from the array itself would copy it first. */
const encodeBase64 = (audio: Uint8Array): string =>
  Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength).toString('base64')
