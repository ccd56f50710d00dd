/**
 * A journal that others may watch: everything goes to the journal behind it first, and then to whoever observes. What goes
 * wrong in an observer ends its watch over this call, and nothing else.
 */
import type { Entry, Journal } from '../call/journal.ts'

/** Told of one call. Synchronous and quick: it runs between the caller's frames. */
export type CallObserver = {
  readonly take: (entry: Entry) => void
  /** The call is over; told once. */
  readonly end: () => void
}

/** `failed` is told at most once for each observer. */
export function observed(kept: Journal, observers: readonly CallObserver[], failed: (error: unknown) => void): Journal {
  let watching = observers
  const tell = (what: (observer: CallObserver) => void): void => {
    for (const observer of watching) {
      try {
        what(observer)
      } catch (error) {
        watching = watching.filter(other => other !== observer)
        failed(error)
      }
    }
  }
  return {
    write(entry) {
      kept.write(entry)
      if (!isOfDetector(entry)) tell(observer => observer.take(entry))
    },
    audio: (caller, bot) => kept.audio(caller, bot),
    close() {
      tell(observer => observer.end())
      return kept.close()
    },
  }
}

/** The detector's judgements are thirty a second, and nobody counts them. */
const isOfDetector = (entry: Entry): boolean => entry.type === 'input' && entry.input.type === 'voice'
