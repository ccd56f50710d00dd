/** Follows a call's journal on a running server, over server-sent events. Decides nothing about what the entries mean. */
import { createParser } from 'eventsource-parser'
import type { Entry } from '../../src/call/journal.ts'

/** The call is known to the server a moment after the webhook has been answered. */
const ATTEMPTS = 20
const BETWEEN_ATTEMPTS_MS = 100

/**
 * Tells every entry of the call's journal from its beginning, until the call's end or the abort. Gives null then, or else why
 * the journal cannot be followed.
 */
export async function followJournal(url: string, signal: AbortSignal, tell: (entry: Entry) => void): Promise<string | null> {
  try {
    const response = await open(url, signal)
    if (!response.ok || !response.body) return `${url} answered ${response.status}`
    const parser = createParser({
      onEvent: ({ event, data }) => {
        if (event === undefined || event === 'message') tell(JSON.parse(data) as Entry)
      },
    })
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) parser.feed(text)
    return null
  } catch (error) {
    return signal.aborted ? null : `${url}: ${error instanceof Error ? error.message : String(error)}`
  }
}

async function open(url: string, signal: AbortSignal): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(url, { signal, headers: { accept: 'text/event-stream' } })
    if (response.status !== 404 || attempt === ATTEMPTS) return response
    await response.body?.cancel()
    await new Promise(resolve => setTimeout(resolve, BETWEEN_ATTEMPTS_MS))
  }
}
