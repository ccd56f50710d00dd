/** Searches what the assistant knows, so that a model that lost sight of a fact finds it in the words in which it may be said. */
import MiniSearch from 'minisearch'
import { z } from 'zod'
import type { Fact } from '../assistant/assistant.ts'
import type { Tool } from '../ports.ts'
import { defineTool, words } from './tool.ts'

const MOST_FACTS = 3

export function lookUpFacts(facts: readonly Fact[]): Tool {
  const index = new MiniSearch<{ readonly id: number; readonly asked: string; readonly says: string }>({
    fields: ['asked', 'says'],
    searchOptions: { boost: { asked: 2 }, fuzzy: term => (term.length >= 6 ? 0.2 : false), prefix: term => term.length >= 4 },
  })
  index.addAll(facts.map(({ asked, says, more }, id) => ({ id, asked: asked.join('. '), says: `${says} ${more}` })))
  const find = (question: string): string => {
    const found = index
      .search(question)
      .slice(0, MOST_FACTS)
      .map(({ id }) => facts[id as number]!)
    if (found.length === 0) return 'Nothing is known about that. Say so, and offer that a colleague will answer.'
    return found.map(({ says, more }) => `${says} ${more}`).join('\n')
  }
  return defineTool({
    name: 'look_up_facts',
    description: 'Finds what is known about a question of the caller. Use it when what you were told above does not settle it.',
    args: z.strictObject({ question: words(300).describe('What the caller wants to know, in a few words.') }),
    task: ({ question }) => ({ type: 'pure', run: async () => find(question) }),
  })
}
