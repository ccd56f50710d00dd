import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/call/journal.ts'
import { CallMeasures, type Measure } from '../../src/observe/measures.ts'
import { ProviderError } from '../../src/ports.ts'
import { entriesOf, headingOf } from '../store/played-call.ts'

const all = (entries: readonly Entry[]): readonly Measure[] => {
  const measures = new CallMeasures()
  return [...entries.flatMap(entry => measures.take(entry)), ...measures.end()]
}
const of = <T extends Measure['type']>(measures: readonly Measure[], type: T) =>
  measures.filter((measure): measure is Extract<Measure, { readonly type: T }> => measure.type === type)

describe('what is measured of a call', () => {
  const measures = all(entriesOf(headingOf(1)))

  it('is the gap of each answer, and of no line that nobody asked for', () => {
    const gaps = of(measures, 'gap')
    expect(gaps).toHaveLength(2)
    for (const gap of gaps) {
      expect(gap.pipeline).toBe('draft')
      expect(gap.ms).toBeGreaterThanOrEqual(500)
      expect(gap.ms).toBeLessThan(530)
    }
  })

  it('is where the time of each answer goes', () => {
    const stages = of(measures, 'stage')
    const count = (stage: string) => stages.filter(each => each.stage === stage).length
    expect(count('words-settled')).toBe(2)
    expect(count('draft-begun')).toBe(2)
    // The draft that was dropped had begun to speak as well.
    expect(count('model-first-token')).toBe(3)
    expect(stages.every(({ ms }) => ms >= 0)).toBe(true)
    for (const { ms } of of(measures, 'release-error')) expect(ms).toBeLessThan(20)
  })

  it('is what became of drafts, and of the sounds into replies', () => {
    const drafts = of(measures, 'draft').map(({ became, why }) => `${became} ${why}`.trim())
    expect(drafts.toSorted()).toEqual(['dropped words-changed', 'hit', 'hit', 'made', 'made', 'made'])
    expect(of(measures, 'barge-in').map(({ became }) => became)).toEqual(['held', 'interrupted'])
  })

  it('is what it cost when it is over, the unknown as unknown', () => {
    const costs = of(measures, 'cost')
    expect(costs.filter(({ usd }) => usd === null)).toEqual([{ type: 'cost', service: 'model', dropped: true, usd: null }])
    expect(costs.filter(({ service, usd }) => service === 'recogniser' && usd! > 0)).toHaveLength(1)
    expect(costs.some(({ service, dropped, usd }) => service === 'voice' && dropped && usd! > 0)).toBe(true)
  })

  it('ends with why it ended and how long it was', () => {
    expect(measures[0]).toEqual({ type: 'began', pipeline: 'draft' })
    expect(measures.at(-1)).toMatchObject({ type: 'ended', reason: 'caller-hung-up' })
    expect(all(entriesOf(headingOf(1)).slice(0, 20)).at(-1)).toMatchObject({ reason: 'broken-off' })
  })

  it('names nobody: neither the call nor a word said on it', () => {
    const texts = measures.flatMap(measure => Object.values(measure).filter(value => typeof value === 'string'))
    const names = /^[a-z-]*$/
    expect(texts.filter(text => !names.test(text))).toEqual([])
  })

  it.each<[what: string, entry: object, provider: string, stage: string]>([
    [
      'a service that was put right',
      { type: 'trouble', provider: 'OpenAI', stage: 'headers', message: 'x' },
      'OpenAI',
      'headers',
    ],
    [
      'a recogniser that was lost',
      {
        type: 'input',
        input: { type: 'heard', news: { type: 'deaf', error: new ProviderError('AssemblyAI', 'socket', 'x', true) } },
      },
      'AssemblyAI',
      'socket',
    ],
    [
      'a reply that failed',
      { type: 'input', input: { type: 'reply', id: 2, news: { type: 'failed', why: 'ElevenLabs (socket): closed: (1006)' } } },
      'ElevenLabs',
      'socket',
    ],
    [
      'a reply that failed for no service of ours',
      { type: 'input', input: { type: 'reply', id: 2, news: { type: 'failed', why: 'nothing was said' } } },
      'Halfsecond',
      'reply',
    ],
    ['a rule of ours that broke', { type: 'broken', why: 'Error: no\n  at x' }, 'Halfsecond', 'call'],
  ])('counts %s as a fault of its service and stage', (_, entry, provider, stage) => {
    const measures = new CallMeasures()
    expect(measures.take({ at: 0, ms: 0, ...entry } as Entry)).toEqual([{ type: 'fault', provider, stage }])
  })

  it('counts refused input by how much there is more of it', () => {
    const measures = new CallMeasures()
    const counts = [1, 10, 100].flatMap(count => measures.take({ at: 0, ms: 0, type: 'refused', kind: 'not-json', count }))
    expect(counts).toEqual([1, 9, 90].map(count => ({ type: 'refused-input', kind: 'not-json', count })))
  })
})
