/**
 * The stream ticket: what shows that a media stream belongs to a call that Twilio announced here. The webhook hands it out, the
 * TwiML carries it as a `<Parameter>`, and the stream's `start` gives it back. Twilio signs the address of a stream but neither
 * its messages nor the time: without a ticket, whoever saw a call's handshake could open that call's stream again for ever.
 *
 * A ticket names no one and is kept nowhere: it is its own expiry, a number, and a keyed hash of these and the call. So any process with
 * the same auth token can check it, also when a load balancer takes webhook and stream to different machines, or when this one
 * was started anew between the two. Only that a ticket was used is remembered, by the process that saw it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../secret.ts'

export type TicketFault = 'missing-ticket' | 'foreign-ticket' | 'expired-ticket' | 'replayed-ticket'

/** Twilio opens the stream within a second or two of the TwiML. Longer than that by far, so that no slow call is lost. */
export const TICKET_LIFE_MS = 60_000

export type Tickets = {
  /** A ticket for one stream of this call, to be used within a minute. */
  readonly issue: (callSid: string) => string
  /** Uses the ticket up, unless something is wrong with it. */
  readonly redeem: (callSid: string, ticket: string | undefined) => TicketFault | null
}

/**
 * `keys` has at least one: the first makes tickets, all are accepted. `wallMs` is the time of day in milliseconds, since
 * machines share no other.
 */
export function openTickets(keys: readonly [Secret, ...Secret[]], wallMs: () => number): Tickets {
  const used = new Map<string, number>()
  let issued = 0
  return {
    issue: callSid => sign(keys[0], callSid, `${Math.ceil(wallMs()) + TICKET_LIFE_MS}.${issued++}`),
    redeem(callSid, ticket) {
      if (ticket === undefined || ticket === '') return 'missing-ticket'
      const [expiry = '', number = ''] = ticket.split('.')
      if (!keys.some(key => isSame(ticket, sign(key, callSid, `${expiry}.${number}`)))) return 'foreign-ticket'
      const expiryMs = Number(expiry)
      if (expiryMs <= wallMs()) return 'expired-ticket'
      forgetExpired(used, wallMs())
      if (used.has(ticket)) return 'replayed-ticket'
      used.set(ticket, expiryMs)
      return null
    },
  }
}

/** `stamp` is when the ticket expires, and a number that makes it differ from others of the same moment. */
const sign = (key: Secret, callSid: string, stamp: string): string =>
  `${stamp}.${createHmac('sha256', key.reveal()).update(`stream ticket ${callSid} ${stamp}`).digest('base64url')}`

/** In a time that does not tell how much of it is right. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Only real tickets are ever kept, so there are no more of them than calls in a minute. */
function forgetExpired(used: Map<string, number>, nowMs: number): void {
  for (const [ticket, expiryMs] of used) if (expiryMs <= nowMs) used.delete(ticket)
}
