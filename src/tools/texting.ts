/** Text messages by Twilio's SDK. A message that may have gone out is never sent a second time. */
import twilio from 'twilio'
import type { Outcome } from '../ports.ts'
import type { Secret } from '../secret.ts'

export type TextingParts = {
  readonly accountSid: string
  readonly authToken: Secret
  /** In place of Twilio's network, for tests. */
  readonly httpClient?: unknown
}

/** Sends `text`; numbers in E.164. Rejects if nobody knows whether it went out. */
export type SendText = (from: string, to: string, text: string) => Promise<Outcome>

/** The caller waits for it, with a line to bridge it. */
const ANSWER_MS = 6_000

export function openTexting({ accountSid, authToken, httpClient }: TextingParts): SendText {
  const options = { timeout: ANSWER_MS, autoRetry: false, ...(httpClient === undefined ? {} : { httpClient }) }
  const client = twilio(accountSid, authToken.reveal(), options as never)
  return async (from, to, text) => {
    try {
      await client.messages.create({ from, to, body: text })
      return { done: true, says: 'The message is on its way.' }
    } catch (error) {
      const { status, code } = error as { readonly status?: number; readonly code?: unknown }
      // Twilio refused it: https://www.twilio.com/docs/api/errors. Anything else may have come after it had been taken.
      if (status === undefined || status >= 500) throw new Error('Twilio did not answer', { cause: error })
      return { done: false, says: `Twilio does not send it (error ${String(code)}).` }
    }
  }
}
