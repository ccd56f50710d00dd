import { describe, expect, it } from 'vitest'
import { assistantNamed, assistantNames, type Assistant } from '../../src/assistant/assistant.ts'

const nooks = assistantNamed('nooks')!
const interview = assistantNamed('interview')!

type Spoken = readonly [name: string, text: string]

const poolsOf = ({ replies }: Assistant) => ({ ...replies.questions, ...replies.acts })

const everythingSpoken = (assistant: Assistant): readonly Spoken[] => [
  ...assistant.facts.flatMap(({ id, says, more }): readonly Spoken[] => [
    [`fact ${id}`, says],
    [`fact ${id}, more`, more],
  ]),
  ...Object.entries(assistant.lines).map(([id, line]): Spoken => [`line ${id}`, line]),
  ...Object.entries(poolsOf(assistant)).flatMap(([id, ways]) => ways.map((way): Spoken => [`reply ${id}`, way])),
]

const words = (text: string) => text.split(/\s+/).length

describe('the assistants', () => {
  it('are chosen by name', () => {
    expect(assistantNames).toEqual(['nooks', 'interview'])
    expect(assistantNamed('nooks')?.persona.company).toBe('Nooks')
    for (const name of assistantNames) expect(assistantNamed(name)?.id).toBe(name)
  })

  it.each(['', 'nobody', 'constructor', '__proto__'])('none is called "%s"', name => {
    expect(assistantNamed(name)).toBeNull()
  })
})

describe('the facts about Nooks', () => {
  const { facts } = nooks
  it.each(facts.map(fact => [fact.id, fact] as const))(
    '%s names a public page or is marked as our policy',
    (_id, { source, topic }) => {
      if (source.type === 'public') expect(new URL(source.where).protocol).toBe('https:')
      else expect(source).toEqual({ type: 'policy' })
      if (topic === 'feature' || topic === 'integration')
        expect(source.type, 'what the product does must be public').toBe('public')
    },
  )

  it('are each called something else, and each can be asked for', () => {
    expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length)
    for (const { asked } of facts) expect(asked.length).toBeGreaterThanOrEqual(4)
  })

  it('name no price, and leave prices, terms and law to a colleague', () => {
    const said = (id: string) => facts.find(fact => fact.id === id)?.says
    for (const id of ['price', 'trial', 'contract', 'calling-rules', 'countries', 'set-up-time'])
      expect(said(id)).toMatch(/colleague/)
    for (const [, text] of everythingSpoken(nooks)) expect(text).not.toMatch(/per (seat|user|month)|dollars? (a|per)/)
  })
})

describe('the facts about the candidate', () => {
  it.each(interview.facts.map(fact => [fact.id, fact] as const))(
    '%s names its part of the CV or is our policy',
    (_id, { source, asked }) => {
      if (source.type === 'cv') expect(source.where).not.toBe('')
      else expect(source).toEqual({ type: 'policy' })
      expect(asked.length).toBeGreaterThanOrEqual(4)
    },
  )

  it('are each called something else, and name neither salary nor promise', () => {
    expect(new Set(interview.facts.map(({ id }) => id)).size).toBe(interview.facts.length)
    for (const [, text] of everythingSpoken(interview)) expect(text).not.toMatch(/\b(euros?|dollars?|crowns?|I promise)\b/)
  })

  it('speak of her, never as her', () => {
    for (const { says, more } of interview.facts.filter(({ source }) => source.type === 'cv'))
      expect(`${says} ${more}`).not.toMatch(/\b(I|my|me)\b/)
  })
})

describe.each([nooks, interview])('everything that $persona.name says word for word', assistant => {
  const { lines, replies, persona } = assistant
  const pools = poolsOf(assistant)
  const spoken = everythingSpoken(assistant)

  it.each(spoken)('%s is plain words: no digits, no markup, whole sentences', (_id, text) => {
    expect(text.replaceAll(/\{\w+\}/g, 'Jane')).toMatch(/^[A-Za-z][A-Za-z ,.:;?'-]*[.?]$/)
    expect(text).not.toMatch(/ {2}|\s[.,;?]|\.\./)
  })

  it.each(spoken)('%s is short enough for the ear', (_id, text) => {
    expect(words(text)).toBeLessThanOrEqual(26)
  })

  // Whether the call may be recorded is asked by a fixed line, once a call.
  it.each(Object.entries(pools).filter(([id]) => id !== 'record'))(
    'for "%s" there are at least two wordings, all different',
    (_id, ways) => {
      expect(ways.length).toBeGreaterThanOrEqual(2)
      expect(new Set(ways).size).toBe(ways.length)
    },
  )

  it.each(Object.entries(replies.questions))('question "%s" is one sentence that no other question shares', (id, ways) => {
    const others = Object.entries(replies.questions).flatMap(([other, theirs]) => (other === id ? [] : theirs))
    for (const way of ways) {
      expect(way).toMatch(/^[^.?!]+\?$/)
      expect(others).not.toContain(way)
    }
  })

  it('says from the start that it is an AI, and never that it is human', () => {
    for (const line of [lines.greeting, lines.askToRecord, lines.welcomeBack, lines.welcomeBackByName, lines.goOn])
      expect(line).toContain('AI')
    expect(persona.role).toContain('AI')
    for (const [, text] of spoken) expect(text).not.toMatch(/I am human|I'm human|I am a person|I'm a person/i)
  })

  it('ends the calls it ends with a goodbye', () => {
    for (const line of [lines.silenceGoodbye, lines.longestCallGoodbye, lines.brokenGoodbye]) expect(line).toMatch(/Goodbye\.$/)
  })
})

describe.each([nooks, interview])('the key terms of $id', ({ keyTerms, persona }) => {
  it('fit what recognisers take: at most 100, each at most 50 characters, none twice', () => {
    expect(keyTerms.length).toBeLessThanOrEqual(100)
    expect(new Set(keyTerms).size).toBe(keyTerms.length)
    for (const term of keyTerms) expect(term.length).toBeLessThanOrEqual(50)
    expect(keyTerms[0]).toBe(persona.company)
  })
})
