/**
 * The time without a session: when to try again, and when to say that the caller goes unheard. Runs on the injected clock;
 * opens nothing itself.
 */
import type { Clock, ProviderError } from '../../ports.ts'

/** Words of so short an outage come late but come; longer, the caller would notice. */
const NOTICEABLE_MS = 1500

/**
 * Pauses before each new session. The limit is on new sessions a minute (five on the free plan), for all calls of the
 * account together; so a call takes three in the first two seconds, where they matter, and then one in ten seconds.
 */
const RETRY_AFTER_MS = [0, 250, 1000, 4000] as const
const RETRY_LATER_MS = 10_000

/** A session that lasted so long was sound, and what ended it counts as the first failure. */
const SOUND_MS = 10_000

export type OutageActions = { readonly deaf: (error: ProviderError) => void; readonly retry: () => void }

export class Outage {
  readonly #clock: Clock
  readonly #actions: OutageActions
  #failures = 0
  #toldDeaf = false
  /** When the present session, or the first attempt at one, began; the time an outage counts from. */
  #sinceMs: number
  #cancelRetry: () => void = () => {}
  #cancelDeaf: () => void = () => {}

  constructor(clock: Clock, actions: OutageActions) {
    this.#clock = clock
    this.#actions = actions
    this.#sinceMs = clock.now()
  }

  /** A session, or an attempt at one, was lost. Tells `deaf` at most once until `end`. */
  begin(error: ProviderError): void {
    const now = this.#clock.now()
    if (error.stage === 'listening') {
      if (now - this.#sinceMs >= SOUND_MS) this.#failures = 0
      this.#sinceMs = now
    }
    this.#cancelDeaf()
    this.#cancelRetry()
    const waitMs = error.retryable ? Math.max(0, this.#sinceMs + NOTICEABLE_MS - now) : 0
    if (waitMs === 0) this.#tellDeaf(error)
    else this.#cancelDeaf = this.#clock.after(waitMs, () => this.#tellDeaf(error))
    if (error.retryable) this.#cancelRetry = this.#clock.after(this.#nextPauseMs(), this.#actions.retry)
  }

  /** A session begins, or the call is over. True if the caller was said to go unheard. */
  end(): boolean {
    this.#cancelDeaf()
    this.#cancelRetry()
    const wasTold = this.#toldDeaf
    this.#toldDeaf = false
    this.#sinceMs = this.#clock.now()
    return wasTold
  }

  #nextPauseMs(): number {
    const pauseMs = RETRY_AFTER_MS[this.#failures] ?? RETRY_LATER_MS
    this.#failures += 1
    return pauseMs
  }

  #tellDeaf(error: ProviderError): void {
    if (this.#toldDeaf) return
    this.#toldDeaf = true
    this.#actions.deaf(error)
  }
}
