/**
 * A call's journal as server-sent events, from its beginning and for as long as the call goes on, for a page or a terminal
 * that watches. https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { ServerResponse } from 'node:http'

/** Told a call's journal entry by entry, first those already written, then each as it is written; `end` comes last, once. */
export type JournalListener = {
  readonly entry: (entry: object) => void
  readonly end: () => void
}

/** Starts to tell, and gives what stops it; null if there is no such call. */
export type Follow = (callSid: string, listener: JournalListener) => (() => void) | null

/** A watcher that lets so much wait has stopped reading; a long call's whole journal is well below this. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

/** Owns the response from here on, unless it gives false: then there is no such call, and nothing has been sent. */
export function sendEvents(follow: Follow, callSid: string, response: ServerResponse): boolean {
  const begin = (): void => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  }
  const isOpen = (): boolean => !response.destroyed && !response.writableEnded
  const stop = follow(callSid, {
    entry: entry => {
      if (!isOpen()) return
      begin()
      response.write(`data: ${JSON.stringify(entry)}\n\n`)
      if (response.writableLength > MAX_WAITING_BYTES) response.destroy()
    },
    end: () => {
      if (!isOpen()) return
      begin()
      // A name of its own, since a browser's EventSource would otherwise take the end for a fault and ask again.
      response.end('event: end\ndata: {}\n\n')
    },
  })
  if (stop === null) return false
  begin()
  response.flushHeaders()
  response.once('close', stop)
  return true
}
