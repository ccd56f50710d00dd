/** Twilio's HTTP side of one call: signed form posts to the bot's webhooks and callbacks, each noted with its answer. */
import type { Clock } from '../../../src/ports.ts'
import { callParameters, signature, type CallStatus, type Identity } from './identity.ts'
import type { Answer, Form, Headers, Network } from './network.ts'

export type Asked = { readonly url: string; readonly form: Form; readonly status: number }

export type WebhooksOptions = {
  readonly network: Network
  readonly clock: Clock
  readonly identity: Identity
  readonly authToken: string | undefined
  /** Added to every request. */
  readonly parameters: Form
  readonly tell: (asked: Asked) => void
  /** 11200: no answer, or not a good one. */
  readonly refuse: (code: number, reason: string) => void
}

export class Webhooks {
  readonly #options: WebhooksOptions
  #reported: Promise<unknown> = Promise.resolve()

  constructor(options: WebhooksOptions) {
    this.#options = options
  }

  /** Asks for TwiML; null if there is none. */
  async ask(url: string, status: CallStatus, more: Form = {}): Promise<string | null> {
    const { identity, parameters } = this.#options
    return this.#post(url, { ...callParameters(identity, status), ...parameters, ...more })
  }

  /** Tells a status callback, after what it was told before; nobody waits for its answer. */
  report(url: string, form: Form): void {
    const { identity } = this.#options
    this.#reported = this.#reported.then(() =>
      this.#post(url, { AccountSid: identity.accountSid, CallSid: identity.callSid, Timestamp: this.#timestamp(), ...form }),
    )
  }

  /** Fulfils once all reports so far have been answered. */
  async settled(): Promise<void> {
    await this.#reported
  }

  async #post(url: string, form: Form): Promise<string | null> {
    const { authToken, tell, refuse } = this.#options
    try {
      const { status, body } = await this.#connected(url, form, signature(authToken, url, form))
      tell({ url, form, status })
      if (status >= 200 && status < 300) return body
      refuse(11_200, `${url} answered ${status}`)
    } catch (error) {
      refuse(11_200, `${url} did not answer: ${reasonOf(error)}`)
    }
    return null
  }

  /** Twilio tries to connect twice before it gives up (error 11205). */
  async #connected(url: string, form: Form, headers: Headers): Promise<Answer> {
    const { network } = this.#options
    try {
      return await network.post(url, form, headers)
    } catch {
      return network.post(url, form, headers)
    }
  }

  /** The emulator's calls take place on one fixed day. */
  #timestamp(): string {
    return new Date(Date.UTC(2026, 10, 21) + this.#options.clock.now()).toISOString()
  }
}

/** `fetch failed` alone helps nobody: the cause says what failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
