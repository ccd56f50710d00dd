/**
 * What is to be counted and measured of one call, folded from its journal entry by entry. Only what has few values names
 * anything: no number, no call, no word of anybody. Pure; src/observe/metrics.ts puts it in Prometheus' words.
 */
import type { Entry, Heading } from '../call/journal.ts'
import { CallUsage } from '../store/call-usage.ts'
import { BROKEN_OFF } from '../store/call-record.ts'
import type { CostRow } from '../store/tables.ts'
import { faultIn } from './fault.ts'
import { DUE_MS, RepliesInTime, type ReplyTimes } from './reply-times.ts'

/** In milliseconds: from the caller's last voiced frame on, but for the model (from the question) and the voice (from its first words). */
export const STAGES = ['words-settled', 'draft-begun', 'model-first-token', 'voice-first-audio', 'playout'] as const
export type Stage = (typeof STAGES)[number]

export type Measure =
  | { readonly type: 'began'; readonly pipeline: string }
  /** From the caller's last voiced frame to the first frame of the answer. */
  | { readonly type: 'gap'; readonly ms: number; readonly pipeline: string; readonly basis: string }
  | { readonly type: 'stage'; readonly stage: Stage; readonly ms: number }
  /** How long after the silence was complete and the words were settled the reply was let out. */
  | { readonly type: 'release-error'; readonly ms: number }
  /** `hit`: the caller heard it. `why` only if it was dropped unheard. */
  | { readonly type: 'draft'; readonly became: 'made' | 'hit' | 'dropped'; readonly why: string }
  | { readonly type: 'barge-in'; readonly became: 'held' | 'resumed' | 'interrupted' }
  | { readonly type: 'fault'; readonly provider: string; readonly stage: string }
  | { readonly type: 'refused-input'; readonly kind: string; readonly count: number }
  /** `usd` null: unknown. */
  | { readonly type: 'cost'; readonly service: CostRow['service']; readonly dropped: boolean; readonly usd: number | null }
  | { readonly type: 'ended'; readonly reason: string; readonly ms: number }

export class CallMeasures {
  readonly #replies = new RepliesInTime()
  readonly #refused = new Map<string, number>()
  readonly #asked = new Set<number>()
  #heading: Heading | null = null
  #usage: CallUsage | null = null
  #reason: string | null = null
  #ms = 0

  take(entry: Entry): readonly Measure[] {
    this.#ms = entry.ms
    if (entry.type === 'call') return this.#begin(entry)
    if (entry.type === 'input' && entry.input.type === 'ended') this.#reason = entry.input.reason
    if (entry.type === 'broken') this.#reason = 'broken'
    if (entry.type === 'refused') return this.#refuse(entry.kind, entry.count)
    this.#usage?.take(entry)
    const reply = this.#replies.take(entry)
    const fault = faultIn(entry)
    const faults = fault ? [{ type: 'fault', provider: fault.provider, stage: fault.stage } as const] : []
    return reply ? [...faults, ...this.#measure(entry, reply)] : faults
  }

  /** The journal is closed: what the call cost, and why it ended. */
  end(): readonly Measure[] {
    const rows = [...[...this.#asked].flatMap(id => this.#usage?.costsOf(id) ?? []), ...(this.#usage?.costsOfCall() ?? [])]
    const costs = rows.map(
      ({ service, dropped, usd }) => ({ type: 'cost', service, dropped: dropped === 1, usd }) as const satisfies Measure,
    )
    return [...costs, { type: 'ended', reason: this.#reason ?? BROKEN_OFF, ms: this.#ms }]
  }

  #begin(heading: Heading): readonly Measure[] {
    this.#heading = heading
    this.#usage = new CallUsage('', heading)
    return [{ type: 'began', pipeline: heading.rules.pipeline }]
  }

  #refuse(kind: string, count: number): readonly Measure[] {
    const more = count - (this.#refused.get(kind) ?? 0)
    this.#refused.set(kind, count)
    return [{ type: 'refused-input', kind, count: more }]
  }

  #measure(entry: Entry, reply: ReplyTimes): readonly Measure[] {
    if (entry.type === 'first-frame') return this.#gap(reply)
    if (entry.type === 'event') this.#replies.forget(reply.id)
    if (entry.type === 'command') return this.#command(entry.command.type, reply)
    if (entry.type !== 'input') return []
    if (entry.input.type === 'mark') return stage('playout', reply.firstFrameMs, reply.markMs)
    if (entry.input.type !== 'reply' || reply.line !== null) return []
    // Told again with each piece; measured with the first.
    if (entry.input.news.type === 'thinking-aloud') return stage('model-first-token', reply.begunMs, reply.tokenMs)
    const isFirstAudio = entry.input.news.type === 'speech' && reply.audioMs === entry.ms
    return isFirstAudio && this.#isNew(reply.id) ? stage('voice-first-audio', reply.phraseMs, reply.audioMs) : []
  }

  readonly #voiced = new Set<number>()
  #isNew(id: number): boolean {
    const before = this.#voiced.size
    return this.#voiced.add(id).size > before
  }

  #gap({ firstFrameMs, silentSinceMs, basis }: ReplyTimes): readonly Measure[] {
    if (firstFrameMs === null || silentSinceMs === null) return []
    const pipeline = this.#heading?.rules.pipeline ?? 'unknown'
    return [{ type: 'gap', ms: firstFrameMs - silentSinceMs, pipeline, basis: basis ?? 'unknown' }]
  }

  #command(type: string, reply: ReplyTimes): readonly Measure[] {
    switch (type) {
      case 'prepare':
        this.#asked.add(reply.id)
        return [{ type: 'draft', became: 'made', why: '' }]
      case 'release':
        return released(reply)
      case 'hold':
        return [{ type: 'barge-in', became: 'held' }]
      case 'resume':
        return [{ type: 'barge-in', became: 'resumed' }]
      case 'drop':
        return this.#drop(reply)
      default:
        return []
    }
  }

  #drop(reply: ReplyTimes): readonly Measure[] {
    this.#replies.forget(reply.id)
    const why = reply.outcome ?? ''
    if (reply.releasedMs === null) return [{ type: 'draft', became: 'dropped', why }]
    return why === 'interrupted' ? [{ type: 'barge-in', became: 'interrupted' }] : []
  }
}

function released({ silentSinceMs, settledMs, begunMs, releasedMs, basis }: ReplyTimes): readonly Measure[] {
  const hit = { type: 'draft', became: 'hit', why: '' } as const
  if (silentSinceMs === null || releasedMs === null) return [hit]
  const dueMs = Math.max(silentSinceMs + DUE_MS, settledMs ?? 0)
  return [
    hit,
    ...stage('words-settled', silentSinceMs, settledMs),
    ...stage('draft-begun', silentSinceMs, begunMs),
    // What is answered though it is not settled has waited for something else.
    ...(basis === 'overdue' ? [] : [{ type: 'release-error', ms: Math.max(0, releasedMs - dueMs) } as const]),
  ]
}

/** Words may be settled before the silence begins: that is no wait. */
const stage = (name: Stage, fromMs: number | null, toMs: number | null): readonly Measure[] =>
  fromMs === null || toMs === null ? [] : [{ type: 'stage', stage: name, ms: Math.max(0, toMs - fromMs) }]
