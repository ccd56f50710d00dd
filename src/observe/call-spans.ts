/**
 * One call as spans: the call, below it a span for each turn, below that where the turn's time went. Times are milliseconds since
 * the call was set up. No word of the caller, no number: only what happened, when, and by whose service. Pure.
 */
import type { Entry, Heading } from '../call/journal.ts'
import { BROKEN_OFF } from '../store/call-record.ts'
import { faultIn } from './fault.ts'
import { DUE_MS, RepliesInTime, type ReplyTimes } from './reply-times.ts'

export type Attributes = Readonly<Record<string, string | number | boolean>>
export type SpanEvent = { readonly name: string; readonly atMs: number; readonly attributes?: Attributes }

export type SpanData = {
  readonly name: string
  readonly fromMs: number
  readonly toMs: number
  readonly attributes: Attributes
  readonly events: readonly SpanEvent[]
  /** Null: nothing went wrong. */
  readonly failed: string | null
  readonly children: readonly SpanData[]
}

export const headingAttributes = ({ callSid, assistant, providers, rules, resumes }: Heading): Attributes => ({
  'halfsecond.call_sid': callSid,
  'halfsecond.assistant': assistant,
  'halfsecond.pipeline': rules.pipeline,
  'halfsecond.stt': providers.stt,
  'halfsecond.llm': providers.llm,
  'halfsecond.tts': providers.tts,
  'halfsecond.vad': providers.vad,
  'halfsecond.resumed': resumes !== undefined,
})

export class CallSpans {
  readonly #replies = new RepliesInTime()
  readonly #events: SpanEvent[] = []
  /** Drafts thrown away since a reply was last let out: they belong to the turn that they were for. */
  #discarded: SpanData[] = []
  #reason: string | null = null
  #ms = 0

  /** Gives the turn that came to its end with this entry, if one did. */
  take(entry: Entry): SpanData | null {
    this.#ms = entry.ms
    if (entry.type === 'input' && entry.input.type === 'ended') this.#reason = entry.input.reason
    if (entry.type === 'broken') this.#reason = 'broken'
    const fault = faultIn(entry)
    if (fault) {
      const attributes = { 'halfsecond.fault.provider': fault.provider, 'halfsecond.fault.stage': fault.stage }
      this.#events.push({ name: 'fault', atMs: entry.ms, attributes })
    }
    const reply = this.#replies.take(entry)
    if (reply?.endedMs == null) return null
    this.#replies.forget(reply.id)
    if (reply.releasedMs !== null) return this.#turn(reply, reply.endedMs)
    this.#discarded.push(draftSpan(reply, reply.endedMs))
    return null
  }

  /** The journal is closed: the call itself, with what had not come to its end. */
  end(): SpanData {
    const open = this.#replies.all.filter(({ releasedMs }) => releasedMs !== null).map(reply => this.#turn(reply, this.#ms))
    const reason = this.#reason ?? BROKEN_OFF
    return {
      name: 'call',
      fromMs: 0,
      toMs: this.#ms,
      attributes: { 'halfsecond.end_reason': reason },
      events: this.#events,
      failed: reason === 'broken' ? 'a rule of the program was broken' : null,
      children: [...open, ...this.#discarded],
    }
  }

  #turn(reply: ReplyTimes, toMs: number): SpanData {
    const drafts = this.#discarded
    this.#discarded = []
    const { id, line, silentSinceMs, firstFrameMs, begunMs, basis, outcome, holds } = reply
    const starts = [silentSinceMs ?? begunMs, ...drafts.map(({ fromMs }) => fromMs)]
    return {
      name: line === null ? 'turn' : 'line',
      fromMs: Math.min(...starts),
      toMs,
      attributes: {
        'halfsecond.reply': id,
        'halfsecond.outcome': outcome ?? 'under-way',
        'halfsecond.holds': holds.length,
        ...(line === null ? { 'halfsecond.drafts_discarded': drafts.length } : { 'halfsecond.line': line }),
        ...(basis !== null && { 'halfsecond.basis': basis }),
        ...(silentSinceMs !== null &&
          firstFrameMs !== null && { 'halfsecond.reply_gap_ms': round(firstFrameMs - silentSinceMs) }),
      },
      events: [...turnEvents(reply)].toSorted((a, b) => a.atMs - b.atMs),
      failed: reply.failure === null ? null : 'the reply failed',
      children: [...drafts, ...stagesOf(reply, toMs)],
    }
  }
}

const round = (ms: number): number => Math.round(ms * 10) / 10

/** Where the time of a reply that was let out went, side by side. */
function stagesOf(reply: ReplyTimes, toMs: number): readonly SpanData[] {
  const { silentSinceMs, settledMs, firstFrameMs } = reply
  return [
    ...span('silence', silentSinceMs, silentSinceMs === null ? null : silentSinceMs + DUE_MS),
    ...span('words settling', silentSinceMs, settledMs),
    ...makingOf(reply),
    ...span('playout', firstFrameMs, toMs),
  ]
}

const makingOf = ({ begunMs, tokenMs, phraseMs, audioMs, line }: ReplyTimes): readonly SpanData[] => [
  ...span('model: first token', line === null ? begunMs : null, tokenMs),
  ...span('voice: first audio', phraseMs, audioMs),
]

function draftSpan(reply: ReplyTimes, toMs: number): SpanData {
  const attributes = { 'halfsecond.reply': reply.id, 'halfsecond.dropped': reply.outcome ?? 'unknown' }
  const failed = reply.failure === null ? null : 'the draft failed'
  return { name: 'draft', fromMs: reply.begunMs, toMs, attributes, events: [], failed, children: makingOf(reply) }
}

const span = (name: string, fromMs: number | null, toMs: number | null): readonly SpanData[] =>
  fromMs === null || toMs === null || toMs < fromMs
    ? []
    : [{ name, fromMs, toMs, attributes: {}, events: [], failed: null, children: [] }]

function* turnEvents({ begunMs, settledMs, releasedMs, firstFrameMs, markMs, holds }: ReplyTimes): Generator<SpanEvent> {
  const moments = [
    ['reply begun', begunMs],
    ['words settled', settledMs],
    ['released', releasedMs],
    ['first frame', firstFrameMs],
    ['mark', markMs],
  ] as const
  for (const [name, atMs] of moments) if (atMs !== null) yield { name, atMs }
  for (const { atMs, goneOnMs, aside } of holds) {
    yield { name: 'held', atMs }
    if (goneOnMs !== null) yield { name: 'resumed', atMs: goneOnMs, attributes: { 'halfsecond.aside': aside !== '' } }
  }
}
