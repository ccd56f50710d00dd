/** The real clocks. The only place where the product reads one. */
import type { Clock } from './ports.ts'

export const realClock: Clock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const due = performance.now() + delayMs
    let timer = setTimeout(check, Math.max(0, delayMs))
    // Node rounds delays to whole milliseconds and may fire up to one early; "no earlier than" is part of the contract.
    function check(): void {
      const leftMs = due - performance.now()
      if (leftMs > 0) timer = setTimeout(check, Math.ceil(leftMs))
      else callback()
    }
    return () => clearTimeout(timer)
  },
}

/** The time of day, in milliseconds since 1970. It may be set back: for what other machines must agree on, and nothing else. */
export const wallMs = (): number => Date.now()

/** The same of a date in ISO 8601. */
export const wallMsOf = (date: string): number => Date.parse(date)

/** The date and time so many milliseconds from now (before now: negative), as ISO 8601 in UTC. */
export const wallTime = (offsetMs = 0): string => new Date(wallMs() + offsetMs).toISOString()
