/** The assistant's own words, chosen for one moment of one call: no wording is used again while a fresher one is left. Pure. */
import type { Act, Assistant, Fact, QuestionId } from '../../../assistant/assistant.ts'
import type { FactKind } from '../../../ports.ts'
import type { Conversation } from './conversation.ts'
import { filled, freshest } from './wording.ts'

export type Reply = {
  readonly text: string
  readonly endsCall: boolean
  /** A tool to be used after the text, with its arguments; what comes of it decides what is said next. */
  readonly call?: { readonly name: string; readonly args: Readonly<Record<string, string | null>> }
}

export type Voice = {
  readonly act: (id: Act, fill?: Readonly<Record<string, string>>) => string
  readonly question: (id: QuestionId) => string
  /** The first of these that was not asked yet; the last if all were. */
  readonly newQuestion: (ids: readonly QuestionId[]) => string
  /** What moves the conversation on: the particulars of a meeting first, then to learn about the caller, then a demo. */
  readonly onward: () => string
  /** A fact, and what to ask after it. */
  readonly tell: (fact: Fact) => Reply
}

export const voiceIn = (assistant: Assistant, { replies, wanted, remembered }: Conversation): Voice => {
  const { acts, questions } = assistant.replies
  const act: Voice['act'] = (id, fill = {}) =>
    freshest(
      acts[id].map(way => filled(way, fill)),
      replies,
    )
  const question: Voice['question'] = id => freshest(questions[id], replies)
  const wasAsked = (id: QuestionId): boolean => replies.some(reply => questions[id].some(way => reply.endsWith(way)))
  const isKnown = (id: QuestionId): boolean => remembered.kinds.has(id as FactKind)
  const newQuestion: Voice['newQuestion'] = ids =>
    question(ids.find(id => !wasAsked(id) && !isKnown(id)) ?? ids.findLast(id => !isKnown(id)) ?? 'else')
  const onward = (): string => {
    if (wanted !== null) return question(wanted[0] ?? 'confirm')
    const { meeting } = remembered
    if (meeting !== null && !wasAsked('meeting')) return `${act('meeting-remembered', { meeting })} ${question('meeting')}`
    return newQuestion(assistant.script.agenda)
  }
  const tell = (fact: Fact): Reply =>
    say(freshest([fact.says, fact.more], replies), fact.then && wanted === null ? newQuestion(fact.then) : onward())
  return { act, question, newQuestion, onward, tell }
}

/** Sentences one after another; empty ones are left out. */
export const say = (...sentences: readonly string[]): Reply => ({
  text: sentences.filter(sentence => sentence !== '').join(' '),
  endsCall: false,
})

/** The last words of a call. */
export const endCall = (text: string): Reply => ({ text, endsCall: true })
