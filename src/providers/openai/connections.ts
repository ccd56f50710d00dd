/**
 * Warm connections to one server. Opening one costs a round trip or more, and a draft that is aborted takes its connection with
 * it (HTTP/1.1); the next draft begins in the same instant and must find another one open. So each request that takes a
 * connection has a spare one opened behind it, by a cheap GET. undici's own pools cannot do that: they hand a request to the
 * first client that is not busy, connected or not.
 *
 * Idle connections stay open as long as the server allows, up to five minutes. One that is lost is not opened again until there
 * is a request: a server nobody talks to is left alone.
 */
import { Client, Dispatcher } from 'undici'
import type { Clock } from '../../ports.ts'

/** Node's fetch would close them after 4 s, which is shorter than a turn of a conversation. A server's own hint counts first. */
const KEEP_ALIVE_MS = 60_000
const LONGEST_KEEP_ALIVE_MS = 300_000
/** A server that takes longer to answer a GET has no spare connection to give. */
const OPENING_MS = 10_000

export type WarmConnectionsOptions = {
  readonly baseURL: string
  readonly apiKey: string | null
  /** How many are to be open and free while others are in use. */
  readonly spare: number
  readonly clock: Clock
  /** What to GET, below the base. The answer does not matter. */
  readonly path: () => string
  /** Told when a spare one could not be opened. */
  readonly failed: (error: unknown) => void
}

export class WarmConnections extends Dispatcher {
  readonly #options: WarmConnectionsOptions
  readonly #base: URL
  #clients: readonly Client[] = []
  /** Spare connections on their way. */
  #opening = 0

  constructor(options: WarmConnectionsOptions) {
    super()
    this.#options = options
    this.#base = new URL(options.baseURL)
  }

  /** Hands a request to a warm connection if there is one, else to a new one. Called by fetch. */
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const taken = (this.#clients.find(isFree) ?? this.#open()).dispatch(options, handler)
    void this.warm()
    return taken
  }

  /** Opens as many spare connections as are missing. Never rejects. */
  async warm(): Promise<void> {
    const missing = this.#options.spare - this.#opening - this.#clients.filter(isFree).length
    await Promise.all(Array.from({ length: Math.max(0, missing) }, () => this.#openSpare()))
  }

  override async close(): Promise<void> {
    await this.destroy()
  }

  /** Ends every connection at once, and whatever runs on it. */
  override async destroy(): Promise<void> {
    await Promise.all(this.#clients.map(client => client.destroy()))
  }

  async #openSpare(): Promise<void> {
    const { apiKey, path, clock, failed } = this.#options
    const client = this.#open()
    const callOff = clock.after(OPENING_MS, () => void client.destroy())
    this.#opening++
    try {
      const { body } = await client.request({
        method: 'GET',
        path: this.#base.pathname.replace(/\/$/, '') + path(),
        headers: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` },
      })
      await body.dump()
    } catch (error) {
      failed(error)
    } finally {
      this.#opening--
      callOff()
    }
  }

  #open(): Client {
    // The time limits are the caller's: undici's would be counted on a clock nobody injected.
    const client = new Client(this.#base.origin, {
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: LONGEST_KEEP_ALIVE_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    this.#clients = [...this.#clients, client]
    const forget = (): void => {
      this.#clients = this.#clients.filter(other => other !== client)
      // A destroyed client answers what was still waiting in it with an error instead of connecting again.
      void client.destroy()
    }
    client.on('disconnect', forget)
    client.on('connectionError', forget)
    return client
  }
}

const isFree = (client: Client): boolean => client.stats.connected && client.stats.size === 0
