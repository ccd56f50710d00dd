/**
 * When each word of a call was said, folded from its journal on the clock of its recordings: the caller's as the recogniser placed
 * them, the bot's as the voice placed them in a reply and the player let them out, with its stops and pauses. Pure.
 */
import { durationMs } from '../audio/frames.ts'
import type { SpokenWord, Word } from '../ports.ts'
import type { ReplyId } from './facts.ts'
import type { Entry, GivenCommand, Input, ToldEvent } from './journal.ts'

/** Call time in milliseconds. `toMs` null: to the end of the call. */
export type Stretch = { readonly fromMs: number; readonly toMs: number | null }

export type TimedWord = {
  readonly who: 'caller' | 'bot'
  /** The reply that the caller's word is answered by, or that the bot's word belongs to; null: nobody answered it. */
  readonly turn: ReplyId | null
  readonly text: string
  /** Null for a word of the bot's that was written and never came to be played. */
  readonly startMs: number | null
  readonly endMs: number | null
  /** Of the bot's: the caller heard it whole. Always true of the caller's. */
  readonly heard: boolean
  /** The caller's, spoken into a reply that went on. */
  readonly aside: boolean
}

export type TimedCall = {
  /** Turn by turn: what the caller said, then the answer. */
  readonly words: readonly TimedWord[]
  /** Where the caller's voice was. */
  readonly speech: readonly Stretch[]
  /** Where a reply stood still because the caller made a sound; `resumed` false: it was dropped then. */
  readonly holds: readonly (Stretch & { readonly turn: ReplyId; readonly resumed: boolean })[]
  /** Where silence stands in the recordings, for the caller had not agreed to be recorded. */
  readonly unrecorded: readonly Stretch[]
}

/** From this position of the reply on it was played, beginning at that call time. */
type Run = { readonly positionMs: number; readonly atMs: number; readonly endMs: number | null }
type Voice = { words: readonly SpokenWord[]; madeMs: number; runs: readonly Run[]; heardText: string }
type Cut = { readonly turn: ReplyId; readonly toMs: number }
type Aside = Stretch & { readonly turn: ReplyId }
type Folded = {
  readonly heard: Map<number, readonly Word[]>
  readonly voices: Map<ReplyId, Voice>
  readonly cuts: Cut[]
  readonly asides: Aside[]
  speech: readonly Stretch[]
  holds: TimedCall['holds']
  unrecorded: readonly Stretch[]
}

export function timedCallOf(entries: readonly Entry[]): TimedCall {
  const folded: Folded = {
    heard: new Map(),
    voices: new Map(),
    cuts: [],
    asides: [],
    speech: [],
    holds: [],
    unrecorded: [],
  }
  for (const entry of entries) take(folded, entry)
  const { speech, holds, unrecorded } = folded
  return { words: inOrder([...callerWords(folded), ...botWords(folded)], folded), speech, holds, unrecorded }
}

function take(folded: Folded, entry: Entry): void {
  const { at } = entry
  if (entry.type === 'input') receive(folded, at, entry.input)
  if (entry.type === 'event') hear(folded, entry.event)
  if (entry.type === 'command') obey(folded, at, entry.command)
  if (entry.type === 'first-frame') begin(folded, entry.id, 0, at)
  if (entry.type === 'recording') {
    const isKept = entry.consent === 'given'
    folded.unrecorded = isKept ? closed(folded.unrecorded, at) : opened(folded.unrecorded, at)
  }
}

function receive(folded: Folded, at: number, input: Input): void {
  if (input.type === 'heard' && input.news.type === 'words') folded.heard.set(input.news.turn, input.news.words)
  if (input.type === 'ended') folded.speech = closed(folded.speech, at)
  if (input.type !== 'reply' || input.news.type !== 'speech') return
  const voice = voiceOf(folded, input.id)
  const run = voice.runs.at(-1)
  // The voice did not keep up: what was made has been played, and this goes on where that ended.
  const hasRunDry = run?.endMs === null && at - run.atMs > voice.madeMs - run.positionMs
  if (hasRunDry) voice.runs = [...voice.runs, { positionMs: voice.madeMs, atMs: at, endMs: null }]
  voice.words = [...voice.words, ...input.news.words]
  voice.madeMs += durationMs(input.news.bytes)
}

function hear(folded: Folded, event: ToldEvent): void {
  if (event.type === 'caller-spoke') folded.speech = opened(folded.speech, event.fromMs)
  if (event.type === 'caller-paused') folded.speech = closed(folded.speech, event.sinceMs)
  if (event.type === 'reply-heard' || event.type === 'reply-held' || event.type === 'reply-finished')
    voiceOf(folded, event.id).heardText = event.text
}

function obey(folded: Folded, at: number, command: GivenCommand): void {
  switch (command.type) {
    case 'release':
      folded.cuts.push({ turn: command.id, toMs: command.silentSince })
      return
    case 'say':
    case 'speak':
      if (command.said !== '') folded.cuts.push({ turn: command.id, toMs: at })
      return
    case 'hold':
      stop(voiceOf(folded, command.id), at)
      folded.holds = [...folded.holds, { turn: command.id, fromMs: at, toMs: null, resumed: false }]
      return
    case 'resume':
      resume(folded, at, command.id, command.aside !== '')
      return
    case 'drop':
      stop(voiceOf(folded, command.id), at)
      folded.holds = folded.holds.map(hold => (hold.toMs === null && hold.turn === command.id ? { ...hold, toMs: at } : hold))
      return
    case 'prepare':
    case 'amend':
    case 'settle':
    case 'hand-over':
    case 'rated':
    case 'hang-up':
      return
    default:
      command satisfies never
  }
}

function resume(folded: Folded, at: number, id: ReplyId, hasAside: boolean): void {
  const voice = voiceOf(folded, id)
  const next = voice.words[heardCount(voice)]
  begin(folded, id, next?.startMs ?? voice.madeMs, at)
  const fromMs = folded.speech.at(-1)?.fromMs ?? 0
  if (hasAside) folded.asides.push({ turn: id, fromMs, toMs: at })
  folded.holds = folded.holds.map(hold => (hold.toMs === null && hold.turn === id ? { ...hold, toMs: at, resumed: true } : hold))
}

function begin(folded: Folded, id: ReplyId, positionMs: number, atMs: number): void {
  const voice = voiceOf(folded, id)
  voice.runs = [...voice.runs, { positionMs, atMs, endMs: null }]
}

function stop(voice: Voice, atMs: number): void {
  voice.runs = voice.runs.map(run => (run.endMs === null ? { ...run, endMs: atMs } : run))
}

function voiceOf({ voices }: Folded, id: ReplyId): Voice {
  const known = voices.get(id)
  if (known) return known
  const voice: Voice = { words: [], madeMs: 0, runs: [], heardText: '' }
  voices.set(id, voice)
  return voice
}

/* ── The words ─────────────────────────────────────────────────────────────────────────────────────────────── */

/** Recognisers place a word's beginning a little before or behind the voice's. */
const ASIDE_REACH_MS = 200

function callerWords({ heard, cuts, asides }: Folded): readonly TimedWord[] {
  return [...heard.entries()]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([, words]) => words)
    .map(({ text, startMs, endMs }) => {
      const aside = asides.find(({ fromMs, toMs }) => startMs >= fromMs - ASIDE_REACH_MS && startMs < toMs!)
      const turn = aside?.turn ?? cuts.find(({ toMs }) => startMs < toMs)?.turn ?? null
      return { who: 'caller', turn, text: text.trim(), startMs, endMs, heard: true, aside: aside !== undefined }
    })
}

/** Of replies that were let out; nobody could hear the others. */
function botWords({ voices }: Folded): readonly TimedWord[] {
  return [...voices.entries()].flatMap(([turn, voice]) => {
    if (voice.runs.length === 0) return []
    const heard = heardCount(voice)
    return voice.words.map((word, n): TimedWord => {
      const startMs = playedAt(voice, word.startMs)
      const endMs = startMs === null ? null : startMs + word.endMs - word.startMs
      return { who: 'bot', turn, text: word.text.trim(), startMs, endMs, heard: n < heard, aside: false }
    })
  })
}

/** What was heard is told as text, word by word. */
function heardCount({ words, heardText }: Voice): number {
  let length = 0
  const first = words.findIndex(({ text }) => (length += text.length) > heardText.length)
  return first === -1 ? words.length : first
}

/** The last time that this position of the reply was played. */
function playedAt({ runs }: Voice, positionMs: number): number | null {
  const run = runs.findLast(run => run.positionMs <= positionMs)
  if (!run) return null
  const atMs = run.atMs + positionMs - run.positionMs
  return run.endMs !== null && atMs >= run.endMs ? null : atMs
}

/** Each turn where its first sound is, what the caller said before the answer to it. */
function inOrder(words: readonly TimedWord[], { voices }: Folded): readonly TimedWord[] {
  const begun = (turn: ReplyId | null): number => (turn === null ? Infinity : (voices.get(turn)?.runs[0]?.atMs ?? Infinity))
  const rank = ({ who, aside }: TimedWord): number => (aside ? 2 : who === 'caller' ? 0 : 1)
  return words.toSorted((a, b) => (a.turn === b.turn ? rank(a) - rank(b) : begun(a.turn) - begun(b.turn) || 0))
}

/* ── Stretches ─────────────────────────────────────────────────────────────────────────────────────────────── */

const isOpen = (stretches: readonly Stretch[]): boolean => stretches.at(-1)?.toMs === null

const opened = (stretches: readonly Stretch[], fromMs: number): readonly Stretch[] =>
  isOpen(stretches) ? stretches : [...stretches, { fromMs, toMs: null }]

const closed = (stretches: readonly Stretch[], toMs: number): readonly Stretch[] =>
  isOpen(stretches) ? [...stretches.slice(0, -1), { ...stretches.at(-1)!, toMs }] : stretches
