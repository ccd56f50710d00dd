/**
 * The facts of one phone call, as turn-taking knows them: the state, the events that change it, and what the facts mean.
 * Events only record; nothing is decided here. See rules.ts for what the facts call for, and turns.ts for how they meet.
 */
import type { Deed } from '../ports.ts'
import type { Consent } from './consent.ts'
import { did, heard, type History } from './history.ts'
import { noKeys, press, type Keys } from './keypad.ts'
import {
  KEYPAD,
  nothingYet,
  owedFrom,
  owedTranscript,
  placedWords,
  settled,
  textOf,
  wordsAfter,
  type Cut,
  type PlacedWord,
  type Settled,
} from './transcript.ts'

/**
 * How much before the caller's voice the settled words may end: voices fade, and recognisers end words early. Words that are
 * merely final have to come close, or all but a short last word would pass for everything; a declared end vouches for more.
 */
export const WORDS_REACH_MS = { final: 80, declared: 200 } as const
/** Silence after which a sound that never became words is no longer waited for: a cough after the words. */
export const WORDS_LATEST_MS = 1_200
/** The same while the recogniser has words in hand and has not made up its mind: it is slow, and half of what was said is no answer. */
export const UNSETTLED_LATEST_MS = 3_000

/** A sound of this length is speech rather than a cough. */
export const SPEECH_MS = 600

/** Lines that need no thinking; their words belong to the assistant. */
export type LineName =
  | 'greeting'
  | 'resume'
  | 'nobody-free'
  | 'still-there'
  | 'anyone-there'
  | 'goodbye'
  | 'time-up'
  | 'pardon'
  | 'trouble'
  /** Nothing works any more; the call ends with it. */
  | 'broken'
  /** A colleague takes over; our part ends with it. */
  | 'transfer'
  /** How was this call? Asked after the goodbye, where it is asked at all. */
  | 'rating'

/** How our part of the call ends once a reply has been heard: we hang up; or somebody else goes on with the caller. */
export type Ending = 'hang-up' | 'hand-over'

/** Why a call is made to end politely: the process stops, it has cost enough, or the operator wants it. */
export type LeaveReason = 'shutdown' | 'limit' | 'operator'

export type ReplyId = number

/**
 * How replies are made. `plain`: the turn is declared ended, then the whole answer, then the whole audio. `streamed`: begun when
 * the silence is complete, each piece handed on as it comes. `draft`: begun inside the silence. All three say the same.
 */
export type Pipeline = 'plain' | 'streamed' | 'draft'

export type CallRules = {
  readonly pipeline: Pipeline
  readonly longestMs: number
  /** A lone `0` on the keypad asks for a colleague. Journals of calls on which it does not need not say so. */
  readonly zeroTransfers?: boolean
  /** After the goodbye the caller is asked to rate the call with a key. Journals of calls on which nobody is do not say so. */
  readonly asksRating?: boolean
}

/** What a call goes on from that was broken off, or comes back from a person who could not be reached. */
export type Resumption = {
  /** Which leg of the call begins: 2 after the first break. */
  readonly leg: number
  /** What the caller hears first. */
  readonly opening: 'resume' | 'nobody-free'
  /** What was said and heard until then; ids are below 1. */
  readonly history: History
  /** Settled words of the caller that nobody has answered: they are, once the opening has been said. */
  readonly owed: string
  /** How much of the longest call is used up. */
  readonly spentMs: number
  /** Whether its audio was being kept, where that was not settled from the beginning. */
  readonly consent?: Consent
}

/** A reply under way. */
export type Reply = {
  readonly id: ReplyId
  /** The caller's words it answers; '' if the bot speaks unasked. */
  readonly said: string
  /** Null for an answer by the model. */
  readonly line: LineName | 'operator' | null
  /** What the operator wants said; '' for all else. */
  readonly text: string
  /** The words it answers lie between these; a withdrawn reply gives them back. */
  readonly from: Cut
  readonly to: Cut
  /** When the caller fell silent before it; null while it is a draft. */
  readonly answersSilence: number | null
  /** What the caller has heard of it. */
  readonly heard: string
  /** Its first audio exists. */
  readonly ready: boolean
  readonly failed: boolean
  /** A draft during whose making something was done that it knows nothing of. */
  readonly outdated: boolean
  /** The caller has heard all of it. */
  readonly finished: boolean
  /** How the call ends with it, if it does; and then what a colleague should know. */
  readonly farewell: null | Ending
  readonly brief: string
  /** How often it was stopped for a sound that was no reason to stop. */
  readonly resumed: number
  /**
   * Stopped because the caller made a sound: 'asked' until the player says what was heard by then, and what was about to follow,
   * as far as it is made; `whole` if nothing will be added.
   */
  readonly hold: null | 'asked' | { readonly since: number; readonly ahead: string; readonly whole: boolean }
}

/** From this time on the call is to end: no more answers, this line as soon as the floor is free, and then so. */
export type Parting = {
  readonly from: number
  readonly line: 'time-up' | 'transfer' | 'broken'
  readonly then: Ending
  readonly brief: string
}

/** The goodbye has been said, and the caller is asked how the call was. What is pressed from here on is no word to be answered. */
export type Asked = {
  readonly at: number
  /** When all of the question had been heard; null until then. */
  readonly heardAt: number | null
  readonly lastKey: string | null
}

export type Turns = {
  readonly history: History
  /** What the caller hears first. */
  readonly opening: LineName
  /** Where the words begin that are owed an answer once the opening has been said; null: none are. */
  readonly owed: Cut | null
  readonly answered: boolean
  /** When the caller last began to speak, or null if never. */
  readonly spokeFrom: number | null
  /** When the caller last fell silent, or null while the caller speaks. */
  readonly silentSince: number | null
  /** There is a sound that may be the caller beginning to speak. */
  readonly stirred: boolean
  readonly words: readonly PlacedWord[]
  readonly settled: Settled | null
  readonly keys: Keys
  /** The words before this cut have been answered, or were asides. */
  readonly done: Cut
  readonly reply: Reply | null
  readonly nextId: ReplyId
  /** Replies begun since the last one that was released. */
  readonly drafts: number
  /** The services are short: one draft a turn has to do. */
  readonly spares: boolean
  /** How often no reply could be had to these words. */
  readonly failures: { readonly said: string; readonly count: number }
  /** Apologies heard since the model last answered, and fixed lines that could not be spoken. */
  readonly troubles: number
  /** What the operator wants said, in this order. */
  readonly toSay: readonly string[]
  readonly parting: Parting
  /** The operator wants the line closed now. */
  readonly closing: boolean
  /** Only while the question how the call was stands. */
  readonly asked: Asked | null
  /** When the floor last fell quiet: a reply was heard to its end, or the caller said words. */
  readonly quietSince: number
  /** How often the bot has asked whether anybody is there. */
  readonly prompts: number
  /** The recogniser was lost at this time, and back at that (null: not yet). */
  readonly deaf: { readonly from: number; readonly to: number | null } | null
  /** Pauses (by their `silentSince`) in which the recogniser was asked to settle, and in which the caller was asked to repeat. */
  readonly settleAsked: number | null
  readonly pardonAsked: number | null
  /** A noise that the bot has decided to talk over, by its `spokeFrom`. */
  readonly ignored: number | null
  readonly rules: CallRules
  /** Our part is over: nothing more is answered. */
  readonly leaving: boolean
  readonly over: boolean
  readonly wakeAt: number | null
}

export type Event = { readonly at: number } & (
  | { readonly type: 'call-answered' }
  /** A sound that may be speech: withholds a reply about to be released, no more. */
  | { readonly type: 'caller-stirred' }
  | { readonly type: 'caller-spoke'; readonly fromMs: number }
  /** Also takes back a false `caller-stirred`; `sinceMs` is then the earlier silence. */
  | { readonly type: 'caller-paused'; readonly sinceMs: number }
  /** All words the recogniser has told and that may still matter. */
  | { readonly type: 'words'; readonly words: readonly PlacedWord[]; readonly settled: Settled | null }
  | { readonly type: 'recogniser-deaf' }
  | { readonly type: 'recogniser-hearing' }
  | { readonly type: 'reply-ready'; readonly id: ReplyId }
  | { readonly type: 'reply-farewell'; readonly id: ReplyId; readonly then: Ending; readonly brief: string }
  | { readonly type: 'reply-failed'; readonly id: ReplyId }
  /** Something was begun for the caller, or has come to its end; also told of replies that were dropped meanwhile. */
  | { readonly type: 'reply-did'; readonly id: ReplyId; readonly deed: Deed }
  /** Everything the caller has heard of the reply so far. */
  | { readonly type: 'reply-heard'; readonly id: ReplyId; readonly text: string }
  /** Told again while it is held and more of it is made. */
  | {
      readonly type: 'reply-held'
      readonly id: ReplyId
      readonly text: string
      readonly ahead: string
      readonly whole: boolean
    }
  | { readonly type: 'reply-finished'; readonly id: ReplyId; readonly text: string }
  | { readonly type: 'key-pressed'; readonly key: string }
  | { readonly type: 'say-wanted'; readonly text: string }
  | { readonly type: 'transfer-wanted'; readonly brief: string }
  | { readonly type: 'leave-wanted'; readonly why: LeaveReason }
  | { readonly type: 'hang-up-wanted' }
  | { readonly type: 'sparing-wanted'; readonly spares: boolean }
  | { readonly type: 'woke' }
  | { readonly type: 'call-ended' }
)

/** On what ground the words were answered; 'overdue': their last sound never became words; 'keyed': nothing was ever spoken. */
export type Basis = Settled['basis'] | 'overdue' | 'keyed'

/** `resumption` is what the call goes on from; null: it begins. */
export function newCall(rules: CallRules, resumption: Resumption | null = null): Turns {
  const owed = owedTranscript(resumption?.owed ?? '')
  return {
    history: resumption?.history ?? [],
    opening: resumption?.opening ?? 'greeting',
    owed: owed.length > 0 ? owedFrom : null,
    answered: false,
    spokeFrom: null,
    silentSince: 0,
    stirred: false,
    words: placedWords(owed),
    settled: settled(owed),
    keys: noKeys,
    done: nothingYet,
    reply: null,
    nextId: 1,
    drafts: 0,
    spares: false,
    failures: { said: '', count: 0 },
    troubles: 0,
    toSay: [],
    parting: { from: rules.longestMs, line: 'time-up', then: 'hang-up', brief: '' },
    closing: false,
    asked: null,
    quietSince: 0,
    prompts: 0,
    deaf: null,
    settleAsked: null,
    pardonAsked: null,
    ignored: null,
    rules,
    leaving: false,
    over: false,
    wakeAt: null,
  }
}

/** Writes down what an event tells. */
export function record(turns: Turns, event: Event): Turns {
  switch (event.type) {
    case 'call-answered':
      return { ...turns, answered: true, quietSince: event.at }
    case 'caller-stirred':
      return { ...turns, stirred: true }
    case 'caller-spoke':
      return { ...turns, spokeFrom: event.fromMs, silentSince: null, stirred: false }
    case 'caller-paused':
      return { ...turns, silentSince: event.sinceMs, stirred: false }
    case 'words':
      return recordWords(turns, event)
    case 'recogniser-deaf':
      return { ...turns, deaf: { from: event.at, to: null } }
    case 'recogniser-hearing':
      return { ...turns, deaf: turns.deaf && { ...turns.deaf, to: event.at } }
    case 'reply-ready':
      return withReply(turns, event.id, reply => ({ ...reply, ready: true }))
    case 'reply-farewell':
      return withReply(turns, event.id, reply => ({ ...reply, farewell: event.then, brief: event.brief }))
    case 'reply-failed':
      return withReply(turns, event.id, reply => ({ ...reply, failed: true }))
    case 'reply-did':
      return recordDeed(turns, event.id, event.deed)
    case 'reply-heard':
      return recordHeard(turns, event.id, event.text, {})
    case 'reply-held':
      return recordHeld(turns, event)
    case 'reply-finished':
      return recordHeard(turns, event.id, event.text, { finished: true })
    case 'key-pressed':
      return recordKey(turns, event)
    case 'say-wanted':
      return { ...turns, toSay: [...turns.toSay, event.text] }
    case 'transfer-wanted':
      return { ...turns, parting: { from: event.at, line: 'transfer', then: 'hand-over', brief: event.brief } }
    case 'leave-wanted':
      return { ...turns, parting: { ...turns.parting, from: Math.min(turns.parting.from, event.at) } }
    case 'hang-up-wanted':
      return { ...turns, closing: true }
    case 'sparing-wanted':
      return { ...turns, spares: event.spares }
    case 'woke':
      return turns
    case 'call-ended':
      return { ...turns, over: true }
    default:
      return event satisfies never
  }
}

function recordKey(turns: Turns, { at, key }: Event & { type: 'key-pressed' }): Turns {
  const { asked, keys, quietSince } = turns
  if (asked) return { ...turns, asked: { ...asked, lastKey: key } }
  return { ...turns, keys: press(keys, key, at), quietSince: Math.max(quietSince, at) }
}

function recordWords(turns: Turns, { at, words, settled }: Event & { type: 'words' }): Turns {
  const news = { ...turns, words, settled }
  return said(news) === said(turns) ? news : { ...news, quietSince: Math.max(turns.quietSince, at) }
}

function recordHeard(turns: Turns, id: ReplyId, text: string, more: Partial<Reply>): Turns {
  const recorded = withReply(turns, id, reply => ({ ...reply, heard: text, ...more }))
  return recorded === turns ? turns : { ...recorded, history: heard(turns.history, id, text) }
}

/** A draft begun before this was known answers without knowing it. */
function recordDeed(turns: Turns, id: ReplyId, deed: Deed): Turns {
  const { reply } = turns
  const isDraft = reply !== null && reply.answersSilence === null && reply.id !== id
  return { ...turns, reply: isDraft ? { ...reply, outdated: true } : reply, history: did(turns.history, id, deed) }
}

function recordHeld(turns: Turns, { at, id, text, ahead, whole }: Event & { type: 'reply-held' }): Turns {
  const before = turns.reply?.hold
  const since = before && before !== 'asked' ? before.since : at
  return recordHeard(turns, id, text, { hold: { since, ahead, whole } })
}

/** Changes the reply under way. News of any other reply is stale and changes nothing. */
function withReply(turns: Turns, id: ReplyId, change: (reply: Reply) => Reply): Turns {
  return turns.reply?.id === id ? { ...turns, reply: change(turns.reply) } : turns
}

/* ── What the facts mean ───────────────────────────────────────────────────────────────────────────────────── */

/** The caller's words that nobody has answered yet. */
export function unanswered({ words, keys, done }: Turns): readonly PlacedWord[] {
  const keyed = wordsAfter(keys.entries, done)
  const spoken = wordsAfter(words, done)
  return keyed.length === 0 ? spoken : [...spoken, ...keyed].sort((a, b) => a.startMs - b.startMs)
}

export const said = (turns: Turns): string => textOf(unanswered(turns))

/** The words before this cut will not be needed again: those a withdrawn reply would give back are kept. */
export const finishedWith = (turns: Turns): Cut => turns.reply?.from ?? turns.done

/** Whether the caller has keyed in something that is not answered yet, or is about to. */
export const isKeying = ({ keys, done }: Turns): boolean => keys.pending !== null || wordsAfter(keys.entries, done).length > 0

/**
 * Since when the caller has been silent: by ear, or by words where the ear missed quiet speech; a key ends the silence like a
 * word. Null while speaking.
 */
export function silenceOf(turns: Turns): number | null {
  const { silentSince } = turns
  if (silentSince === null) return null
  return unanswered(turns).reduce(
    (since, word) => (word.startMs > silentSince || word.turn === KEYPAD ? Math.max(since, word.endMs) : since),
    silentSince,
  )
}

/** When the words are answered as they are, settled or not. */
export const overdueAt = ({ settled }: Turns, silentSince: number): number =>
  silentSince + (settled ? WORDS_LATEST_MS : UNSETTLED_LATEST_MS)

/** Whether the words are settled, and reach the end of the last stretch of speech; the same in every pipeline. */
export function settledBasis({
  silentSince,
  spokeFrom,
  settled,
}: Pick<Turns, 'silentSince' | 'spokeFrom' | 'settled'>): Settled['basis'] | null {
  if (silentSince === null || settled === null) return null
  const reach = Math.max(spokeFrom ?? 0, silentSince - WORDS_REACH_MS[settled.basis])
  return settled.toMs >= reach ? settled.basis : null
}

/** Why the caller's words may be answered now, or null. */
export function basisOf(turns: Turns, now: number): Basis | null {
  const { silentSince, rules } = turns
  if (silentSince === null) return null
  const basis = settledBasis(turns)
  if (turns.spokeFrom === null && turns.words.length === 0 && isKeying(turns)) return 'keyed'
  if (basis !== null && (rules.pipeline !== 'plain' || basis === 'declared')) return basis
  return now >= overdueAt(turns, silentSince) ? 'overdue' : null
}

/** There was speech, of which a recogniser that is not known to be lost has told no word, nor that there was none. */
export function isUnheard({ silentSince, spokeFrom, quietSince, settled }: Turns): boolean {
  if (silentSince === null || spokeFrom === null || (settled && settled.toMs >= silentSince)) return false
  return silentSince - Math.max(spokeFrom, quietSince) >= SPEECH_MS
}
