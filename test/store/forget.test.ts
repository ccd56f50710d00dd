import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { forgetConversation, forgetPerson } from '../../src/store/forget.ts'
import { conversationOf, personById } from '../../src/store/read-records.ts'
import { forgetOldCalls } from '../../src/store/retention.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { onEachDatabase, type TestStore } from './databases.ts'
import { headingOf, recordCall } from './played-call.ts'

const anna = '+15551234567'
const bert = '+15550000000'
const sid = (n: number): string => headingOf(n).callSid

const settled = async (store: TestStore): Promise<void> => {
  while (store.state().waiting > 0) await new Promise(setImmediate)
}

/** Two calls of Anna's with something remembered, one of Bert's. */
async function withCalls(store: TestStore): Promise<void> {
  await recordCall(store, headingOf(1), anna)
  await recordCall(store, headingOf(2, { startedAt: '2026-11-01T10:00:00.000Z' }), anna)
  await recordCall(store, headingOf(3), bert)
  await settled(store)
  const personId = store.personOf(anna)!
  const callId = `${sid(1)}-20261120100000000`
  const told = { kind: 'other', fact: 'sells pumps', quote: 'We sell pumps.' } as const
  const fact = { id: 'f1', personId, callId, turnId: 2, ...told, createdAt: '2026-11-20', expiresAt: '2027-05-20' }
  await store.database.insertInto('memoryFacts').values(fact).execute()
  const summary = { callId, summary: 'Anna sells pumps.', madeBy: 'gpt-4', createdAt: '2026-11-20' }
  await store.database.insertInto('callSummaries').values(summary).execute()
}

const rowsLeft = async ({ database }: TestStore) => {
  const tables = ['people', 'conversations', 'calls', 'turns', 'costs', 'memoryFacts', 'callSummaries'] as const
  return Object.fromEntries(
    await Promise.all(
      tables.map(async table => [table, (await database.selectFrom(table).selectAll().execute()).length] as const),
    ),
  )
}

describe('forgetting', () => {
  onEachDatabase(open => {
    it('a person leaves nothing of them, and everything of others', async () => {
      const store = await open()
      await withCalls(store)
      const forgotten = await forgetPerson(store, store.personOf(anna)!)
      expect(forgotten).toEqual({ calls: 2, turns: 6, meetings: 0, feedback: 0, memoryFacts: 1, folders: [sid(1), sid(2)] })
      expect(readdirSync(store.callsDir)).toEqual([sid(3)])
      expect(await rowsLeft(store)).toEqual({
        people: 1,
        conversations: 1,
        calls: 1,
        turns: 3,
        costs: 9,
        memoryFacts: 0,
        callSummaries: 0,
      })
      expect(await personById(store.database, store.personOf(anna)!, '2026-11-20')).toBeNull()
      expect(await personById(store.database, store.personOf(bert)!, '2026-11-20')).toMatchObject({ calls: 1 })

      const next = await store.again()
      await next.tookIn
      expect(await rowsLeft(next)).toMatchObject({ calls: 1 })
      expect((await forgetPerson(next, next.personOf(anna)!)).calls).toBe(0)
    })

    it('a person finds their recordings even if the database was lost', async () => {
      const store = await open()
      await withCalls(store)
      await store.database.deleteFrom('calls').execute()
      expect((await forgetPerson(store, store.personOf(anna)!)).folders).toEqual([sid(1), sid(2)])
      expect(readdirSync(store.callsDir)).toEqual([sid(3)])
    })

    it('a conversation removes its calls, its recordings and what was told on them only', async () => {
      const store = await open()
      await withCalls(store)
      expect(await forgetConversation(store, sid(2))).toMatchObject({ calls: 1, turns: 3, memoryFacts: 0, folders: [sid(2)] })
      expect(await forgetConversation(store, sid(1))).toMatchObject({ calls: 1, turns: 3, memoryFacts: 1, folders: [sid(1)] })
      expect(await conversationOf(store.database, sid(1))).toBeNull()
      expect(await conversationOf(store.database, sid(3))).not.toBeNull()
      expect(await rowsLeft(store)).toMatchObject({ people: 2, calls: 1, memoryFacts: 0, callSummaries: 0 })
    })

    it('never removes anything but folders of calls', async () => {
      const store = await open()
      await withCalls(store)
      writeFileSync(join(store.dataDir, 'precious'), '')
      await mkdir(join(store.callsDir, 'kept'))
      const [row] = await store.database.selectFrom('calls').selectAll().where('callSid', '=', sid(3)).execute()
      for (const folder of ['', '.', '..', '../precious', join(store.dataDir, 'precious')]) {
        await store.database
          .insertInto('calls')
          .values({ ...row!, id: 'odd', callSid: 'odd', folder })
          .execute()
        await store.database.insertInto('conversations').values({ id: 'odd', personId: null, createdAt: '2026-11-20' }).execute()
        await store.database.updateTable('calls').set({ conversationId: 'odd' }).where('id', '=', 'odd').execute()
        expect(await forgetConversation(store, 'odd')).toMatchObject({ calls: 1, folders: [] })
      }
      expect(existsSync(join(store.dataDir, 'precious'))).toBe(true)
      expect(readdirSync(store.callsDir)).toEqual([sid(1), sid(2), sid(3), 'kept'])
    })

    it('what is old happens at the start and again every six hours', async () => {
      const store = await open()
      await withCalls(store)
      const clock = new VirtualClock()
      const asked: number[] = []
      const notes: [string, object][] = []
      const stop = forgetOldCalls({
        ...store,
        days: 7,
        clock,
        wallTime: offsetMs => {
          asked.push(offsetMs)
          return '2026-11-13T10:00:00.000Z'
        },
        note: (text, facts) => void notes.push([text, facts]),
      })
      await expect.poll(() => clock.waiting).toBe(1)
      expect(asked).toEqual([0, -604_800_000])
      expect(notes).toEqual([['old calls were forgotten', { calls: 1, folders: 1, days: 7 }]])
      expect(readdirSync(store.callsDir)).toEqual([sid(1), sid(3)])
      expect(await rowsLeft(store)).toMatchObject({ people: 2, conversations: 2, calls: 2, memoryFacts: 1 })

      await clock.advance(21_600_000)
      await expect.poll(() => clock.waiting).toBe(1)
      expect(asked).toHaveLength(4)
      await clock.advance(21_600_000)
      // In the middle of a removal.
      await stop()
      expect(asked).toHaveLength(6)
      expect(clock.waiting).toBe(0)
    })
  })
})

describe('the scripts', () => {
  const root = join(import.meta.dirname, '../..')
  const script = (name: string, dataDir: string, ...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [join(root, 'scripts', name), ...args], {
      env: { PATH: process.env['PATH'], DATA_DIR: dataDir },
    }).catch((error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error)

  onEachDatabase((open, kind) => {
    it.skipIf(kind === 'Postgres')('export one call as a folder and all as lines, and forget a person', async () => {
      const store = await open()
      await withCalls(store)
      await store.close(1000)
      const to = join(store.dataDir, 'export')

      const one = await script('export.ts', store.dataDir, sid(1), '--to', to)
      expect(one.stdout).toContain('record.json')
      const folder = join(to, `${sid(1)}-20261120100000000`)
      expect(readdirSync(folder).toSorted()).toEqual(
        [
          'bot.ulaw',
          'call.json',
          'caller.ulaw',
          'journal.ndjson',
          'mixed.wav',
          'record.json',
          'transcript.md',
          'turns.jsonl',
        ].toSorted(),
      )
      const record = JSON.parse(readFileSync(join(folder, 'record.json'), 'utf8')) as { turns: unknown[]; cost: object }
      expect(record.turns).toHaveLength(3)
      expect(record.cost).toMatchObject({ unknown: true })
      expect((await script('export.ts', store.dataDir, sid(1), '--to', to)).stderr).toContain('is there already')
      expect((await script('export.ts', store.dataDir, 'CA0')).stderr).toBe('There is no call CA0.\n')

      const all = await script('export.ts', store.dataDir, '--all')
      const lines = all.stdout
        .trim()
        .split('\n')
        .map(line => (JSON.parse(line) as { callSid: string }).callSid)
      expect(lines).toEqual([sid(2), sid(1), sid(3)])

      const gone = await script('forget.ts', store.dataDir, '+1 (555) 123-4567')
      expect(gone.stdout).toContain('     2  calls\n')
      expect(gone.stdout).toContain('     2  folders with recordings\n')
      expect(readdirSync(store.callsDir)).toEqual([sid(3)])
      expect((await script('forget.ts', store.dataDir, anna)).stdout).toContain('Nothing was stored of this person.')
    })
  })

  it('say what is wrong, and how they are used', async () => {
    expect(await script('export.ts', '/nonexistent', '--all')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('DATA_DIR') as string,
    })
    expect(await script('export.ts', '/nonexistent')).toMatchObject({ code: 2 })
    expect(await script('forget.ts', '/nonexistent', '5551234567')).toMatchObject({ code: 2 })
    expect((await script('forget.ts', '/nonexistent', '--help')).stdout).toContain('There is no way back.')
  })
})
