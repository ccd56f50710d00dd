/**
 * The counters and histograms of this process, in a registry of its own, for Prometheus to fetch. A thin shell: what is to be
 * counted comes from measures.ts; here it gets its names, its buckets and a bound on how many series there can be.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { CallMeasures, type Measure } from './measures.ts'
import type { CallObserver } from './observed.ts'

/** Milliseconds: fine where a reply is due, coarse where it is late. */
const GAP_BUCKETS = [500, 505, 510, 520, 530, 550, 600, 700, 850, 1000, 1500, 2000, 3000, 4000, 6000]
const STAGE_BUCKETS = [10, 25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 700, 1000, 1500, 2500, 4000, 8000]
const RELEASE_BUCKETS = [0, 1, 2, 5, 10, 20, 40, 80, 160, 500]
const CALL_BUCKETS = [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600]
/** Names come from services, too: so many different ones are told apart under a label, the rest are 'other'. */
const NAMES_MAX = 40

export type MetricsParts = {
  readonly activeCalls: () => number
  /** Whether a new call would be taken. */
  readonly isOpen: () => boolean
}

export type Metrics = {
  /** To be told of one call, entry by entry. */
  readonly observe: () => CallObserver
  /** A call was not taken. */
  readonly refused: (reason: string) => void
  /** All of it as text, of this content type. */
  readonly text: () => Promise<string>
  readonly contentType: string
}

export function openMetrics({ activeCalls, isOpen }: MetricsParts): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const take = addMeasures(registry)
  addGauge(registry, 'halfsecond_active_calls', 'Calls now, ringing ones included', activeCalls)
  addGauge(registry, 'halfsecond_admission_open', '1 if a new call would be taken', () => (isOpen() ? 1 : 0))
  const refused = new Counter({
    name: 'halfsecond_calls_refused_total',
    help: 'Calls that were not taken, and why',
    labelNames: ['reason'],
    registers: [registry],
  })
  return {
    observe() {
      const measures = new CallMeasures()
      return {
        take: entry => measures.take(entry).forEach(take),
        end: () => measures.end().forEach(take),
      }
    },
    refused: reason => refused.inc({ reason }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

function addGauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value())
    },
  })
}

function addMeasures(registry: Registry): (measure: Measure) => void {
  const registers = [registry]
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> =>
    new Counter({ name: `halfsecond_${name}`, help, labelNames, registers })
  const histogram = <T extends string>(name: string, help: string, buckets: number[], labelNames: readonly T[]): Histogram<T> =>
    new Histogram({ name: `halfsecond_${name}`, help, buckets, labelNames, registers })

  const began = counter('calls_total', 'Calls taken', ['pipeline'])
  const ended = counter('calls_ended_total', 'Calls that have ended, and why', ['reason'])
  const lasted = histogram('call_duration_seconds', 'How long calls lasted', CALL_BUCKETS, [])
  const gap = histogram(
    'reply_gap_milliseconds',
    "From the caller's last voiced frame to the first frame of the answer",
    GAP_BUCKETS,
    ['pipeline', 'basis'],
  )
  const stage = histogram(
    'stage_milliseconds',
    "Where the time goes: words-settled and draft-begun from the caller's last voiced frame, model-first-token from the question, voice-first-audio from the voice's first words, playout from our first frame to Twilio's mark",
    STAGE_BUCKETS,
    ['stage'],
  )
  const release = histogram(
    'release_error_milliseconds',
    'How much later than due a reply was let out: after 500 ms of silence and with the words settled',
    RELEASE_BUCKETS,
    [],
  )
  const drafts = counter('drafts_total', 'Replies begun (made), let out (hit), thrown away unheard (dropped)', ['outcome', 'why'])
  const bargeIns = counter('barge_ins_total', 'Replies that a sound of the caller held, that went on, that it ended', ['outcome'])
  const faults = counter('faults_total', 'What went wrong with a service, or with us', ['provider', 'stage'])
  const refusedInput = counter('refused_input_total', 'Input on the line that was not as it should be', ['kind'])
  const cost = counter('cost_usd_total', 'What calls that have ended cost, by list price, as far as it is known', [
    'service',
    'dropped',
  ])
  const unknown = counter('cost_unknown_total', 'Items whose price is unknown, which no sum contains', ['service', 'dropped'])
  const known = new Names()

  return measure => {
    switch (measure.type) {
      case 'began':
        return began.inc({ pipeline: measure.pipeline })
      case 'gap':
        return gap.observe({ pipeline: measure.pipeline, basis: measure.basis }, measure.ms)
      case 'stage':
        return stage.observe({ stage: measure.stage }, measure.ms)
      case 'release-error':
        return release.observe(measure.ms)
      case 'draft':
        return drafts.inc({ outcome: measure.became, why: measure.why })
      case 'barge-in':
        return bargeIns.inc({ outcome: measure.became })
      case 'fault':
        return faults.inc({ provider: known.bounded('provider', measure.provider), stage: known.bounded('stage', measure.stage) })
      case 'refused-input':
        return refusedInput.inc({ kind: known.bounded('kind', measure.kind) }, measure.count)
      case 'cost': {
        const labels = { service: measure.service, dropped: String(measure.dropped) }
        return measure.usd === null ? unknown.inc(labels) : cost.inc(labels, measure.usd)
      }
      case 'ended':
        lasted.observe(measure.ms / 1000)
        return ended.inc({ reason: known.bounded('reason', measure.reason) })
      default:
        return measure satisfies never
    }
  }
}

/** What names there are under each label, so that no service and no caller can make series without end. */
class Names {
  readonly #names = new Map<string, Set<string>>()

  bounded(label: string, name: string): string {
    const names = this.#names.get(label) ?? new Set()
    this.#names.set(label, names)
    if (names.size < NAMES_MAX) names.add(name)
    return names.has(name) ? name : 'other'
  }
}
