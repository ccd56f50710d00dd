/**
 * Ends a call that has cost enough (MAX_CALL_USD), politely. Watches the call's journal, in which everything that is paid for
 * stands. The goodbye itself is a fixed line and costs nothing.
 */
import type { Log } from './log.ts'
import type { CallObserver } from './observe/observed.ts'
import type { Clock } from './ports.ts'
import { CallCost } from './store/call-cost.ts'

export type CeilingParts = {
  readonly maxUsd: number
  readonly clock: Clock
  readonly log: Log
  /** Once, and not while the journal is being written. */
  readonly reached: () => void
}

export function costCeiling({ maxUsd, clock, log, reached }: CeilingParts): CallObserver {
  const cost = new CallCost()
  const warned = new Set<string>()
  let isReached = false
  let callOff = (): void => {}
  return {
    take(entry) {
      const { usd, unpriced } = cost.take(entry)
      for (const provider of unpriced.filter(each => !warned.has(each))) {
        warned.add(provider)
        log.warn({ provider, maxUsd }, CANNOT_COUNT)
      }
      if (isReached || usd < maxUsd) return
      isReached = true
      log.info({ usd, maxUsd }, 'the call has cost enough and says goodbye')
      callOff = clock.after(0, reached)
    },
    end: () => callOff(),
  }
}

export const CANNOT_COUNT =
  'MAX_CALL_USD cannot count this service, whose price is not in src/store/prices.ts: calls cost more than it says'
