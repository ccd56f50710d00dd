/**
 * What outlives a call: every call with its turns, costs and caller, in a database. Calls hand their records over and go on;
 * readers (console, interface, scripts) ask the files beside this one, with `database`.
 */
import { join } from 'node:path'
import type { Journal } from '../call/journal.ts'
import type { Clock } from '../ports.ts'
import { redact as withoutPersonal, unredacted, type Redact } from '../redact/redact.ts'
import { mayPass, openDatabase, type Database } from './database.ts'
import { openPeople, type PersonOf } from './people-key.ts'
import { recorded } from './recorded.ts'
import { LiveCalls, type CallNews, type LiveCall } from './live-calls.ts'
import { foldersIn } from './take-in.ts'
import { takingIn } from './taking-in.ts'
import type { Writing } from './call-record.ts'
import { writeAll } from './write-records.ts'
import { WriteQueue } from './write-queue.ts'

export type StoreParts = {
  readonly dataDir: string
  /** `postgres://…` for a fleet; null keeps the database in `dataDir`. */
  readonly databaseUrl: string | null
  readonly clock: Clock
  /** The time of day in milliseconds. */
  readonly wallMs: () => number
  /** For the log: trouble, and its end. */
  readonly note: (text: string, facts: object) => void
  /** What is left out of the turns' words. */
  readonly redact?: Redact
}

/** A call as it begins. */
export type CallToRecord = {
  readonly callSid: string
  /** As in the journal's heading. */
  readonly startedAt: string
  /** The caller's number as Twilio gives it; it is not kept. */
  readonly from: string | null
  /** The conversation this call continues; null begins one. It may take a moment to find out. */
  readonly conversationId: string | null | Promise<string | null>
  /** The name of its folder once it exists; null if it could not be made. */
  readonly folder: Promise<string | null>
}

export type Store = {
  readonly database: Database
  /** Where the folders of the calls are. */
  readonly callsDir: string
  /** Whether personal things are left out of what is told of a call's words. */
  readonly redacts: boolean
  readonly personOf: PersonOf
  /** The journal to write to: keeps the call in the database too. */
  record(kept: Journal, call: CallToRecord): Journal
  /** Keeps what was done for a caller. Resolves once it is stored, which may take as long as the database is out of reach. */
  keep(writing: Writing): Promise<void>
  /** Calls back, from now on, when everything of a call that has ended is stored. */
  whenStored(listener: (callId: string) => void): void
  /** The calls going on, the oldest first. */
  live(): readonly LiveCall[]
  /** Tells when a call begins, finishes a turn, or ends; gives what stops it. */
  watch(watcher: (news: CallNews) => void): () => void
  /** For health checks and metrics. */
  state(): { readonly waiting: number; readonly lost: number }
  /** Resolves once the folders that an earlier process left have been taken in; not those that another may still be writing. */
  readonly tookIn: Promise<void>
  /** Writes what still waits, for at most so long, and closes the database. */
  close(withinMs: number): Promise<void>
}

/**
 * Opens the database, and begins to take in what an earlier process could not store. Rejects with a StartFault that says what to
 * do if the database cannot be used.
 */
export async function openStore({
  dataDir,
  databaseUrl,
  clock,
  wallMs,
  note,
  redact = withoutPersonal,
}: StoreParts): Promise<Store> {
  const callsDir = join(dataDir, 'calls')
  const personOf = openPeople(dataDir)
  const folders = await foldersIn(callsDir)
  const lost = (error: Error): void => note('a connection to the database was lost', { err: error })
  const database = await openDatabase({ dataDir, url: databaseUrl, note: lost })
  const queue = new WriteQueue({ clock, mayPass, note })
  const live = new LiveCalls()
  const listeners: ((callId: string) => void)[] = []
  const stored = (callId: string): void => listeners.forEach(listener => listener(callId))
  const taking = takingIn({ database, callsDir, folders, note, redact, clock, wallMs, stored })
  return {
    database,
    callsDir,
    redacts: redact !== unredacted,
    personOf,
    record(kept, { callSid, startedAt, from, conversationId, folder }) {
      const origin = { callSid, startedAt, personId: personOf(from), conversationId: callSid }
      const conversation = Promise.resolve(conversationId).then(id => id ?? callSid)
      return recorded(kept, { database, queue, callsDir, folder, origin, conversation, redact, note, live, stored })
    },
    keep: writing =>
      new Promise((resolve, reject) => {
        const write = (): Promise<void> => writeAll(database, [writing]).then(resolve)
        queue.add(write, () => reject(new Error('it cannot be stored')))
      }),
    whenStored: listener => void listeners.push(listener),
    live: () => live.all,
    watch: watcher => live.watch(watcher),
    tookIn: taking.tookIn,
    state: () => queue.state,
    async close(withinMs) {
      await Promise.all([queue.close(withinMs), taking.stop()])
      await database.destroy()
    },
  }
}
