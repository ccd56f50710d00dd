/**
 * Whether this process is too busy for another call: its event loop, on which every call's frames are waiting, comes round too late.
 * A single late turn says nothing (a file is read, memory is cleared up); what counts is how the last few seconds were.
 */
import type { Log } from './log.ts'
import type { Clock } from './ports.ts'

/** How late the event loop was since this was last asked, in milliseconds: nine turns of ten were not later. */
export type TakeLoopDelay = () => number

/** Long enough that one pause does not count, short enough that callers are turned away before those on the phone hear it. */
export const LOOK_EVERY_MS = 5_000
/** Calls are taken again when the delay is below this share of the limit: at the limit itself it would go back and forth. */
const RECOVERED = 0.5

export type Overload = { readonly isOverloaded: () => boolean; readonly stop: () => void }

/** Looks every five seconds, until stopped. */
export function watchOverload(parts: {
  readonly clock: Clock
  readonly log: Log
  readonly takeLoopDelay: TakeLoopDelay
  readonly mostMs: number
}): Overload {
  const { clock, log, takeLoopDelay, mostMs } = parts
  let overloaded = false
  let callOff = clock.after(LOOK_EVERY_MS, look)

  function look(): void {
    const delayMs = takeLoopDelay()
    const now = delayMs > (overloaded ? mostMs * RECOVERED : mostMs)
    if (now !== overloaded) log.warn({ delayMs, mostMs }, now ? 'too busy: no new calls for now' : 'calls are taken again')
    overloaded = now
    callOff = clock.after(LOOK_EVERY_MS, look)
  }

  return { isOverloaded: () => overloaded, stop: () => callOff() }
}
