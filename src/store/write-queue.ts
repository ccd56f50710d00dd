/**
 * Writes in the background, in order, so that no call ever waits for the database. While the database is locked, full or out of
 * reach, what is to be written waits, and is tried again; what cannot be written at all is counted and given up, for the call's
 * folder has it. Trouble is told once when it begins and once when it is over; what is given up, ever more rarely.
 */
import type { Clock } from '../ports.ts'

export type WriteQueueParts = {
  readonly clock: Clock
  /** Whether what failed so may succeed later. */
  readonly mayPass: (error: unknown) => boolean
  readonly note: (text: string, facts: object) => void
}

/** Writes that may wait; a busy machine makes some ten a second, so this is a quarter of an hour. What comes later is given up. */
export const WAITING_MAX = 10_000
/** The pause before the next try, doubled each time. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000

type Job = { readonly write: () => Promise<void>; readonly givenUp: () => void }

export class WriteQueue {
  readonly #parts: WriteQueueParts
  readonly #waiting: Job[] = []
  #working = false
  #stopped = false
  #lost = 0
  #inTrouble = false
  #wake: () => void = () => {}
  #whenIdle: (() => void)[] = []

  constructor(parts: WriteQueueParts) {
    this.#parts = parts
  }

  /** How many writes wait, and how many were given up since the start. */
  get state(): { readonly waiting: number; readonly lost: number } {
    return { waiting: this.#waiting.length, lost: this.#lost }
  }

  /** Returns at once and never throws. `givenUp` is called if the write will never happen. */
  add(write: () => Promise<void>, givenUp: () => void): void {
    if (this.#stopped || this.#waiting.length >= WAITING_MAX)
      return this.#giveUp({ write, givenUp }, 'too much waits to be stored')
    this.#waiting.push({ write, givenUp })
    if (!this.#working) void this.#work()
  }

  /** Resolves once nothing waits. */
  async idle(): Promise<void> {
    if (this.#working) await new Promise<void>(resolve => this.#whenIdle.push(resolve))
  }

  /** Writes what waits, but no longer than this; then gives the rest up. */
  async close(withinMs: number): Promise<void> {
    const callOff = this.#parts.clock.after(withinMs, () => {
      this.#stopped = true
      this.#wake()
    })
    await this.idle()
    callOff()
    this.#stopped = true
  }

  async #work(): Promise<void> {
    this.#working = true
    let pauseMs = FIRST_PAUSE_MS
    for (let job = this.#waiting[0]; job && !this.#stopped; job = this.#waiting[0]) {
      if (await this.#try(job)) pauseMs = FIRST_PAUSE_MS
      else {
        await this.#pause(pauseMs)
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      }
    }
    for (const job of this.#waiting.splice(0)) this.#giveUp(job, 'the program stops')
    this.#working = false
    for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  /** Whether the job is done with, one way or the other. */
  async #try(job: Job): Promise<boolean> {
    try {
      await job.write()
      this.#waiting.shift()
      this.#recover()
    } catch (error) {
      if (this.#parts.mayPass(error)) {
        this.#fail(error)
        return false
      }
      this.#waiting.shift()
      this.#giveUp(job, 'part of a call cannot be stored; its folder has it', error)
    }
    return true
  }

  #giveUp(job: Job, why: string, error?: unknown): void {
    this.#lost++
    // At 1, 10, 100 ...: a broken database cannot fill the log.
    if (/^10*$/.test(String(this.#lost))) this.#parts.note(why, { err: error, ...this.state })
    job.givenUp()
  }

  #fail(error: unknown): void {
    if (this.#inTrouble) return
    this.#inTrouble = true
    this.#parts.note('calls cannot be stored at the moment; they go on, and are stored later', { err: error, ...this.state })
  }

  #recover(): void {
    if (!this.#inTrouble) return
    this.#inTrouble = false
    this.#parts.note('calls are stored again', this.state)
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const callOff = this.#parts.clock.after(ms, resolve)
      this.#wake = () => {
        callOff()
        resolve()
      }
    })
  }
}
