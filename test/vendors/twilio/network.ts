/**
 * How the emulated Twilio reaches the bot: form posts and one WebSocket. Over real sockets, or straight into a Fastify
 * application in the same process (no ports, and it works under a virtual clock).
 */
import { duplexPair, type Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import WebSocket, { type RawData } from 'ws'

export type Form = Readonly<Record<string, string>>
export type Headers = Readonly<Record<string, string>>
export type Answer = { readonly status: number; readonly body: string }

export interface Socket {
  send(text: string): void
  close(): void
  /** Drops the connection without a goodbye. */
  lose(): void
}

export interface SocketListener {
  onText(text: string): void
  onBinary(): void
  onClose(code: number): void
}

export interface Network {
  /** Rejects if there is no answer; an answer of any status is an answer. */
  post(url: string, form: Form, headers: Headers): Promise<Answer>
  /** Rejects if the handshake is not accepted. Nothing is missed: the listener hears all from the first message on. */
  connect(url: string, headers: Headers, listener: SocketListener): Promise<Socket>
}

/** Twilio waits for 15 s for a webhook's answer (error 11205) and some seconds for a handshake (31901). */
const WEBHOOK_TIMEOUT_MS = 15_000
const HANDSHAKE_TIMEOUT_MS = 5_000

/**
 * Real sockets. `reach` turns an address as Twilio knows it (`wss://bot.example.com/…`) into one that can be reached here
 * (`ws://127.0.0.1:3000/…`).
 */
export function realNetwork(reach: (url: string) => string = url => url): Network {
  return {
    async post(url, form, headers) {
      const response = await fetch(reach(url), {
        method: 'POST',
        body: new URLSearchParams(form),
        headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
      })
      return { status: response.status, body: await response.text() }
    },
    connect(url, headers, listener) {
      return open(new WebSocket(reach(url), { headers, handshakeTimeout: HANDSHAKE_TIMEOUT_MS }), listener)
    },
  }
}

/**
 * Straight into an application in this process, listening or not, by the path of each address. HTTP and WebSocket are the real
 * ones, over a pair of streams in memory instead of a TCP connection, so that no message waits for the operating system. To
 * the application it looks like a proxy on this machine that keeps the `Host`.
 */
export function networkInto(app: FastifyInstance): Network {
  return {
    async post(url, form, headers) {
      const response = await app.inject({
        method: 'POST',
        url: pathOf(url),
        payload: new URLSearchParams(form).toString(),
        headers: { ...headers, host: new URL(url).host, 'content-type': 'application/x-www-form-urlencoded' },
      })
      return { status: response.statusCode, body: response.body }
    },
    connect(url, headers, listener) {
      return open(new WebSocket(url.replace(/^wss:/, 'ws:'), { headers, createConnection: () => dial(app) }), listener)
    },
  }
}

/** Node's HTTP server takes any stream for a connection: https://nodejs.org/api/http.html#event-connection */
function dial(app: FastifyInstance): Duplex {
  const [ours, theirs] = duplexPair()
  Object.assign(theirs, { remoteAddress: '127.0.0.1' })
  app.server.emit('connection', theirs)
  return ours
}

const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url)
  return pathname + search
}

function open(socket: WebSocket, listener: SocketListener): Promise<Socket> {
  socket.on('message', (data, isBinary) => (isBinary ? listener.onBinary() : listener.onText(textOf(data))))
  socket.on('close', code => listener.onClose(code))
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(wrap(socket)))
    // After the handshake an error is followed by `close`, which says all that Twilio would know.
    socket.on('error', reject)
  })
}

const wrap = (socket: WebSocket): Socket => ({
  send: text => socket.send(text),
  close: () => socket.close(1000),
  lose: () => socket.terminate(),
})

const textOf = (data: RawData): string => (Buffer.isBuffer(data) ? data : Buffer.from(data as ArrayBuffer)).toString('utf8')
