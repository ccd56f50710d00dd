/** The webhook that Twilio asks when a call comes in: lets the call ring here and says what Twilio shall do with it. */
import { z } from 'zod'
import type { Calls } from '../calls.ts'
import { maskNumber, type Log } from '../log.ts'
import { CALLBACK_PATHS } from './callbacks.ts'
import { callSidShape } from './media-stream.ts'
import type { Tickets } from './ticket.ts'
import type { Twiml } from './twiml.ts'

/** Below it each call has an address of its own for its stream, so that Twilio's signature of one handshake is good for no other. */
export const MEDIA_PATH = '/twilio/media'

export type VoiceParts = {
  readonly calls: Pick<Calls, 'ring'>
  readonly twiml: Twiml
  readonly tickets: Pick<Tickets, 'issue'>
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

/** The TwiML for a call, from the form that Twilio sent; null if that is no call. `baseUrl` is what Twilio calls this server. */
export function answerPhone(parts: VoiceParts, body: unknown, baseUrl: string): string | null {
  const fields = form.safeParse(body).data
  if (fields === undefined) return null
  const { CallSid: callSid, From: from, To: to } = fields
  const outcome = parts.calls.ring({ callSid, from, to })
  parts.log.info({ callSid, from: maskNumber(from ?? ''), outcome }, 'the phone rings')
  switch (outcome) {
    case 'accepted':
      return parts.twiml.answer({
        stream: `${baseUrl.replace(/^http/, 'ws')}${MEDIA_PATH}/${callSid}`,
        status: baseUrl + CALLBACK_PATHS.streamStatus,
        after: baseUrl + CALLBACK_PATHS.afterStream,
        from: from ?? '',
        to: to ?? '',
        ticket: parts.tickets.issue(callSid),
      })
    case 'busy':
      return parts.overflowNumber === null ? parts.twiml.busy : parts.twiml.overflow(parts.overflowNumber)
    case 'broken':
      return parts.twiml.sorry
    default:
      return outcome satisfies never
  }
}
