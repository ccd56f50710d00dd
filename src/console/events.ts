/**
 * Follows a stream of server-sent events. The browser connects again by itself after a cut; then the stream begins from its
 * beginning, which `opened` tells. https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import { access, ask } from './api.ts'

export type Follower = {
  /** The stream begins, perhaps not for the first time: what was told before will be told again. */
  readonly opened?: () => void
  /** By the event's name; 'message' has none. Data is JSON. */
  readonly on: Readonly<Record<string, (data: never) => void>>
  /** The server said that this was all (`event: end`). */
  readonly ended?: () => void
}

/** Gives what stops it. */
export function followEvents(path: string, { opened, on, ended }: Follower): () => void {
  const source = new EventSource(path)
  source.onopen = () => opened?.()
  for (const [name, take] of Object.entries(on)) {
    source.addEventListener(name, event => take(JSON.parse((event as MessageEvent<string>).data) as never))
  }
  source.addEventListener('end', () => {
    source.close()
    ended?.()
  })
  source.onerror = () => {
    // An EventSource does not tell why it failed. Asking tells: it marks the server as gone, or the page as not signed in.
    const isRefused = source.readyState === EventSource.CLOSED
    if (isRefused || access.value === 'fine') void ask('/api/calls/live').catch(() => undefined)
    if (isRefused) ended?.()
  }
  return () => source.close()
}
