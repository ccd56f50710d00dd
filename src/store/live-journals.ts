/**
 * The journals of calls that are going on, for whoever watches: each keeps what it has told so far, so that a watcher who
 * comes late misses nothing. Passes everything on to the journal that keeps it for good.
 */
import type { Entry, Journal } from '../call/journal.ts'
import { mouthOf, type MouthCurve } from '../call/mouth.ts'
import type { Follow, JournalListener } from '../event-stream.ts'

type Live = { readonly entries: Entry[]; readonly listeners: Set<JournalListener> }

export class LiveJournals {
  readonly #live = new Map<string, Live>()

  /** The journal to write to; it is watched until it is closed. */
  watched(callSid: string, kept: Journal): Journal {
    const live: Live = { entries: [], listeners: new Set() }
    this.#live.set(callSid, live)
    return {
      write: entry => {
        kept.write(entry)
        if (isOfInterest(entry)) tell(live, entry)
      },
      audio: (caller, bot) => kept.audio(caller, bot),
      close: async () => {
        if (this.#live.get(callSid) === live) this.#live.delete(callSid)
        for (const listener of live.listeners) listener.end()
        await kept.close()
      },
    }
  }

  readonly follow: Follow = (callSid, listener) => {
    const live = this.#live.get(callSid)
    if (!live) return null
    for (const entry of live.entries) pass(listener, entry)
    live.listeners.add(listener)
    return () => live.listeners.delete(listener)
  }
}

function tell(live: Live, entry: Entry): void {
  live.entries.push(entry)
  for (const listener of live.listeners) pass(listener, entry)
}

/** The detector's judgements are thirty a second and nothing to look at. */
const isOfInterest = (entry: Entry): boolean => entry.type !== 'input' || entry.input.type !== 'voice'

/** The event `mouth`: how the mouth moves in the part of a reply that has just been made. */
export type MouthHint = MouthCurve & { readonly id: number }

function pass(listener: JournalListener, entry: Entry): void {
  listener.entry(entry)
  if (entry.type !== 'input' || entry.input.type !== 'reply' || entry.input.news.type !== 'speech') return
  const curve = mouthOf(entry.input.news.words)
  if (curve) listener.hint?.('mouth', { id: entry.input.id, ...curve } satisfies MouthHint)
}
