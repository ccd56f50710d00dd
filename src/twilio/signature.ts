/**
 * Is this request really from Twilio? With a public address that is proved by the signature alone, since Twilio calls from
 * no fixed addresses; without one only programs on this machine are let in. There is no switch to turn this off.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */
// Not from 'twilio': that loads its whole REST client, thirty times as slow to start.
import webhooks from 'twilio/lib/webhooks/webhooks.js'
import { whyNotLocal, type Incoming } from '../loopback.ts'
import type { Secret } from '../secret.ts'

export type TwilioRequest = Incoming & {
  /** Path and query as they were sent. */
  readonly url: string
  /** The fields of a form, or nothing. */
  readonly body?: unknown
}

/** Why the request is refused, in words for the log; null if it may pass. */
export type Gate = (request: TwilioRequest, kind: 'webhook' | 'stream') => string | null

/** `authTokens` are those that Twilio may sign with: two while the account's token is being changed. */
export function openGate(publicUrl: string | null, authTokens: readonly Secret[]): Gate {
  if (publicUrl === null) return onlyFromHere
  if (authTokens.length === 0) throw new Error('a public address without an auth token would let everybody in')
  return (request, kind) => whyUnsigned(request, kind, publicUrl, authTokens)
}

/** Twilio sends some thirty. To sort and hash the thousands that fit into a form takes long enough to be heard on calls. */
const MOST_FIELDS = 200

type Fields = Readonly<Record<string, unknown>>

const onlyFromHere: Gate = request => {
  const why = whyNotLocal(request)
  return why && `${why}; to be reached from elsewhere, set PUBLIC_URL and TWILIO_AUTH_TOKEN`
}

function whyUnsigned(
  request: TwilioRequest,
  kind: 'webhook' | 'stream',
  publicUrl: string,
  authTokens: readonly Secret[],
): string | null {
  const signature = request.headers['x-twilio-signature']
  if (typeof signature !== 'string' || signature === '') return 'it has no X-Twilio-Signature'
  // Never from Host or X-Forwarded-*, which a proxy changes and anybody can write. Twilio signs the stream's address as it
  // stands in the TwiML: wss, no parameters.
  const url = (kind === 'stream' ? publicUrl.replace(/^https:/, 'wss:') : publicUrl) + request.url
  const isSigned = (fields: Fields): boolean =>
    authTokens.some(authToken => webhooks.validateRequest(authToken.reveal(), signature, url, fields))
  const fields = kind === 'stream' ? {} : ((request.body ?? {}) as Fields)
  if (Object.keys(fields).length > MOST_FIELDS) return `it has more than ${MOST_FIELDS} fields`
  if (isSigned(fields)) return null
  // Some report that Twilio adds these two after signing, others that it signs them; nothing here trusts either.
  const { CallToken: token, StirVerstat: verstat, ...rest } = fields
  if ((token !== undefined || verstat !== undefined) && isSigned(rest)) return null
  return `its signature is not that of TWILIO_AUTH_TOKEN for ${url}; is PUBLIC_URL what Twilio calls?`
}
