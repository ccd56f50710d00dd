/**
 * Tells the owner's own program (a CRM, say) what was done on calls, so that it can be joined without code here. Signed as
 * Standard Webhooks says (https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp` and `webhook-signature`, an HMAC
 * over all three parts, so that nothing is forged, changed or played again. Everything is in the store before it is sent, and
 * leaves it only when it was taken: an outage, here or there, costs nothing but time. Never on the path of a call.
 */
import { createHmac } from 'node:crypto'
import type { Clock } from '../ports.ts'
import type { Secret } from '../secret.ts'
import type { Database } from '../store/database.ts'
import { delivered, waitingDeliveries } from '../store/deliveries.ts'
import type { DeliveryRow } from '../store/tables.ts'

export type WebhookParts = {
  readonly url: string
  readonly secret: Secret
  readonly database: Database
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  readonly note: (text: string, facts: object) => void
}

export type Webhook = {
  /** There is something new to tell. Returns at once. */
  wake(): void
  /** Gives up what is under way; it stays in the store. */
  close(): Promise<void>
}

/** The receiver has so long to answer. */
const ANSWER_MS = 10_000
/** How long after each failure it is tried again; after the last, at the next news or the next start. */
export const RETRY_MS: readonly number[] = [1_000, 5_000, 30_000, 120_000, 600_000]

/** Begins at once with what an earlier process could not deliver. */
export function openWebhook(parts: WebhookParts): Webhook {
  const { database, clock, note } = parts
  const stop = new AbortController()
  let again = false
  let working: Promise<void> | null = null

  async function work(): Promise<void> {
    for (let failures = 0; !stop.signal.aborted;) {
      again = false
      const trouble = await deliverAll().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
      if (stop.signal.aborted) return
      if (trouble === null) {
        if (failures > 0) note('the webhook takes what it is sent again', {})
        failures = 0
        if (again) continue
        return
      }
      if (failures === 0) note('the webhook does not take what it is sent; it is kept, and sent again', { trouble })
      const waitMs = RETRY_MS[failures++]
      if (waitMs === undefined)
        return note('the webhook is given up until there is something new, or the next start', { trouble })
      await pause(waitMs)
    }
  }

  /** What went wrong, or null if all is delivered. One after another, so that they come in order. */
  async function deliverAll(): Promise<string | null> {
    for (;;) {
      const waiting = await waitingDeliveries(database)
      if (waiting.length === 0) return null
      for (const delivery of waiting) {
        const trouble = await post(parts, delivery, stop.signal)
        if (trouble !== null || stop.signal.aborted) return trouble
        await delivered(database, delivery.id)
      }
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const end = (): void => {
        callOff()
        stop.signal.removeEventListener('abort', end)
        resolve()
      }
      const callOff = clock.after(ms, end)
      stop.signal.addEventListener('abort', end)
    })
  }

  function wake(): void {
    again = true
    if (stop.signal.aborted) return
    working ??= work().finally(() => {
      working = null
    })
  }

  wake()
  return {
    wake,
    async close() {
      stop.abort()
      await working
    },
  }
}

/** What went wrong, or null. The answer's body is of no interest; a redirect could lead anywhere, so none is followed. */
async function post(parts: WebhookParts, { id, body }: DeliveryRow, signal: AbortSignal): Promise<string | null> {
  const late = new AbortController()
  const callOff = parts.clock.after(ANSWER_MS, () => late.abort())
  try {
    const response = await fetch(parts.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...signed(parts.secret, id, Math.floor(parts.wallMs() / 1000), body) },
      redirect: 'manual',
      signal: AbortSignal.any([signal, late.signal]),
    })
    await response.body?.cancel()
    return response.ok ? null : `it answered ${response.status}`
  } catch (error) {
    if (late.signal.aborted) return `no answer within ${ANSWER_MS / 1000} s`
    const { cause } = error as { readonly cause?: { readonly code?: string } }
    return `it cannot be reached (${cause?.code ?? String(error)})`
  } finally {
    callOff()
  }
}

/** The headers that prove who sent this and when. A secret that begins with `whsec_` goes on in base64; any other is taken as it is. */
export function signed(secret: Secret, id: string, timestamp: number, body: string): Readonly<Record<string, string>> {
  const text = secret.reveal()
  const key = text.startsWith('whsec_') ? Buffer.from(text.slice('whsec_'.length), 'base64') : Buffer.from(text)
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` }
}
