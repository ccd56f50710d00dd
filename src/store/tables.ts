/**
 * What the database holds, as Kysely is told it; `migrations.ts` makes it so. Dates are ISO 8601 in UTC, which sorts as text.
 * Flags are 0 and 1, for SQLite knows no others. A telephone number is in none of the tables.
 */
import type { Certificate } from '../call/certificate.ts'
import type { FactKind } from '../ports.ts'

export type Tables = {
  readonly people: PersonRow
  readonly conversations: ConversationRow
  readonly calls: CallRow
  readonly turns: TurnRow
  readonly costs: CostRow
  readonly callSummaries: CallSummaryRow
  readonly memoryFacts: MemoryFactRow
  readonly meetings: MeetingRow
  readonly messages: MessageRow
  readonly deliveries: DeliveryRow
  readonly feedback: FeedbackRow
}

export type PersonRow = {
  /** Keyed hash of the number, see people-key.ts. */
  readonly id: string
  readonly firstCallAt: string
}

/** Calls that continue each other. Its id is a uuid, or the SID of its first call. */
export type ConversationRow = {
  readonly id: string
  readonly personId: string | null
  readonly createdAt: string
}

export type CallRow = {
  /** SID and start; see `callIdOf`. A call that was cut and comes back under its SID is another one here. */
  readonly id: string
  readonly callSid: string
  readonly conversationId: string
  readonly personId: string | null
  readonly startedAt: string
  readonly assistant: string
  readonly pipeline: string
  readonly stt: string
  readonly llm: string
  readonly tts: string
  readonly vad: string
  /** The name of its folder in DATA_DIR/calls of the machine that had it. */
  readonly folder: string
  /** Null while it goes on; then everything about it is stored. 'broken-off': its process ended before it did. */
  readonly endedReason: string | null
  readonly lengthMs: number
}

/** A certificate, word for word; `asides` is a JSON list. */
export type TurnRow = { readonly callId: string; readonly amended: 0 | 1; readonly asides: string } & Omit<
  Certificate,
  'amended' | 'asides'
>

/** How much of one service something took. */
export type CostRow = {
  readonly callId: string
  /** 0 for the call as a whole. */
  readonly turnId: number
  readonly service: 'recogniser' | 'model' | 'voice'
  readonly unit: Unit
  /** As the call's heading names it; the model, by the name that it answered by. */
  readonly provider: string
  readonly quantity: number
  /** 1 if we counted ourselves, since the service did not say. */
  readonly estimated: 0 | 1
  /** 1 if it was for a draft that was thrown away. */
  readonly dropped: 0 | 1
  /** Null: unknown. Never 0 for want of a price. */
  readonly usd: number | null
  /** The day of the price. */
  readonly pricedOn: string | null
}

/** `replies`: of unknown size, for the service was never heard to say. */
export type Unit = 'seconds' | 'prompt-tokens' | 'completion-tokens' | 'characters' | 'replies'

/** What a call was about; where there is one, the call has been thought about, and its facts are stored. */
export type CallSummaryRow = {
  readonly callId: string
  /** Empty if nothing was said that the call bears out. */
  readonly summary: string
  /** The model or the script that made it. */
  readonly madeBy: string
  readonly createdAt: string
}

/** Something a person told, to be known on the next call. It does not outlive the call that it quotes. */
export type MemoryFactRow = {
  readonly id: string
  readonly personId: string
  readonly kind: FactKind
  readonly fact: string
  /** In the person's words, out of that turn. */
  readonly quote: string
  readonly callId: string
  readonly turnId: number
  readonly createdAt: string
  readonly expiresAt: string
}

export type MeetingRow = {
  readonly id: string
  readonly callId: string
  readonly personId: string | null
  /** In the caller's words. */
  readonly time: string
  readonly name: string | null
  readonly contact: string | null
  readonly note: string | null
  readonly createdAt: string
}

/** A text message that the assistant sent to the caller. */
export type MessageRow = {
  readonly id: string
  readonly callId: string
  readonly personId: string | null
  readonly text: string
  readonly createdAt: string
}

/** News for the owner's webhook that it has not taken yet. */
export type DeliveryRow = {
  readonly id: string
  readonly callId: string
  /** JSON, as it is posted. */
  readonly body: string
  readonly createdAt: string
}

export type FeedbackRow = {
  readonly id: string
  readonly callId: string
  readonly turnId: number | null
  /** 1 (bad) to 5, or null for words only. */
  readonly rating: number | null
  readonly words: string | null
  readonly source: 'api' | 'keys' | 'caller'
  readonly createdAt: string
}
