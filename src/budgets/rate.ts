/**
 * Requests and tokens that a service allows in some time: for how many calls they last. Services fill such an allowance up
 * steadily, so what can be had in the coming minute is what remains and what comes back in it, but no more than the whole. Pure.
 *
 * A call asks for a reply some six times a minute, and with drafts that are thrown away twelve times. When it would not last
 * for all calls with drafts, each makes fewer; only when it would not last even so, no more calls are taken.
 */
import type { Remaining } from '../ports.ts'

export type Rate = {
  readonly requests: Allowed | null
  readonly tokens: Allowed | null
  /** What a request takes: of late, on average. */
  readonly tokensEach: number
}

type Allowed = Remaining & { readonly atMs: number }

const MINUTE_MS = 60_000
/** A turn of talk takes ten seconds. */
const REPLIES_A_MINUTE = 6
const REQUESTS_A_MINUTE = 12
/** A prompt of a few minutes' talk and a reply. What they really take is soon known. */
const FIRST_GUESS_TOKENS = 1_500
const NEW_SHARE = 0.1
/** Left for calls under way that talk faster than others. */
const RESERVED = 0.2

export const newRate: Rate = { requests: null, tokens: null, tokensEach: FIRST_GUESS_TOKENS }

export const told = (rate: Rate, requests: Remaining | null, tokens: Remaining | null, atMs: number): Rate => ({
  ...rate,
  requests: requests === null ? rate.requests : { ...requests, atMs },
  tokens: tokens === null ? rate.tokens : { ...tokens, atMs },
})

export const spent = (rate: Rate, tokens: number): Rate => ({
  ...rate,
  tokensEach: rate.tokensEach + (tokens - rate.tokensEach) * NEW_SHARE,
})

/** Why so many calls cannot be answered in the coming minute, one reply a turn; null if they can. A single one needs one reply. */
export function whyNotAnswered(rate: Rate, calls: number, now: number): string | null {
  const replies = calls <= 1 ? 1 : (calls * REPLIES_A_MINUTE) / (1 - RESERVED)
  const [short] = shortOf(rate, replies, now)
  return short ?? null
}

/** Whether drafts that may be thrown away are more than so many calls can afford. */
export const isThrifty = (rate: Rate, calls: number, now: number): boolean =>
  shortOf(rate, calls * REQUESTS_A_MINUTE, now).length > 0

function shortOf({ requests, tokens, tokensEach }: Rate, count: number, now: number): readonly string[] {
  const needs = [
    { what: 'requests', allowed: requests, need: count },
    { what: 'tokens', allowed: tokens, need: count * tokensEach },
  ]
  return needs.flatMap(({ what, allowed, need }) => {
    if (allowed === null) return []
    const there = inAMinute(allowed, now)
    return there >= need ? [] : [`${Math.floor(there)} ${what} in the coming minute, and ${Math.ceil(need)} are needed`]
  })
}

function inAMinute({ limit, remaining, resetMs, atMs }: Allowed, now: number): number {
  const perMs = resetMs > 0 ? (limit - remaining) / resetMs : 0
  const since = now - atMs
  // Once it has filled up, nobody has told how fast it fills; that it is whole is enough to know.
  const there = since >= resetMs ? limit : remaining + perMs * since
  return Math.min(limit, there + perMs * MINUTE_MS)
}
