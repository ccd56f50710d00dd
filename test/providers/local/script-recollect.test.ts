import { describe, expect, it } from 'vitest'
import { assistantNamed } from '../../../src/assistant/assistant.ts'
import { truthful } from '../../../src/memory/truthful.ts'
import { recollectionOf } from '../../../src/providers/local/script/recollect.ts'
import type { PastTurn } from '../../../src/ports.ts'
import { talk } from './script-talk.ts'

const nooks = assistantNamed('nooks')!
const recollection = recollectionOf(nooks)

/** The call as it is stored. */
const call = (...lines: readonly string[]): readonly PastTurn[] => [
  { turn: 1, said: '', heard: nooks.lines.greeting },
  ...talk(nooks, lines).map(({ caller, bot }, n) => ({ turn: n + 2, said: caller, heard: bot })),
]

const factsOf = (...lines: readonly string[]): readonly string[] => {
  const turns = call(...lines)
  const told = recollection(turns)
  const { facts } = truthful(turns, { ...told, summary: '' })
  return facts.map(({ kind, fact, turn }) => `${kind}: ${fact} (${turn})`)
}

describe('what the script remembers of a call', () => {
  it('is the meeting, the name and how large the team is, each with its turn', () => {
    expect(
      factsOf(
        'What is Nooks?',
        'About twelve.',
        'We use HubSpot.',
        'Yes, a demo please.',
        'Next Tuesday.',
        'At three.',
        'Jane Miller.',
      ),
    ).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^team: Twelve \(3\)$/),
        expect.stringMatching(/^tool: HubSpot \(4\)$/),
        expect.stringMatching(/^meeting: next Tuesday \(6\)$/),
        expect.stringMatching(/^meeting: at three \(7\)$/),
        expect.stringMatching(/^name: Jane Miller \(8\)$/),
      ]),
    )
  })

  it.each([
    ["Hi, I'm Jane from Acme Pumps.", 'company: Acme Pumps (2)'],
    ['We have about twenty five sales reps.', 'team: Twenty five (2)'],
    ['That is too expensive for us.', 'objection: too expensive (2)'],
    ['We already work with Orum and Salesforce.', 'tool: Orum (2)'],
  ])('may be told unasked: %s', (line, fact) => {
    expect(factsOf(line)).toContain(fact)
  })

  it.each([
    'How many reps do I need?',
    'What is a parallel dialer?',
    'Do you work with HubSpot? No idea.',
    'I am from here.',
    'Hello.',
  ])('is no team, name or company where none was told: %s', line => {
    expect(factsOf(line).filter(fact => /^(team|name|company)/.test(fact))).toEqual([])
  })

  it('is no meeting that the caller gave up', () => {
    const facts = factsOf('I want a demo.', 'Tuesday.', 'Never mind, no meeting.')
    expect(facts.filter(fact => fact.startsWith('meeting'))).toEqual([])
  })

  it("is said in the caller's own words", () => {
    const turns = call('We have about twelve sales reps in Boston.')
    const [fact] = recollection(turns).facts
    expect(fact!.quote).toBe('We have about twelve sales reps in Boston.')
  })

  it('is summed up by what was asked and told', () => {
    const { summary, by, usage } = recollection(call('How much is it?', 'We have twelve reps.'))
    expect(summary).toContain('price')
    expect(summary).toContain('Team: Twelve.')
    expect(by).toMatch(/^a script/)
    expect(usage).toBeNull()
    expect(recollection([{ turn: 1, said: 'Hm.', heard: '' }]).summary).not.toBe('')
  })
})
