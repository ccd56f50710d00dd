/**
 * Server-sent events, for a page or a terminal that watches: a call's journal from its beginning and for as long as the call goes
 * on, or any other news. https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { ServerResponse } from 'node:http'

/** Told a call's journal entry by entry, first those already written, then each as it is written; `end` comes last, once. */
export type JournalListener = {
  readonly entry: (entry: object) => void
  /** What can be gathered from an entry just told, for who wants to draw it; by the event's name. */
  readonly hint?: (name: string, hint: object) => void
  readonly end: () => void
}

/** Starts to tell, and gives what stops it; null if there is no such call. */
export type Follow = (callSid: string, listener: JournalListener) => (() => void) | null

export type EventStream = {
  /** `name` null: plain messages. Once the other end is gone nothing is sent. */
  readonly send: (name: string | null, data: object) => void
  readonly end: () => void
}

/** A watcher that lets so much wait has stopped reading; a long call's whole journal is well below this. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

/** Owns the response from here on. */
export function openEventStream(response: ServerResponse): EventStream {
  const isOpen = (): boolean => !response.destroyed && !response.writableEnded
  const send = (name: string | null, data: object): void => {
    if (!isOpen()) return
    begin(response)
    response.write(`${name === null ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`)
    if (response.writableLength > MAX_WAITING_BYTES) response.destroy()
  }
  return {
    send,
    end: () => {
      // A name of its own, since a browser's EventSource would otherwise take the end for a fault and ask again.
      send('end', {})
      if (isOpen()) response.end()
    },
  }
}

function begin(response: ServerResponse): void {
  if (response.headersSent) return
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.flushHeaders()
}

/** Owns the response from here on, unless it gives false: then there is no such call, and nothing has been sent. */
export function sendEvents(follow: Follow, callSid: string, response: ServerResponse): boolean {
  const stream = openEventStream(response)
  const stop = follow(callSid, { entry: entry => stream.send(null, entry), hint: stream.send, end: stream.end })
  if (stop === null) return false
  begin(response)
  response.once('close', stop)
  return true
}
