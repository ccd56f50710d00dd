/** A lost session costs no word: whatever the moment, the next one hears again what was not settled, and nothing twice. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../vendors/assemblyai/faults.ts'
import type { Latency } from '../../vendors/assemblyai/session.ts'
import { Caller, sentence, startRig } from './rig.ts'

const conversation = [
  ...sentence('hello there', 400),
  ...sentence('we use salesforce for most of it and some spreadsheets on the side', 2000),
  ...sentence('what does it cost', 6500),
  ...sentence('yes', 8510),
]
const everyWord = conversation.map(word => word.text).join(' ')
const LENGTH_MS = 15_000

type Conditions = {
  readonly faults: readonly (readonly Fault[])[]
  readonly latency: Partial<Latency>
  readonly isHinted: boolean
}

async function hearConversation(model: string, { faults, latency, isHinted }: Conditions) {
  const rig = await startRig({ words: conversation, model, faults, latency })
  const caller = new Caller(rig, conversation, isHinted)
  await caller.playTo(LENGTH_MS)
  caller.hangUp()
  while (rig.held() > 0) await rig.pass(20)
  await rig.close()
  const turns = caller.wordsNews.map(news => news.turn)
  return { caller, rig, turnsOnlyGrow: turns.every((turn, i) => turn >= (turns[i - 1] ?? 0)) }
}

/** Slow news where the call says that somebody speaks; quicker where nobody does. Word ends told up to 80 ms late. */
const conditions = fc.boolean().chain(isHinted =>
  fc.record({
    isHinted: fc.constant(isHinted),
    latency: fc.record({
      beginMs: fc.integer({ min: 100, max: 1300 }),
      partialMs: fc.integer({ min: 50, max: isHinted ? 2000 : 700 }),
      finalMs: fc.integer({ min: 100, max: 400 }),
      wordEndsOffMs: fc.integer({ min: 0, max: 80 }),
    }),
  }),
)

/** Breaks a session at some moment of its audio, in one of the ways a session breaks. */
const faultAt = (latestMs: number) =>
  fc
    .record({ atMs: fc.integer({ min: 0, max: latestMs }), way: fc.constantFrom('drop', 3005, 3009, 1011, 'close') })
    .map(({ atMs, way }): Fault => {
      if (way === 'drop') return { type: 'drop', atMs }
      if (way === 'close') return { type: 'close', atMs, code: 1011 }
      return { type: 'error', atMs, code: Number(way), message: 'something broke' }
    })

describe.each(['universal-streaming-english', 'universal-3-5-pro'])('With %s', model => {
  it('no word is lost or doubled when a session breaks', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(faultAt(9500), conditions, async (fault, given) => {
        const { caller, rig, turnsOnlyGrow } = await hearConversation(model, { faults: [[fault]], ...given })
        expect(caller.text).toBe(everyWord)
        expect(caller.words.every(word => word.final)).toBe(true)
        expect(turnsOnlyGrow).toBe(true)
        expect(caller.outages).toEqual([])
        expect(rig.emulator.refusals).toEqual([])
        expect(rig.emulator.abandoned()).toBe(0)
      }),
      { numRuns: 20 },
    )
  })

  it('no word is lost or doubled when the next sessions break too', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(faultAt(6000), faultAt(3000), faultAt(3000), conditions, async (first, second, third, given) => {
        const { caller, rig } = await hearConversation(model, { faults: [[first], [second], [third]], ...given })
        expect(caller.text).toBe(everyWord)
        expect(rig.emulator.refusals).toEqual([])
      }),
      { numRuns: 12 },
    )
  })
})
