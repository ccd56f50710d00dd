/** Virtual time for long conversations: like VirtualClock, but an instant at which nothing was due costs nothing. */
import type { Clock } from '../../src/ports.ts'

type Timer = { readonly dueMs: number; readonly callback: () => void }

export class QuickClock implements Clock {
  #nowMs = 0
  #timers: Timer[] = []

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback }
    let place = this.#timers.length
    while (place > 0 && this.#timers[place - 1]!.dueMs > timer.dueMs) place--
    this.#timers.splice(place, 0, timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  /** How many timers are waiting: zero once everything that was opened has been closed. */
  get waiting(): number {
    return this.#timers.length
  }

  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    for (let next = this.#timers[0]; next && next.dueMs <= untilMs; next = this.#timers[0]) {
      this.#timers.shift()
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.callback()
      await promisesKept()
    }
    this.#nowMs = untilMs
  }
}

/** Everything that can happen without time going by has happened. */
export const promisesKept = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
