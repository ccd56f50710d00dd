/**
 * How often whom we answer. Behind a tunnel or a proxy all requests come from one address, so an address alone must never decide:
 * strangers would use up Twilio's share. Who has proved to be somebody is counted apart from those who have not.
 *
 * Twilio's requests are counted by the call they are about, so that no call can use up another's share.
 *
 * The counting is @fastify/rate-limit's: windows of a minute, at most five thousand addresses remembered, IPv6 by /64.
 */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Requests a minute. */
export const MOST_REQUESTS = {
  /** From one address that is refused, or asks for what there is not. More get a shorter answer and no line in the log. */
  stranger: 60,
  /** Of Twilio about one call, which takes some five in its whole life. Whoever saw one may send it again: Twilio signs no time. */
  twilio: 60,
  /** Of whoever asks how we are, by address: load balancers do so once a second or oftener. */
  health: 600,
  /** Of whoever loads the web page, by address: some ten files each time. */
  page: 600,
  /** Of the owner's programs and pages, by address. */
  operator: 1_200,
} as const

export type Group = keyof typeof MOST_REQUESTS

/** Counts a request. Null if it is within the limit, else after how many seconds to ask again. */
export type CountRequest = (request: FastifyRequest, group: Group) => Promise<number | null>

export async function limitRequests(server: FastifyInstance): Promise<CountRequest> {
  await server.register(rateLimit, { global: false, timeWindow: 60_000 })
  const limit = (group: Group, keyGenerator?: (request: FastifyRequest) => string) =>
    server.createRateLimit({ max: MOST_REQUESTS[group], ...(keyGenerator && { keyGenerator }) })
  const limits = {
    stranger: limit('stranger'),
    twilio: limit('twilio', callOf),
    health: limit('health'),
    page: limit('page'),
    operator: limit('operator'),
  } satisfies Record<Group, unknown>
  return async (request, group) => {
    // A connection that is gone already has no address, and gets no answer.
    if (!request.ip) return null
    const outcome = await limits[group](request)
    return outcome.isAllowed || !outcome.isExceeded ? null : outcome.ttlInSeconds
  }
}

/** The call a request of Twilio's is about: in its form, or in the address of its stream. */
function callOf({ body, params }: FastifyRequest): string {
  const { CallSid: inForm } = (body ?? {}) as { readonly CallSid?: unknown }
  const { callSid: inAddress } = (params ?? {}) as { readonly callSid?: unknown }
  return String(inForm ?? inAddress)
}
