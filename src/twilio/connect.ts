/** The TwiML that connects a caller to the assistant: for a call that begins, and for one that goes on. */
import type { Ring } from '../calls.ts'
import { CALLBACK_PATHS } from './callbacks.ts'
import type { Tickets } from './ticket.ts'
import type { Twiml } from './twiml.ts'

/** Below it each call has an address of its own for its stream, so that Twilio's signature of one handshake is good for no other. */
export const MEDIA_PATH = '/twilio/media'

/** Twilio asks here once a stream is closed. The leg stands in the address, which Twilio signs. */
export const AFTER_STREAM_PATH = '/twilio/after-stream'

export type ConnectParts = {
  readonly twiml: Pick<Twiml, 'answer'>
  readonly tickets: Pick<Tickets, 'issue'>
}

/** `baseUrl` is what Twilio calls this server. */
export const connectTo = (
  { twiml, tickets }: ConnectParts,
  { callSid, from, to, leg, conversationId }: Ring,
  baseUrl: string,
): string =>
  twiml.answer({
    stream: `${baseUrl.replace(/^http/, 'ws')}${MEDIA_PATH}/${callSid}`,
    status: baseUrl + CALLBACK_PATHS.streamStatus,
    after: `${baseUrl}${AFTER_STREAM_PATH}?leg=${leg}`,
    from: from ?? '',
    to: to ?? '',
    ticket: tickets.issue(callSid, { leg, conversationId }),
  })
