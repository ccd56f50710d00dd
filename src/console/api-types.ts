/**
 * What the API answers, as far as the page uses it. test/console/api-types.test.ts holds it against what the API promises, whose
 * own schemas would bring their library along.
 */
import type { Certificate } from '../call/certificate.ts'
import type { TimedCall } from '../call/timed-words.ts'

export type Stages = {
  readonly stages: readonly {
    readonly stage: 'hearing' | 'thinking' | 'speaking' | 'playing'
    readonly provider: string
    readonly streaming: boolean
    readonly how: string
  }[]
}

export type LiveCall = {
  readonly callSid: string
  readonly conversationId: string
  readonly personId: string | null
  readonly startedAt: string
  readonly lengthMs: number
  readonly replies: number
  /** Where to follow it, as server-sent events. */
  readonly events: string
}

export type Cost = {
  /** What is known of it; null if nothing is. */
  readonly usd: number | null
  /** Of that, for drafts that were thrown away. */
  readonly droppedUsd: number
  /** True if the price or the amount of something is unknown. */
  readonly unknown: boolean
}

export type ConversationSummary = {
  readonly id: string
  readonly personId: string | null
  readonly createdAt: string
  readonly calls: number
  readonly lastCallAt: string | null
  readonly lengthMs: number
  readonly replies: number
  readonly early: number
  readonly cost: Cost
}

export type ConversationPage = { readonly conversations: readonly ConversationSummary[]; readonly next: string | null }

/** Half of all are at most `p50`, and so on, in milliseconds; null if there are none. */
export type Spread = {
  readonly count: number
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
}

export type Overview = {
  readonly per: 'hour' | 'day'
  readonly calls: {
    readonly count: number
    readonly lengthMs: number
    readonly endings: readonly { readonly reason: string | null; readonly count: number }[]
  }
  readonly gap: Spread & {
    readonly early: number
    readonly ready: number
    readonly distribution: readonly { readonly fromMs: number; readonly count: number }[]
  }
  readonly stages: readonly ({ readonly stage: 'words' | 'model' | 'voice' | 'ready' | 'own' } & Spread)[]
  readonly times: readonly { readonly at: string; readonly calls: number; readonly gap: Spread }[]
  readonly drafts: { readonly hit: number; readonly missed: number; readonly late: number }
  readonly outcomes: readonly { readonly outcome: string; readonly count: number }[]
  readonly amended: number
  readonly holds: number
  readonly costs: readonly {
    readonly service: 'recogniser' | 'model' | 'voice'
    readonly usd: number | null
    readonly droppedUsd: number
    readonly unknown: boolean
  }[]
}

/** A call of the page's own, which rings: with these subprotocols its stream is let in, once and within a minute. */
export type TalkBegun = {
  readonly callSid: string
  readonly stream: string
  readonly protocols: readonly string[]
  readonly events: string
}

export type RecordedTurn = Certificate & { readonly cost: Cost }

export type Feedback = {
  readonly id: string
  readonly turnId: number | null
  readonly rating: number | null
  readonly words: string | null
  readonly source: 'api' | 'keys' | 'caller'
  readonly createdAt: string
}

export type RecordedCall = {
  readonly id: string
  readonly callSid: string
  readonly conversationId: string
  readonly startedAt: string
  readonly assistant: string
  readonly pipeline: string
  readonly stt: string
  readonly llm: string
  readonly tts: string
  /** Null while it goes on. */
  readonly endedReason: string | null
  readonly lengthMs: number
  readonly turns: readonly RecordedTurn[]
  readonly costs: readonly {
    readonly service: 'recogniser' | 'model' | 'voice'
    readonly unit: string
    readonly provider: string
    readonly quantity: number
    readonly dropped: 0 | 1
    readonly usd: number | null
  }[]
  readonly cost: Cost
  readonly meetings: readonly { readonly id: string; readonly time: string; readonly name: string | null }[]
  readonly feedback: readonly Feedback[]
  readonly summary: { readonly summary: string; readonly madeBy: string } | null
  /** Addresses of WAV files; null: not on the server's machine. */
  readonly audio: { readonly caller: string; readonly bot: string; readonly mixed: string } | null
}

export type RecordedConversation = { readonly id: string; readonly cost: Cost; readonly calls: readonly RecordedCall[] }

export type WordsOfCall = TimedCall & { readonly damagedLines: number }
