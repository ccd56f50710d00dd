import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { contains, truthful } from '../../src/memory/truthful.ts'
import { FACT_KINDS, type PastTurn, type Recollection, type ToldFact } from '../../src/ports.ts'

const turns: readonly PastTurn[] = [
  { turn: 1, said: '', heard: 'Hi, this is Sam at Nooks. How can I help you?' },
  { turn: 3, said: "I'm Jane Miller from Acme, we've got about twelve reps.", heard: 'Twelve, got it. What do you use today?' },
  { turn: 5, said: 'HubSpot, for 3 years now.', heard: 'Thanks.' },
]

const recollection = (facts: readonly ToldFact[], summary = ''): Recollection => ({ summary, facts, by: 'gpt-4.1', usage: null })
const kept = (fact: ToldFact): readonly ToldFact[] => truthful(turns, recollection([fact])).facts
const summarised = (summary: string): string => truthful(turns, recollection([], summary)).summary

describe('what is remembered of a call', () => {
  it.each<[string, ToldFact]>([
    ['word for word', { kind: 'team', fact: 'about twelve reps', turn: 3, quote: "we've got about twelve reps" }],
    ['however it is written', { kind: 'team', fact: 'twelve reps', turn: 3, quote: 'WE’VE got about\ntwelve reps!' }],
    ['a name in the quote', { kind: 'name', fact: 'Jane Miller', turn: 3, quote: "I'm Jane Miller" }],
    ['a figure in the quote', { kind: 'tool', fact: 'HubSpot for 3 years', turn: 5, quote: 'HubSpot, for 3 years' }],
  ])('is a fact that quotes its turn, %s', (_, fact) => {
    expect(kept(fact)).toHaveLength(1)
  })

  it.each<[string, ToldFact]>([
    ['that nobody said', { kind: 'team', fact: 'fifty reps', turn: 3, quote: 'we have fifty reps' }],
    ['of another turn', { kind: 'team', fact: 'twelve reps', turn: 5, quote: 'about twelve reps' }],
    ['of no turn', { kind: 'team', fact: 'twelve reps', turn: 4, quote: 'about twelve reps' }],
    ['of the assistant', { kind: 'other', fact: 'said twelve', turn: 3, quote: 'Twelve, got it' }],
    ['of half a word', { kind: 'other', fact: 'has reps', turn: 3, quote: 'elve rep' }],
    ['of nothing', { kind: 'other', fact: 'likes dogs', turn: 3, quote: ' ... ' }],
    ['with a figure the quote does not have', { kind: 'team', fact: 'has 500 reps', turn: 3, quote: 'about twelve reps' }],
    ['with a name the quote does not have', { kind: 'tool', fact: 'uses Salesforce', turn: 5, quote: 'HubSpot, for 3 years' }],
    ['with another name', { kind: 'name', fact: 'John', turn: 3, quote: "I'm Jane Miller" }],
    ['without a word', { kind: 'other', fact: ' ', turn: 3, quote: 'Jane Miller' }],
    ['of endless length', { kind: 'other', fact: 'x'.repeat(161), turn: 3, quote: 'Jane Miller' }],
  ])('is no fact with a quote %s', (_, fact) => {
    expect(kept(fact)).toEqual([])
  })

  it('is each thing once', () => {
    const fact: ToldFact = { kind: 'team', fact: 'twelve reps', turn: 3, quote: 'twelve reps' }
    expect(truthful(turns, recollection([fact, { ...fact, fact: 'Twelve reps.' }])).facts).toEqual([fact])
  })

  it.each([
    ['Jane Miller of Acme has twelve reps. She uses HubSpot.', 'Jane Miller of Acme has twelve reps. She uses HubSpot.'],
    ['They have 12 reps. They use HubSpot.', 'They use HubSpot.'],
    ['The caller agreed to buy from Oracle. The team has twelve reps.', 'The team has twelve reps.'],
    ['It costs 99 dollars.', ''],
    ['Elvis called. The team has twelve reps.', 'The team has twelve reps.'],
  ])('has no names or figures of its own in the summary: %s', (told, left) => {
    expect(summarised(told)).toBe(left)
  })

  it('never holds a word between quotation marks that the caller did not say', () => {
    const word = fc.constantFrom('we', 'have', 'twelve', 'reps', 'HubSpot', 'no', 'budget', 'Jane', '7', 'ten')
    const words = fc.array(word, { maxLength: 8 }).map(all => all.join(' '))
    const turn = fc.record({ turn: fc.integer({ min: 1, max: 6 }), said: words, heard: words })
    const fact = fc.record({
      kind: fc.constantFrom(...FACT_KINDS),
      fact: words,
      turn: fc.integer({ min: 1, max: 6 }),
      quote: words,
    })
    fc.assert(
      fc.property(fc.uniqueArray(turn, { selector: one => one.turn }), fc.array(fact), words, (call, facts, summary) => {
        const left = truthful(call, recollection(facts, summary))
        for (const { quote, turn: id } of left.facts) {
          const { said } = call.find(one => one.turn === id)!
          expect(` ${said.toLowerCase()} `).toContain(` ${quote.toLowerCase()} `)
        }
        // And nothing that is borne out is lost.
        for (const { said, turn: id } of call) {
          if (said === '') continue
          const whole: ToldFact = { kind: 'other', fact: said, turn: id, quote: said }
          expect(truthful(call, recollection([whole])).facts).toEqual([whole])
        }
      }),
    )
  })

  it('compares whole words', () => {
    expect(contains('we have ten reps', 'have ten')).toBe(true)
    expect(contains('we have ten reps', 'ave ten')).toBe(false)
    expect(contains('', '')).toBe(false)
  })
})
