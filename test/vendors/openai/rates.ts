/** What the account may ask of the service: requests and tokens a minute, filling up steadily, as its headers tell with each answer. */
import type { Clock } from '../../../src/ports.ts'

export type RatePlan = { readonly requestsPerMinute: number; readonly tokensPerMinute: number }

const MINUTE_MS = 60_000

export class Rates {
  readonly #plan: RatePlan
  readonly #clock: Clock
  readonly #left: { requests: number; tokens: number }
  #asOfMs: number

  constructor(plan: RatePlan, clock: Clock) {
    this.#plan = plan
    this.#clock = clock
    this.#left = { requests: plan.requestsPerMinute, tokens: plan.tokensPerMinute }
    this.#asOfMs = clock.now()
  }

  /** Takes one request of so many tokens, if there is enough; the headers tell what is left either way. */
  take(tokens: number): { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> } {
    this.#fill()
    const allowed = this.#left.requests >= 1 && this.#left.tokens >= tokens
    if (allowed) {
      this.#left.requests -= 1
      this.#left.tokens -= tokens
    }
    return { allowed, headers: { ...this.#tell('requests'), ...this.#tell('tokens') } }
  }

  #fill(): void {
    const share = (this.#clock.now() - this.#asOfMs) / MINUTE_MS
    this.#asOfMs = this.#clock.now()
    for (const what of ['requests', 'tokens'] as const) {
      const most = this.#plan[`${what}PerMinute`]
      this.#left[what] = Math.min(most, this.#left[what] + most * share)
    }
  }

  #tell(what: 'requests' | 'tokens'): Readonly<Record<string, string>> {
    const limit = this.#plan[`${what}PerMinute`]
    const resetMs = Math.ceil(((limit - this.#left[what]) / limit) * MINUTE_MS)
    return {
      [`x-ratelimit-limit-${what}`]: String(limit),
      [`x-ratelimit-remaining-${what}`]: String(Math.floor(this.#left[what])),
      // As the service writes it: 120ms, 8.64s, 1m0s.
      [`x-ratelimit-reset-${what}`]: resetMs < 1_000 ? `${resetMs}ms` : resetMs < MINUTE_MS ? `${resetMs / 1_000}s` : '1m0s',
    }
  }
}
