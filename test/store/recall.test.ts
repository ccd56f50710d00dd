import { describe, expect, it } from 'vitest'
import { realClock } from '../../src/clock.ts'
import { RECALL_MS, recalling, type RecallParts } from '../../src/memory/recall.ts'
import { keepMemory, type WhoCalls } from '../../src/store/memory.ts'
import type { ToldFact } from '../../src/ports.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { onEachDatabase, type TestStore } from './databases.ts'
import { headingOf, recordCall } from './played-call.ts'

const anna = '+15551234567'
const MINUTE_MS = 60_000
/** The calls begin at 10:00 and last 13 s. */
const NOW = '2026-11-20T10:10:00.000Z'
const wallTime = (offsetMs: number): string => new Date(Date.parse(NOW) + offsetMs).toISOString()

function recallFrom(store: TestStore, who: Partial<WhoCalls> = {}, parts: Partial<RecallParts> = {}) {
  const notes: string[] = []
  const asked = { personId: store.personOf(anna), conversationId: null, assistant: 'nooks', startedAt: NOW, ...who }
  const note = (text: string): void => void notes.push(text)
  const { database } = store
  return Object.assign(
    recalling({ database, clock: realClock, wallTime, continueWithinMs: 30 * MINUTE_MS, note, ...parts }, asked),
    { notes },
  )
}

async function called(
  store: TestStore,
  n: number,
  startedAt: string,
  from: string | null = anna,
  conversation: string | null = null,
) {
  const heading = headingOf(n, { startedAt })
  await recordCall(store, heading, from, conversation)
  while (store.state().waiting > 0) await new Promise(setImmediate)
  return `${heading.callSid}-${startedAt.replace(/\D/g, '')}`
}

async function remembered(store: TestStore, id: string, ...facts: readonly Pick<ToldFact, 'kind' | 'quote' | 'fact'>[]) {
  const call = { id, personId: store.personOf(anna)!, startedAt: '2026-11-20' }
  const told = facts.map(fact => ({ ...fact, turn: 3 }))
  const recollection = { summary: `About ${id.slice(0, 34)}.`, facts: told, by: 'a script: x', usage: null }
  const expiryOf = (kind: string): string => (kind === 'objection' ? '2026-11-20T10:09:59.000Z' : '2027-01-01T00:00:00.000Z')
  await keepMemory(store.database, { call, recollection, now: NOW, expiryOf })
}

const yesterday = '2026-11-19T10:00:00.000Z'
const today = '2026-11-20T10:00:00.000Z'

describe('as the phone rings', () => {
  onEachDatabase(open => {
    it('nothing is known of a stranger, or of somebody who withholds the number', async () => {
      const store = await open()
      await called(store, 1, today, '+15559999999')
      await called(store, 2, today, 'anonymous')
      expect(await recallFrom(store).known).toBeNull()
      expect(await recallFrom(store, { personId: null }).known).toBeNull()
    })

    it('a returning caller is known by the last turns, the summary and what was told', async () => {
      const store = await open()
      const id = await called(store, 1, yesterday)
      await remembered(
        store,
        id,
        { kind: 'name', fact: 'Anna', quote: "I'm Anna" },
        { kind: 'objection', fact: 'too expensive', quote: 'too expensive' },
      )
      const recalled = (await recallFrom(store).known)!
      expect(recalled).toMatchObject({ continues: null, name: 'Anna', earlier: { history: [] } })
      const { remembered: known } = recalled.earlier
      expect(known).toMatchObject({ lastCallOn: '2026-11-19', summary: expect.stringContaining('About') as string })
      expect(known!.facts).toEqual([{ kind: 'name', said: "I'm Anna", on: '2026-11-19' }])
      expect(known!.lastTurns.length).toBeGreaterThan(0)
      expect(known!.lastTurns.every(({ caller }) => caller !== '')).toBe(true)
    })

    it('somebody who rings again soon goes on where the last call stopped', async () => {
      const store = await open()
      await called(store, 1, '2026-11-20T09:50:00.000Z', anna, 'c0ffee00-0000-4000-8000-000000000001')
      await called(store, 2, today, anna, 'c0ffee00-0000-4000-8000-000000000001')
      const recalled = (await recallFrom(store).known)!
      expect(recalled.continues).toBe('c0ffee00-0000-4000-8000-000000000001')
      const { history, remembered: known } = recalled.earlier
      expect(history).toHaveLength(6)
      expect(history.slice(0, 3)).toEqual(history.slice(3))
      expect(history[0]).toMatchObject({ caller: '' })
      expect(history.filter(({ interrupted }) => interrupted)).toHaveLength(2)
      expect(known).toMatchObject({ lastTurns: [], summary: null })
    })

    it.each<[string, Partial<RecallParts>, Partial<WhoCalls>]>([
      ['after the time set', { continueWithinMs: 9 * MINUTE_MS }, {}],
      ['where that is turned off', { continueWithinMs: 0 }, {}],
    ])('but not %s', async (_, parts, who) => {
      const store = await open()
      await called(store, 1, today)
      expect((await recallFrom(store, who, parts).known)!.continues).toBeNull()
    })

    it('but not while the other call still goes on: somebody else has the same number', async () => {
      const store = await open()
      await called(store, 1, today)
      await store.database.updateTable('calls').set({ endedReason: null }).execute()
      expect((await recallFrom(store).known)!.continues).toBeNull()
    })

    it('and not with another assistant, who knows nothing of it', async () => {
      const store = await open()
      await called(store, 1, today)
      expect(await recallFrom(store, { assistant: 'interview' }).known).toBeNull()
    })

    it('a conversation that is named goes on, however long ago and whoever calls', async () => {
      const store = await open()
      await called(store, 1, yesterday, 'anonymous', 'c0ffee00-0000-4000-8000-000000000001')
      const who = { personId: null, conversationId: 'c0ffee00-0000-4000-8000-000000000001' }
      const recalled = (await recallFrom(store, who).known)!
      expect(recalled.continues).toBe('c0ffee00-0000-4000-8000-000000000001')
      expect(recalled.earlier.history).toHaveLength(3)
      expect(recalled.earlier.remembered!.facts).toEqual([])
    })

    it('what was told later takes the place of what was told before; what one may have several of stays', async () => {
      const store = await open()
      const first = await called(store, 1, '2026-11-10T10:00:00.000Z')
      await remembered(
        store,
        first,
        { kind: 'team', fact: 'five', quote: 'five reps' },
        { kind: 'tool', fact: 'Orum', quote: 'we use Orum' },
        { kind: 'meeting', fact: 'Monday', quote: 'Monday' },
      )
      const second = await called(store, 2, yesterday)
      await remembered(
        store,
        second,
        { kind: 'team', fact: 'nine', quote: 'nine reps' },
        { kind: 'tool', fact: 'Gong', quote: 'and Gong' },
        { kind: 'tool', fact: 'Orum', quote: 'we use Orum' },
      )
      const { facts } = (await recallFrom(store).known)!.earlier.remembered!
      expect(facts.map(({ kind, said }) => `${kind}: ${said}`).toSorted()).toEqual([
        'meeting: Monday',
        'team: nine reps',
        'tool: and Gong',
        'tool: we use Orum',
      ])
    })

    it('what is not known by the time it is wanted is not known for the whole call', async () => {
      const store = await open()
      await called(store, 1, yesterday)
      const late = recallFrom(store)
      expect(late.take()).toBeNull()
      expect(await late.known).not.toBeNull()
      expect(late.take()).toBeNull()

      const early = recallFrom(store)
      const known = await early.known
      expect(early.take()).toBe(known)
    })

    it('a store that fails costs the memory and not the call', async () => {
      const store = await open()
      const failing = recallFrom(store, {}, { database: withResults(store, () => Promise.reject(new Error('the disk is gone'))) })
      expect(await failing.known).toBeNull()
      expect(failing.notes).toEqual(['who calls cannot be found out; the call goes on without'])
    })

    it('a store that does not answer is given up after two seconds', async () => {
      const store = await open()
      const clock = new VirtualClock()
      const hanging = recallFrom(store, {}, { clock, database: withResults(store, () => new Promise(() => {})) })
      await clock.advance(RECALL_MS)
      expect(await hanging.known).toBeNull()
      expect(hanging.notes).toEqual(['the store is too slow to say who calls; the call goes on without'])
      expect([RECALL_MS, clock.waiting]).toEqual([2_000, 0])
    })
  })
})

/** The same database, with other answers. */
const withResults = ({ database }: TestStore, answer: () => Promise<never>): TestStore['database'] =>
  database.withPlugin({ transformQuery: ({ node }) => node, transformResult: answer })
