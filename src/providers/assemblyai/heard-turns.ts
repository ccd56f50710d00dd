/**
 * What the vendor said of the caller's words, as the call wants to know it: in call time, with turns that go on across
 * sessions and messages that come twice, late or without words. Pure: news in, the port's news out.
 *
 * Rules:
 * - A message replaces its turn; nothing is ever appended. So an unfinished last word cannot be said twice.
 * - immutable models: a message that lacks a word already told as final is older than what is known.
 * - A turn that is complete changes only by another end of the same turn with other words.
 * - A session that is made to hear the call again echoes words that are known. Echoes are no news and no turns of their own.
 */
import type { TranscriptNews, Word } from '../../ports.ts'
import type { ModelFamily } from './settings.ts'
import type { WireTurn } from './wire.ts'

type Turn = { readonly turn: number; readonly words: readonly Word[]; readonly completeToMs: number | null }

export type Heard = {
  /** The latest turn and the one before, as last told. */
  readonly latest: Turn | null
  readonly before: Turn | null
  /** The call's number for the session's first turn. */
  readonly firstTurn: number
  /** Up to where an earlier session's words stand, and which of them belong to the turn that was open when it ended. */
  readonly knownToMs: number
  readonly carried: { readonly turn: number; readonly words: readonly Word[] } | null
  /** That turn goes on in this session, which has told no word of it yet. */
  readonly isRehearing: boolean
}

export const nothingHeard: Heard = {
  latest: null,
  before: null,
  firstTurn: 0,
  knownToMs: 0,
  carried: null,
  isRehearing: false,
}

export type Hearing = {
  readonly family: ModelFamily
  /** The silence that any natural end of a turn needs. */
  readonly minSilenceMs: number
  readonly toCallMs: (sessionMs: number) => number
  /** Up to where the caller's audio has been sent. */
  readonly sentToMs: number
  /** If this turn was asked to end: since when the caller is silent. */
  readonly forcedToMs: number | null
}

type WordsNews = Extract<TranscriptNews, { type: 'words' }>

/** Takes in one message about a turn; the news is what it changes, mostly one piece, often none. */
export function hearTurn(heard: Heard, wire: WireTurn, hearing: Hearing): readonly [Heard, readonly WordsNews[]] {
  const number = heard.firstTurn + wire.turn_order
  const fresh = freshWords(heard, wire, hearing)
  const isEcho = fresh.length === 0 && (wire.words.length > 0 || heard.isRehearing)
  if (isEcho && !endsOpenTurn(heard, wire, number)) return [afterEcho(heard, wire, number), []]

  const known = [heard.latest, heard.before].find(turn => turn?.turn === number)
  if (!known && heard.latest && number < heard.latest.turn) return [heard, []]
  const changed = changedTurn(heard, known ?? { turn: number, words: [], completeToMs: null }, wire, fresh, hearing)
  if (!changed) return [heard, []]
  if (known && known === heard.before) return [{ ...heard, before: changed }, [newsOf(changed)]]
  if (known) return [{ ...heard, latest: changed, isRehearing: false }, [newsOf(changed)]]
  const left = heard.latest && closed(heard.latest)
  const news = left && left !== heard.latest ? [newsOf(left), newsOf(changed)] : [newsOf(changed)]
  return [{ ...heard, latest: changed, before: left, isRehearing: false }, news]
}

/** Up to where nothing needs to be heard again: the end of the last word that will not change, or what is vouched for. */
export function settledToMs({ latest, before, knownToMs }: Heard): number {
  const finalMs = latest?.words.findLast(word => word.final)?.endMs ?? 0
  return Math.max(knownToMs, finalMs, latest?.completeToMs ?? 0, before?.completeToMs ?? 0)
}

/** Where the words of an open turn begin that may still change or come; null if no turn is open. */
export function unsettledFromMs(heard: Heard): number | null {
  if (!isTurnOpen(heard)) return null
  return heard.latest?.words.find(word => !word.final)?.startMs ?? settledToMs(heard)
}

/** Whether the service still owes the end of a turn. */
export const isTurnOpen = ({ latest }: Heard): boolean => latest !== null && latest.completeToMs === null

/** A new session begins, and hears the call again from `fromMs` on. An open turn goes on in it. */
export function inNewSession(heard: Heard, fromMs: number): Heard {
  const { latest } = heard
  const knownToMs = settledToMs(heard)
  if (!latest) return { ...heard, knownToMs }
  if (!isTurnOpen(heard)) return { ...heard, firstTurn: latest.turn + 1, knownToMs, carried: null, isRehearing: false }
  const kept = latest.words.filter(word => isBefore(word, Math.max(knownToMs, fromMs)))
  const words = kept.map(word => ({ ...word, final: true }))
  return { ...heard, firstTurn: latest.turn, knownToMs, carried: { turn: latest.turn, words }, isRehearing: true }
}

/** An end of the open turn, of which nothing is left to be heard again. */
function endsOpenTurn(heard: Heard, wire: WireTurn, number: number): boolean {
  const { latest, knownToMs } = heard
  const isOfOpenTurn = isTurnOpen(heard) && latest?.turn === number
  return wire.end_of_turn && isOfOpenTurn && latest.words.every(word => isBefore(word, knownToMs))
}

/** The session has ended a turn that the call has had before: its next one is the next for the call. */
function afterEcho(heard: Heard, wire: WireTurn, number: number): Heard {
  const nextNumber = (heard.latest?.turn ?? -1) + (isTurnOpen(heard) ? 0 : 1)
  return wire.end_of_turn && number === nextNumber ? { ...heard, firstTurn: heard.firstTurn - 1 } : heard
}

function changedTurn(heard: Heard, known: Turn, wire: WireTurn, fresh: readonly Word[], hearing: Hearing): Turn | null {
  const ends = wire.end_of_turn
  if (known.completeToMs !== null && !ends) return null
  const words = wordsOf(heard, known, fresh, ends, hearing.family)
  if (!words) return null
  const completeToMs = ends ? vouchedToMs(heard, known, words, hearing) : null
  const changed = { turn: known.turn, words, completeToMs }
  if (words.length === 0 && known.words.length === 0 && (completeToMs ?? 0) <= settledToMs(heard)) return null
  return isSame(known, changed) ? null : changed
}

/** The words of a message in call time, without those that an earlier session told. */
function freshWords(heard: Heard, wire: WireTurn, { family, toCallMs }: Hearing): readonly Word[] {
  const words = wire.words.map(word => ({
    text: word.text,
    startMs: toCallMs(word.start),
    endMs: Math.max(toCallMs(word.start), toCallMs(word.end)),
    final: wire.end_of_turn || (family === 'immutable' && word.word_is_final),
    confidence: word.confidence ?? null,
  }))
  return words.filter(word => !isBefore(word, heard.knownToMs))
}

/** The words of the turn after this message; null if the message is older than what is known. */
function wordsOf(heard: Heard, known: Turn, fresh: readonly Word[], ends: boolean, family: ModelFamily): readonly Word[] | null {
  const carried = known.turn === heard.carried?.turn ? heard.carried.words : []
  const words = finalsFirst([...carried, ...fresh])
  if (family === 'revised') return words
  const finals = known.words.filter(word => word.final)
  if (finals.every((word, i) => words[i]?.text === word.text && words[i].final)) return words
  // An end without the words that were final (the vendor sends empty ones) still ends the turn, with what is known.
  return ends ? [...finals, ...fresh.filter(word => !isBefore(word, finals.at(-1)?.endMs ?? 0))] : null
}

/**
 * Up to which moment the vendor vouches, by ending the turn, that the caller said nothing else. Never more than is certain:
 * - immutable: a turn ends only after `minSilenceMs` of silence behind its last word;
 * - revised: their word ends are padded (about 240 ms) into that silence, so no more than the last word's end;
 * - asked to end: up to where the caller fell silent, if the last word comes near it. Otherwise the end may have crossed the
 *   question on its way and know nothing of what was said since.
 * - no words: what was vouched for before, and the words it now says were none.
 */
function vouchedToMs(heard: Heard, known: Turn, words: readonly Word[], hearing: Hearing): number {
  const { family, minSilenceMs, forcedToMs, sentToMs } = hearing
  const lastEndMs = words.at(-1)?.endMs
  if (lastEndMs === undefined) return Math.max(settledToMs(heard), known.words.at(-1)?.endMs ?? 0, forcedToMs ?? 0)
  const naturalMs = lastEndMs + (family === 'immutable' ? minSilenceMs : 0)
  const forcedMs = forcedToMs !== null && forcedToMs - lastEndMs <= NEAR_MS ? forcedToMs : 0
  return Math.max(lastEndMs, Math.min(sentToMs, Math.max(naturalMs, forcedMs)))
}

/** How far a last word's end may lie before the silence it is followed by: trailing breath, and word ends told early. */
const NEAR_MS = 500

/** A turn is over when the next one has begun, told or not. */
function closed(turn: Turn): Turn {
  const lastEndMs = turn.words.at(-1)?.endMs
  if (turn.completeToMs !== null || lastEndMs === undefined) return turn
  return { ...turn, words: turn.words.map(word => ({ ...word, final: true })), completeToMs: lastEndMs }
}

const isBefore = (word: Word, ms: number): boolean => (word.startMs + word.endMs) / 2 <= ms

/** The port's order: a word is final only if all before it are. */
function finalsFirst(words: readonly Word[]): readonly Word[] {
  const open = words.findIndex(word => !word.final)
  return open < 0 ? words : words.map((word, i) => (i > open && word.final ? { ...word, final: false } : word))
}

const newsOf = (turn: Turn): WordsNews => ({ type: 'words', ...turn })

function isSame(a: Turn, b: Turn): boolean {
  const sameWords =
    a.words.length === b.words.length &&
    a.words.every((word, i) => word.text === b.words[i]?.text && word.final === b.words[i].final)
  return sameWords && (a.completeToMs === null) === (b.completeToMs === null)
}
