/** The webhook that Twilio asks when a call comes in: lets the call ring here and says what Twilio shall do with it.
 * `?conversationId=…` in its address goes on with that conversation. */
import { z } from 'zod'
import type { Calls } from '../calls.ts'
import { maskNumber, type Log } from '../log.ts'
import { connectTo, type ConnectParts } from './connect.ts'
import { callSidShape } from './media-stream.ts'
import type { Twiml } from './twiml.ts'

export type VoiceParts = ConnectParts & {
  readonly calls: Pick<Calls, 'ring'>
  readonly twiml: Pick<Twiml, 'answer' | 'busy' | 'overflow' | 'sorry'>
  readonly log: Log
  /** Answers when all lines are busy; null: nobody. */
  readonly overflowNumber: string | null
}

/** Of some thirty fields these are used. Numbers may be anything: anonymous callers have words there. */
const form = z.object({
  CallSid: callSidShape,
  From: z.string().nullable().catch(null),
  To: z.string().nullable().catch(null),
})

/** What names a conversation: `POST /api/conversations` gives such, and a call's own SID is one. */
const query = z.object({
  conversationId: z
    .string()
    .regex(/^[\w.-]{1,100}$/)
    .nullable()
    .catch(null),
})

export type Asked = {
  readonly body: unknown
  readonly query: unknown
  /** What Twilio calls this server. */
  readonly baseUrl: string
}

/** The TwiML for a call, from the form that Twilio sent; null if that is no call. */
export function answerPhone(parts: VoiceParts, asked: Asked): string | null {
  const fields = form.safeParse(asked.body).data
  if (fields === undefined) return null
  const { CallSid: callSid, From: from, To: to } = fields
  const { conversationId } = query.parse(asked.query ?? {})
  const ring = { callSid, from, to, leg: 1, conversationId }
  const outcome = parts.calls.ring(ring)
  parts.log.info({ callSid, from: maskNumber(from ?? ''), outcome }, 'the phone rings')
  switch (outcome) {
    case 'accepted':
      return connectTo(parts, ring, asked.baseUrl)
    case 'busy':
      return parts.overflowNumber === null ? parts.twiml.busy : parts.twiml.overflow(parts.overflowNumber)
    case 'broken':
      return parts.twiml.sorry
    default:
      return outcome satisfies never
  }
}
