/**
 * Which of many facts the model is told for this reply: all of them if they fit the budget, else those nearest to what is being
 * talked about. Depends on the conversation alone and on no clock, so that every pipeline asks the same; what bounds its time is
 * the length of the question and the number of facts, both limited here.
 */
import MiniSearch from 'minisearch'
import type { Fact } from '../assistant/assistant.ts'
import type { Exchange } from '../assistant/messages.ts'

/** The facts to go along with a request, in the order in which they are written down. */
export type Knows = (history: readonly Exchange[], said: string) => readonly Fact[]

/** How many characters of facts go along: about 2,500 tokens, which leaves the oldest gpt-4 its room. */
export const FACTS_CHARACTERS = 10_000
/** More than any assistant has; looking through so many takes a few milliseconds. */
export const FACTS_MAX = 2_000
/** What was said last tells most; so much before it still counts. */
const QUESTION_CHARACTERS = 300
const EXCHANGES = 2
/** So many of what is nearest to one remark, so that there is room for what the one before was about. */
const NEAREST = 20

/** Prepares the look-up once; what it gives is pure. Throws if there are more facts than can be looked through in time. */
export function knowing(facts: readonly Fact[], characters = FACTS_CHARACTERS): Knows {
  if (facts.length > FACTS_MAX) throw new Error(`an assistant may know ${FACTS_MAX} facts, not ${facts.length}`)
  if (sizeOf(facts) <= characters) return () => facts
  const index = new MiniSearch<{ readonly id: number; readonly asked: string; readonly says: string }>({
    fields: ['asked', 'says'],
  })
  index.addAll(facts.map(({ asked, says, more }, id) => ({ id, asked: asked.join('\n'), says: `${says} ${more}` })))
  const ranked = (text: string): readonly number[] =>
    index
      .search(text.slice(-QUESTION_CHARACTERS), { boost: { asked: 2 } })
      .slice(0, NEAREST)
      .map(({ id }) => id as number)
  return (history, said) => {
    const before = history.slice(-EXCHANGES).toReversed()
    const order = new Set([said, ...before.flatMap(({ caller, bot }) => [caller, bot])].flatMap(ranked))
    facts.forEach((_, id) => order.add(id))
    return fitting(facts, [...order], characters)
  }
}

const sizeOf = (facts: readonly Fact[]): number => facts.reduce((sum, { says, more }) => sum + says.length + more.length, 0)

function fitting(facts: readonly Fact[], order: readonly number[], characters: number): readonly Fact[] {
  const kept = new Set<number>()
  let left = characters
  for (const id of order) {
    left -= sizeOf([facts[id]!])
    if (left < 0) break
    kept.add(id)
  }
  return facts.filter((_, id) => kept.has(id))
}
