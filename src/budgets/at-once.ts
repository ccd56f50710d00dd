/**
 * Requests that a service serves at the same time, and how many calls can share them. A voice is made several times faster than it
 * is heard, and each side talks half of the time, so a call needs one for a tenth of its time or less, a draft included. A
 * request too many waits some 50 ms at the service before it is refused, so calls that meet by chance do no harm. Pure.
 */
export type AtOnce = {
  readonly maximum: number | null
  /** All were taken when last told, by other programs of the account or by us. */
  readonly fullAtMs: number | null
}

/** Four calls on one request: at a tenth each, all are taken in one moment of twenty-five for two requests, of two thousand for ten. */
const CALLS_EACH = 4
/** Full as of late: by then the requests that filled it have ended. */
const STILL_FULL_MS = 5_000

export const unknownAtOnce: AtOnce = { maximum: null, fullAtMs: null }

export const toldAtOnce = (before: AtOnce, current: number | null, maximum: number, now: number): AtOnce => ({
  maximum,
  // An answer without a count, such as the account's plan, says nothing about this moment.
  fullAtMs: current === null ? before.fullAtMs : current >= maximum ? now : null,
})

export const refusedAtOnce = (before: AtOnce, now: number): AtOnce => ({ ...before, fullAtMs: now })

/** Why so many calls cannot share the requests; null if they can. One request in five, from five on, is left to calls under way. */
export function whyNotShared({ maximum, fullAtMs }: AtOnce, calls: number, now: number): string | null {
  if (fullAtMs !== null && now - fullAtMs < STILL_FULL_MS)
    return `all ${maximum ?? ''} requests at once are taken`.replace('  ', ' ')
  if (maximum === null) return null
  const most = (maximum - Math.floor(maximum / 5)) * CALLS_EACH
  return calls <= most ? null : `${maximum} requests at once are enough for ${most} calls`
}
