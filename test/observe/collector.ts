/** What an OpenTelemetry collector is to those who send to it: OTLP in JSON over HTTP, on a real socket. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

type Value = {
  readonly stringValue?: string
  readonly intValue?: number
  readonly doubleValue?: number
  readonly boolValue?: boolean
}
type KeyValue = { readonly key: string; readonly value: Value }

export type ReceivedSpan = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly KeyValue[]
  readonly events: readonly { readonly name: string }[]
  readonly status: { readonly code?: number }
}

type Body = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] }
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[]
  }[]
}

export type Collector = {
  readonly endpoint: string
  readonly bodies: string[]
  readonly paths: string[]
  spans(): readonly ReceivedSpan[]
  /** Resolves once somebody has sent something. */
  readonly asked: Promise<void>
}

/** `status` null: it takes what is sent and never answers. */
export async function startCollector(status: () => number | null = () => 200): Promise<Collector> {
  const bodies: string[] = []
  const paths: string[] = []
  const asked = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString())
      paths.push(request.url ?? '')
      asked.resolve()
      const code = status()
      if (code !== null) response.writeHead(code, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    paths,
    asked: asked.promise,
    spans: () =>
      bodies
        .map(body => JSON.parse(body) as Body)
        .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))),
  }
}

export const attributesOf = ({ attributes }: { readonly attributes: readonly KeyValue[] }) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] as string | number | boolean]))
