/**
 * Where a call stood when its journal ends, folded from what turn-taking was told and decided; and what it can go on from. Only
 * what the journal says counts: a word is in the history if its mark had come back before the process died. Pure.
 */
import type { Consent } from './consent.ts'
import { settledBasis, type ReplyId, type Resumption } from './facts.ts'
import { amended, did, heard, interrupted, open, withdrawn, type History } from './history.ts'
import type { Entry, GivenCommand, ToldEvent } from './journal.ts'
import type { Settled } from './transcript.ts'

/** A reply that is a draft, or in the air, or was when the call ended. */
type UnderWay = { readonly id: ReplyId; readonly said: string; readonly released: boolean; readonly heard: string }

export type Leg = {
  /** 1, or more if the call had been broken off before. */
  readonly leg: number
  readonly startedAt: string
  /** A caller was on the line. */
  readonly answered: boolean
  /** Why the telephone side ended it, or 'broken' if a rule of ours was; null: nobody did, its process died. */
  readonly ended: string | null
  /** The assistant was to hang up. */
  readonly hungUp: boolean
  /** A colleague was to go on with the caller, and to know this of the call. Null: nobody was. */
  readonly handedOver: string | null
  readonly history: History
  /** What the caller had settled earlier and is due again, for no reply to it was heard. */
  readonly due: string
  /** What the caller has said since the last reply, and whether it is all and sure. */
  readonly said: string
  readonly settled: Settled | null
  readonly spokeFrom: number | null
  readonly silentSince: number | null
  readonly owed: string
  readonly reply: UnderWay | null
  readonly spentBeforeMs: number
  /** Whether its audio was being kept; null if nothing was said about it. */
  readonly consent: Consent | null
  /** The newest entry: call time, and real time since the leg began. */
  readonly atMs: number
  readonly lastMs: number
}

/** Null before the journal's heading. */
export function legAfter(leg: Leg | null, entry: Entry): Leg | null {
  if (entry.type === 'call') return begin(entry)
  if (leg === null) return null
  const now = { ...leg, atMs: entry.at, lastMs: entry.ms }
  switch (entry.type) {
    case 'input':
      if (entry.input.type === 'answered') return { ...now, answered: true }
      return entry.input.type === 'ended' ? { ...now, ended: now.ended ?? entry.input.reason } : now
    case 'event':
      return hear(now, entry.event)
    case 'command':
      return obey(now, entry.command)
    case 'broken':
      return { ...now, ended: now.ended ?? 'broken' }
    case 'recording':
      return { ...now, consent: entry.consent }
    case 'stood-in':
    case 'usage':
    case 'first-frame':
    case 'refused':
    case 'trouble':
    case 'stalled':
      return now
    default:
      return entry satisfies never
  }
}

/** What the next leg goes on from: a reply in the air is one that was cut short, unheard words are owed an answer. */
export function resumptionOf(leg: Leg, opening: Resumption['opening'], nextLeg: number): Resumption {
  const { history, owed } = settleAccounts(leg)
  return {
    leg: nextLeg,
    opening,
    history: history.map((exchange, n) => ({ ...exchange, id: n - history.length })),
    owed,
    spentMs: leg.spentBeforeMs + leg.atMs,
    ...(leg.consent !== null && { consent: leg.consent }),
  }
}

function settleAccounts(leg: Leg): { readonly history: History; readonly owed: string } {
  const { reply, said } = leg
  const cut = reply?.released === true ? reply : null
  const unheard = cut !== null && cut.heard.trim() === ''
  const history = cut === null ? leg.history : unheard ? withdrawn(leg.history, cut.id) : interrupted(leg.history, cut.id)
  const due = joined(leg.owed, leg.due, unheard ? cut.said : '')
  if (due !== '' || said === '' || settledBasis(leg) !== null) return { history, owed: joined(due, said) }
  // Half a sentence is no question, but it was said.
  return { history: open(history, 0, said), owed: '' }
}

function begin({ startedAt, resumes }: Entry & { readonly type: 'call' }): Leg {
  return {
    leg: resumes?.leg ?? 1,
    startedAt,
    answered: false,
    ended: null,
    hungUp: false,
    handedOver: null,
    history: resumes?.history ?? [],
    due: '',
    said: '',
    settled: null,
    spokeFrom: null,
    silentSince: 0,
    owed: resumes?.owed ?? '',
    reply: null,
    spentBeforeMs: resumes?.spentMs ?? 0,
    consent: resumes?.consent ?? null,
    atMs: 0,
    lastMs: 0,
  }
}

function hear(leg: Leg, event: ToldEvent): Leg {
  switch (event.type) {
    case 'words':
      return { ...leg, due: '', said: event.said, settled: event.settled }
    case 'caller-spoke':
      return { ...leg, spokeFrom: event.fromMs, silentSince: null }
    case 'caller-paused':
      return { ...leg, silentSince: event.sinceMs }
    case 'reply-did':
      return { ...leg, history: did(leg.history, event.id, event.deed) }
    case 'reply-heard':
    case 'reply-held':
      return hearReply(leg, event.id, event.text)
    case 'reply-finished':
      return leg.reply?.id === event.id ? free(hearReply(leg, event.id, event.text)) : leg
    case 'call-answered':
    case 'call-ended':
    case 'caller-stirred':
    case 'recogniser-deaf':
    case 'recogniser-hearing':
    case 'reply-ready':
    case 'reply-farewell':
    case 'reply-failed':
    case 'key-pressed':
    case 'say-wanted':
    case 'transfer-wanted':
    case 'leave-wanted':
    case 'hang-up-wanted':
    case 'sparing-wanted':
      return leg
    default:
      return event satisfies never
  }
}

const hearReply = (leg: Leg, id: ReplyId, text: string): Leg =>
  leg.reply?.id === id ? { ...leg, reply: { ...leg.reply, heard: text }, history: heard(leg.history, id, text) } : leg

function obey(leg: Leg, command: GivenCommand): Leg {
  switch (command.type) {
    case 'prepare':
      return { ...leg, reply: { id: command.id, said: command.said, released: false, heard: '' } }
    case 'say':
      // After its goodbye a call is over, and not taken up again to be rated.
      return speak(command.line === 'rating' ? { ...leg, hungUp: true } : leg, command)
    case 'speak':
      return speak(leg, command)
    case 'release':
      return release(leg)
    case 'drop':
      return drop(leg, command)
    case 'amend':
      return { ...leg, due: '', said: '', history: amended(leg.history, command.id, command.late) }
    case 'resume':
      return { ...leg, due: '', said: '' }
    case 'hand-over':
      return { ...leg, handedOver: command.brief }
    case 'hang-up':
      return { ...leg, hungUp: true }
    case 'hold':
    case 'settle':
    case 'rated':
      return leg
    default:
      return command satisfies never
  }
}

const speak = (leg: Leg, { id, said }: GivenCommand & { readonly type: 'say' | 'speak' }): Leg =>
  release({ ...leg, reply: { id, said, released: false, heard: '' } })

function release(leg: Leg): Leg {
  const { reply } = leg
  if (!reply) return leg
  return { ...leg, due: '', said: '', reply: { ...reply, released: true }, history: open(leg.history, reply.id, reply.said) }
}

function drop(leg: Leg, { id, why }: GivenCommand & { readonly type: 'drop' }): Leg {
  const { reply } = leg
  // What was in the air when the call ended is what the next leg wants to know.
  if (reply?.id !== id || why === 'call-ended') return leg
  if (!reply.released) return free(leg)
  if (why === 'interrupted') return free({ ...leg, history: interrupted(leg.history, id) })
  return free({ ...leg, history: withdrawn(leg.history, id), due: joined(reply.said, leg.due) })
}

/** No reply is under way. After the opening of a resumed leg, what is owed is due. */
const free = (leg: Leg): Leg => ({ ...leg, reply: null, due: joined(leg.owed, leg.due), owed: '' })

const joined = (...parts: readonly string[]): string => parts.filter(part => part !== '').join(' ')
