/**
 * One call's connection to the service: keeps a socket open from the first ring to the hang-up, opens another when one is lost or
 * about to be closed, and says at once when none is to be had. It knows nothing of what is said.
 */
import { ProviderError } from '../../ports.ts'
import type { Clock } from '../../ports.ts'
import { PROVIDER } from './errors.ts'
import type { VoiceChoice } from './settings.ts'
import { SpeechSocket } from './socket.ts'
import type { SocketNews } from './socket.ts'

/** How long a reply waits for a socket that is being opened before it is spoken another way. */
const OPEN_WAIT_MS = 1_500
/** How long a reply waits for one of five contexts to end before a new socket is opened: a context ends in a round trip. */
const ROOM_WAIT_MS = 250
/** A socket that lived this long was a good one: its loss says nothing about the next. */
const GOOD_LIFE_MS = 5_000
/** The first loss is made good at once; a service that keeps refusing is left in peace. */
const RETRY_DELAYS_MS = [0, 1_000, 2_000, 5_000, 10_000]

/** Something worth a line in the log: what happened and its figures. Holds no secret and nothing that was said. */
export type Note = (text: string, facts: Readonly<Record<string, string | number | null>>) => void

export class Voice {
  readonly #choice: VoiceChoice
  readonly #clock: Clock
  readonly #note: Note
  readonly #record: (trouble: ProviderError) => void
  readonly #waiting = new Set<() => void>()
  #socket: SpeechSocket | null = null
  #openedMs = 0
  #losses = 0
  #failure: ProviderError | null = null
  #cancelRetry: (() => void) | null = null
  #ended = false

  constructor(choice: VoiceChoice, clock: Clock, note: Note, record: (trouble: ProviderError) => void) {
    this.#choice = choice
    this.#clock = clock
    this.#note = note
    this.#record = record
    this.#connect()
  }

  /** A socket with room for a context; or why there is none; or null once the signal is aborted or the call is over. */
  async socket(signal: AbortSignal): Promise<SpeechSocket | ProviderError | null> {
    const sinceMs = this.#clock.now()
    let tried = false
    while (!signal.aborted && !this.#ended) {
      const socket = this.#socket
      const waitedMs = this.#clock.now() - sinceMs
      if (socket?.isOpen && socket.hasRoom) return socket
      if (socket?.isOpen && waitedMs >= ROOM_WAIT_MS)
        socket.fail(new ProviderError(PROVIDER, 'speech', 'no context was freed in time', true))
      else if (!socket && this.#failure && (tried || this.#cancelRetry)) return this.#failure
      else if (!socket) {
        tried = true
        this.#connect()
      } else if (waitedMs >= OPEN_WAIT_MS) return new ProviderError(PROVIDER, 'connection', 'the socket opens too slowly', true)
      else await this.#change((socket.isOpen ? ROOM_WAIT_MS : OPEN_WAIT_MS) - waitedMs, signal)
    }
    return null
  }

  /** The call is over: everything is let go. */
  end(): void {
    this.#ended = true
    this.#cancelRetry?.()
    this.#socket?.end()
    this.#socket = null
    this.#wake()
  }

  #connect(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = null
    const startedMs = this.#clock.now()
    const socket: SpeechSocket = new SpeechSocket(this.#choice, this.#clock, news => {
      if (socket === this.#socket && !this.#ended) this.#heed(news, socket, startedMs)
    })
    this.#socket = socket
  }

  #heed(news: SocketNews, socket: SpeechSocket, startedMs: number): void {
    switch (news.type) {
      case 'open':
        this.#openedMs = this.#clock.now()
        this.#failure = null
        this.#note('voice connected', { tookMs: this.#openedMs - startedMs })
        break
      case 'stale':
        socket.end()
        this.#connect()
        break
      case 'room':
        break
      case 'lost': {
        const good = socket.served || (news.wasOpen && this.#clock.now() - this.#openedMs >= GOOD_LIFE_MS)
        this.#lost(news.error, good)
        break
      }
      default:
        news satisfies never
    }
    this.#wake()
  }

  #lost(error: ProviderError, wasGood: boolean): void {
    this.#socket = null
    this.#failure = error
    this.#losses = wasGood ? 1 : this.#losses + 1
    this.#note('voice connection lost', { reason: error.message, losses: this.#losses })
    this.#record(error)
    // What would be refused again is asked for again only when something is to be said.
    if (!error.retryable) return
    const delayMs = RETRY_DELAYS_MS[Math.min(this.#losses, RETRY_DELAYS_MS.length) - 1] ?? 0
    if (delayMs === 0) this.#connect()
    else this.#cancelRetry = this.#clock.after(delayMs, () => this.#connect())
  }

  /** Resolves when anything about the socket changes, and at the latest after so long or on abort. */
  #change(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        cancel()
        this.#waiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = this.#clock.after(ms, done)
      this.#waiting.add(done)
      signal.addEventListener('abort', done)
    })
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}
