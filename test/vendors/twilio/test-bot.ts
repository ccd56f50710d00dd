/** A bot of a few lines for the emulator's own tests: keeps what Twilio sends, sends what it is told, and thinks nothing. */
import formbody from '@fastify/formbody'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import type WebSocket from 'ws'
import type { Clock } from '../../../src/ports.ts'

/** A message of Twilio's as it came over the wire; the numbers in it are strings. */
export type Received = {
  readonly event: string
  readonly sequenceNumber?: string
  readonly streamSid?: string
  readonly media?: { readonly chunk: string; readonly timestamp: string; readonly payload: string }
  readonly mark?: { readonly name: string }
  readonly dtmf?: { readonly digit: string }
}

export type TestBot = {
  readonly app: FastifyInstance
  readonly received: { readonly atMs: number; readonly message: Received }[]
  /** The posts that came, with their headers. */
  readonly posts: { readonly path: string; readonly form: Record<string, string>; readonly signature: string | undefined }[]
  readonly handshakes: { readonly host: string; readonly from: string | undefined; readonly signature: string | undefined }[]
  /** What is answered to a post: TwiML, or a status. */
  readonly answers: Record<string, string | number>
  socket(): WebSocket
  streamSid(): string
  send(message: object): void
  play(audio: Uint8Array): void
  mark(name: string): void
  clear(): void
  /** The marks that came back, and when. */
  marks(): string[]
}

export const connectTo = (url: string, inside = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="${url}">${inside}</Stream></Connect></Response>`

/** `extend` adds routes to it before it is ready. */
export async function startTestBot(clock: Clock, extend: (app: FastifyInstance) => void = () => {}): Promise<TestBot> {
  const app = Fastify()
  const sockets: WebSocket[] = []
  const received: { atMs: number; message: Received }[] = []
  const posts: TestBot['posts'] = []
  const handshakes: TestBot['handshakes'] = []
  const answers: TestBot['answers'] = { '/voice': connectTo('wss://bot.example.com/media') }
  await app.register(formbody)
  await app.register(websocket)
  app.post<{ Body: Record<string, string>; Params: { '*': string } }>('/*', async (request, reply) => {
    posts.push({ path: request.url, form: { ...request.body }, signature: request.headers['x-twilio-signature']?.toString() })
    const answer = answers[request.url] ?? 204
    return typeof answer === 'number' ? reply.code(answer).send() : reply.type('text/xml').send(answer)
  })
  app.get('/media', { websocket: true }, (socket, request) => {
    const { headers, host, ip } = request
    handshakes.push({ host, from: ip, signature: headers['x-twilio-signature']?.toString() })
    sockets.push(socket)
    socket.on('message', (data: Buffer) => received.push({ atMs: clock.now(), message: JSON.parse(data.toString()) as Received }))
  })
  extend(app)
  await app.ready()

  function socket(): WebSocket {
    const last = sockets.at(-1)
    if (!last) throw new Error('no stream has been connected yet')
    return last
  }
  const streamSid = (): string => received.findLast(({ message }) => message.event === 'start')?.message.streamSid ?? 'none yet'
  const send = (message: object): void => socket().send(JSON.stringify(message))
  return {
    app,
    received,
    posts,
    handshakes,
    answers,
    socket,
    streamSid,
    send,
    play: audio => send({ event: 'media', streamSid: streamSid(), media: { payload: Buffer.from(audio).toString('base64') } }),
    mark: name => send({ event: 'mark', streamSid: streamSid(), mark: { name } }),
    clear: () => send({ event: 'clear', streamSid: streamSid() }),
    marks: () => received.flatMap(({ atMs, message }) => (message.mark ? [`${message.mark.name} at ${atMs}`] : [])),
  }
}
