import { fastify } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openMetrics, type MetricsParts } from '../../src/observe/metrics.ts'
import { observed } from '../../src/observe/observed.ts'
import { addMetrics } from '../../src/observe/routes.ts'
import { entriesOf, headingOf } from '../store/played-call.ts'

const open = (parts: Partial<MetricsParts> = {}) => openMetrics({ activeCalls: () => 3, isOpen: () => true, ...parts })
const nobody = { write() {}, audio() {}, close: async () => {} }

function play(metrics: ReturnType<typeof open>, n: number): void {
  const journal = observed(nobody, [metrics.observe()], error => expect.fail(String(error)))
  for (const entry of entriesOf(headingOf(n))) journal.write(entry)
  void journal.close()
}

/** The series of that name, with its labels. */
const series = (text: string, name: string): readonly string[] => text.split('\n').filter(line => line.startsWith(name))

describe('GET /metrics', () => {
  it('gives the operator, over HTTP, what Prometheus reads', async () => {
    const metrics = open()
    play(metrics, 1)
    metrics.refused('full')
    const server = fastify()
    onTestFinished(() => server.close())
    addMetrics(server, { metrics, onlyOperator: async () => undefined })
    const response = await fetch(`${await server.listen({ host: '127.0.0.1', port: 0 })}/metrics`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const text = await response.text()
    expect(series(text, 'halfsecond_reply_gap_milliseconds_count')).toEqual([
      expect.stringMatching(/pipeline="draft",basis="\w+"} \d/) as string,
    ])
    expect(text).toContain('halfsecond_drafts_total{outcome="dropped",why="words-changed"} 1')
    expect(text).toContain('halfsecond_barge_ins_total{outcome="interrupted"} 1')
    expect(text).toContain('halfsecond_active_calls 3')
    expect(text).toContain('halfsecond_calls_refused_total{reason="full"} 1')
    expect(text).toContain('halfsecond_calls_ended_total{reason="caller-hung-up"} 1')
    expect(text).toContain('halfsecond_cost_unknown_total{service="model",dropped="true"} 1')
    expect(text).toMatch(/halfsecond_cost_usd_total{service="voice",dropped="false"} 0\.\d+/)
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
    expect(text).toMatch(/^process_resident_memory_bytes /m)
    expect(text).not.toContain('CA0')
  })

  it('refuses everybody else', async () => {
    const server = fastify()
    onTestFinished(() => server.close())
    addMetrics(server, { metrics: open(), onlyOperator: async (_, reply) => reply.code(403).send({ error: 'no' }) })
    const response = await server.inject('/metrics')
    expect([response.statusCode, response.body]).toEqual([403, '{"error":"no"}'])
  })

  it('has as many series after a hundred calls as after one', async () => {
    const metrics = open()
    play(metrics, 1)
    const lines = async () => series(await metrics.text(), 'halfsecond_').length
    const before = await lines()
    for (let n = 2; n <= 100; n++) play(metrics, n)
    expect(await lines()).toBe(before)
  })

  it('makes no series without end of names that services make up', async () => {
    const metrics = open()
    const call = metrics.observe()
    for (let n = 0; n < 1000; n++)
      call.take({ at: 0, ms: 0, type: 'trouble', provider: 'OpenAI', stage: `error ${n}`, message: '' })
    const faults = series(await metrics.text(), 'halfsecond_faults_total')
    expect(faults.length).toBeLessThan(50)
    expect(faults).toContain('halfsecond_faults_total{provider="OpenAI",stage="other"} 960')
  })

  it('keeps to itself: two of them in one process share nothing', async () => {
    const [one, other] = [open(), open()]
    play(one, 1)
    expect(series(await other.text(), 'halfsecond_calls_total')).toEqual([])
  })
})

describe('an observed journal', () => {
  it('keeps everything though an observer fails, who is told so once and is not asked again', () => {
    const kept: string[] = []
    const seen: string[] = []
    const failures: unknown[] = []
    const journal = observed(
      { ...nobody, write: entry => void kept.push(entry.type) },
      [
        {
          take: () => {
            throw new Error('on purpose')
          },
          end: () => expect.fail('was asked again'),
        },
        { take: entry => void seen.push(entry.type), end: () => void seen.push('end') },
      ],
      error => failures.push(error),
    )
    for (const entry of entriesOf(headingOf(1)).slice(0, 3)) journal.write(entry)
    void journal.close()
    expect(kept).toEqual(['call', 'input', 'event'])
    expect(seen).toEqual(['call', 'input', 'event', 'end'])
    expect(failures).toHaveLength(1)
  })

  it('does not bother anybody with the thirty judgements a second of the detector', () => {
    const seen: string[] = []
    const journal = observed(nobody, [{ take: entry => void seen.push(entry.type), end() {} }], () => {})
    journal.write({ at: 0, ms: 0, type: 'input', input: { type: 'voice', windowEndMs: 32, probability: 0.5 } })
    expect(seen).toEqual([])
  })
})
