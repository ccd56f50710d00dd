/**
 * Turns a conversation into what a language model is asked: the one place that does, so that every pipeline sends the same.
 * Pure: no clock, no randomness; the same conversation gives the same messages, to the byte.
 */
import type { Deed, Message } from '../ports.ts'
import type { Assistant, Fact } from './assistant.ts'
import { rememberedSection, type Remembered } from './remembered.ts'

/** One exchange as it was heard: what the caller said, then what the caller heard of the reply. Either may be empty. */
export type Exchange = {
  readonly caller: string
  readonly bot: string
  /** The reply was cut short; `bot` holds only what was heard of it. */
  readonly interrupted: boolean
  /** What was done for the caller between the two. */
  readonly deeds?: readonly Deed[]
}

/**
 * How many characters of history go along. About 3,000 tokens and a quarter of an hour of talk: with the system prompt and a
 * reply it stays well inside the 8,192 tokens of the oldest gpt-4, and late turns are answered as fast as early ones.
 */
export const HISTORY_CHARACTERS = 12_000

/** Marks a reply that was cut short; the system prompt explains it to the model. */
export const INTERRUPTED = '[interrupted]'

/** What was before this call; decided as it begins and the same for all of it. */
export type Earlier = {
  readonly remembered: Remembered | null
  /** What was said on the call that this one continues; empty if it continues none. */
  readonly history: readonly Exchange[]
}

const NOTHING: Earlier = { remembered: null, history: [] }

/**
 * The messages for the next reply: system prompt, history oldest first, then what the caller has just `said`. Empty parts are
 * left out. `facts`: those to be told, if not all. Whole exchanges are dropped from the oldest until the history fits; system prompt and `said` are never shortened.
 */
export const buildMessages = (
  assistant: Assistant,
  history: readonly Exchange[],
  said: string,
  earlier = NOTHING,
  facts = assistant.facts,
): readonly Message[] => [
  { role: 'system', content: [systemPrompt(assistant, facts), ...remembered(earlier)].join('\n\n') },
  ...recent([...earlier.history, ...history].map((exchange, n) => spoken(exchange, n))).flat(),
  ...part('user', said),
]

const remembered = (earlier: Earlier): readonly string[] => {
  const section = earlier.remembered === null ? '' : rememberedSection(earlier.remembered)
  return section === '' ? [] : [section]
}

/** Who the assistant is and what it knows, as instructions to a language model. */
export const systemPrompt = ({ persona, facts: all }: Assistant, facts = all): string =>
  [
    `You are ${persona.name}, ${persona.role}. ${persona.situation}`,
    section('How you talk', persona.manner),
    `A reply of yours that ends in ${INTERRUPTED} was cut off there by the caller, who heard no more of it. Never say that word.`,
    'What the caller typed on the telephone stands among the words as [keypad: digits].',
    section(`What you know about ${persona.company}`, told(facts, false)),
    section('What you answer to objections', told(facts, true)),
  ]
    .filter(part => part !== '')
    .join('\n\n')

const section = (title: string, items: readonly string[]): string =>
  items.length === 0 ? '' : [`${title}:`, ...items.map(item => `- ${item}`)].join('\n')

const told = (facts: readonly Fact[], objections: boolean): readonly string[] =>
  facts
    .filter(fact => (fact.topic === 'objection') === objections)
    .map(fact => (objections ? `"${fact.asked[0] ?? fact.id}": ${fact.says} ${fact.more}` : `${fact.says} ${fact.more}`))

const part = (role: 'user' | 'assistant', content: string): readonly Message[] =>
  content.trim() === '' ? [] : [{ role, content: content.trim() }]

/** `n`: its place in the conversation, which makes the ids of calls in it unlike all others. */
const spoken = ({ caller, bot, interrupted, deeds = [] }: Exchange, n: number): readonly Message[] => [
  ...part('user', caller),
  ...done(deeds, n),
  ...part('assistant', interrupted && bot.trim() !== '' ? `${bot.trim()} ${INTERRUPTED}` : bot),
]

/** What was done, as calls of tools and their results; also if the reply that did it was never heard. */
const done = (deeds: readonly Deed[], n: number): readonly Message[] => {
  if (deeds.length === 0) return []
  const calls = deeds.map(({ tool, args }, k) => ({ id: `done_${n}_${k}`, name: tool, args }))
  const results = deeds.map(({ outcome }, k): Message => ({ role: 'tool', callId: calls[k]!.id, content: cameOf(outcome) }))
  return [{ role: 'assistant', content: '', calls }, ...results]
}

const cameOf = (outcome: Deed['outcome']): string => {
  if (outcome === null) return 'It was begun; nothing is known yet of what came of it.'
  return outcome.done ? outcome.says : `Not done. ${outcome.says}`
}

const recent = (exchanges: readonly (readonly Message[])[]): readonly (readonly Message[])[] => {
  const excess = exchanges.flat().reduce((sum, { content }) => sum + content.length, 0) - HISTORY_CHARACTERS
  let dropped = 0
  let first = 0
  while (dropped < excess) dropped += exchanges[first++]?.reduce((sum, { content }) => sum + content.length, 0) ?? excess
  return exchanges.slice(first)
}
