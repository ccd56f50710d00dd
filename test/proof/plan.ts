/**
 * What a caller is going to do on a call, as data: what is said and when, always relative to what the bot does, so that the
 * same plan means the same conversation however fast the bot is. Pure but for reading the recordings.
 *
 * Bounds, outside of which a bot that answers sooner may rightly say something else than one that answers later:
 * - Pauses inside an utterance are at most 440 ms. Who pauses for more than 500 ms has been answered by the quick bot, and is
 *   still being listened to by the slow one.
 * - After an utterance the caller waits until the bot has been heard. Who adds something before the slow bot is heard has it
 *   answered as one with what was said before, while the quick bot has answered the first half already.
 * - Every word is told, and final where words become final one by one, within 400 ms of its end. Later than 500 ms, the quick bot
 *   may have taken the words before it for all of them.
 * - Who cuts in does so in the middle of a word, not at the edge between two: which of two words was the last one heard may
 *   hang on a single frame of 20 ms.
 */
import { chance } from '../vendors/twilio/chance.ts'
import { callerScript } from '../support/phone.ts'
import { CallerVoice, type Snippet, type Stretch } from './caller-voice.ts'

/** How long each word of the bot's voice lasts. */
export const WORD_MS = 240

export type When =
  /** So long after the bot has been heard and has fallen silent. */
  | { readonly type: 'after-reply'; readonly ms: number }
  /** In the middle of the bot's word of that number, counted from 0. If the bot falls silent before: then. */
  | { readonly type: 'in-word'; readonly word: number }

export type Piece = { readonly pauseMs: number; readonly snippet: Snippet; readonly words: readonly string[] }

export type Utterance = {
  readonly when: When
  readonly pieces: readonly Piece[]
  /** Something is said that a bot must answer; otherwise the bot may go on as if nothing had been. */
  readonly wantsAnswer: boolean
}

/** How a recogniser goes about it. All delays are drawn between these bounds, word by word. */
export type Nature = {
  /** `immutable`: a final word never changes. `declaring`: all may change until the turn is declared ended. */
  readonly type: 'immutable' | 'declaring'
  readonly partialAfterMs: readonly [number, number]
  readonly finalAfterMs: readonly [number, number]
  /** The silence that ends a turn, and how long after it that is told. Null: only when it is asked to. */
  readonly turnEndsAfterMs: number | null
  readonly declaresAfterMs: number
  readonly settlesAfterMs: number
  /** How much earlier than they do words are said to end. */
  readonly wordsEndEarlyMs: number
}

export type Plan = {
  readonly name: string
  readonly seed: number
  readonly utterances: readonly Utterance[]
  readonly nature: Nature
  readonly noiseDb: number
  /** From the bot to the caller's ear, and for a mark back. */
  readonly networkMs: number
}

export type Random = () => number

/** Where a conversation's chance comes from: the same for each pipeline, another for each purpose. */
export const chanceOf = (seed: number, purpose: number): Random =>
  chance(Math.imul(seed, 0x9e37_79b1) ^ Math.imul(purpose, 0x85eb_ca6b))

export const between = (random: Random, low: number, high: number): number => low + Math.floor(random() * (high - low + 1))
export const oneOf = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)]!

/* ── Generated ─────────────────────────────────────────────────────────────────────────────────────────────── */

export function generatedPlan(seed: number, voice: CallerVoice): Plan {
  const random = chanceOf(seed, 1)
  return {
    name: `conversation ${seed}`,
    seed,
    nature: natureOf(random),
    noiseDb: between(random, -66, -50),
    networkMs: oneOf(random, [0, 20, 40]),
    utterances: Array.from({ length: between(random, 2, 5) }, (_, n) => utteranceOf(random, voice, n)),
  }
}

function natureOf(random: Random): Nature {
  const immutable = random() < 0.6
  const onlyWhenAsked = immutable && random() < 0.1
  return {
    type: immutable ? 'immutable' : 'declaring',
    partialAfterMs: [20, between(random, 60, 200)],
    finalAfterMs: [60, between(random, 120, 400)],
    turnEndsAfterMs: onlyWhenAsked ? null : between(random, 100, 320),
    declaresAfterMs: between(random, 20, 250),
    settlesAfterMs: between(random, 100, 300),
    wordsEndEarlyMs: between(random, 0, 120),
  }
}

function utteranceOf(random: Random, voice: CallerVoice, n: number): Utterance {
  const kind = n === 0 ? random() * 0.6 : random()
  const afterReply: When = { type: 'after-reply', ms: between(random, 60, 2500) }
  const inWord: When = { type: 'in-word', word: between(random, 0, 12) }
  if (kind < 0.5) return { when: afterReply, pieces: sentenceOf(random, voice), wantsAnswer: true }
  if (kind < 0.72) return { when: inWord, pieces: sentenceOf(random, voice), wantsAnswer: true }
  if (kind < 0.92)
    return { when: inWord, pieces: [pieceOf(random, voice, oneOf(random, backchannels).split(' '))], wantsAnswer: false }
  return { when: inWord, pieces: [{ pauseMs: 0, snippet: oneOf(random, voice.coughs), words: [] }], wantsAnswer: false }
}

/** One to four stretches of speech, with pauses in between that are shorter than the silence that is an end. */
function sentenceOf(random: Random, voice: CallerVoice): readonly Piece[] {
  return Array.from({ length: oneOf(random, [1, 1, 1, 2, 2, 3, 4]) }, (_, n) => ({
    ...pieceOf(random, voice, wordsOf(random)),
    pauseMs: n === 0 ? 0 : between(random, 80, 440),
  }))
}

function pieceOf(random: Random, voice: CallerVoice, words: readonly string[]): Piece {
  const fitting = voice.snippets.filter(({ fromMs, toMs }) => (toMs - fromMs) / words.length >= 150)
  return { pauseMs: 0, snippet: oneOf(random, fitting), words }
}

function wordsOf(random: Random): readonly string[] {
  const kind = random()
  if (kind < 0.15) return [oneOf(random, hesitations)]
  const words = Array.from({ length: between(random, 1, 8) }, () => oneOf(random, vocabulary))
  if (kind < 0.3) return [...words.slice(0, 3), ...oneOf(random, corrections).split(' '), ...words.slice(0, 2)]
  return kind < 0.5 ? [...words, oneOf(random, ['please.', 'right?', 'you know.'])] : words
}

const backchannels = ['mm-hm', 'Okay.', 'Right.', 'uh-huh', 'I see.', 'Yeah.', 'got it', 'Oh, okay.']
const hesitations = ['um', 'so', 'well', 'uh', 'and', 'Hmm,', 'let', 'I']
const corrections = ['no wait', 'I mean', 'sorry, not', 'or rather', 'scratch that']
const vocabulary = (
  'what does it cost for twenty people and can we try the dialer first because our team uses Salesforce on Tuesday morning ' +
  "I'd like to know how many calls a rep makes per hour it's 1,200 dollars isn't it not sure yet no yes who told you that"
).split(' ')

/* ── Recorded ──────────────────────────────────────────────────────────────────────────────────────────────── */

export const recordedScripts = ['pub-call-1-loan.wav', 'pub-call-2-chromecast.wav', 'pub-call-3-hesitant.wav'] as const

/** A recorded caller, who speaks when it is time to: after the bot, over it, or into it, as the script has it. */
export function recordedPlan(file: string, nature: Nature, seed: number): Plan {
  const utterances = callerScript(file).events.map(({ role, start_ms, end_ms, transcript }, n): Utterance => {
    const when: When = role === 'utterance' ? { type: 'after-reply', ms: 700 } : { type: 'in-word', word: 3 + n }
    const snippet = { file, fromMs: start_ms, toMs: end_ms }
    return { when, pieces: [{ pauseMs: 0, snippet, words: transcript.split(' ') }], wantsAnswer: role !== 'backchannel' }
  })
  return { name: `${file}, ${nature.type} recogniser`, seed, utterances, nature, noiseDb: -60, networkMs: 30 }
}

const swift: Omit<Nature, 'type'> = {
  partialAfterMs: [20, 150],
  finalAfterMs: [80, 300],
  turnEndsAfterMs: 200,
  declaresAfterMs: 120,
  settlesAfterMs: 270,
  wordsEndEarlyMs: 40,
}
export const recordedNatures: readonly Nature[] = [
  { type: 'immutable', ...swift },
  { type: 'declaring', ...swift },
]

/** Where a recording of a script has speech; a snippet of a clip is speech from end to end. */
export function speechIn({ file, fromMs, toMs }: Snippet): readonly Stretch[] {
  const event = file.includes('-call-') ? eventAt(file, fromMs) : null
  return (
    event?.speech_segments.map(([from, to]) => ({ fromMs: from - fromMs, toMs: to - fromMs })) ?? [
      { fromMs: 0, toMs: toMs - fromMs },
    ]
  )
}

type Segmented = { readonly start_ms: number; readonly speech_segments: readonly (readonly [number, number])[] }

const eventAt = (file: string, startMs: number): Segmented | undefined =>
  (callerScript(file).events as unknown as readonly Segmented[]).find(event => event.start_ms === startMs)
