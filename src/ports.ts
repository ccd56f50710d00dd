/**
 * What a phone call needs from the outside world. Adapters implement these contracts; nothing else knows a vendor.
 *
 * Rules that hold for every port:
 * - Audio is raw G.711 mu-law, 8 kHz, mono. No headers, no other format, anywhere.
 * - Times are milliseconds. *Call time* starts at 0 with the first frame of the caller's audio and advances
 *   20 ms with each frame; it is the only clock that turn-taking knows.
 * - On abort a port ends early and quietly: an iterable just ends (it does not throw), a callback is not called again,
 *   and every socket, timer and listener behind it is released.
 * - Failure is a rejection (iterables) or a `deaf` report (recogniser), once, as a `ProviderError`. Nothing throws through a
 *   callback. What a port puts right by itself, such as a connection opened again, it tells as a `Note` for the record.
 * - test/conformance/ holds one suite per port; a new provider passes it before it answers a call.
 */
import type { Frame } from './audio/frames.ts'

/** Told what went wrong with a service, when it does, though nobody need do anything about it. Never throws; no secret is in it. */
export type Note = (trouble: ProviderError) => void

/* ── Hearing words ─────────────────────────────────────────────────────────────────────────────────────────── */

/** A word as the recogniser heard it. Times are call time and may be off by a syllable. */
export type Word = {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  /** True once the recogniser will not change this word unless it also changes `turn`s it has not declared complete. */
  readonly final: boolean
  /** 0 to 1, or null if the recogniser does not say. */
  readonly confidence: number | null
}

export type TranscriptNews =
  /**
   * All words of one of the recogniser's turns as it hears them now: replaces everything said before of the same `turn`.
   * Turns are numbered from 0 and only grow. `completeToMs` is null while the recogniser may still change or add words;
   * otherwise it vouches that the caller said nothing else before that moment of call time (the words may be none).
   * More words may follow in the same turn if the caller goes on.
   */
  | { readonly type: 'words'; readonly turn: number; readonly words: readonly Word[]; readonly completeToMs: number | null }
  /** The recogniser is lost; what the caller says may go unheard until `hearing`. */
  | { readonly type: 'deaf'; readonly error: ProviderError }
  /** It is back. Audio it never got, or never finished, has been given to it again where possible. */
  | { readonly type: 'hearing' }

/** Opens a recogniser for one call, at once and before the caller is on the line; audio heard before it is ready waits in it. */
export type Transcribe = (tell: (news: TranscriptNews) => void, signal: AbortSignal, note?: Note) => Transcription

export interface Transcription {
  /** The caller's next 20 ms; the n-th frame is call time n*20 to n*20+20. Synchronous, never blocks, never throws. */
  hear(frame: Frame): void
  /** The caller began to speak at `fromMs` (call time). A hint; told a little late. */
  callerSpoke(fromMs: number): void
  /** The caller has been silent since `sinceMs` (call time): the words up to there are wanted as soon as possible. */
  callerPaused(sinceMs: number): void
  /** The reply is due and the words are still not settled: end the turn now (AssemblyAI: ForceEndpoint). At most once a pause. */
  settle(): void
}

/* ── Thinking ──────────────────────────────────────────────────────────────────────────────────────────────── */

export type Message =
  | { readonly role: 'system' | 'user'; readonly content: string }
  /** `calls`: the tools it called after saying `content`, which may be ''. A result for each follows. */
  | { readonly role: 'assistant'; readonly content: string; readonly calls?: readonly ToolCall[] }
  /** What came of the call with that id. */
  | { readonly role: 'tool'; readonly content: string; readonly callId: string }

export type Thought =
  /** The next piece of the reply, in any cut; the pieces joined are the reply. */
  | { readonly type: 'text'; readonly text: string }
  /** A tool is to be used. Comes after all text; the reply goes on when the results have been given in another question. */
  | { readonly type: 'call-tool'; readonly call: ToolCall }
  /** What a request for this reply cost that came to its end; `model` names who answered it. */
  | ({ readonly type: 'usage'; readonly model?: string } & Usage)

/** What was used; `estimated` if the service did not say. */
export type Usage = { readonly promptTokens: number; readonly completionTokens: number; readonly estimated: boolean }

/**
 * Told what a request cost that never came to its end: the reply was dropped, or it broke off. It is paid for all the same.
 * Told once per request, within a tick of the abort; the one thing that is told after it. Never throws.
 */
export type Spent = (usage: Usage & { readonly model: string }) => void

/**
 * Continues a conversation. `messages` ends with what the caller said last, or with the results of the tools called then.
 * `tools` may be called; a call of any other, or with arguments that will not do, is passed on as it is: who runs the tools says
 * so to the model. Rejects if the reply stays unfinished.
 */
export type Think = (
  messages: readonly Message[],
  signal: AbortSignal,
  note?: Note,
  spent?: Spent,
  tools?: readonly ToolOffer[],
) => AsyncIterable<Thought>

/* ── Doing ─────────────────────────────────────────────────────────────────────────────────────────────────── */

/** A model's wish. `args` is JSON as the model wrote it, which may be broken. Ids are unique within one conversation's messages. */
export type ToolCall = { readonly id: string; readonly name: string; readonly args: string }

/** What a model is told of a tool. `parameters`: a JSON schema in which every property is required and no other allowed. */
export type ToolOffer = {
  readonly name: string
  readonly description: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** Something the assistant can do on a call. Opened once per call, with all it needs. */
export type Tool = {
  readonly offer: ToolOffer
  /** What these arguments ask for. Does nothing yet, and never throws. */
  readonly read: (args: string) => Task
}

export type Task =
  /** The arguments will not do; `why` is for the model. */
  | { readonly type: 'refused'; readonly why: string }
  /** Looks something up and changes nothing, so it may run for a draft that nobody will hear. `run` ends early on abort. */
  | { readonly type: 'pure'; readonly run: (signal: AbortSignal) => Promise<string> }
  /**
   * Changes the world, so it runs once and not before the reply was released. `args` are the same text for the same wish however
   * it was written. `repeatable`: running it again under the same key changes nothing more. `filler` is said if it takes long.
   */
  | {
      readonly type: 'effect'
      readonly args: string
      readonly repeatable: boolean
      readonly filler: string
      /** Not to be aborted: takes no longer than a few seconds. Should not reject; what it says is for the model. */
      readonly run: (key: string) => Promise<Outcome>
    }
  /** An effect that the reply itself carries: it takes place once its last word has been heard, and never if it is cut off. */
  | { readonly type: 'farewell'; readonly then: 'hang-up' | 'hand-over'; readonly brief: string }

/** `done` false: it was not done, and may be tried again. */
export type Outcome = { readonly done: boolean; readonly says: string }

/** An effect that was begun on this call. `outcome` is null while it is under way, or if nobody knows what became of it. */
export type Deed = {
  /** The same for the same tool and the same wish: what has run under it does not run again. */
  readonly key: string
  readonly tool: string
  readonly args: string
  readonly outcome: Outcome | null
}

/* ── Remembering ───────────────────────────────────────────────────────────────────────────────────────────── */

/** A turn of a call that is over: what the caller said, and what was heard in reply. Either may be empty. */
export type PastTurn = { readonly turn: number; readonly said: string; readonly heard: string }

/** What a fact about a caller is about. */
export const FACT_KINDS = ['name', 'company', 'role', 'team', 'tool', 'objection', 'meeting', 'preference', 'other'] as const
export type FactKind = (typeof FACT_KINDS)[number]

/** Something the caller told. `quote` is in the caller's own words, out of that turn; `fact` puts it shortly. */
export type ToldFact = { readonly kind: FactKind; readonly fact: string; readonly turn: number; readonly quote: string }

export type Recollection = {
  /** What the call was about, in a few sentences. */
  readonly summary: string
  readonly facts: readonly ToldFact[]
  /** Who says so: the model, or the script. */
  readonly by: string
  /** What it cost; null if nothing. */
  readonly usage: Usage | null
}

/**
 * What is worth knowing when this caller calls again. Asked after the call; takes as long as it needs, until the abort, which
 * makes it reject. Rejects with a `ProviderError` if the service fails. What it says is checked by whoever asks.
 */
export type Recollect = (turns: readonly PastTurn[], signal: AbortSignal) => Promise<Recollection>

/** The shape of an answer, as a JSON schema in which every property is required and no other allowed. */
export type AnswerShape = { readonly name: string; readonly schema: Readonly<Record<string, unknown>> }

/**
 * Answers in JSON, as text. No caller waits for it. A model that cannot be held to the shape may answer in another:
 * the messages have to ask for it as well, and the answer has to be checked. Rejects with a `ProviderError`, also on abort.
 */
export type Answer = (
  messages: readonly Message[],
  shape: AnswerShape,
  signal: AbortSignal,
) => Promise<{ readonly text: string; readonly model: string; readonly usage: Usage }>

/* ── Speaking ──────────────────────────────────────────────────────────────────────────────────────────────── */

/** A word as it is spoken, with the spaces and punctuation that belong to it. Times count from the reply's first sample. */
export type SpokenWord = { readonly text: string; readonly startMs: number; readonly endMs: number }

/** The next stretch of a reply's speech: mu-law of any length, and the words whose audio *begins* in it. */
export type Speech = { readonly audio: Uint8Array; readonly words: readonly SpokenWord[] }

/**
 * Says phrases as they come; each is worth speaking by itself. Yields the speech in order and as early as it exists.
 * The words' texts joined are the phrases joined, so that what was heard can be told to the word.
 */
export type Speak = (phrases: AsyncIterable<string>, signal: AbortSignal) => AsyncIterable<Speech>

/** Opens a voice for one call, at once and before anything is to be said. Replies are spoken one after another. */
export type OpenVoice = (signal: AbortSignal, note?: Note) => Speak

/* ── The line ──────────────────────────────────────────────────────────────────────────────────────────────── */

/** The caller's end of the line. Synchronous; never throws, also not after the caller has hung up. */
export interface Line {
  /** Plays mu-law after everything played before. */
  play(audio: Uint8Array): void
  /** Asks to be told, by this name, once everything played so far has been heard. `clear` makes all marks come back at once. */
  mark(name: string): void
  /** Throws away what has been played but not heard. */
  clear(): void
  hangUp(): void
}

/* ── Voice detection ───────────────────────────────────────────────────────────────────────────────────────── */

/** Tells, window by window, how likely it is that a person speaks (0 to 1); the answer may come a few frames late. */
export type DetectVoice = (
  tell: (windowEndMs: number, probability: number) => void,
  signal: AbortSignal,
) => { hear(frame: Frame): void }

/* ── Time ──────────────────────────────────────────────────────────────────────────────────────────────────── */

export interface Clock {
  /** Milliseconds on a clock that never goes backwards. */
  now(): number
  /** Calls back once, no earlier than `delayMs` from now. The returned function calls it off. */
  after(delayMs: number, callback: () => void): () => void
}

/* ── Allowances ────────────────────────────────────────────────────────────────────────────────────────────── */

/** How much of something may still be had: `remaining` of `limit`, which it will be again in `resetMs`. */
export type Remaining = { readonly limit: number; readonly remaining: number; readonly resetMs: number }

/** What of its allowances a service let an adapter know. */
export type AllowanceNews =
  /** A session was asked for; services count these by the minute. */
  | { readonly type: 'session-asked' }
  /** It works: whatever was refused before is to be had again. */
  | { readonly type: 'served' }
  /**
   * It was refused because we want too much: too many sessions a minute, or requests at once, or requests or tokens; or because
   * the account has no money left. `retryMs` if it said when to ask again.
   */
  | { readonly type: 'refused'; readonly what: 'sessions' | 'at-once' | 'rate' | 'quota'; readonly retryMs: number | null }
  /** So many requests run at this moment, and so many may. */
  | { readonly type: 'at-once'; readonly current: number | null; readonly maximum: number }
  /** Null for what it did not tell. */
  | { readonly type: 'remaining'; readonly requests: Remaining | null; readonly tokens: Remaining | null }
  /** What one request took. */
  | { readonly type: 'spent'; readonly tokens: number }
  /** Characters that may still be spoken, for the money paid; null: no end to them. */
  | { readonly type: 'characters-left'; readonly characters: number | null }
  | { readonly type: 'spoken'; readonly characters: number }

/** Told what a service allows, as an adapter learns of it. Never throws. */
export type Allow = (news: AllowanceNews) => void

/* ── Failure ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** A service let us down: which one, in which stage of its work, and whether asking again may help. Carries no secret. */
export class ProviderError extends Error {
  readonly provider: string
  readonly stage: string
  readonly retryable: boolean

  constructor(provider: string, stage: string, message: string, retryable: boolean, options?: ErrorOptions) {
    super(`${provider} (${stage}): ${message}`, options)
    this.name = 'ProviderError'
    this.provider = provider
    this.stage = stage
    this.retryable = retryable
  }

  /** An error's message is not among what JSON keeps; the journal wants it. */
  toJSON(): { readonly provider: string; readonly stage: string; readonly message: string; readonly retryable: boolean } {
    return { provider: this.provider, stage: this.stage, message: this.message, retryable: this.retryable }
  }
}
