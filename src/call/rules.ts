/**
 * The rules of turn-taking: each looks at the facts and says what they call for, in the order in which they are asked.
 * A rule never asks which event came last. A rule that must wait answers with the time at which it wants to be asked again.
 *
 * A draft is a reply nobody hears yet. `prepare` starts one in silence, `release` lets the caller hear it, `hold` stops it
 * where it is, `resume` lets it go on, `drop` ends it whatever it is. There is never more than one.
 */
import { endsSentence, isAside } from './asides.ts'
import {
  basisOf,
  overdueAt,
  said,
  settledBasis,
  silenceOf,
  unanswered,
  UNSETTLED_LATEST_MS,
  WORDS_LATEST_MS,
  type Basis,
  type LineName,
  type Pipeline,
  type Reply,
  type ReplyId,
  type Turns,
} from './facts.ts'
import { amended, interrupted, open, withdrawn, type History } from './history.ts'
import { cutAfter, textOf } from './transcript.ts'

/** The caller's silence after which the bot answers: no less, no more. */
export const SILENCE_BEFORE_REPLY_MS = 500
/** Replies begun on speculation per turn of the caller; later ones wait for the silence to be complete, so money is bounded. */
export const DRAFTS_MAX = 4
/** Tries to get a reply to the same words before the bot says that it is in trouble. */
export const ATTEMPTS_MAX = 2
/**
 * Silence of the caller after which there is an apology in place of a reply of which no sound exists: four seconds are a long
 * time on the telephone. Plain makes the whole reply before its first sound.
 */
export const REPLY_LATEST_MS: Readonly<Record<Pipeline, number>> = { plain: 12_000, streamed: 3_800, draft: 3_800 }
/** A caller who cut in and fell silent without words is taken for a cough after this; longer than recognisers take for words. */
export const REMARK_LATEST_MS = 700
/** A noise that goes on without becoming words holds the bot no longer than this. */
export const NOISE_LATEST_MS = 3_000
/** A sound of this length is speech rather than a cough. */
export const SPEECH_MS = 600
/** So often the bot asks to repeat what no words came of: what speaks on and on without words is a television. */
export const PARDONS_MAX = 2
/** Quiet on both sides before the bot asks whether the caller is still there, counted from what was heard. */
export const IDLE_MS = 8_000
/** After the call's longest duration, how long a reply under way may still take. */
export const OVERTIME_MS = 30_000

export type Command =
  /** Ask the model for a reply and turn it into speech, but keep it from the caller. */
  | { readonly type: 'prepare'; readonly id: ReplyId; readonly history: History; readonly said: string }
  /** Say a fixed line now. */
  | { readonly type: 'say'; readonly id: ReplyId; readonly line: LineName }
  /** Let the caller hear the reply, from its first frame on. */
  | { readonly type: 'release'; readonly id: ReplyId; readonly silentSince: number; readonly basis: Basis }
  /** Stop playing at once, keep what is unheard, and tell what was heard (`reply-held`). */
  | { readonly type: 'hold'; readonly id: ReplyId }
  /** Go on from the first unheard word. `aside` is what the caller said meanwhile, if anything. */
  | { readonly type: 'resume'; readonly id: ReplyId; readonly aside: string }
  /** End the reply: stop preparing it, and stop playing it. */
  | {
      readonly type: 'drop'
      readonly id: ReplyId
      readonly why: 'words-changed' | 'interrupted' | 'withdrawn' | 'failed' | 'too-slow' | 'call-ended'
    }
  /** Words came late to a reply that is already being heard. */
  | { readonly type: 'amend'; readonly id: ReplyId; readonly late: string }
  /** Ask the recogniser to settle the words now. */
  | { readonly type: 'settle' }
  | { readonly type: 'hang-up' }

/** What to do now; or when to be asked again; or nothing. A decision always changes the facts that called for it. */
export type Verdict = readonly [Turns, ...Command[]] | number | null
export type Rule = (turns: Turns, now: number) => Verdict

export const rules: readonly Rule[] = [
  finishReply,
  giveUpFailedReply,
  giveUpSlowReply,
  dropStaleDraft,
  greet,
  oweAnswer,
  takeLateWords,
  yieldToCaller,
  judgeRemark,
  releaseReply,
  prepareReply,
  settleWords,
  askToRepeat,
  endLongCall,
  promptTheSilent,
]

const notBefore = (due: number, now: number, decision: () => Verdict): Verdict => (now >= due ? decision() : due)

/** The one rule that still holds when the call is over. */
export function endWithTheCall({ reply, ...turns }: Turns): Verdict {
  return reply
    ? [
        { ...turns, reply: null },
        { type: 'drop', id: reply.id, why: 'call-ended' },
      ]
    : null
}

/** The caller has heard it all: the floor is free. */
function finishReply(turns: Turns, now: number): Verdict {
  const { reply } = turns
  if (!reply?.finished) return null
  const free = { ...turns, reply: null, quietSince: now }
  if (reply.farewell) return [{ ...free, leaving: true }, { type: 'hang-up' }]
  return reply.failed ? say(free, now, 'trouble') : [free]
}

/** It failed before a sound of it existed: try again, and after that say so. Once heard, it is left to finish what there is. */
function giveUpFailedReply(turns: Turns, now: number): Verdict {
  const { reply, failures } = turns
  if (!reply?.failed || reply.ready) return null
  const drop = { type: 'drop', id: reply.id, why: 'failed' } as const
  if (reply.line === null) {
    const count = failures.said === reply.said ? failures.count + 1 : 1
    return [{ ...giveBack(turns, reply), failures: { said: reply.said, count } }, drop]
  }
  // A fixed line is not to be had by asking again; and a farewell ends the call also unheard.
  const free = { ...turns, reply: null, quietSince: now, history: withdrawn(turns.history, reply.id) }
  return reply.farewell ? [{ ...free, leaving: true }, drop, { type: 'hang-up' }] : [free, drop]
}

/** The caller has waited for its first sound for as long as one can be asked to: says so, and is ready to be asked again. */
function giveUpSlowReply(turns: Turns, now: number): Verdict {
  const { reply, rules } = turns
  if (!reply || reply.line !== null || reply.answersSilence === null || reply.ready || reply.hold !== null) return null
  return notBefore(reply.answersSilence + REPLY_LATEST_MS[rules.pipeline], now, () => {
    const [next, apologise] = say(giveBack(turns, reply), now, 'trouble')
    return [next, { type: 'drop', id: reply.id, why: 'too-slow' }, apologise]
  })
}

/** The draft answers words that are no longer all of them, or does not know what has been done. */
function dropStaleDraft(turns: Turns): Verdict {
  const { reply } = turns
  if (!reply || reply.answersSilence !== null || (reply.said === said(turns) && !reply.outdated)) return null
  return [
    { ...turns, reply: null },
    { type: 'drop', id: reply.id, why: 'words-changed' },
  ]
}

function greet(turns: Turns, now: number): Verdict {
  return turns.answered && turns.nextId === 1 ? say(turns, now, turns.opening) : null
}

/** The opening of a call that goes on has been said, or was cut short: now what the caller said before the break is due. */
function oweAnswer(turns: Turns): Verdict {
  const { owed, reply, nextId } = turns
  return owed !== null && !reply && nextId > 1 ? [{ ...turns, done: owed, owed: null }] : null
}

/**
 * Words that belong to what is being answered arrived after the release. Nothing heard yet: the reply is withdrawn, and both
 * parts are answered as one. Already heard: they are taken as answered, and remembered.
 */
function takeLateWords(turns: Turns): Verdict {
  const { reply } = turns
  if (reply?.line !== null || reply.answersSilence === null || reply.hold !== null) return null
  const late = unanswered(turns)
  if (late.length === 0 || !late.every(word => word.startMs < reply.answersSilence!)) return null
  if (reply.heard === '') return withdraw(turns, reply)
  const text = textOf(late)
  const done = cutAfter(late, turns.done)
  return [
    { ...turns, done, history: amended(turns.history, reply.id, text) },
    { type: 'amend', id: reply.id, late: text },
  ]
}

/** The caller makes a sound, or says words that the ear missed: stop at once, keep what is unheard, decide later by the words. */
function yieldToCaller(turns: Turns): Verdict {
  const { reply, silentSince, spokeFrom, ignored } = turns
  if (!reply || reply.answersSilence === null || reply.hold !== null || reply.finished) return null
  const speaking = silentSince === null && spokeFrom !== ignored
  if (!speaking && said(turns) === '') return null
  return [
    { ...turns, reply: { ...reply, hold: 'asked' } },
    { type: 'hold', id: reply.id },
  ]
}

/** Held: real words end the reply; a cough, an echo or a backchannel lets it go on. Always decided, at the latest by a deadline. */
function judgeRemark(turns: Turns, now: number): Verdict {
  const { reply } = turns
  if (!reply || reply.hold === null || reply.hold === 'asked') return null
  const remark = said(turns)
  if (remark !== '' && reply.heard === '') return withdraw(turns, reply)
  const due = remarkLatest(turns, reply.hold)
  const isSettled = settledBasis(turns) !== null
  if (remark !== '' && !isAside(remark, reply.heard, reply.hold.ahead, isSettled || now >= due)) return interrupt(turns, reply)
  return isSettled && (remark === '' || isSentenceKnown(reply.hold))
    ? resume(turns, reply)
    : notBefore(due, now, () => resume(turns, reply))
}

type Held = Exclude<Reply['hold'], null | 'asked'>

/** When a remark is judged by the words there are, settled or not. */
function remarkLatest(turns: Turns, hold: Held): number {
  const { silentSince, spokeFrom, quietSince } = turns
  if (silentSince === null) return Math.max(hold.since, spokeFrom!, quietSince) + NOISE_LATEST_MS
  if (said(turns) !== '' && !isSentenceKnown(hold)) return hold.since + NOISE_LATEST_MS
  return Math.max(silentSince, hold.since) + REMARK_LATEST_MS
}

/** Whether "okay" is an answer hangs on the sentence in the air. While that is still being made there is little to resume with. */
const isSentenceKnown = ({ ahead, whole }: Held): boolean => whole || endsSentence(ahead)

/** The rule: the silence is complete, nothing stirs, and the words are settled. */
function releaseReply(turns: Turns, now: number): Verdict {
  const { reply, stirred } = turns
  const silence = silenceOf(turns)
  if (!reply || reply.answersSilence !== null || silence === null || stirred) return null
  const basis = basisOf(turns, now)
  if (basis === null) return overdueAt(turns, turns.silentSince!)
  return notBefore(silence + SILENCE_BEFORE_REPLY_MS, now, () => [
    {
      ...turns,
      reply: { ...reply, answersSilence: silence },
      done: reply.to,
      drafts: 0,
      prompts: 0,
      history: open(turns.history, reply.id, reply.said),
    },
    { type: 'release', id: reply.id, silentSince: silence, basis },
  ])
}

/** Settled words want an answer: begin it at once, in silence. */
function prepareReply(turns: Turns, now: number): Verdict {
  const { reply, leaving, failures, drafts, rules } = turns
  const silence = silenceOf(turns)
  const words = said(turns)
  if (reply || leaving || silence === null || words === '' || now >= rules.longestMs) return null
  if (basisOf(turns, now) === null) return overdueAt(turns, turns.silentSince!)
  const complete = silence + SILENCE_BEFORE_REPLY_MS
  if (failures.said === words && failures.count >= ATTEMPTS_MAX) {
    return turns.stirred ? null : notBefore(complete, now, () => say(turns, now, 'trouble'))
  }
  const draftsMax = rules.pipeline === 'draft' ? DRAFTS_MAX : 0
  return drafts < draftsMax ? prepare(turns, words) : notBefore(complete, now, () => prepare(turns, words))
}

/** The reply is due but for the recogniser: ask it, once a pause, to make up its mind. */
function settleWords(turns: Turns, now: number): Verdict {
  const { silentSince, spokeFrom, settleAsked, rules } = turns
  if (
    rules.pipeline === 'plain' ||
    silentSince === null ||
    spokeFrom === null ||
    settleAsked === silentSince ||
    basisOf(turns, now) !== null
  )
    return null
  return notBefore(silentSince + SILENCE_BEFORE_REPLY_MS, now, () => [{ ...turns, settleAsked: silentSince }, { type: 'settle' }])
}

/** The caller spoke while the recogniser was lost, and no words came of it. */
function askToRepeat(turns: Turns, now: number): Verdict {
  const { reply, leaving, deaf, silentSince, spokeFrom, pardonAsked } = turns
  if (reply || leaving || !deaf || silentSince === null || spokeFrom === null || turns.stirred || pardonAsked === silentSince)
    return null
  const missed = silentSince > deaf.from && spokeFrom < (deaf.to ?? Infinity)
  if (!missed || said(turns) !== '' || (turns.settled && turns.settled.toMs >= silentSince)) return null
  return notBefore(silentSince + WORDS_LATEST_MS, now, () => say({ ...turns, pardonAsked: silentSince }, now, 'pardon'))
}

/** The longest call: no new answers, a polite end once nobody speaks, and an end in any case. */
function endLongCall(turns: Turns, now: number): Verdict {
  const { reply, leaving, silentSince } = turns
  const { longestMs } = turns.rules
  if (leaving) return null
  if (!reply && silentSince !== null) return notBefore(longestMs, now, () => say(turns, now, 'time-up', true))
  return notBefore(longestMs + OVERTIME_MS, now, () => [{ ...turns, leaving: true }, { type: 'hang-up' }])
}

/** Nobody has said anything for a while: ask, ask again, say goodbye. */
function promptTheSilent(turns: Turns, now: number): Verdict {
  const { answered, reply, leaving, silentSince, spokeFrom, quietSince, prompts } = turns
  if (!answered || reply || leaving || turns.stirred || said(turns) !== '') return null
  if (prompts < PARDONS_MAX && isUnheard(turns))
    return notBefore(silentSince! + UNSETTLED_LATEST_MS, now, () => say({ ...turns, prompts: prompts + 1 }, now, 'pardon'))
  // A sound may still become words, and one that goes on without words is no reason to wait for ever.
  const soundUntil = silentSince === null ? spokeFrom! + IDLE_MS : silentSince + WORDS_LATEST_MS
  return notBefore(Math.max(quietSince + IDLE_MS, spokeFrom === null ? 0 : soundUntil), now, () => {
    const next = { ...turns, prompts: prompts + 1, ignored: silentSince === null ? spokeFrom : turns.ignored }
    if (prompts === 0) return say(next, now, 'still-there')
    return prompts === 1 ? say(next, now, 'anyone-there') : say(next, now, 'goodbye', true)
  })
}

/** There was speech, of which a recogniser that is not known to be lost has told no word, nor that there was none. */
function isUnheard({ silentSince, spokeFrom, quietSince, settled }: Turns): boolean {
  if (silentSince === null || spokeFrom === null || (settled && settled.toMs >= silentSince)) return false
  return silentSince - Math.max(spokeFrom, quietSince) >= SPEECH_MS
}

/* ── What rules do ─────────────────────────────────────────────────────────────────────────────────────────── */

const draft: Omit<Reply, 'id' | 'said' | 'from' | 'to'> = {
  line: null,
  answersSilence: null,
  heard: '',
  ready: false,
  failed: false,
  outdated: false,
  finished: false,
  farewell: false,
  hold: null,
}

function prepare(turns: Turns, words: string): Verdict {
  const id = turns.nextId
  const reply: Reply = { ...draft, id, said: words, from: turns.done, to: cutAfter(unanswered(turns), turns.done) }
  return [
    { ...turns, reply, nextId: id + 1, drafts: turns.drafts + 1 },
    { type: 'prepare', id, history: turns.history, said: words },
  ]
}

/** Says a fixed line now; what the caller has said and nobody has answered counts as answered by it. */
function say(turns: Turns, now: number, line: LineName, farewell = false): readonly [Turns, Command] {
  const id = turns.nextId
  const words = said(turns)
  const done = cutAfter(unanswered(turns), turns.done)
  const reply: Reply = { ...draft, id, said: words, line, from: turns.done, to: done, answersSilence: now, farewell }
  return [
    { ...turns, reply, nextId: id + 1, done, drafts: 0, history: open(turns.history, id, words) },
    { type: 'say', id, line },
  ]
}

function resume(turns: Turns, reply: Reply): Verdict {
  const aside = said(turns)
  const ignored = turns.silentSince === null ? turns.spokeFrom : turns.ignored
  const done = cutAfter(unanswered(turns), turns.done)
  return [
    { ...turns, reply: { ...reply, hold: null }, done, ignored },
    { type: 'resume', id: reply.id, aside },
  ]
}

function interrupt(turns: Turns, reply: Reply): Verdict {
  return [
    { ...turns, reply: null, history: interrupted(turns.history, reply.id) },
    { type: 'drop', id: reply.id, why: 'interrupted' },
  ]
}

/** Nothing of it was heard: as if it had never been released. Its words are unanswered again. */
function withdraw(turns: Turns, reply: Reply): Verdict {
  return [giveBack(turns, reply), { type: 'drop', id: reply.id, why: 'withdrawn' }]
}

function giveBack(turns: Turns, reply: Reply): Turns {
  const released = reply.answersSilence !== null
  return { ...turns, reply: null, done: released ? reply.from : turns.done, history: withdrawn(turns.history, reply.id) }
}
