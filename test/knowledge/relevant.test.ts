import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assistantNamed, assistantNames, type Fact } from '../../src/assistant/assistant.ts'
import { buildMessages, systemPrompt } from '../../src/assistant/messages.ts'
import { FACTS_CHARACTERS, knowing } from '../../src/knowledge/relevant.ts'

const nooks = assistantNamed('nooks')!
const things = ['pumps', 'valves', 'pipes', 'tanks', 'meters', 'filters', 'motors', 'sensors']
const facts: readonly Fact[] = Array.from({ length: 800 }, (_, n) => {
  const thing = `${things[n % 8]} of series ${Math.floor(n / 8)}`
  const says = `The ${thing} come with ${n} parts, and with a manual.`
  return {
    id: `fact-${n}`,
    topic: 'product',
    asked: [`tell me about ${thing}`],
    says,
    more: 'A colleague knows more.',
    source: { type: 'policy' },
  }
})
const size = (told: readonly Fact[]): number => told.reduce((sum, { says, more }) => sum + says.length + more.length, 0)
const exchange = (caller: string) => ({ caller, bot: 'I see.', interrupted: false })

describe('of what an assistant knows', () => {
  it.each(assistantNames)('all is told by %s, for it fits', name => {
    const assistant = assistantNamed(name)!
    expect(knowing(assistant.facts)([], 'Hello.')).toBe(assistant.facts)
  })

  it('the nearest is told where it does not fit: what was just asked, then what was asked before', () => {
    const told = knowing(facts)([exchange('Tell me about valves of series 42.')], 'And the meters of series 77?')
    const ids = told.map(({ id }) => id)
    expect(ids).toContain('fact-620')
    expect(ids).toContain('fact-337')
    expect(size(told)).toBeLessThanOrEqual(10_000)
    expect(size(told)).toBeGreaterThan(9_800)
    expect(FACTS_CHARACTERS).toBe(10_000)
  })

  it('the same is told for the same conversation, in the order in which it is written, and never too much', () => {
    const knows = knowing(facts)
    const words = fc
      .array(fc.constantFrom(...things, 'series', '7', 'how', 'much', 'x'.repeat(500)), { maxLength: 12 })
      .map(all => all.join(' '))
    fc.assert(
      fc.property(fc.array(words.map(exchange), { maxLength: 4 }), words, (history, said) => {
        const told = knows(history, said)
        expect(knowing(facts)(structuredClone(history), said)).toEqual(told)
        expect(size(told)).toBeLessThanOrEqual(10_000)
        expect(told.map(({ id }) => Number(id.slice(5)))).toEqual(
          told.map(({ id }) => Number(id.slice(5))).toSorted((a, b) => a - b),
        )
      }),
      { numRuns: 20 },
    )
  })

  it('the prompt holds what is told and nothing else', () => {
    const big = { ...nooks, facts }
    const told = knowing(facts)([], 'pumps of series 3')
    const [system] = buildMessages(big, [], 'pumps of series 3', undefined, told)
    expect(system!.content).toBe(systemPrompt(big, told))
    expect(system!.content).toContain('pumps of series 3 come')
    expect(system!.content.length).toBeLessThan(15_000)
  })

  it('there may not be more than can be looked through in time', () => {
    expect(() => knowing(Array.from({ length: 2_001 }, () => facts[0]!))).toThrow('2000 facts')
  })
})
