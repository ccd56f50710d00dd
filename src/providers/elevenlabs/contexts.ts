/**
 * The ledger of one socket's contexts. The service allows five at once and closes the socket at the sixth, and a message for
 * an id it does not know opens a context nobody will ever close; so nothing is sent for an id that is not `open` in here.
 */

/** The service's limit: "Maximum simultaneous contexts per WebSocket connection exceeded (5)". */
const MAX_CONTEXTS = 5

type Entry<Listener> = { listener: Listener | null; closing: boolean }

export class ContextLedger<Listener> {
  readonly #entries = new Map<string, Entry<Listener>>()

  /** Contexts count from their first message until the service has told their end, however long they have been closing. */
  get hasRoom(): boolean {
    return this.#entries.size < MAX_CONTEXTS
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /** Ids that may be written to. */
  get open(): readonly string[] {
    return [...this.#entries].filter(([, entry]) => !entry.closing).map(([id]) => id)
  }

  isOpen(id: string): boolean {
    return this.#entries.get(id)?.closing === false
  }

  /** To be called only while there is room, and once for an id. */
  add(id: string, listener: Listener): void {
    if (!this.hasRoom || this.#entries.has(id)) throw new Error(`no room for context ${id}`)
    this.#entries.set(id, { listener, closing: false })
  }

  /** True the first time for a context that is open: only then may the service be told to close it. */
  close(id: string): boolean {
    const entry = this.#entries.get(id)
    if (!entry || entry.closing) return false
    entry.closing = true
    return true
  }

  /** What still comes for it is nobody's any more. */
  abandon(id: string): void {
    const entry = this.#entries.get(id)
    if (entry) entry.listener = null
  }

  /** Who listens to a context; null for one that is unknown or abandoned. */
  listener(id: string): Listener | null {
    return this.#entries.get(id)?.listener ?? null
  }

  get listeners(): readonly Listener[] {
    return [...this.#entries.values()].flatMap(entry => (entry.listener === null ? [] : [entry.listener]))
  }

  /** The service has told its end. */
  remove(id: string): void {
    this.#entries.delete(id)
  }
}
