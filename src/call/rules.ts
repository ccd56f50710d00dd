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
  isUnheard,
  isKeying,
  overdueAt,
  said,
  settledBasis,
  silenceOf,
  SPEECH_MS,
  unanswered,
  UNSETTLED_LATEST_MS,
  WORDS_LATEST_MS,
  type Basis,
  type Ending,
  type LineName,
  type Pipeline,
  type Reply,
  type ReplyId,
  type Turns,
} from './facts.ts'
import { amended, interrupted, open, withdrawn, type History } from './history.ts'
import { gathered, KEYS_LATEST_MS, LONE_ZERO } from './keypad.ts'
import { cutAfter, textOf } from './transcript.ts'

/** The caller's silence after which the bot answers: no less, no more. */
export const SILENCE_BEFORE_REPLY_MS = 500
/** Replies begun on speculation per turn of the caller; later ones wait for the silence to be complete, so money is bounded. */
export const DRAFTS_MAX = 4
/** And so often where the services are short: the first is mostly right, and without it no reply could leave at 500 ms. */
const SPARED_DRAFTS_MAX = 1
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
/** However many noises follow each other, the bot is held no longer than this: speech has become words by then. */
export const HOLD_LATEST_MS = 8_000
/** So often a reply stops for a sound that turns out to be none; after that, only for words: a noisy line must not keep it from its end. */
export const NOISES_MAX = 5
/** So often the bot asks to repeat what no words came of: what speaks on and on without words is a television. */
export const PARDONS_MAX = 2
/** Quiet on both sides before the bot asks whether the caller is still there, counted from what was heard. */
export const IDLE_MS = 8_000
/** Sounds of which no words come put that question off no longer than this: noise is not company. */
export const NOISY_IDLE_MS = 16_000
/** Apologies in a row for an answer that could not be had; instead of the next one the bot says goodbye. */
export const APOLOGIES_MAX = 2
/** Once the call is to end, how long a reply under way and the parting words may still take. */
export const OVERTIME_MS = 30_000
/** Asked how the call was, the caller has so long for a key, counted from when the question was heard. */
export const RATING_LATEST_MS = 5_000
/** And all of it takes no longer than this, whatever is said into the question and however slowly it is spoken. */
export const ASKING_LATEST_MS = 20_000

export type Command =
  /** Ask the model for a reply and turn it into speech, but keep it from the caller. */
  | { readonly type: 'prepare'; readonly id: ReplyId; readonly history: History; readonly said: string }
  /** Say a fixed line now; it stands for an answer to what was `said`, if anything was. */
  | { readonly type: 'say'; readonly id: ReplyId; readonly line: LineName; readonly said: string }
  /** Say the operator's words now, likewise. */
  | { readonly type: 'speak'; readonly id: ReplyId; readonly text: string; readonly said: string }
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
      readonly why: 'words-changed' | 'overtaken' | 'interrupted' | 'withdrawn' | 'failed' | 'too-slow' | 'call-ended'
    }
  /** Words came late to a reply that is already being heard. */
  | { readonly type: 'amend'; readonly id: ReplyId; readonly late: string }
  /** Ask the recogniser to settle the words now. */
  | { readonly type: 'settle' }
  /** Somebody else goes on with the caller as soon as the line is free of us, and knows this of the call; a `hang-up` follows. */
  | { readonly type: 'hand-over'; readonly brief: string }
  /** The caller's own verdict on the call, by key: 1 (bad) to 5. A `hang-up` follows. */
  | { readonly type: 'rated'; readonly rating: number }
  | { readonly type: 'hang-up' }

/** What to do now; or when to be asked again; or nothing. A decision always changes the facts that called for it. */
export type Verdict = readonly [Turns, ...Command[]] | number | null
export type Rule = (turns: Turns, now: number) => Verdict

export const rules: readonly Rule[] = [
  closeTheLine,
  gatherKeys,
  transferOnZero,
  awaitRating,
  finishReply,
  giveUpFailedReply,
  giveUpSlowReply,
  dropStaleDraft,
  dropOvertakenDraft,
  greet,
  oweAnswer,
  takeLateWords,
  yieldToCaller,
  judgeRemark,
  sayForTheOperator,
  part,
  releaseReply,
  prepareReply,
  settleWords,
  askToRepeat,
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

/** The operator does not want to wait. What was heard of a reply under way is told as the line closes. */
function closeTheLine(turns: Turns): Verdict {
  return turns.closing && !turns.leaving ? [{ ...turns, leaving: true }, { type: 'hang-up' }] : null
}

/** No key for a while: the entry is whole, and stands among the words. */
function gatherKeys(turns: Turns, now: number): Verdict {
  const { keys } = turns
  return keys.pending && notBefore(keys.pending.atMs + KEYS_LATEST_MS, now, () => [{ ...turns, keys: gathered(keys) }])
}

/** A lone 0 has meant "a person, please" on telephones for longer than there have been assistants. */
function transferOnZero(turns: Turns, now: number): Verdict {
  if (!turns.rules.zeroTransfers || turns.parting.then === 'hand-over') return null
  if (!unanswered(turns).some(word => word.text === LONE_ZERO)) return null
  return [{ ...turns, parting: { from: now, line: 'transfer', then: 'hand-over', brief: 'The caller pressed 0.' } }]
}

/**
 * The question how the call was: a key from 1 to 5 answers it, also before it is all said, and ends the call; so does no key.
 * Other keys and words are passed over, even if they are clearly a new request: the goodbye has been said, and the call ends.
 */
function awaitRating(turns: Turns, now: number): Verdict {
  const { asked, reply, closing, parting } = turns
  if (!asked) return null
  const { at, heardAt, lastKey } = asked
  const hangUp = () => end({ ...turns, asked: null }, 'hang-up', '')
  if (lastKey !== null && /^[1-5]$/.test(lastKey)) return after({ type: 'rated', rating: Number(lastKey) }, hangUp())
  // Without a reply it could not be asked.
  if (closing || (!reply && heardAt === null)) return hangUp()
  if (reply?.finished) return [{ ...turns, reply: null, asked: { ...asked, heardAt: now } }]
  const latest = heardAt === null ? at + ASKING_LATEST_MS : heardAt + RATING_LATEST_MS
  return notBefore(Math.min(latest, parting.from), now, hangUp)
}

/** The caller has heard it all: the floor is free. */
function finishReply(turns: Turns, now: number): Verdict {
  const { reply, leaving } = turns
  if (!reply?.finished) return null
  const free = { ...turns, reply: null, quietSince: now, troubles: troublesAfter(turns, reply) }
  if (asksRatingAfter(turns, reply, now)) return askForRating(free, now)
  if (reply.farewell) return leave(free, reply.farewell, reply.brief)
  return reply.failed && !leaving ? apologise(free, now) : [free]
}

/** Only after a goodbye of the conversation's own: who is cut short by us or served badly, or has gone, is not asked. */
function asksRatingAfter({ rules, leaving, parting }: Turns, { line, farewell, failed }: Reply, now: number): boolean {
  if (!rules.asksRating || line !== null || farewell !== 'hang-up' || failed) return false
  return !leaving && now < parting.from && parting.then === 'hang-up'
}

/** A key on its way to an entry came too late for an answer. */
function askForRating(turns: Turns, now: number): readonly [Turns, Command] {
  const asked = { at: now, heardAt: null, lastKey: null }
  return say({ ...turns, leaving: true, asked, keys: { ...turns.keys, pending: null } }, now, 'rating')
}

/** An answer of the model that was heard is the proof that things work; an apology counts once it has been heard. */
function troublesAfter({ troubles }: Turns, { line, failed }: Reply): number {
  if (line === null && !failed) return 0
  return line === 'trouble' ? troubles + 1 : troubles
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
  // The operator's words are not to be had by asking again, but whom they answered may be answered otherwise.
  if (reply.line === 'operator') return [giveBack({ ...turns, quietSince: now }, { ...reply, text: '' }), drop]
  // Nor is a fixed line. A farewell ends the call also unheard, and who cannot even apologise has nothing else to offer.
  const troubles = turns.troubles + 1
  const free = { ...turns, reply: null, quietSince: now, troubles, history: withdrawn(turns.history, reply.id) }
  if (reply.farewell) return after(drop, leave(free, reply.farewell, reply.brief))
  return reply.line === 'trouble' ? after(drop, sayGoodbyeBroken(free, now)) : [free, drop]
}

/** The caller has waited for its first sound for as long as one can be asked to: says so, and is ready to be asked again. */
function giveUpSlowReply(turns: Turns, now: number): Verdict {
  const { reply, rules } = turns
  if (!reply || reply.line !== null || reply.answersSilence === null || reply.ready || reply.hold !== null) return null
  return notBefore(reply.answersSilence + REPLY_LATEST_MS[rules.pipeline], now, () => {
    return after({ type: 'drop', id: reply.id, why: 'too-slow' }, apologise(giveBack(turns, reply), now))
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

/** Something else is to be said instead: what the operator wants, or goodbye. */
function dropOvertakenDraft(turns: Turns, now: number): Verdict {
  const { reply, toSay, parting } = turns
  if (!reply || reply.answersSilence !== null) return null
  return notBefore(toSay.length > 0 ? 0 : parting.from, now, () => [
    { ...turns, reply: null },
    { type: 'drop', id: reply.id, why: 'overtaken' },
  ])
}

function greet(turns: Turns, now: number): Verdict {
  return turns.answered && turns.nextId === 1 ? say(turns, now, turns.opening) : null
}

/** The opening of a call that goes on has been said, or was cut short: now what the caller said before the break is due. */
function oweAnswer(turns: Turns): Verdict {
  const { owed, reply, nextId } = turns
  return owed !== null && !reply && nextId > 1 ? [{ ...turns, done: { ...owed, keyed: turns.done.keyed }, owed: null }] : null
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

/** The caller makes a sound, presses a key, or says words that the ear missed: stop at once, keep what is unheard, decide later by the words. */
function yieldToCaller(turns: Turns): Verdict {
  const { reply, silentSince, spokeFrom, ignored, keys } = turns
  if (!reply || reply.answersSilence === null || reply.hold !== null || reply.finished) return null
  const speaking = silentSince === null && spokeFrom !== ignored && reply.resumed < NOISES_MAX
  if (!speaking && !keys.pending && said(turns) === '') return null
  return [
    { ...turns, reply: { ...reply, hold: 'asked' } },
    { type: 'hold', id: reply.id },
  ]
}

/** Held: real words and keys end the reply; a cough, an echo or a backchannel lets it go on. Decided by a deadline at the latest. */
function judgeRemark(turns: Turns, now: number): Verdict {
  const { reply } = turns
  if (!reply || reply.hold === null || reply.hold === 'asked') return null
  // The last question is answered by key alone: what is said into it stops it only for as long as it is said.
  const remark = turns.asked ? '' : said(turns)
  const keyed = isKeying(turns)
  if ((remark !== '' || keyed) && reply.heard === '') return withdraw(turns, reply)
  if (keyed) return interrupt(turns, reply)
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
  return said(turns) === '' ? Math.min(remarkDue(turns, hold), hold.since + HOLD_LATEST_MS) : remarkDue(turns, hold)
}

function remarkDue(turns: Turns, hold: Held): number {
  const { silentSince, spokeFrom, quietSince } = turns
  if (silentSince === null) return Math.max(hold.since, spokeFrom!, quietSince) + NOISE_LATEST_MS
  if (said(turns) !== '' && !isSentenceKnown(hold)) return hold.since + NOISE_LATEST_MS
  return Math.max(silentSince, hold.since) + REMARK_LATEST_MS
}

/** Whether "okay" is an answer hangs on the sentence in the air. While that is still being made there is little to resume with. */
const isSentenceKnown = ({ ahead, whole }: Held): boolean => whole || endsSentence(ahead)

/** What the operator wants said, as soon as it is polite: over nobody's words, and in place of an answer that nobody hears yet. */
function sayForTheOperator(turns: Turns, now: number): Verdict {
  const { answered, reply, leaving } = turns
  const [text, ...toSay] = turns.toSay
  const freeAt = floorFreeAt(turns, now)
  if (text === undefined || !answered || reply || leaving || freeAt === null) return null
  return notBefore(freeAt, now, () => say({ ...turns, toSay, prompts: 0 }, now, 'operator', { text }))
}

/**
 * The call has lasted too long, has cost enough, or somebody wants it to end: no new answers, the parting words once nobody
 * speaks, and an end in any case. Parting words that the caller cuts off are said again.
 */
function part(turns: Turns, now: number): Verdict {
  const { reply, leaving } = turns
  if (leaving) return null
  const { from, line, then, brief } = turns.parting
  const latest = from + OVERTIME_MS
  if (now >= latest) return leave(turns, then, brief)
  const freeAt = reply ? null : floorFreeAt(turns, now)
  if (freeAt === null) return latest
  const due = Math.max(from, freeAt)
  return now >= due ? say(turns, now, line, { farewell: then, brief }) : Math.min(due, latest)
}

/** When the bot may speak without having been asked; null while the caller speaks or keys in, or may be about to. */
function floorFreeAt(turns: Turns, now: number): number | null {
  const { silentSince, spokeFrom, stirred, keys } = turns
  const silence = silenceOf(turns)
  if (silence === null || stirred || keys.pending) return null
  if (spokeFrom === null && said(turns) === '') return 0
  const settledAt = basisOf(turns, now) === null ? overdueAt(turns, silentSince!) : 0
  return Math.max(silence + SILENCE_BEFORE_REPLY_MS, settledAt)
}

/** The rule: the silence is complete, nothing stirs, and the words are settled. */
function releaseReply(turns: Turns, now: number): Verdict {
  const { reply, leaving, stirred, keys } = turns
  const silence = silenceOf(turns)
  if (!reply || leaving || reply.answersSilence !== null || silence === null || stirred || keys.pending) return null
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
  const { reply, leaving, failures, drafts, rules, keys, toSay, parting } = turns
  const silence = silenceOf(turns)
  const words = said(turns)
  const overtaken = toSay.length > 0 || now >= parting.from
  if (reply || leaving || overtaken || silence === null || words === '' || keys.pending) return null
  if (basisOf(turns, now) === null) return overdueAt(turns, turns.silentSince!)
  const complete = silence + SILENCE_BEFORE_REPLY_MS
  if (failures.said === words && failures.count >= ATTEMPTS_MAX) {
    return turns.stirred ? null : notBefore(complete, now, () => apologise(turns, now))
  }
  const most = turns.spares ? SPARED_DRAFTS_MAX : DRAFTS_MAX
  const draftsMax = rules.pipeline === 'draft' ? most : 0
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

/** Nobody has said anything for a while: ask, ask again, say goodbye. */
function promptTheSilent(turns: Turns, now: number): Verdict {
  const { answered, reply, leaving, silentSince, spokeFrom, quietSince, prompts } = turns
  if (!answered || reply || leaving || turns.stirred || turns.keys.pending || said(turns) !== '') return null
  if (prompts < PARDONS_MAX && isUnheard(turns))
    return notBefore(silentSince! + UNSETTLED_LATEST_MS, now, () => say({ ...turns, prompts: prompts + 1 }, now, 'pardon'))
  // A sound may still become words, and one that goes on without words is no reason to wait for ever.
  const soundUntil = silentSince === null ? spokeFrom! + IDLE_MS : silentSince + WORDS_LATEST_MS
  // Nor are many short ones; but one that has just begun may be the caller at last.
  const noisyUntil = Math.max(quietSince + NOISY_IDLE_MS, silentSince === null ? spokeFrom! + SPEECH_MS : 0)
  const waitUntil = spokeFrom === null ? 0 : Math.min(soundUntil, noisyUntil)
  return notBefore(Math.max(quietSince + IDLE_MS, waitUntil), now, () => {
    const next = { ...turns, prompts: prompts + 1, ignored: silentSince === null ? spokeFrom : turns.ignored }
    if (prompts === 0) return say(next, now, 'still-there')
    return prompts === 1 ? say(next, now, 'anyone-there') : say(next, now, 'goodbye', { farewell: 'hang-up' })
  })
}

/* ── What rules do ─────────────────────────────────────────────────────────────────────────────────────────── */

const draft: Omit<Reply, 'id' | 'said' | 'from' | 'to'> = {
  line: null,
  text: '',
  answersSilence: null,
  heard: '',
  ready: false,
  failed: false,
  outdated: false,
  finished: false,
  farewell: null,
  brief: '',
  resumed: 0,
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

/** Says a fixed line, or the operator's words, now; what the caller has said and nobody has answered counts as answered by it. */
function say(turns: Turns, now: number, line: LineName | 'operator', more: Partial<Reply> = {}): readonly [Turns, Command] {
  const id = turns.nextId
  const words = said(turns)
  const done = cutAfter(unanswered(turns), turns.done)
  const reply: Reply = { ...draft, id, said: words, line, from: turns.done, to: done, answersSilence: now, ...more }
  return [
    { ...turns, reply, nextId: id + 1, done, drafts: 0, history: open(turns.history, id, words) },
    line === 'operator' ? { type: 'speak', id, text: reply.text, said: words } : { type: 'say', id, line, said: words },
  ]
}

/** No answer is to be had. Said once it is a hiccup, twice a bad day; after that the caller's time is better spent elsewhere. */
function apologise(turns: Turns, now: number): readonly [Turns, ...Command[]] {
  return turns.troubles >= APOLOGIES_MAX ? sayGoodbyeBroken(turns, now) : say(turns, now, 'trouble')
}

const sayGoodbyeBroken = (turns: Turns, now: number) => say(turns, now, 'broken', { farewell: 'hang-up' })

/** Our part is over, once. */
const leave = (turns: Turns, farewell: Ending, farewellBrief: string): readonly [Turns, ...Command[]] =>
  turns.leaving ? [turns] : end(turns, farewell, farewellBrief)

/** Who was promised a colleague gets one, whatever was being said last. */
function end(turns: Turns, farewell: Ending, farewellBrief: string): readonly [Turns, ...Command[]] {
  const { parting } = turns
  const isPromised = parting.then === 'hand-over'
  const [then, brief] = isPromised ? [parting.then, parting.brief] : [farewell, farewellBrief]
  const left = { ...turns, leaving: true }
  return then === 'hand-over' ? [left, { type: 'hand-over', brief }, { type: 'hang-up' }] : [left, { type: 'hang-up' }]
}

const after = (first: Command, [turns, ...more]: readonly [Turns, ...Command[]]): readonly [Turns, ...Command[]] => [
  turns,
  first,
  ...more,
]

function resume(turns: Turns, reply: Reply): Verdict {
  const aside = said(turns)
  const ignored = turns.silentSince === null ? turns.spokeFrom : turns.ignored
  const done = cutAfter(unanswered(turns), turns.done)
  return [
    { ...turns, reply: { ...reply, hold: null, resumed: reply.resumed + 1 }, done, ignored },
    { type: 'resume', id: reply.id, aside },
  ]
}

function interrupt(turns: Turns, reply: Reply): Verdict {
  return [
    { ...turns, reply: null, troubles: troublesAfter(turns, reply), history: interrupted(turns.history, reply.id) },
    { type: 'drop', id: reply.id, why: 'interrupted' },
  ]
}

/** Nothing of it was heard: as if it had never been released. Its words are unanswered again. */
function withdraw(turns: Turns, reply: Reply): Verdict {
  return [giveBack(turns, reply), { type: 'drop', id: reply.id, why: 'withdrawn' }]
}

function giveBack(turns: Turns, reply: Reply): Turns {
  const released = reply.answersSilence !== null
  const toSay = reply.text === '' ? turns.toSay : [reply.text, ...turns.toSay]
  return { ...turns, reply: null, toSay, done: released ? reply.from : turns.done, history: withdrawn(turns.history, reply.id) }
}
