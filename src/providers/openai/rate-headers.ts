/**
 * What the service says with each answer of the requests and tokens it still allows: `x-ratelimit-limit-requests: 500`,
 * `-remaining-requests: 499`, `-reset-requests: 120ms`, and the same of tokens. https://developers.openai.com/api/docs/guides/rate-limits
 * Compatible servers mostly say nothing of it, which is no news.
 */
import type { Allow, AllowanceNews, Remaining } from '../../ports.ts'

/** Null if there is nothing about it in the headers, or nothing that makes sense. */
export function remainingIn(headers: Headers): (AllowanceNews & { readonly type: 'remaining' }) | null {
  const requests = remainingOf(headers, 'requests')
  const tokens = remainingOf(headers, 'tokens')
  return requests === null && tokens === null ? null : { type: 'remaining', requests, tokens }
}

function remainingOf(headers: Headers, what: 'requests' | 'tokens'): Remaining | null {
  const limit = countIn(headers.get(`x-ratelimit-limit-${what}`))
  const remaining = countIn(headers.get(`x-ratelimit-remaining-${what}`))
  const resetMs = durationMs(headers.get(`x-ratelimit-reset-${what}`) ?? '')
  return limit === null || remaining === null || resetMs === null
    ? null
    : { limit, remaining: Math.min(remaining, limit), resetMs }
}

const countIn = (text: string | null): number | null => (text !== null && /^\d+$/.test(text) ? Number(text) : null)

const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const

/** Of `1s`, `6m0s`, `1h2m3.5s`, `20ms`; null if it is none. */
export function durationMs(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|d|h|m|s))+$/.test(text)) return null
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|d|h|m|s)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS],
    0,
  )
}

/** Fetch that reads the headers of each answer in passing. */
export const readingFetch =
  (allow: Allow): typeof fetch =>
  async (input, init) => {
    const response = await fetch(input, init)
    const news = remainingIn(response.headers)
    if (news !== null) allow(news)
    // Models can be looked at without any money; only a reply shows that there is some.
    if (response.ok && init?.method?.toUpperCase() === 'POST') allow({ type: 'served' })
    return response
  }
