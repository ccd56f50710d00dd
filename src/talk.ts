/**
 * Calls from the web page instead of a telephone. The owner's browser is given a call that rings already, and a ticket for its
 * stream: good once, within a minute, for this call, and from the origin that asked. With it the media route lets a browser in,
 * which can sign nothing as Twilio does; from there on the stream is as any other.
 *
 * The ticket comes as a subprotocol of the WebSocket, for a browser can add no header of its own and addresses end up in logs.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Calls } from './calls.ts'
import type { Log } from './log.ts'
import type { Tickets } from './twilio/ticket.ts'
import { MEDIA_PATH } from './twilio/connect.ts'

/** What the stream of a talk is called, beside its ticket; the server answers with it. */
export const TALK_PROTOCOL = 'halfsecond.talk'
const TICKET = 'ticket.'

export type TalkParts = {
  readonly calls: Pick<Calls, 'ring'>
  readonly tickets: Tickets
  readonly log: Log
  /** A new CallSid, as Twilio would make one; not to be guessed. */
  readonly newCallSid: () => string
}

/** What the page needs: paths on this server, and the subprotocols with which to open the stream. */
export type TalkBegun = {
  readonly callSid: string
  readonly stream: string
  readonly protocols: readonly [typeof TALK_PROTOCOL, string]
  readonly events: string
}

/** Lets a call ring. `headers` are of a request that has shown to be the owner's. */
export function beginTalk(parts: TalkParts, { origin = '' }: IncomingHttpHeaders): TalkBegun | 'busy' | 'broken' {
  const callSid = parts.newCallSid()
  const outcome = parts.calls.ring({ callSid, from: null, to: null, leg: 1, conversationId: null })
  parts.log.info({ callSid, outcome }, 'the web page calls')
  if (outcome !== 'accepted') return outcome
  return {
    callSid,
    stream: `${MEDIA_PATH}/${callSid}`,
    protocols: [TALK_PROTOCOL, TICKET + parts.tickets.issue(subject(callSid, origin))],
    events: `/api/calls/${callSid}/events`,
  }
}

/** Why a web page may not begin a call, though its request is the owner's: a token in a header is no matter of origins. */
export function whyNotSameOrigin({ origin, host }: IncomingHttpHeaders): string | null {
  const isSame = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
  return isSame ? null : 'it comes from a web page of another origin'
}

/** Whether this stream wants to be let in as a talk; whether it may is another question. */
export const isTalk = (headers: IncomingHttpHeaders): boolean => protocolsIn(headers).includes(TALK_PROTOCOL)

/** Why it may not, in words for the log; null if it may, and then its ticket is used up. */
export function whyNotTalk(tickets: Pick<Tickets, 'redeem'>, callSid: string, headers: IncomingHttpHeaders): string | null {
  const ticket = protocolsIn(headers).find(each => each.startsWith(TICKET))
  const admission = tickets.redeem(subject(callSid, headers.origin ?? ''), ticket?.slice(TICKET.length))
  return typeof admission === 'string' ? `as a talk it has a ${admission.replace('-', ' ')}` : null
}

/** What a talk's ticket is made out to. A ticket that Twilio was given is made out to the call alone, so neither does for the other. */
const subject = (callSid: string, origin: string): string => `${callSid} from the page at ${origin}`

const protocolsIn = (headers: IncomingHttpHeaders): readonly string[] =>
  (headers['sec-websocket-protocol'] ?? '').split(',').map(each => each.trim())
