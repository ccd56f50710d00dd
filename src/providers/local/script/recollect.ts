/**
 * What is worth remembering of a call, without a language model: what the caller told that the script understands, each in the
 * words in which it was said. Reads the call again turn by turn, as it was read while it went on. Pure.
 */
import type { Assistant } from '../../../assistant/assistant.ts'
import type { Message, PastTurn, Recollect, Recollection, ToldFact } from '../../../ports.ts'
import { readConversation, type Conversation } from './conversation.ts'
import { evenWords } from './hear.ts'
import { meaningName, understands, type Meaning } from './meaning.ts'
import { SCRIPT_DESCRIPTION } from './script.ts'
import { companyIn, teamIn, teamToldIn, toolsIn } from './slots.ts'

export const recollecting = (assistant: Assistant): Recollect => {
  const recollection = recollectionOf(assistant)
  return async turns => recollection(turns)
}

/** The same, at once. */
export const recollectionOf = (assistant: Assistant): ((turns: readonly PastTurn[]) => Recollection) => {
  const understand = understands(assistant)
  return turns => {
    const heard = turns.filter(({ said }) => said !== '').map(turn => readingOf(assistant, understand, turns, turn))
    const isDropped = wasDropped(assistant, turns)
    const facts = heard.flatMap(told).filter(({ kind }) => !(kind === 'meeting' && isDropped))
    return { summary: summaryOf(heard, facts), facts, by: SCRIPT_DESCRIPTION, usage: null }
  }
}

type Reading = {
  readonly turn: PastTurn
  readonly conversation: Conversation
  readonly meaning: Meaning
  readonly tools: readonly string[]
}

function readingOf(
  assistant: Assistant,
  understand: (said: string) => Meaning,
  turns: readonly PastTurn[],
  turn: PastTurn,
): Reading {
  const before = turns
    .slice(0, turns.indexOf(turn))
    .flatMap(({ said, heard }) => [...part('user', said), ...part('assistant', heard)])
  const conversation = readConversation(assistant, [...before, ...part('user', turn.said)])
  return { turn, conversation, meaning: understand(turn.said), tools: toolsIn(turn.said, assistant.tools) }
}

const part = (role: 'user' | 'assistant', content: string): readonly Message[] =>
  content.trim() === '' ? [] : [{ role, content }]

function told({ turn, conversation, meaning, tools }: Reading): readonly ToldFact[] {
  const { asked, noted, justNoted } = conversation
  const words = evenWords(turn.said)
  const as = (kind: ToldFact['kind'], fact: string | null): readonly ToldFact[] =>
    fact === null ? [] : [{ kind, fact, turn: turn.turn, quote: quoteOf(turn.said) }]
  return [
    ...as('name', justNoted.includes('name') ? noted.name : null),
    ...as('company', companyIn(turn.said)),
    ...as('team', (asked === 'team' ? teamIn(words) : null) ?? teamToldIn(words)),
    ...tools.flatMap(tool => as('tool', tool)),
    ...as('objection', meaning.type === 'fact' && meaning.fact.topic === 'objection' ? named(meaning) : null),
    ...as('meeting', justNoted.includes('day') ? noted.day : null),
    ...as('meeting', justNoted.includes('time') ? noted.time : null),
  ]
}

/** A remark that goes on for long is remembered by its beginning. */
const QUOTE_CHARACTERS = 200
const quoteOf = (said: string): string =>
  said.length <= QUOTE_CHARACTERS ? said.trim() : said.slice(0, said.lastIndexOf(' ', QUOTE_CHARACTERS)).trim()

const named = (meaning: Meaning): string => meaningName(meaning).replaceAll('-', ' ')

const wasDropped = ({ replies }: Assistant, turns: readonly PastTurn[]): boolean =>
  turns.some(({ heard }) => replies.acts['booking-dropped'].some(way => heard.includes(way)))

function summaryOf(heard: readonly Reading[], facts: readonly ToldFact[]): string {
  const topics = [...new Set(heard.flatMap(({ meaning }) => (meaning.type === 'fact' ? named(meaning) : [])))]
  const of = (kind: ToldFact['kind']): readonly string[] => facts.filter(fact => fact.kind === kind).map(({ fact }) => fact)
  const sentences = [
    topics.length > 0 && `The caller asked about: ${topics.join(', ')}.`,
    of('team').length > 0 && `Team: ${of('team').at(-1)}.`,
    of('tool').length > 0 && `Works with: ${of('tool').join(', ')}.`,
    of('meeting').length > 0 && `Wished for a meeting: ${of('meeting').join(' ')}.`,
  ].filter(sentence => sentence !== false)
  return sentences.length > 0 ? sentences.join(' ') : 'The caller told nothing that the script understands.'
}
