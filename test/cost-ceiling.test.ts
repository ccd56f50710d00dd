import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { Entry, Heading } from '../src/call/journal.ts'
import { costCeiling } from '../src/cost-ceiling.ts'
import { CallCost, unpricedOf } from '../src/store/call-cost.ts'
import { entriesOf, headingOf } from './store/played-call.ts'
import { VirtualClock } from './support/virtual-clock.ts'

const call = entriesOf(headingOf(1))

/** What the call has cost after each of its entries. */
function costsOf(entries: readonly Entry[]): readonly number[] {
  const cost = new CallCost()
  return entries.map(entry => cost.take(entry).usd)
}

function watch(maxUsd: number, entries: readonly Entry[]) {
  const clock = new VirtualClock()
  const logged: string[] = []
  const log = pino({ level: 'info' }, { write: line => void logged.push(line) })
  let reached = 0
  const ceiling = costCeiling({ maxUsd, clock, log, reached: () => reached++ })
  for (const entry of entries) ceiling.take(entry)
  return { clock, ceiling, logged, reached: () => reached }
}

const withNames = (changes: Partial<Heading['providers']>): readonly Entry[] => {
  const heading = headingOf(1)
  return entriesOf({ ...heading, providers: { ...heading.providers, ...changes } })
}

describe('the cost of a call', () => {
  it('grows with the seconds of the recogniser, the characters of the voice and the tokens of the model', () => {
    const costs = costsOf(call)
    expect(costs[0]).toBe(0)
    expect(costs.every((usd, index) => usd >= (costs[index - 1] ?? 0))).toBe(true)
    // Two answers, the thrown-away draft's voice and 13 s of the recogniser, as the records have it.
    expect(costs.at(-1)).toBeCloseTo(0.0355 + 0.0333 + 0.0007 + 0.000686, 6)
  })

  it('counts what a thrown-away draft took of the model', () => {
    const draft = call.find(entry => entry.type === 'command' && entry.command.type === 'drop')
    if (draft?.type !== 'command' || draft.command.type !== 'drop') throw new Error('the call has no dropped draft')
    const { at, ms } = call.at(-1)!
    const tokens = { promptTokens: 1_000, completionTokens: 10, estimated: true }
    const usage: Entry = { at, ms, type: 'usage', id: draft.command.id, model: 'gpt-4', ...tokens }
    expect(costsOf([...call, usage]).at(-1)! - costsOf(call).at(-1)!).toBeCloseTo(0.03 + 0.0006, 6)
  })

  it('is told to be more if a service has no price', () => {
    const cost = new CallCost()
    const told = withNames({ llm: 'llama3.1' })
      .map(entry => cost.take(entry))
      .at(-1)!
    expect(told.usd).toBeLessThan(0.01)
    expect(told.unpriced).toEqual(['llama3.1'])
  })
})

describe('the ceiling', () => {
  it('is reached once, by the entry that makes the call cost that much, and told after it is written', async () => {
    const total = costsOf(call).at(-1)!
    const { clock, reached, logged } = watch(total / 2, call)
    expect(reached()).toBe(0)
    await clock.advance(0)
    expect(reached()).toBe(1)
    expect(logged.join('')).toContain('has cost enough')
  })

  it('is not reached by a call that costs less', async () => {
    const { clock, reached, logged } = watch(costsOf(call).at(-1)! * 1.001, call)
    await clock.advance(1_000)
    expect(reached()).toBe(0)
    expect(logged).toEqual([])
  })

  it('is reached by the recogniser alone on a call on which nobody speaks', async () => {
    const [heading] = call
    const lateMs = 3_600_000
    const idle: readonly Entry[] = [heading!, { at: lateMs, ms: lateMs, type: 'refused', kind: 'oddity', count: 1 }]
    expect(costsOf(idle).at(-1)).toBeCloseTo(0.19, 6)
    const { clock, reached } = watch(0.19, idle)
    await clock.advance(0)
    expect(reached()).toBe(1)
  })

  it('leaves a call alone that ended meanwhile', async () => {
    const { clock, ceiling, reached } = watch(0.01, call)
    ceiling.end()
    await clock.advance(0)
    expect(reached()).toBe(0)
    expect(clock.waiting).toBe(0)
  })

  it('says once of each service that it cannot count it', () => {
    const { logged } = watch(1, withNames({ llm: 'llama3.1', tts: 'ElevenLabs eleven_new, voice x' }))
    expect(logged.filter(line => line.includes('cannot count'))).toHaveLength(2)
  })
})

describe('before the first call', () => {
  const { providers } = headingOf(1)

  it('services without a price are known', () => {
    expect(unpricedOf(providers, '2026-11-21T10:00:00Z')).toEqual([])
    expect(unpricedOf({ ...providers, llm: 'llama3.1' }, '2026-11-21')).toEqual(['llama3.1'])
    expect(unpricedOf({ ...providers, llm: 'gpt-5.6-sol' }, '2026-11-22')).toEqual(['gpt-5.6-sol'])
  })

  it('what runs on this machine needs none', () => {
    expect(unpricedOf({ stt: 'Moonshine tiny (local)', llm: 'a script: rules', tts: 'flite rms (local)' }, '2026-11-21')).toEqual(
      [],
    )
  })
})
