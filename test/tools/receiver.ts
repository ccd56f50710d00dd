/** The owner's program behind the webhook: takes what is posted over a real socket, or refuses it for a while. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Received = { readonly headers: Readonly<Record<string, unknown>>; readonly body: string }

export async function startReceiver() {
  const received: Received[] = []
  const answers: number[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.writeHead(answers.shift() ?? 204).end()
    })
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>(resolve => void server.close(() => resolve())))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/deeds`,
    received,
    /** The next ones are answered so; after that all are taken. */
    refuse: (...statuses: readonly number[]) => void answers.push(...statuses),
  }
}
