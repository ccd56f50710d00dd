/**
 * What of a call's journal belongs in the database, entry by entry: the call as it begins, each turn as it ends, what it all
 * cost, and the call's end. Folded alike from a call that goes on and from the folder of one whose process died. Pure.
 */
import { Certificates, type Certificate } from '../call/certificate.ts'
import type { Entry, Heading } from '../call/journal.ts'
import type { Redact } from '../redact/redact.ts'
import { redactedTurn } from '../redact/turn.ts'
import { CallUsage } from './call-usage.ts'
import { complains } from './complaint.ts'
import type { CallRow, CostRow, DeliveryRow, FeedbackRow, MeetingRow, MessageRow, TurnRow } from './tables.ts'

/** What the journal does not say of its call. */
export type CallOrigin = {
  /** The name of its folder. */
  readonly folder: string
  readonly personId: string | null
  readonly conversationId: string
}

export type Writing =
  /** What was done for the caller, and the news of it if somebody wants them; what stands there already stays as it is. */
  | { readonly type: 'meeting'; readonly meeting: MeetingRow; readonly delivery: DeliveryRow | null }
  | { readonly type: 'message'; readonly message: MessageRow; readonly delivery: DeliveryRow | null }
  | { readonly type: 'call'; readonly call: CallRow }
  | { readonly type: 'turn'; readonly turn: TurnRow }
  /** The caller complained about the call in a turn, or rated it at its end. */
  | { readonly type: 'feedback'; readonly feedback: FeedbackRow }
  /** All that this reply cost, in place of what was written of it before. */
  | { readonly type: 'costs'; readonly callId: string; readonly turnId: number; readonly costs: readonly CostRow[] }
  /** Comes last. */
  | { readonly type: 'end'; readonly callId: string; readonly reason: string; readonly lengthMs: number }

/** A call's process ended before the call did. */
export const BROKEN_OFF = 'broken-off'

/** Of calls with the same SID each has its own start. */
export const callIdOf = ({ callSid, startedAt }: Pick<Heading, 'callSid' | 'startedAt'>): string =>
  `${callSid}-${startedAt.replace(/\D/g, '')}`

export class CallRecord {
  readonly #origin: CallOrigin
  readonly #redact: Redact
  readonly #certificates = new Certificates()
  readonly #written = new Set<number>()
  #call: { readonly id: string; readonly usage: CallUsage; readonly startedAt: string } | null = null
  #reason: string | null = null
  #atMs = 0

  /** `redact`: what is left out of the turns' words. */
  constructor(origin: CallOrigin, redact: Redact) {
    this.#origin = origin
    this.#redact = redact
  }

  /** Nothing comes of entries before the heading. */
  take(entry: Entry): readonly Writing[] {
    this.#atMs = entry.at
    if (entry.type === 'call') return this.#begin(entry)
    if (!this.#call) return []
    const { id, usage } = this.#call
    if (entry.type === 'input' && entry.input.type === 'ended') this.#reason = entry.input.reason
    if (entry.type === 'broken') this.#reason = 'broken'
    if (entry.type === 'command' && entry.command.type === 'rated') return [this.#rating(entry.command.rating)]
    const ended = this.#certificates.take(entry)
    const changed = usage.take(entry)
    const costs = changed === null ? [] : [{ type: 'costs', callId: id, turnId: changed, costs: usage.costsOf(changed) } as const]
    return [...(ended ? this.#turn(ended) : []), ...costs]
  }

  /** The journal has ended: what is left to write. */
  end(): readonly Writing[] {
    if (!this.#call) return []
    const { id: callId, usage } = this.#call
    const turns = this.#certificates.all.flatMap(turn => this.#turn(turn))
    const costs = usage.unfinished.map(turnId => ({ type: 'costs', callId, turnId, costs: usage.costsOf(turnId) }) as const)
    const ofCall = { type: 'costs', callId, turnId: 0, costs: usage.costsOfCall() } as const
    return [...turns, ...costs, ofCall, { type: 'end', callId, reason: this.#reason ?? BROKEN_OFF, lengthMs: this.#atMs }]
  }

  #begin(heading: Heading): readonly Writing[] {
    const { callSid, startedAt, assistant, providers, rules } = heading
    const { stt, llm, tts, vad } = providers
    const id = callIdOf(heading)
    this.#call = { id, usage: new CallUsage(id, heading), startedAt }
    const { pipeline } = rules
    const beginning = { id, callSid, startedAt, assistant, pipeline, stt, llm, tts, vad, endedReason: null, lengthMs: 0 }
    return [{ type: 'call', call: { ...beginning, ...this.#origin } }]
  }

  #rating(rating: number): Writing {
    const { id: callId, startedAt } = this.#call!
    const ofCall = { id: `${callId}-rating`, callId, turnId: null, words: null, createdAt: startedAt }
    return { type: 'feedback', feedback: { ...ofCall, rating, source: 'keys' } }
  }

  #turn(turn: Certificate): readonly Writing[] {
    if (this.#written.has(turn.id)) return []
    this.#written.add(turn.id)
    const { id: callId, usage, startedAt } = this.#call!
    const row = rowOf(callId, redactedTurn(turn, this.#redact))
    const costs = { type: 'costs', callId, turnId: turn.id, costs: usage.costsOf(turn.id) } as const
    return [{ type: 'turn', turn: row }, costs, ...complaintsOf(row, startedAt)]
  }
}

/** Dated as its call, for a journal knows no other date. */
function complaintsOf({ callId, id, said }: TurnRow, createdAt: string): readonly Writing[] {
  if (!complains(said)) return []
  const feedback = { id: `${callId}-${id}`, callId, turnId: id, rating: null, words: said, source: 'caller', createdAt } as const
  return [{ type: 'feedback', feedback }]
}

/** Column by column: what a certificate may gain one day has no column yet. */
const rowOf = (callId: string, turn: Certificate): TurnRow => ({
  callId,
  id: turn.id,
  line: turn.line,
  said: turn.said,
  silentSinceMs: turn.silentSinceMs,
  completeMs: turn.completeMs,
  settledMs: turn.settledMs,
  basis: turn.basis,
  draftMs: turn.draftMs,
  discarded: turn.discarded,
  firstTokenMs: turn.firstTokenMs,
  firstAudioMs: turn.firstAudioMs,
  releasedMs: turn.releasedMs,
  firstFrameMs: turn.firstFrameMs,
  firstMarkMs: turn.firstMarkMs,
  endedMs: turn.endedMs,
  text: turn.text,
  heard: turn.heard,
  outcome: turn.outcome,
  amended: turn.amended ? 1 : 0,
  holds: turn.holds,
  asides: JSON.stringify(turn.asides),
})

export const certificateOf = ({ callId: _, amended, asides, ...turn }: TurnRow): Certificate => ({
  ...turn,
  amended: amended === 1,
  asides: JSON.parse(asides) as string[],
})
