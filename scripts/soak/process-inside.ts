/**
 * Looks into a running Node process over its own inspector: how much its heap holds once the garbage is gone, and what keeps it
 * running. The program looked at knows nothing of it. https://nodejs.org/api/inspector.html
 */
import { once } from 'node:events'
import { WebSocket } from 'ws'

/** To be given to the process as NODE_OPTIONS. */
export const INSPECTABLE = '--inspect=127.0.0.1:0'

export type ProcessInside = {
  /** In use after a full collection; without the threads' own heaps. */
  readonly heapBytes: number
  readonly rssBytes: number
  /** Sockets, timers and the like, by kind, how many of each keep it running. */
  readonly resources: Readonly<Record<string, number>>
}

export type Inspection = { look(): Promise<ProcessInside>; close(): void }

/** `output`: what the process has printed, in which it says where its inspector listens. */
export async function inspect(output: string): Promise<Inspection> {
  const url = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(output)?.[0]
  if (url === undefined) throw new Error('the process does not say where its inspector listens')
  const socket = new WebSocket(url)
  const answers = new Map<number, (result: unknown) => void>()
  let asked = 0
  socket.on('message', (data: Buffer) => {
    const { id, result } = JSON.parse(data.toString()) as { readonly id?: number; readonly result?: unknown }
    if (id === undefined) return
    answers.get(id)?.(result)
    answers.delete(id)
  })
  await once(socket, 'open')
  const ask = (method: string, params: object = {}): Promise<unknown> =>
    new Promise(resolve => {
      answers.set(++asked, resolve)
      socket.send(JSON.stringify({ id: asked, method, params }))
    })
  await ask('HeapProfiler.enable')
  return {
    async look() {
      // Twice: what finalizers let go of is garbage only after the first.
      await ask('HeapProfiler.collectGarbage')
      await ask('HeapProfiler.collectGarbage')
      const answer = (await ask('Runtime.evaluate', { expression: LOOK, returnByValue: true })) as { result: { value: string } }
      const { heapUsed, rss, active } = JSON.parse(answer.result.value) as {
        heapUsed: number
        rss: number
        active: readonly string[]
      }
      const resources: Record<string, number> = {}
      for (const kind of active) resources[kind] = (resources[kind] ?? 0) + 1
      return { heapBytes: heapUsed, rssBytes: rss, resources }
    },
    close: () => socket.close(),
  }
}

const LOOK =
  'JSON.stringify({ heapUsed: process.memoryUsage().heapUsed, rss: process.memoryUsage().rss, active: process.getActiveResourcesInfo() })'
