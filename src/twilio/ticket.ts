/**
 * The stream ticket: what shows that a media stream belongs to a call that Twilio announced here. The webhook hands it out, the
 * TwiML carries it as a `<Parameter>`, and the stream's `start` gives it back. Twilio signs the address of a stream but neither
 * its messages nor the time: without a ticket, whoever saw a call's handshake could open that call's stream again for ever.
 *
 * A ticket names no one and is kept nowhere: it is its own expiry, a number, what it was issued for, and a keyed hash of these and the call. So any process with
 * the same auth token can check it, also when a load balancer takes webhook and stream to different machines, or when this one
 * was started anew between the two. Only that a ticket was used is remembered, by the process that saw it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from '../secret.ts'

export type TicketFault = 'missing-ticket' | 'foreign-ticket' | 'expired-ticket' | 'replayed-ticket'

/** Twilio opens the stream within a second or two of the TwiML. Longer than that by far, so that no slow call is lost. */
export const TICKET_LIFE_MS = 60_000

/** What a stream is let in for. */
export type Admission = {
  /** Which leg of the call: 1, or more after a break. */
  readonly leg: number
  readonly conversationId: string | null
}

export const FIRST_LEG: Admission = { leg: 1, conversationId: null }

export type Tickets = {
  /** A ticket for one stream of this call, to be used within a minute. */
  readonly issue: (callSid: string, admission?: Admission) => string
  /** Uses the ticket up, and gives what it was issued for; or says what is wrong with it. */
  readonly redeem: (callSid: string, ticket: string | undefined) => TicketFault | Admission
}

/**
 * `keys` has at least one: the first makes tickets, all are accepted. `wallMs` is the time of day in milliseconds, since
 * machines share no other.
 */
export function openTickets(keys: readonly [Secret, ...Secret[]], wallMs: () => number): Tickets {
  const used = new Map<string, number>()
  let issued = 0
  return {
    issue: (callSid, { leg, conversationId } = FIRST_LEG) => {
      const about = `${leg}.${Buffer.from(conversationId ?? '').toString('base64url')}`
      return sign(keys[0], callSid, `${Math.ceil(wallMs()) + TICKET_LIFE_MS}.${issued++}.${about}`)
    },
    redeem(callSid, ticket) {
      if (ticket === undefined || ticket === '') return 'missing-ticket'
      const [expiry = '', number = '', leg = '', conversation = ''] = ticket.split('.')
      const stamp = `${expiry}.${number}.${leg}.${conversation}`
      if (!keys.some(key => isSame(ticket, sign(key, callSid, stamp)))) return 'foreign-ticket'
      const expiryMs = Number(expiry)
      if (expiryMs <= wallMs()) return 'expired-ticket'
      forgetExpired(used, wallMs())
      if (used.has(ticket)) return 'replayed-ticket'
      used.set(ticket, expiryMs)
      return { leg: Number(leg), conversationId: Buffer.from(conversation, 'base64url').toString() || null }
    },
  }
}

/** `stamp` is when the ticket expires, a number that makes it differ from others of the same moment, and what it is for. */
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
