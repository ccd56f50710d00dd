/**
 * Traces of calls, sent to an OpenTelemetry collector by OTLP over HTTP, in batches and beside the calls. Loaded only where an
 * endpoint is set, for it takes a moment. A collector that is away costs the traces, one warning, and nothing else.
 */
import { ROOT_CONTEXT, SpanStatusCode, trace, type Context, type Span, type Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace'
import type { Clock } from '../ports.ts'
import { CallSpans, headingAttributes, type SpanData } from './call-spans.ts'
import type { CallObserver } from './observed.ts'

/** A collector that does not answer in this time has not got the batch. */
const EXPORT_WITHIN_MS = 10_000
const BATCH_EVERY_MS = 2_000
/** Some hundred calls' worth; what does not fit is left out. */
const WAITING_MAX = 4_096

export type TracingParts = {
  /** The collector's address without a path for traces: `http://127.0.0.1:4318`. */
  readonly endpoint: string
  readonly version: string
  readonly clock: Clock
  /** The time of day, ms since 1970. */
  readonly wallMs: () => number
  readonly note: (text: string, facts: object) => void
}

export type Tracing = {
  readonly observe: () => CallObserver
  /** Sends what is waiting, for at most so long. Never rejects. */
  readonly close: (withinMs: number) => Promise<void>
}

export function openTracing({ endpoint, version, clock, wallMs, note }: TracingParts): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: EXPORT_WITHIN_MS })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'halfsecond', 'service.version': version }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: telling(exporter, error => note('traces cannot be sent; calls go on', { err: error, endpoint })),
        scheduledDelayMillis: BATCH_EVERY_MS,
        exportTimeoutMillis: EXPORT_WITHIN_MS,
        maxQueueSize: WAITING_MAX,
      }),
    ],
  })
  const tracer = provider.getTracer('halfsecond', version)
  return {
    observe: () => traceCall(tracer, wallMs),
    async close(withinMs) {
      const enough = Promise.withResolvers<void>()
      const callOff = clock.after(withinMs, enough.resolve)
      await Promise.race([provider.shutdown().catch(() => {}), enough.promise])
      callOff()
    },
  }
}

/** The call's own span begins at once, so that its turns can be sent before it has ended. */
function traceCall(tracer: Tracer, wallMs: () => number): CallObserver {
  const spans = new CallSpans()
  let call: { readonly span: Span; readonly openedMs: number } | null = null
  const below = ({ span, openedMs }: NonNullable<typeof call>, data: SpanData): void =>
    write(tracer, data, trace.setSpan(ROOT_CONTEXT, span), openedMs)
  return {
    take(entry) {
      if (entry.type === 'call') {
        const openedMs = wallMs() - entry.ms
        call = {
          span: tracer.startSpan('call', { root: true, startTime: openedMs, attributes: headingAttributes(entry) }),
          openedMs,
        }
      }
      const turn = spans.take(entry)
      if (turn && call) below(call, turn)
    },
    end() {
      if (!call) return
      const data = spans.end()
      for (const child of data.children) below(call, child)
      finish(call.span, data, call.openedMs)
    },
  }
}

function write(tracer: Tracer, data: SpanData, parent: Context, openedMs: number): void {
  const span = tracer.startSpan(data.name, { startTime: openedMs + data.fromMs }, parent)
  for (const child of data.children) write(tracer, child, trace.setSpan(parent, span), openedMs)
  finish(span, data, openedMs)
}

function finish(span: Span, { attributes, events, failed, toMs }: SpanData, openedMs: number): void {
  span.setAttributes(attributes)
  for (const { name, atMs, attributes: more } of events) span.addEvent(name, more ?? {}, openedMs + atMs)
  if (failed !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: failed })
  span.end(openedMs + toMs)
}

/** Says when sending begins to fail, and again only after it has worked in between. */
function telling(exporter: SpanExporter, failed: (error: Error) => void): SpanExporter {
  let isFailing = false
  return {
    export(spans, done) {
      exporter.export(spans, result => {
        // `ExportResultCode` belongs to a package that is not ours to import: 0 is success.
        const isFailure = Number(result.code) !== 0
        if (isFailure && !isFailing) failed(result.error ?? new Error('the collector refused them'))
        isFailing = isFailure
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  }
}
