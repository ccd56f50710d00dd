import { describe, expect, it } from 'vitest'
import { realClock } from '../../src/clock.ts'
import type { Entry } from '../../src/call/journal.ts'
import { remembering, type RememberParts } from '../../src/memory/remember.ts'
import type { PastTurn, Recollect, Recollection } from '../../src/ports.ts'
import { forgetPerson } from '../../src/store/forget.ts'
import { conversationOf, personById } from '../../src/store/read-records.ts'
import { forgetOldCalls } from '../../src/store/retention.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { onEachDatabase, type TestStore } from './databases.ts'
import { entriesOf, headingOf, journalFor, recordCall } from './played-call.ts'

const anna = '+15551234567'
const sid = (n: number): string => headingOf(n).callSid
const NOW = '2026-11-20T10:01:00.000Z'
const DAY_MS = 86_400_000
const wallTime = (offsetMs: number): string => new Date(Date.parse(NOW) + offsetMs).toISOString()

/** Remembers of every call its first remark, and something that was never said. */
const recollect: Recollect = async turns => {
  const { turn, said } = turns.find(one => one.said !== '')!
  const facts: Recollection['facts'] = [
    { kind: 'other', fact: 'asked something', turn, quote: said },
    { kind: 'meeting', fact: said, turn, quote: said },
    { kind: 'team', fact: 'two reps', turn, quote: 'we are two reps' },
  ]
  const usage = { promptTokens: 1000, completionTokens: 100, estimated: false }
  return { summary: 'It was about the product. Elvis called.', facts, by: 'gpt-4', usage }
}

function rememberFor(store: TestStore, parts: Partial<RememberParts> = {}) {
  const notes: string[] = []
  const note = (text: string): void => void notes.push(text)
  const memory = remembering({ database: store.database, recollect, clock: realClock, wallTime, note, ...parts })
  store.whenStored(memory.add)
  return Object.assign(memory, { notes })
}

const settled = async (store: TestStore): Promise<void> => {
  while (store.state().waiting > 0) await new Promise(setImmediate)
}

const called = async (store: TestStore, n = 1, from: string | null = anna): Promise<void> => {
  await recordCall(store, headingOf(n), from)
  await settled(store)
}

const memoryOf = async (store: TestStore, now = NOW) =>
  (await personById(store.database, store.personOf(anna)!, now))?.memory.map(({ kind, quote }) => `${kind}: ${quote}`)

const summaryOf = async (store: TestStore, n = 1) => (await conversationOf(store.database, sid(n)))?.calls[0]?.summary ?? null

describe('a call that has ended', () => {
  onEachDatabase(open => {
    it('is remembered: a summary, and what the caller said that helps on the next call', async () => {
      const store = await open()
      const memory = rememberFor(store)
      await called(store)
      await memory.idle()
      expect(await summaryOf(store)).toEqual({ summary: 'It was about the product.', madeBy: 'gpt-4', createdAt: NOW })
      const person = await personById(store.database, store.personOf(anna)!, NOW)
      const said = person!.memory[0]!.quote
      expect(person!.memory).toEqual([
        expect.objectContaining({
          kind: 'other',
          fact: 'asked something',
          turnId: 3,
          createdAt: NOW,
          expiresAt: wallTime(180 * DAY_MS),
        }),
        expect.objectContaining({ kind: 'meeting', quote: said, expiresAt: wallTime(30 * DAY_MS) }),
      ])
      const turns = (await conversationOf(store.database, sid(1)))!.calls[0]!.turns
      expect(turns.find(({ id }) => id === 3)!.said).toBe(said)
    })

    it('costs what the remembering cost, as the call and not as a turn', async () => {
      const store = await open()
      const memory = rememberFor(store)
      await called(store)
      await memory.idle()
      const [call] = (await conversationOf(store.database, sid(1)))!.calls
      const ofModel = call!.costs.filter(({ turnId, service }) => turnId === 0 && service === 'model')
      expect(ofModel.map(({ unit, quantity }) => [unit, quantity])).toEqual([
        ['completion-tokens', 100],
        ['prompt-tokens', 1000],
      ])
      expect(ofModel[1]!.usd).toBeCloseTo(0.03)
    })

    it('of somebody who withheld the number is not remembered', async () => {
      const store = await open()
      const asked: unknown[] = []
      const memory = rememberFor(store, { recollect: async (turns, signal) => (asked.push(turns), recollect(turns, signal)) })
      await called(store, 1, 'anonymous')
      await called(store, 2, null)
      await memory.idle()
      await memory.catchUp()
      await memory.idle()
      expect(asked).toEqual([])
      expect(await summaryOf(store, 1)).toBeNull()
    })

    it('on which nothing was said is not thought about', async () => {
      const store = await open()
      const asked: (readonly PastTurn[])[] = []
      const memory = rememberFor(store, { recollect: async (turns, signal) => (asked.push(turns), recollect(turns, signal)) })
      const journal = journalFor(store.callsDir, headingOf(1), store, anna)
      const greeting = entriesOf(headingOf(1)).slice(0, 4)
      for (const entry of [
        ...greeting,
        { at: 4000, ms: 4000, type: 'input', input: { type: 'ended', reason: 'x' } } satisfies Entry,
      ])
        journal.write(entry)
      await journal.close()
      await settled(store)
      await memory.idle()
      expect(asked).toEqual([])
    })

    it('is tried three times, with pauses, and again by the next process', async () => {
      const store = await open()
      const clock = new VirtualClock()
      let tries = 0
      const failing: Recollect = async () => {
        tries++
        throw new Error('the model is away')
      }
      const memory = rememberFor(store, { clock, recollect: failing })
      await called(store)
      for (const [pauseMs, count] of [
        [10_000, 1],
        [120_000, 2],
      ] as const) {
        await expect.poll(() => [tries, clock.waiting]).toEqual([count, 1])
        await clock.advance(pauseMs)
      }
      await memory.idle()
      expect(tries).toBe(3)
      expect(memory.notes).toHaveLength(3)
      expect(await summaryOf(store)).toBeNull()

      const next = await store.again()
      await next.tookIn
      const later = rememberFor(next)
      await later.catchUp()
      await later.idle()
      expect(await memoryOf(next)).toHaveLength(2)
      await later.catchUp()
      await later.idle()
      expect(await memoryOf(next)).toHaveLength(2)
    })

    it('is called off when the process stops, however long the model takes, and left alone after a day', async () => {
      const store = await open()
      let wasCalledOff = false
      let asked = false
      const slow: Recollect = (_, signal) =>
        new Promise((_resolve, reject) => {
          asked = true
          signal.addEventListener('abort', () => {
            wasCalledOff = true
            reject(new Error('off'))
          })
        })
      const memory = rememberFor(store, { recollect: slow })
      await called(store)
      await expect.poll(() => asked).toBe(true)
      await memory.close()
      expect(wasCalledOff).toBe(true)
      expect(memory.notes).toEqual([])

      const later = rememberFor(store, { wallTime: offsetMs => wallTime(offsetMs + DAY_MS) })
      await later.catchUp()
      await later.idle()
      expect(await summaryOf(store)).toBeNull()
    })

    it('is given up by a model that thinks for more than a minute', async () => {
      const store = await open()
      const clock = new VirtualClock()
      const slow: Recollect = (_, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('off'))))
      const memory = rememberFor(store, { clock, recollect: slow })
      await called(store)
      await expect.poll(() => clock.waiting).toBe(1)
      await clock.advance(60_000)
      await expect.poll(() => memory.notes.length).toBe(1)
      await memory.close()
    })

    it('that was broken off is remembered once the next start has taken it in', async () => {
      const store = await open()
      const journal = journalFor(store.callsDir, headingOf(1), store, anna)
      for (const entry of entriesOf(headingOf(1)).slice(0, -1)) journal.write(entry)
      await settled(store)
      const folder = journalFor(store.callsDir, headingOf(2))
      await folder.close()
      const next = await store.again()
      await next.tookIn
      const memory = rememberFor(next)
      await memory.catchUp()
      await memory.idle()
      expect(await summaryOf(next)).not.toBeNull()
    })

    it('leaves nothing in memory of a person who is forgotten meanwhile', async () => {
      const store = await open()
      let go = (): void => {}
      const asked = new Promise<void>(resolve => (go = resolve))
      let answer = (): void => {}
      const answered = new Promise<void>(resolve => (answer = resolve))
      const memory = rememberFor(store, {
        recollect: async (turns, signal) => {
          go()
          await answered
          return recollect(turns, signal)
        },
      })
      await called(store)
      await asked
      await forgetPerson(store, store.personOf(anna)!)
      answer()
      await expect.poll(() => memory.notes.length).toBe(1)
      await memory.close()
      expect(await store.database.selectFrom('memoryFacts').selectAll().execute()).toEqual([])
      expect(await store.database.selectFrom('callSummaries').selectAll().execute()).toEqual([])
    })

    it('is forgotten fact by fact as these expire, though calls are kept for ever', async () => {
      const store = await open()
      const memory = rememberFor(store)
      await called(store)
      await memory.idle()
      expect(await memoryOf(store, wallTime(31 * DAY_MS))).toHaveLength(1)
      const clock = new VirtualClock()
      const later = (offsetMs: number): string => wallTime(offsetMs + 31 * DAY_MS)
      const stop = forgetOldCalls({ ...store, days: null, clock, wallTime: later, note: () => {} })
      await expect.poll(() => clock.waiting).toBe(1)
      await stop()
      expect(await memoryOf(store)).toHaveLength(1)
      expect(await summaryOf(store)).not.toBeNull()
    })
  })
})
