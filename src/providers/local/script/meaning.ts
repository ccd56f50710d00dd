/**
 * What the caller means by what was just said: a deed, or a question that one of the assistant's facts answers. Rules first,
 * then the nearest fact (MiniSearch over how people ask for it), then the honest "I did not understand". Looks at one utterance
 * alone; what it means in answer to a question is script-reply.ts's to say.
 */
import MiniSearch from 'minisearch'
import type { Assistant, Fact } from '../../../assistant/assistant.ts'
import { essence, evenWords, withoutLead } from './hear.ts'
import type { Lead } from './hear.ts'
import type { Deed, Rule } from './rules.ts'
import { rules, urgentRules } from './rules.ts'
import { digitsGiven, nameIn } from './slots.ts'

export type Meaning =
  | { readonly type: 'deed'; readonly deed: Deed; readonly lead: Lead | null }
  | { readonly type: 'fact'; readonly fact: Fact; readonly lead: Lead | null }

/** What it is called in a test or a log: the deed, or the fact's id. */
export const meaningName = (meaning: Meaning): string => (meaning.type === 'deed' ? meaning.deed : meaning.fact.id)

/** Prepares the look-up once; the function it returns is pure. */
export const understands = ({ facts, persona, script }: Assistant): ((said: string) => Meaning) => {
  const byId = new Map(facts.map(fact => [fact.id, fact]))
  const nearest = factFinder(facts, persona.company)
  const company = new RegExp(`\\b(${persona.misheard.join('|')})\\b`, 'g')
  const soundsLikeCompany = (words: string): string =>
    words.replaceAll(company, (word, _group, at: number) =>
      isCompanyHere(words, word, at) ? persona.company.toLowerCase() : word,
    )

  const ruled = (candidates: readonly Rule[], texts: readonly string[]): Deed | Fact | null => {
    for (const [what, pattern] of candidates) {
      if (script.passesOver.includes(what) || !texts.some(text => pattern.test(text))) continue
      if (!what.startsWith('fact:')) return what as Deed
      const fact = byId.get(what.slice('fact:'.length))
      if (fact) return fact
    }
    return null
  }

  return said => {
    const words = soundsLikeCompany(evenWords(said))
    const { lead, rest } = withoutLead(essence(words))
    const as = (what: Deed | Fact): Meaning =>
      typeof what === 'string' ? { type: 'deed', deed: what, lead } : { type: 'fact', fact: what, lead }
    const texts = [words, essence(words), rest]
    if (words === '') return as('nothing')
    return as(
      ruled(urgentRules, texts) ??
        shortAnswer(essence(words), rest, lead) ??
        fragment(essence(words), said) ??
        ruled(rules, texts) ??
        (nameIn(said, false) ? 'introduction' : null) ??
        (digitsGiven(words).length >= 4 ? 'digits' : null) ??
        nearest(rest, isQuestion(rest, said)) ??
        afterLead(lead) ??
        (isQuestion(rest, said) ? 'unknown-question' : 'statement'),
    )
  }
}

/** "Looks" is a common word: it stands for the company only where a name must follow. */
const isCompanyHere = (words: string, word: string, at: number): boolean =>
  word !== 'looks' ||
  /\b(is|about|for|with|from|buy|of|try|use|using|has|heard|does|why|called|reach|reached)$/.test(words.slice(0, at).trim())

const AFFIRMS =
  /^((yes|yeah|yep|sure|okay|right|correct|that is (right|correct|true|it|fine|me|good)|it is|it does|i do|i would( like that| love (to|that))?|i am|we do|we are|we would|go ahead|i think so|why not|you bet|by all means|for sure|true|that works|sounds good|works for me|uh huh|please|very much|you can|you may|you got it|it would|that would be (great|good|nice|fine))\b ?)+$/
const DENIES =
  /^((no|nope|nah|not (really|yet|today|at all|necessarily)|never|i do not( think so)?|we do not|it is not|that is (wrong|not (right|correct|it))|that is incorrect|do not think so|rather not|i would rather not|none|wrong|incorrect|it does not|i am (good|fine|okay)|we are (good|fine)|not for me|no need)\b ?)+$/

const shortAnswer = (all: string, rest: string, lead: Lead | null): Deed | null => {
  if (rest === '' && lead !== null) return LEAD_DEEDS[lead]
  if (rest === '') return 'acknowledge'
  if (lead === 'yes' && AFFIRMS.test(rest)) return 'yes'
  if (lead === 'no' && (DENIES.test(rest) || AFFIRMS.test(rest) || /^(thanks|thank you|i am good|not)\b/.test(rest))) return 'no'
  if (DENIES.test(all) || DENIES.test(rest) || all === 'not') return 'no'
  return AFFIRMS.test(all) ? 'yes' : null
}

const LEAD_DEEDS: Readonly<Record<Lead, Deed>> = {
  yes: 'yes',
  no: 'no',
  thanks: 'thanks',
  greeting: 'greeting',
  okay: 'acknowledge',
}

/** The caller began with a yes, a no or a thank-you, and nothing can be made of the rest. */
const afterLead = (lead: Lead | null): Deed | null =>
  lead === 'yes' || lead === 'no' || lead === 'thanks' ? LEAD_DEEDS[lead] : null

const ASKS =
  /^(who|what|whats|when|where|why|how|which|whose|is|are|am|was|were|do|does|did|can|could|would|will|should|shall|may|might|has|have|had|any)\b/

const isQuestion = (rest: string, said: string): boolean => ASKS.test(rest) || /\?\s*$/.test(said)

const UNFINISHED =
  /\b(and|but|or|the|a|an|if|because|my|our|your|was|were|we|i|they|of|(something|thing|so|say|one|know|wondering|means|think|is|sure|believe|told|saying) that|thing is|(want|like|need|going|trying|able|wanted) to|with (the|my|our)|such as|wondering|whether|unless|until|while|although|in order to|as well as|rather than)$/

const fragment = (words: string, said: string): Deed | null => {
  if (words.split(' ').length < 2) return null
  if (/(\.\.\.|…|—|-)\s*$/.test(said)) return 'fragment'
  return UNFINISHED.test(words) && !/\?\s*$/.test(said) && !/^(who|what) (am|are|is) (i|we|they)$/.test(words) ? 'fragment' : null
}

/* ── The nearest fact ─────────────────────────────────────────────────────────────────────────────────────── */

const STOP_WORDS = new Set(
  (
    'a an the i you we they it he she me us them my your our their its this that these those is are was were be been being am do does did doing have has had having can could would will should shall may might must ' +
    'of to in on at for from by with about into over and or but if so as than then there here what which who whom whose when where why how not no yes any some all just also too very really more most much many ' +
    'get got want like need know tell say said go going thing things stuff guys hi hello please okay thanks thank one lot bit kind sort way anything something around make makes made ' +
    'two three four five six seven eight nine ten twenty thirty fifty hundred'
  ).split(' '),
)

/** A word's stem, roughly: enough to let "dialing", "dialed" and "dials" meet. Null for words that tell nothing. */
const stem = (word: string): string | null => {
  if (word === '' || STOP_WORDS.has(word)) return null
  if (/^us(e[sdr]?|ers|ing)$/.test(word)) return 'use'
  const root =
    word.length > 4
      ? word.replace(/ies$/, 'y').replace(/(ations?|ings?|ers?|ed|es|s|ly)$/, '')
      : word.replace(/(?<=\w\w\w)s$/, '')
  return root.length >= 3 ? root.replace(/(.)\1$/, '$1') : word
}

const stemsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .flatMap(word => stem(word) ?? [])

/** The least a fact must fit: MiniSearch's BM25+ score, and the share of the caller's own content words that it contains. */
const LEAST_SCORE = 4
const LEAST_SHARE = { ofQuestion: 0.3, ofStatement: 0.38 }
/** Everyday words alone do not name a fact: what matches must weigh this much together. */
const LEAST_WEIGHT = 2.5
/** A word that no fact uses weighs as much as one that this many use. */
const UNKNOWN_WORD_USERS = 8
/** A question tells better what a fact is asked for than its wording does. */
const SPOKEN_WEIGHT = 0.5

type Phrase = {
  readonly id: number
  readonly fact: string
  readonly spoken: boolean
  readonly objection: boolean
  readonly name: string
  readonly text: string
}

/** Finds the fact that people ask for in the most similar words. Each way to ask is indexed by itself: whole questions compare better. */
const factFinder = (facts: readonly Fact[], company: string): ((words: string, isQuestion: boolean) => Fact | null) => {
  const byId = new Map(facts.map(fact => [fact.id, fact]))
  const phrases = facts.flatMap(({ id: fact, topic, asked, says, more }) => {
    const phrase = (spoken: boolean) => (text: string) => ({
      fact,
      name: fact.replaceAll('-', ' '),
      text,
      spoken,
      objection: topic === 'objection',
    })
    return [...asked.map(phrase(false)), ...[says, more].map(phrase(true))]
  })
  const index = new MiniSearch<Phrase>({
    fields: ['name', 'text'],
    storeFields: ['fact', 'name', 'spoken', 'objection'],
    processTerm: term => stem(term.toLowerCase()),
    tokenize: text => text.split(/[^\p{L}\p{N}]+/u),
  })
  index.addAll(phrases.map((phrase, id) => ({ id, ...phrase })))
  const weight = weights(phrases)

  return (words, isQuestion) => {
    const asked = words.replaceAll(company.toLowerCase(), ' ')
    const terms = new Set(stemsOf(asked))
    const found = index.search(asked, {
      filter: ({ objection }) => !(isQuestion && objection === true),
      fuzzy: term => (term.length >= 6 ? 0.17 : false),
      prefix: term => term.length >= 5,
      weights: { fuzzy: 0.3, prefix: 0.4 },
      boostDocument: (_id, _term, stored) => (stored?.['spoken'] ? SPOKEN_WEIGHT : 1),
    })
    const asksFor = [...terms].reduce((sum, term) => sum + weight(term), 0)
    const scores = new Map<string, number>()
    for (const { fact, name, score, queryTerms, match } of found) {
      const named = stemsOf(name as string).every(term => match[term]?.includes('name'))
      const matched = queryTerms.reduce((sum, term) => sum + weight(term), 0)
      const share = matched / asksFor
      const fit = score * share * (named ? 1.5 : 1)
      if (matched < LEAST_WEIGHT && !named) continue
      if (share >= (isQuestion ? LEAST_SHARE.ofQuestion : LEAST_SHARE.ofStatement) || (named && terms.size <= 3))
        scores.set(fact as string, Math.max(scores.get(fact as string) ?? 0, fit))
    }
    const [best] = [...scores].sort(([, one], [, other]) => other - one)
    return best && best[1] >= LEAST_SCORE ? (byId.get(best[0]) ?? null) : null
  }
}

/** How much a word tells: one that only a single fact uses tells most; one that no fact uses is given a middling weight. */
const weights = (phrases: readonly { readonly fact: string; readonly text: string }[]): ((term: string) => number) => {
  const users = new Map<string, Set<string>>()
  for (const { fact, text } of phrases)
    for (const term of stemsOf(text)) users.set(term, (users.get(term) ?? new Set()).add(fact))
  const all = new Set(phrases.map(({ fact }) => fact)).size
  return term => Math.log(1 + all / (users.get(term)?.size ?? UNKNOWN_WORD_USERS))
}
