/**
 * What a model says about a call is believed only as far as the call bears it out: a fact must quote words that the caller said
 * in the turn it names, and neither a fact nor a summary may bring in a name or a figure of its own. Pure.
 */
import type { PastTurn, Recollection, ToldFact } from '../ports.ts'

/** A fact is a remark, not a speech; and a call leaves behind what fits into a few lines. */
const QUOTE_CHARACTERS = 240
const FACT_CHARACTERS = 160
const SUMMARY_CHARACTERS = 700
export const FACTS_MAX = 20

/** The same without what the call does not bear out. */
export function truthful(turns: readonly PastTurn[], { summary, facts, ...rest }: Recollection): Recollection {
  const quoted = facts.flatMap(fact => borneOut(turns, fact) ?? [])
  return { ...rest, summary: withoutInventions(turns, summary), facts: unique(quoted).slice(0, FACTS_MAX) }
}

function borneOut(turns: readonly PastTurn[], fact: ToldFact): ToldFact | null {
  const turn = turns.find(({ turn: id }) => id === fact.turn)
  const quote = oneLine(fact.quote)
  const says = oneLine(fact.fact)
  if (!turn || says === '' || quote.length > QUOTE_CHARACTERS || says.length > FACT_CHARACTERS) return null
  if (!contains(turn.said, quote)) return null
  const isName = fact.kind === 'name' || fact.kind === 'company'
  const borrowed = isName ? contains(quote, says) : ownWords(says).every(word => hasWord(quote, word))
  return borrowed ? { ...fact, quote, fact: says } : null
}

/** Sentences that name somebody or something of which nobody spoke on the call are left out. */
function withoutInventions(turns: readonly PastTurn[], summary: string): string {
  const call = turns.flatMap(({ said, heard }) => [said, heard]).join(' ')
  const sentences = oneLine(summary).match(/[^.?!]+[.?!]*/g) ?? []
  const kept = sentences.filter(sentence => ownWords(sentence).every(word => hasWord(call, word)))
  return kept.join('').trim().slice(0, SUMMARY_CHARACTERS)
}

/** Names and figures: what begins with a capital, and what has a digit in it. With how a sentence may begin, no harm is done. */
const ownWords = (sentence: string): readonly string[] =>
  sentence
    .trim()
    .split(/[^\p{L}\p{N}'’.]+/u)
    .filter((word, at) => /\p{N}|^\p{Lu}\p{L}/u.test(word) && !(at === 0 && OPENERS.test(word)))

const OPENERS =
  /^(the|they|he|she|it|a|an|no|not|nothing|nobody|their|his|her|there|both|one|this|that|still|is|has|wants|wishes|likes|asked|says|said|works|uses)$/i

const hasWord = (text: string, word: string): boolean => contains(text, word)

/** Whether the words of `part` follow each other in `whole`; how they are written does not matter. */
export function contains(whole: string, part: string): boolean {
  const words = even(part)
  return words !== '' && ` ${even(whole)} `.includes(` ${words} `)
}

const even = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

const oneLine = (text: string): string => text.replaceAll(/[\s\p{C}]+/gu, ' ').trim()

const unique = (facts: readonly ToldFact[]): readonly ToldFact[] =>
  facts.filter(({ kind, fact }, at) => facts.findIndex(other => other.kind === kind && even(other.fact) === even(fact)) === at)
