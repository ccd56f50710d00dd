import type { Clock } from '../../src/ports.ts'

type Timer = { readonly dueMs: number; readonly callback: () => void }

/** A clock that moves only when told to, and lets every promise settle at each instant on the way. */
export class VirtualClock implements Clock {
  #nowMs = 0
  #timers: Timer[] = []

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback }
    this.#timers.push(timer)
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
    for (;;) {
      await new Promise(setImmediate)
      const next = this.#timers.filter(timer => timer.dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0]
      if (!next) break
      this.#timers = this.#timers.filter(timer => timer !== next)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.callback()
    }
    this.#nowMs = untilMs
  }

  readonly sleep = (ms: number): Promise<void> =>
    new Promise(resolve => {
      this.after(ms, resolve)
    })
}
