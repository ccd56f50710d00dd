/**
 * Who answers the phone, as data: what it is called, what it knows, what it always says. No behaviour lives here; the language
 * model's instructions (messages.ts) and the local script are both made from this one source, so they cannot disagree.
 *
 * Everything that may be spoken is written for the ear: whole sentences, no digits, no markup, no abbreviation that a voice
 * could stumble over. A second assistant is a second folder beside `nooks/` and one line in `assistants` below.
 */
import { facts as interviewFacts } from './interview/facts.ts'
import { keyTerms as interviewKeyTerms } from './interview/key-terms.ts'
import { lines as interviewLines } from './interview/lines.ts'
import { persona as interviewPersona } from './interview/persona.ts'
import { replies as interviewReplies } from './interview/replies.ts'
import { facts } from './nooks/facts.ts'
import { keyTerms, tools } from './nooks/key-terms.ts'
import { lines } from './nooks/lines.ts'
import { persona } from './nooks/persona.ts'
import { replies } from './nooks/replies.ts'

export type Assistant = {
  /** The name by which the configuration chooses it. */
  readonly id: string
  readonly persona: Persona
  readonly facts: readonly Fact[]
  readonly lines: Lines
  /** Names and terms a recogniser should expect, most important first; at most 100, each at most 50 characters. */
  readonly keyTerms: readonly string[]
  /** Products that callers work with: worth remembering when they name one. */
  readonly tools: readonly string[]
  readonly replies: Replies
  readonly script: ScriptHabits
}

/** How the local script leads the conversation, where no language model does. */
export type ScriptHabits = {
  /** What moves the conversation on when nothing else is to be said: the first that was not asked yet. */
  readonly agenda: readonly QuestionId[]
  /** Of what it tells when asked for more. */
  readonly tellsMoreOf: readonly Topic[]
  /** What callers of others do, and these do not: rules of the script, by name, that are passed over. */
  readonly passesOver: readonly string[]
}

export type Persona = {
  readonly name: string
  /** For what or whom it answers, as it is called in a sentence. */
  readonly company: string
  /** What it is, in half a sentence; always says that it is an AI. */
  readonly role: string
  /** Who calls, in a sentence. */
  readonly situation: string
  /** How it talks and what it may never do: rules for a language model, one sentence or two each. */
  readonly manner: readonly string[]
  /** What recognisers write when they do not know the company's name; single words, lower case. */
  readonly misheard: readonly string[]
}

/** One thing the assistant may say about its company, and who vouches for it. */
export type Fact = {
  readonly id: string
  readonly topic: Topic
  /** What callers say when they want to know this; used to find the fact. */
  readonly asked: readonly string[]
  /** The fact, in one or two spoken sentences. */
  readonly says: string
  /** What to add, or how else to put it, when the caller asks further. */
  readonly more: string
  /** What to ask after it, the first that has not been asked yet; if absent, whatever moves the conversation on. */
  readonly then?: readonly QuestionId[]
  readonly source: Source
}

export type Topic =
  | 'product'
  | 'feature'
  | 'price'
  | 'integration'
  | 'start'
  | 'trust'
  | 'company'
  | 'meeting'
  | 'objection'
  | 'experience'
  | 'skill'
  | 'education'
  | 'person'

export type Source =
  /** Published by or about the company; `where` says on which page. */
  | { readonly type: 'public'; readonly where: string }
  /** Told by the person it answers for; `where` says in which part. */
  | { readonly type: 'cv'; readonly where: string }
  /** Our own decision on what the assistant says; it states nothing about the product that could be false. */
  | { readonly type: 'policy' }

/** What is said word for word, without thinking first. */
export type Lines = {
  readonly greeting: string
  /** Said before the greeting where calls are recorded; only who has heard it is. */
  readonly recordingNotice: string
  /** Said in place of the greeting where it has to be asked first; ends in the question itself. */
  readonly askToRecord: string
  /** In place of the greeting, to somebody who has called before; with the name in `{name}`, if it is known. */
  readonly welcomeBack: string
  readonly welcomeBackByName: string
  /** In place of the greeting, when the call goes on where the last one stopped. No question: the one asked last is still open. */
  readonly goOn: string
  /** The caller has said nothing for a while; then again. */
  readonly stillThere: string
  readonly stillThereAgain: string
  /** And then the call ends. */
  readonly silenceGoodbye: string
  readonly longestCallGoodbye: string
  /** The caller spoke and no words could be made of it. */
  readonly sayAgain: string
  /** A service failed while answering; the caller is asked to repeat. */
  readonly retryApology: string
  /** Nothing works any more; the call ends after this. */
  readonly brokenGoodbye: string
  /** A colleague takes over; our part of the call ends after this. */
  readonly transfer: string
  /** After the goodbye, where callers are asked: to be answered with a key from 1 to 5. */
  readonly askToRate: string
  /** The first words after a call was broken off and taken up again. */
  readonly resume: string
  /** The same after the caller was put through to a person and nobody answered. */
  readonly nobodyFree: string
}

/** Something the script asks, and later understands the answer to. */
export type QuestionId =
  /** Asked in place of a greeting, see `Lines`. */
  | 'record'
  | 'help'
  | 'nooks'
  | 'team'
  | 'tool'
  | 'demo'
  | 'else'
  | 'close'
  | 'colleague'
  | 'day'
  | 'time'
  | 'name'
  | 'contact'
  | 'digits-rest'
  | 'callback'
  | 'confirm'
  | 'change'
  | 'meeting'

/** What the script says that is not a fact: for each occasion several ways to say it, so that it need not repeat itself. */
export type Replies = {
  readonly questions: Readonly<Record<QuestionId, readonly string[]>>
  readonly acts: Readonly<Record<Act, readonly string[]>>
}

/** Occasions on which the script speaks without a fact. In `{braces}`: what it puts in from the conversation. */
export type Act =
  | 'greeting'
  | 'greeted-again'
  | 'glad-to-meet' // {name}
  | 'goodbye'
  | 'thanks'
  | 'hold'
  | 'repeat'
  | 'nothing-to-repeat'
  | 'yes'
  | 'no'
  | 'unsure'
  | 'acknowledge'
  | 'interest'
  | 'is-ai'
  | 'who-are-you'
  | 'number-source'
  | 'remove-me'
  | 'human'
  | 'support'
  | 'wrong-number'
  | 'testing'
  | 'digits' // {digits}
  | 'small-talk'
  | 'rude'
  | 'complaint'
  | 'language'
  | 'emergency'
  | 'unknown-question'
  | 'unclear'
  | 'fragment'
  | 'noted-team' // {team}
  | 'noted-tool'
  | 'email-follow-up'
  | 'booking'
  | 'read-back' // {note}
  | 'booked'
  | 'not-done'
  | 'put-through'
  | 'booking-dropped'
  | 'meeting-remembered' // {meeting}

const assistants: Readonly<Record<string, Assistant>> = {
  nooks: {
    id: 'nooks',
    persona,
    facts,
    lines,
    keyTerms,
    tools,
    replies,
    script: { agenda: ['team', 'tool', 'demo', 'else'], tellsMoreOf: ['product', 'feature'], passesOver: [] },
  },
  interview: {
    id: 'interview',
    persona: interviewPersona,
    facts: interviewFacts,
    lines: interviewLines,
    keyTerms: interviewKeyTerms,
    tools: [],
    replies: interviewReplies,
    // An interviewer may well speak of cars and banks, and of a team of twelve.
    script: {
      agenda: ['team', 'tool', 'demo', 'else'],
      tellsMoreOf: ['experience', 'skill'],
      passesOver: ['wrong-number', 'support'],
    },
  },
}

/** The names `assistantNamed` knows. */
export const assistantNames: readonly string[] = Object.keys(assistants)

/** The assistant of that name, or null if there is none. */
export const assistantNamed = (name: string): Assistant | null =>
  Object.hasOwn(assistants, name) ? (assistants[name] ?? null) : null
