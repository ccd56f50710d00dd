import { describe, expect, it } from 'vitest'
import { realClock } from '../../src/clock.ts'
import { openTracing, type TracingParts } from '../../src/observe/tracing.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { entriesOf, headingOf } from '../store/played-call.ts'
import { attributesOf, startCollector, type ReceivedSpan } from './collector.ts'

const OPENED_MS = 1_763_719_200_000

function open(endpoint: string, parts: Partial<TracingParts> = {}) {
  const notes: string[] = []
  const tracing = openTracing({
    endpoint,
    version: '1.2.3',
    clock: realClock,
    wallMs: () => OPENED_MS,
    note: text => notes.push(text),
    ...parts,
  })
  const play = (n = 1): void => {
    const call = tracing.observe()
    for (const entry of entriesOf(headingOf(n))) call.take(entry)
    call.end()
  }
  return { tracing, notes, play }
}

const startMs = (span: ReceivedSpan): number => Number(BigInt(span.startTimeUnixNano) / 1_000_000n) - OPENED_MS
const endMs = (span: ReceivedSpan): number => Number(BigInt(span.endTimeUnixNano) / 1_000_000n) - OPENED_MS

describe('traces', () => {
  it('reach the collector at shutdown at the latest: a call, its turns, and where their time went', async () => {
    const collector = await startCollector()
    const { tracing, play, notes } = open(collector.endpoint)
    play()
    await tracing.close(60_000)
    expect(collector.paths[0]).toBe('/v1/traces')
    const spans = collector.spans()
    const [call] = spans.filter(({ name }) => name === 'call')
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
    expect(call!.parentSpanId ?? '').toBe('')
    expect(attributesOf(call!)).toMatchObject({
      'halfsecond.pipeline': 'draft',
      'halfsecond.llm': 'gpt-4',
      'halfsecond.end_reason': 'caller-hung-up',
    })
    const turns = spans.filter(({ parentSpanId }) => parentSpanId === call!.spanId)
    expect(turns.map(({ name }) => name).toSorted()).toEqual(['line', 'turn', 'turn'])
    const cut = turns.find(span => attributesOf(span)['halfsecond.outcome'] === 'interrupted')!
    expect(attributesOf(cut)).toMatchObject({ 'halfsecond.drafts_discarded': 1, 'halfsecond.holds': 1 })
    expect(attributesOf(cut)['halfsecond.reply_gap_ms']).toBeGreaterThanOrEqual(500)
    expect(cut.events.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['words settled', 'reply begun', 'released', 'first frame', 'mark', 'held']) as string[],
    )
    const stages = spans.filter(({ parentSpanId }) => parentSpanId === cut.spanId)
    expect(stages.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'silence',
        'words settling',
        'draft',
        'model: first token',
        'voice: first audio',
        'playout',
      ]) as string[],
    )
    const draft = stages.find(({ name }) => name === 'draft')!
    expect(attributesOf(draft)).toMatchObject({ 'halfsecond.dropped': 'words-changed' })
    expect(notes).toEqual([])
  })

  it('bear the real times: a silence lasts 500 ms, and what is below a span lies within it', async () => {
    const collector = await startCollector()
    const { tracing, play } = open(collector.endpoint)
    play()
    await tracing.close(60_000)
    const spans = collector.spans()
    for (const silence of spans.filter(({ name }) => name === 'silence')) expect(endMs(silence) - startMs(silence)).toBe(500)
    const byId = new Map(spans.map(span => [span.spanId, span]))
    for (const span of spans) {
      const parent = byId.get(span.parentSpanId ?? '')
      if (parent) expect(startMs(span)).toBeGreaterThanOrEqual(startMs(parent))
      expect(endMs(span)).toBeGreaterThanOrEqual(startMs(span))
    }
  })

  it('hold no word of anybody', async () => {
    const collector = await startCollector()
    const { tracing, play } = open(collector.endpoint)
    play()
    await tracing.close(60_000)
    const words = entriesOf(headingOf(1)).flatMap(entry =>
      entry.type === 'command' && entry.command.type === 'prepare' ? [entry.command.said] : [],
    )
    expect(words.length).toBeGreaterThan(0)
    for (const said of words) expect(collector.bodies.join()).not.toContain(said)
  })

  it('of two calls do not mix', async () => {
    const collector = await startCollector()
    const { tracing, play } = open(collector.endpoint)
    play(1)
    play(2)
    await tracing.close(60_000)
    const sids = new Map<string, Set<string>>()
    for (const span of collector.spans()) {
      const sid = attributesOf(span)['halfsecond.call_sid']
      if (sid !== undefined) sids.set(span.traceId, new Set([...(sids.get(span.traceId) ?? []), String(sid)]))
    }
    expect([...sids.values()].map(({ size }) => size)).toEqual([1, 1])
  })

  it('that nobody takes are one warning, however many calls there are', async () => {
    const collector = await startCollector(() => 400)
    const { tracing, play, notes } = open(collector.endpoint)
    for (let n = 0; n < 300; n++) play(n)
    await tracing.close(60_000)
    expect(collector.bodies.length).toBeGreaterThan(1)
    expect(notes).toEqual(['traces cannot be sent; calls go on'])
  })

  it('for a collector that never answers hold the end up for so long and no longer', async () => {
    const collector = await startCollector(() => null)
    const clock = new VirtualClock()
    const { tracing, play } = open(collector.endpoint, { clock })
    play()
    let closed = false
    const closing = tracing.close(3_000).then(() => (closed = true))
    await collector.asked
    await clock.advance(2_999)
    expect(closed).toBe(false)
    await clock.advance(1)
    await closing
    expect(clock.waiting).toBe(0)
  })

  it('of a journal without a heading are none', async () => {
    const collector = await startCollector()
    const { tracing } = open(collector.endpoint)
    const call = tracing.observe()
    for (const entry of entriesOf(headingOf(1)).slice(1)) call.take(entry)
    call.end()
    await tracing.close(60_000)
    expect(collector.bodies).toEqual([])
  })
})
