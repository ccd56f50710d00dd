/**
 * The record of one call, entry by entry as it happens: what came in, what turn-taking was told, what it decided. From the
 * inputs alone the call can be run again; the events and commands between them say whether it still decides the same.
 */
import type { Frame } from '../audio/frames.ts'
import type { TranscriptNews, Usage } from '../ports.ts'
import type { Consent } from './consent.ts'
import type { CallRules, Event, LeaveReason, Resumption } from './facts.ts'
import type { ReplyNews } from './reply.ts'
import type { Command } from './rules.ts'
import type { Settled } from './transcript.ts'
import type { Stage } from './watchdog.ts'

/** What reached the call from outside, besides the caller's audio. */
export type Input =
  | { readonly type: 'answered' }
  | { readonly type: 'heard'; readonly news: TranscriptNews }
  | { readonly type: 'voice'; readonly windowEndMs: number; readonly probability: number }
  | { readonly type: 'reply'; readonly id: number; readonly news: ReplyNews }
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'digit'; readonly digit: string }
  /** Somebody wants something of the call: the operator, or whoever watches its cost, or the process that is to stop. */
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'transfer'; readonly brief: string }
  | { readonly type: 'leave'; readonly why: LeaveReason }
  | { readonly type: 'hang-up' }
  | { readonly type: 'spare'; readonly spares: boolean }
  | { readonly type: 'ended'; readonly reason: string }

/** The same events as turn-taking gets, short: of the words only what they say. */
export type ToldEvent =
  | Exclude<Event, { readonly type: 'words' | 'woke' }>
  | { readonly type: 'words'; readonly at: number; readonly said: string; readonly settled: Settled | null }

/** The same commands as turn-taking gives, short: history is left out, for the journal itself holds it. */
export type GivenCommand =
  Exclude<Command, { readonly type: 'prepare' }> | Omit<Command & { readonly type: 'prepare' }, 'history'>

export type Heading = {
  readonly version: 1
  readonly callSid: string
  readonly startedAt: string
  readonly assistant: string
  readonly providers: { readonly stt: string; readonly llm: string; readonly tts: string; readonly vad: string }
  readonly rules: CallRules
  /** Only if the call goes on: from what, and in which folder that is recorded. */
  readonly resumes?: Resumption & { readonly folder: string }
}

/** `at` is call time; `ms` the real time since the call was set up, for latencies finer than a frame. */
export type Entry = { readonly at: number; readonly ms: number } & (
  | ({ readonly type: 'call' } & Heading)
  | { readonly type: 'input'; readonly input: Input }
  | { readonly type: 'event'; readonly event: ToldEvent }
  | { readonly type: 'command'; readonly command: GivenCommand }
  /** Audio that was missing and for which silence stood in. */
  | { readonly type: 'stood-in'; readonly frames: number }
  /** The first audio of a reply left for the caller. */
  | { readonly type: 'first-frame'; readonly id: number }
  /** Input that was refused, by kind. */
  | { readonly type: 'refused'; readonly kind: string; readonly count: number }
  /** Whether the call's audio is kept from here on; where nothing says so, it is kept whole. */
  | { readonly type: 'recording'; readonly consent: Consent }
  /** It was the bot's turn, and nothing came for so long: the stage that owed the next step. */
  | { readonly type: 'stalled'; readonly stage: Stage; readonly forMs: number }
  /** Something went wrong with a service, and is being put right without the call's doing. */
  | { readonly type: 'trouble'; readonly provider: string; readonly stage: string; readonly message: string }
  /** What a question to the model cost whose answer never came to its end, for that reply was dropped or it broke off. */
  | ({ readonly type: 'usage'; readonly id: number; readonly model: string } & Usage)
  /** A rule of the program itself was broken; the call ends. */
  | { readonly type: 'broken'; readonly why: string }
)

/** Takes the record of one call. Synchronous and never throws; what happens to the record is its own affair. */
export interface Journal {
  write(entry: Entry): void
  /** The same 20 ms of both legs. */
  audio(caller: Frame, bot: Frame): void
  /** The call is over; resolves once everything is kept. */
  close(): Promise<void>
}
