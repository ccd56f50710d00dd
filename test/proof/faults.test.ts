import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/call/journal.ts'
import { answers, asker } from './asker.ts'
import { callWith, lineTexts, type CloudCall } from './cloud-call.ts'
import { faults } from './faults.ts'

/** What the caller may have to bear, on every call, whatever goes wrong. */
function expectPromisesKept(call: CloudCall, mayRepeatWords = 0): void {
  expect(call.early).toEqual([])
  expect(call.longestSilenceMs).toBeLessThanOrEqual(4_000)
  expect(wordsHeardTwice(call).length, `${wordsHeardTwice(call).join()} heard twice`).toBeLessThanOrEqual(mayRepeatWords)
  expect(call.leaks).toEqual([])
  expect(call.entries.filter(({ type }) => type === 'broken')).toEqual([])
}

describe('without a fault', () => {
  it('both questions are answered, and nothing is noted', async () => {
    const call = await callWith(asker(2, null), {})
    expectPromisesKept(call)
    expect(call.heard).toEqual([lineTexts.greeting, answers[0], answers[1]].map(text => expect.stringContaining(text!) as string))
    expect(whatWasNoted(call.entries)).toEqual([])
    expect(call.violations).toEqual([])
  })
})

describe.each(Object.entries(faults))('trouble with the %s', (_, rows) => {
  it.concurrent.each(rows)('%s', async (_name, trouble, outcomes, journal) => {
    const { questions = 2, cutsInAfterMs = null } = trouble
    const call = await callWith(asker(questions, cutsInAfterMs), trouble)
    expectPromisesKept(call, trouble.mayRepeatWords)
    expect(call.heard.slice(1).map(outcomeOf)).toEqual(outcomes)
    if (journal) expect(whatWasNoted(call.entries).join('\n')).toMatch(journal)
    expect(JSON.stringify([call.entries, call.notes])).not.toMatch(/stt-key|llm-key|tts-key/)
  })
})

/** Of what was heard after a question. */
function outcomeOf(heard: string, question: number): string {
  if (says(heard, answers[question]!)) return 'answered'
  if (says(heard, answers.at(-1)!)) return 'half'
  if (heard.includes(lineTexts.trouble) || heard.includes(lineTexts.pardon)) return 'excused'
  return answers[question]!.startsWith(heard.trim().slice(0, 10)) ? 'cut' : `heard only: ${heard}`
}

/** All words in order; between two there may be the beginning of the second, cut off where a connection was lost. */
const says = (heard: string, text: string): boolean => new RegExp(text.match(/[a-z]+/gi)!.join('[^]{0,12}')).test(heard)

/** A word that is cut off is begun again, but no whole word is heard twice. */
function wordsHeardTwice({ heard }: CloudCall): readonly string[] {
  const all = heard.join(' ').toLowerCase()
  const vocabulary = answers
    .join(' ')
    .toLowerCase()
    .match(/[a-z]+/g)!
  return vocabulary.filter(word => all.split(word).length > 2)
}

/** What the journal says of services: each with its stage and the cause. */
function whatWasNoted(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap(entry => {
    if (entry.type === 'trouble') return [JSON.stringify(entry)]
    if (entry.type !== 'input') return []
    const { input } = entry
    if (input.type === 'heard' && input.news.type === 'deaf') return [JSON.stringify(input)]
    return input.type === 'reply' && input.news.type === 'failed' ? [JSON.stringify(input)] : []
  })
}
