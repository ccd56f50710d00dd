import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { Certificates } from '../../src/call/certificate.ts'
import type { Entry } from '../../src/call/journal.ts'
import { realClock, wallMs } from '../../src/clock.ts'
import { redact } from '../../src/redact/redact.ts'
import { redactedTurn } from '../../src/redact/turn.ts'
import { mayPass, openDatabase } from '../../src/store/database.ts'
import { openStore } from '../../src/store/store.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { onEachDatabase, onServer, OWN_SCHEMAS, type OpenTestStore, type TestStore } from './databases.ts'
import { entriesOf, headingOf, journalFor, recordCall } from './played-call.ts'

const number = '+15551234567'

/** Everything that is waiting has been written. */
const settled = async (store: TestStore): Promise<void> => {
  await store.tookIn
  while (store.state().waiting > 0) await new Promise(setImmediate)
}

const turnsOf = (store: TestStore) => store.database.selectFrom('turns').selectAll().orderBy('callId').orderBy('id').execute()
const callsOf = (store: TestStore) => store.database.selectFrom('calls').selectAll().orderBy('id').execute()

/** Another program holds the database until the function given back is called. */
async function lockSqlite(store: TestStore): Promise<() => Promise<void>> {
  const other = new DatabaseSync(join(store.dataDir, 'halfsecond.db'))
  other.exec('begin immediate')
  return async () => {
    await expect
      .poll(() => store.notes, { timeout: 50_000 })
      .toEqual(['calls cannot be stored at the moment; they go on, and are stored later'])
    expect(store.state().waiting).toBeGreaterThan(1)
    other.exec('commit')
    other.close()
    await settled(store)
    expect(store.notes[1]).toBe('calls are stored again')
  }
}

async function cutConnections(): Promise<() => Promise<void>> {
  const others = `pid <> pg_backend_pid() and starts_with(application_name, '${OWN_SCHEMAS}')`
  await onServer(process.env['TEST_DATABASE_URL']!, `select pg_terminate_backend(pid) from pg_stat_activity where ${others}`)
  return async () => {}
}

/** A process in the middle of a call, and one that starts beside it a second after the last entry. */
async function sharing(open: OpenTestStore) {
  const one = await open()
  const journal = journalFor(one.callsDir, headingOf(1), one, number)
  const entries = entriesOf(headingOf(1))
  for (const entry of entries.slice(0, -2)) journal.write(entry)
  const file = join(one.callsDir, headingOf(1).callSid, 'journal.ndjson')
  await expect.poll(() => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length : 0)).toBe(entries.length - 1)
  await settled(one)
  const writtenMs = statSync(file).mtimeMs
  const clock = new VirtualClock()
  const another = await one.again({ clock, wallMs: () => writtenMs + 1000 + clock.now() })
  await another.tookIn
  return {
    one,
    another,
    clock,
    journal,
    ended: async () => (await callsOf(another))[0]!.endedReason,
    /** Something was written so many milliseconds after the other had started. */
    touch: (ms: number) => utimesSync(file, new Date(writtenMs + ms), new Date(writtenMs + ms)),
  }
}

describe('the records of a call', () => {
  onEachDatabase((open, kind) => {
    it('hold every turn with all of its certificate, and how the call ended', async () => {
      const store = await open()
      await recordCall(store, headingOf(1), number)
      await settled(store)

      const certificates = new Certificates()
      for (const entry of entriesOf(headingOf(1))) certificates.take(entry)
      const turns = await turnsOf(store)
      expect(turns).toHaveLength(3)
      expect(
        turns.map(({ callId: _, amended, asides, ...turn }) => ({
          ...turn,
          amended: amended === 1,
          asides: JSON.parse(asides) as unknown,
        })),
      ).toEqual(certificates.all.map(turn => redactedTurn(turn, redact)))
      // The model counts to ten, which is a long number; only what is heard of it is short.
      expect(turns[1]!.text).toBe('[number]. ')
      expect(turns[1]).toMatchObject({ said: 'Yes. please.', heard: 'One two three four', outcome: 'interrupted', discarded: 1 })
      const [call] = await callsOf(store)
      expect(call).toMatchObject({
        callSid: `CA${'1'.padStart(32, '0')}`,
        conversationId: `CA${'1'.padStart(32, '0')}`,
        startedAt: '2026-11-20T10:00:00.000Z',
        llm: 'gpt-4',
        pipeline: 'draft',
        folder: `CA${'1'.padStart(32, '0')}`,
        endedReason: 'caller-hung-up',
        lengthMs: 13_000,
      })
    })

    it('hold how the caller rated the call, once however often its journal is read', async () => {
      const store = await open()
      const journal = journalFor(store.callsDir, headingOf(1), store)
      const rated: Entry = { at: 13_000, ms: 13_000, type: 'command', command: { type: 'rated', rating: 4 } }
      for (const entry of [...entriesOf(headingOf(1)), rated, rated]) journal.write(entry)
      await journal.close()
      await settled(store)
      const ratings = await store.database.selectFrom('feedback').selectAll().where('source', '=', 'keys').execute()
      expect(ratings).toEqual([
        {
          id: expect.stringMatching(/-rating$/) as string,
          callId: (await callsOf(store))[0]!.id,
          turnId: null,
          rating: 4,
          words: null,
          source: 'keys',
          createdAt: '2026-11-20T10:00:00.000Z',
        },
      ])
    })

    it('have a turn as soon as it has ended, while the call goes on', async () => {
      const store = await open()
      const journal = journalFor(store.callsDir, headingOf(1), store)
      const entries = entriesOf(headingOf(1))
      const firstEnd = entries.findIndex(entry => entry.type === 'event' && entry.event.type === 'reply-finished')
      for (const entry of entries.slice(0, firstEnd + 1)) journal.write(entry)
      await settled(store)

      expect((await turnsOf(store)).map(({ line, outcome }) => [line, outcome])).toEqual([['greeting', 'heard']])
      expect((await callsOf(store))[0]!.endedReason).toBeNull()
      await journal.close()
    })

    it('know a caller again without holding the number anywhere', async () => {
      const store = await open()
      await recordCall(store, headingOf(1), '+1 (555) 123-4567')
      await recordCall(store, headingOf(2), number)
      await recordCall(store, headingOf(3), '+15550000000')
      await recordCall(store, headingOf(4), 'anonymous')
      await recordCall(store, headingOf(5), '+266696687')
      await settled(store)

      const people = (await callsOf(store)).map(({ personId }) => personId)
      expect(people[0]).toMatch(/^[0-9a-f]{32}$/)
      expect(people[1]).toBe(people[0])
      expect(people[2]).not.toBe(people[0])
      expect(people.slice(3)).toEqual([null, null])
      expect(store.personOf(number)).toBe(people[0])
      expect((await store.again()).personOf(number)).toBe(people[0])
      const tables = ['people', 'conversations', 'calls', 'turns', 'costs'] as const
      const everything = await Promise.all(tables.map(table => store.database.selectFrom(table).selectAll().execute()))
      expect(JSON.stringify(everything)).not.toContain('5551234567')
    })

    it('keep calls of one conversation together, and calls with the same SID apart', async () => {
      const store = await open()
      await recordCall(store, headingOf(1))
      await recordCall(store, headingOf(1, { startedAt: '2026-11-20T10:05:00.000Z' }))
      await recordCall(store, headingOf(2), null, 'c0ffee00-0000-4000-8000-000000000000')
      await recordCall(store, headingOf(3), null, 'c0ffee00-0000-4000-8000-000000000000')
      await settled(store)

      const calls = await callsOf(store)
      expect(calls).toHaveLength(4)
      expect(calls[1]!.folder).toBe(`${calls[0]!.callSid}-2`)
      expect(calls[1]!.conversationId).toBe(calls[0]!.conversationId)
      expect(calls[2]!.conversationId).toBe(calls[3]!.conversationId)
      expect(await store.database.selectFrom('conversations').selectAll().execute()).toHaveLength(2)
    })

    it('say what each reply cost, what thrown away drafts cost, and what is unknown', async () => {
      const store = await open()
      await recordCall(store, headingOf(1))
      await settled(store)

      const costs = await store.database
        .selectFrom('costs')
        .selectAll()
        .orderBy('turnId')
        .orderBy('service')
        .orderBy('unit')
        .execute()
      const short = costs.map(({ turnId, service, unit, quantity, dropped, usd }) => [
        turnId,
        service,
        unit,
        quantity,
        dropped,
        usd,
      ])
      expect(short).toEqual([
        [0, 'recogniser', 'seconds', 13, 0, expect.closeTo(0.000686, 6)],
        [2, 'model', 'replies', 1, 1, null],
        [2, 'voice', 'characters', 14, 1, expect.closeTo(0.0007, 6)],
        [3, 'model', 'completion-tokens', 50, 0, expect.closeTo(0.003, 6)],
        [3, 'model', 'prompt-tokens', 1000, 0, expect.closeTo(0.03, 6)],
        [3, 'voice', 'characters', 50, 0, expect.closeTo(0.0025, 6)],
        [4, 'model', 'completion-tokens', 50, 0, expect.closeTo(0.003, 6)],
        [4, 'model', 'prompt-tokens', 1000, 0, expect.closeTo(0.03, 6)],
        [4, 'voice', 'characters', 6, 0, expect.closeTo(0.0003, 6)],
      ])
    })

    it('are made whole from the folder when the process died in the middle of the call', async () => {
      const store = await open()
      const journal = journalFor(store.callsDir, headingOf(1), store, number)
      const entries = entriesOf(headingOf(1))
      for (const entry of entries.slice(0, -1)) journal.write(entry)
      await settled(store)
      // The process is gone: nothing closes the journal, and its last line is torn.
      const file = join(store.callsDir, headingOf(1).callSid, 'journal.ndjson')
      await expect.poll(() => readFileSync(file, 'utf8').split('\n').length).toBe(entries.length)
      truncateSync(file, readFileSync(file).length - 5)
      await store.database.deleteFrom('turns').where('id', '=', 4).execute()

      const next = await store.again()
      await next.tookIn
      expect((await turnsOf(next)).map(({ id, outcome }) => [id, outcome])).toEqual([
        [1, 'heard'],
        [3, 'interrupted'],
        [4, 'heard'],
      ])
      const [call] = await callsOf(next)
      expect(call).toMatchObject({ endedReason: 'broken-off', personId: store.personOf(number) })
      expect(next.notes).toEqual(['calls were taken in from their folders'])
      await journal.close()
    })

    it('are left to another process as long as it writes the call', async () => {
      const { one, another, clock, journal, ended, touch } = await sharing(open)
      expect(await ended()).toBeNull()
      expect(another.notes).toEqual(['calls of another process seem to go on; their folders are left to it'])

      touch(clock.now() + 40_000)
      await clock.advance(60_000)
      await expect.poll(() => clock.waiting).toBe(1)
      expect(await ended()).toBeNull()

      for (const entry of entriesOf(headingOf(1)).slice(-2)) journal.write(entry)
      await journal.close()
      await settled(one)
      await clock.advance(60_000)
      await expect.poll(() => clock.waiting).toBe(0)
      expect(await ended()).toBe('caller-hung-up')
      expect(another.notes).toHaveLength(1)
    })

    it('are made whole if another process dies in the middle of the call, once it has written nothing for a minute', async () => {
      const { another, clock, journal, ended } = await sharing(open)
      const stored: string[] = []
      another.whenStored(callId => stored.push(callId))
      await clock.advance(60_000)
      await expect.poll(ended).toBe('broken-off')
      await expect.poll(() => stored).toEqual([(await callsOf(another))[0]!.id])
      expect(clock.waiting).toBe(0)
      await journal.close()
    })

    it('are made anew from all folders when the database is new, and only once', async () => {
      const store = await open()
      for (const n of [1, 2, 3]) {
        const journal = journalFor(store.callsDir, headingOf(n))
        for (const entry of entriesOf(headingOf(n))) journal.write(entry)
        await journal.close()
      }
      const second = await store.again()
      await second.tookIn
      expect((await callsOf(second)).map(({ endedReason }) => endedReason)).toEqual(Array(3).fill('caller-hung-up'))
      const turns = await turnsOf(second)
      expect(turns).toHaveLength(9)

      const third = await second.again()
      await third.tookIn
      expect(third.notes).toEqual([])
      expect(await turnsOf(third)).toEqual(turns)
    })

    it('hold a reply that was under way when the process died', async () => {
      const store = await open()
      const journal = journalFor(store.callsDir, headingOf(1))
      const entries = entriesOf(headingOf(1))
      const cut = entries.findIndex(entry => entry.type === 'command' && entry.command.type === 'hold')
      for (const entry of entries.slice(0, cut)) journal.write(entry)
      await journal.close()
      const next = await store.again()
      await next.tookIn
      const turns = (await turnsOf(next)).map(({ id, said, outcome }) => [id, said, outcome])
      expect(turns).toEqual([
        [1, '', 'heard'],
        [3, 'Yes. please.', 'under-way'],
      ])
    })

    it('leave out a folder that holds no call, and say which', async () => {
      const store = await open()
      const journal = journalFor(store.callsDir, headingOf(1))
      for (const entry of entriesOf(headingOf(1))) journal.write(entry)
      await journal.close()
      writeFileSync(join(store.callsDir, headingOf(1).callSid, 'journal.ndjson'), 'garbage\n')
      const next = await store.again()
      await next.tookIn
      expect(next.notes).toEqual(['the folder of a call cannot be taken in'])
      expect(await callsOf(next)).toEqual([])
    })

    it('wait while the database is locked or away, and are all there afterwards', async () => {
      const store = await open()
      const entries = entriesOf(headingOf(1))
      const journal = journalFor(store.callsDir, headingOf(1), store)
      for (const entry of entries.slice(0, 40)) journal.write(entry)
      await settled(store)
      const bringBack = await (kind === 'SQLite' ? lockSqlite(store) : cutConnections())
      const startedMs = performance.now()
      for (const entry of entries.slice(40)) journal.write(entry)
      expect(performance.now() - startedMs).toBeLessThan(50)
      await journal.close()
      await bringBack()
      await settled(store)
      expect(await turnsOf(store)).toHaveLength(3)
      expect((await callsOf(store))[0]!.endedReason).toBe('caller-hung-up')
      expect(store.state().lost).toBe(0)
    })

    it('of a call that lacks a part do not look complete, so that the next start mends them', async () => {
      const store = await open()
      await store.tookIn
      await sql`alter table turns rename to turns_away`.execute(store.database)
      await recordCall(store, headingOf(1))
      await settled(store)
      expect(store.state().lost).toBeGreaterThan(0)
      expect(store.notes).toContain('part of a call cannot be stored; its folder has it')
      expect((await callsOf(store))[0]!.endedReason).toBeNull()

      await sql`alter table turns_away rename to turns`.execute(store.database)
      const next = await store.again()
      await next.tookIn
      expect(await turnsOf(next)).toHaveLength(3)
      expect((await callsOf(next))[0]!.endedReason).toBe('caller-hung-up')
    })

    it('are refused by an older program than the one that made the database', async () => {
      const store = await open()
      await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '2030-01-01')`.execute(store.database)
      await expect(store.again()).rejects.toThrow('a newer Halfsecond has changed it; start that one.')
    })
  })
})

describe('a database that cannot be opened', () => {
  const inFolder = async (spoil: (folder: string) => void, databaseUrl: string | null = null): Promise<string> => {
    const dataDir = mkdtempSync(join(tmpdir(), 'halfsecond-store-'))
    spoil(dataDir)
    const message = await openStore({ dataDir, databaseUrl, clock: realClock, wallMs, note: () => {} }).then(
      () => 'opened',
      (error: Error) => error.message,
    )
    rmSync(dataDir, { recursive: true })
    return message
  }

  it('is said to be none if it is something else', async () => {
    const message = await inFolder(folder =>
      writeFileSync(join(folder, 'halfsecond.db'), 'this is certainly not a database at all'),
    )
    expect(message).toContain('halfsecond.db cannot be used: it is not a database. Move it away and start again')
  })

  it('is said to be out of reach, without its password', async () => {
    const message = await inFolder(() => {}, 'postgres://someone:hunter2@127.0.0.1:1/none')
    expect(message).toContain('The database of DATABASE_URL cannot be used: ')
    expect(message).toContain('ECONNREFUSED')
    expect(message).not.toContain('hunter2')
  })

  it('is said to be full, and then may serve again later', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'halfsecond-store-'))
    const database = await openDatabase({ dataDir, url: null, note: () => {} })
    await sql`pragma max_page_count = 1`.execute(database)
    const person = { id: 'x'.repeat(100_000), firstCallAt: '2026-11-20T10:00:00.000Z' }
    const error: unknown = await database
      .insertInto('people')
      .values(person)
      .execute()
      .catch((failure: unknown) => failure)
    expect(error).toMatchObject({ message: 'database or disk is full', code: 13 })
    expect(mayPass(error)).toBe(true)
    await sql`pragma max_page_count = 100000`.execute(database)
    await database.insertInto('people').values(person).execute()
    await database.destroy()
    rmSync(dataDir, { recursive: true })
  })

  it('is not opened at all if the key to the callers is damaged', async () => {
    const message = await inFolder(folder => writeFileSync(join(folder, 'people.key'), 'short'))
    expect(message).toContain('people.key does not hold a key')
  })
})
