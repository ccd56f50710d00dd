/**
 * Remembers calls after they have ended, one at a time and off every call's way: has the model or the script say what is worth
 * knowing, checks it, and stores it. What fails is tried again, and once more at the next start; after a day it is let be.
 */
import type { Clock, FactKind, Recollect } from '../ports.ts'
import type { Database } from '../store/database.ts'
import { keepMemory, unrememberedCall, unrememberedSince, type UnrememberedCall } from '../store/memory.ts'
import { truthful } from './truthful.ts'

export type RememberParts = {
  readonly database: Database
  readonly recollect: Recollect
  readonly clock: Clock
  /** The date and time so many milliseconds from now, as ISO 8601 in UTC. */
  readonly wallTime: (offsetMs: number) => string
  readonly note: (text: string, facts: object) => void
}

export type Remembering = {
  /** Everything of this call is stored. Returns at once. */
  readonly add: (callId: string) => void
  /** Adds what an earlier process did not come to. Never rejects. */
  readonly catchUp: () => Promise<void>
  /** Resolves once nothing waits. */
  idle(): Promise<void>
  /** Ends what is under way; the next start takes it up again. */
  close(): Promise<void>
}

const DAY_MS = 24 * 3_600_000
/** What is older when the program starts is not taken up any more. */
export const CATCH_UP_MS = DAY_MS
/** Calls that may wait; the next start finds what comes later. */
const WAITING_MAX = 1_000
/** The longest that a model may think about a call. */
export const RECOLLECT_MS = 60_000
/** Before the second and the third try. */
export const PAUSES_MS: readonly number[] = [10_000, 120_000]

/** For how many days a fact is worth knowing. */
const EXPIRY_DAYS: Readonly<Partial<Record<FactKind, number>>> = { name: 365, company: 365, meeting: 30, objection: 90 }
const USUAL_EXPIRY_DAYS = 180

export function remembering(parts: RememberParts): Remembering {
  const { database, clock, wallTime, note } = parts
  const stop = new AbortController()
  const waiting: string[] = []
  let working: Promise<void> | null = null

  function add(callId: string): void {
    if (stop.signal.aborted || waiting.length >= WAITING_MAX || waiting.includes(callId)) return
    waiting.push(callId)
    working ??= work()
  }

  async function work(): Promise<void> {
    for (let callId = waiting.shift(); callId !== undefined; callId = waiting.shift()) await insist(callId)
    working = null
  }

  async function insist(callId: string): Promise<void> {
    for (const pauseMs of [...PAUSES_MS, null]) {
      if ((await remember(callId)) || pauseMs === null) return
      await pause(pauseMs)
      if (stop.signal.aborted) return
    }
  }

  /** Whether there is nothing more to do for this call. */
  async function remember(callId: string): Promise<boolean> {
    try {
      const call = await unrememberedCall(database, callId)
      if (call?.turns.some(({ said }) => said !== '')) await keep(call)
      return true
    } catch (error) {
      if (!stop.signal.aborted) note('a call could not be remembered; it may be later', { err: error, callId })
      return false
    }
  }

  async function keep(call: UnrememberedCall): Promise<void> {
    const recollection = truthful(call.turns, await recollectWithin(RECOLLECT_MS, call))
    await keepMemory(database, {
      call,
      recollection,
      now: wallTime(0),
      expiryOf: kind => wallTime((EXPIRY_DAYS[kind] ?? USUAL_EXPIRY_DAYS) * DAY_MS),
    })
  }

  async function recollectWithin(ms: number, { turns }: UnrememberedCall) {
    stop.signal.throwIfAborted()
    const late = new AbortController()
    const callOff = clock.after(ms, () => late.abort())
    try {
      return await parts.recollect(turns, AbortSignal.any([stop.signal, late.signal]))
    } finally {
      callOff()
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const end = (): void => {
        callOff()
        stop.signal.removeEventListener('abort', end)
        resolve()
      }
      const callOff = clock.after(ms, end)
      stop.signal.addEventListener('abort', end)
    })
  }

  return {
    add,
    async catchUp() {
      try {
        for (const callId of await unrememberedSince(database, wallTime(-CATCH_UP_MS))) add(callId)
      } catch (error) {
        note('which calls are still to be remembered cannot be found out', { err: error })
      }
    },
    async idle() {
      while (working) await working
    },
    async close() {
      stop.abort()
      waiting.length = 0
      await working
    },
  }
}
