/** Who calls whom, under which names, and how a request shows that it is Twilio's. */
// Not from 'twilio': that loads its whole REST client, thirty times as slow to start.
import webhooks from 'twilio/lib/webhooks/webhooks.js'
import type { Form, Headers } from './network.ts'

export type Identity = {
  readonly accountSid: string
  readonly callSid: string
  readonly from: string
  readonly to: string
  readonly direction: 'inbound' | 'outbound-api'
}

export type CallStatus = 'ringing' | 'in-progress' | 'completed'

/** A name such as `CA` and 32 hexadecimal digits. `random` is from 0 to below 1. */
export const newSid = (prefix: 'AC' | 'CA' | 'MZ', random: () => number): string =>
  prefix + Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('')

/** A caller who has never phoned before: one of ten million. */
export const newNumber = (random: () => number): string => `+1510${String(Math.floor(random() * 1e7)).padStart(7, '0')}`

/** What every webhook of a call carries. https://www.twilio.com/docs/voice/twiml#request-parameters */
export const callParameters = (identity: Identity, status: CallStatus): Form => ({
  AccountSid: identity.accountSid,
  ApiVersion: '2010-04-01',
  CallSid: identity.callSid,
  CallStatus: status,
  Called: identity.to,
  Caller: identity.from,
  Direction: identity.direction,
  From: identity.from,
  To: identity.to,
  ...place('Called', 'SAN FRANCISCO', '94103'),
  ...place('Caller', 'OAKLAND', '94607'),
  ...place('From', 'OAKLAND', '94607'),
  ...place('To', 'SAN FRANCISCO', '94103'),
})

const place = (whose: string, city: string, zip: string): Form => ({
  [`${whose}City`]: city,
  [`${whose}State`]: 'CA',
  [`${whose}Zip`]: zip,
  [`${whose}Country`]: 'US',
})

/** The signature that Twilio adds; nothing without an auth token. A WebSocket's is over its address and no parameters. */
export function signature(authToken: string | undefined, url: string, form: Form = {}): Headers {
  return authToken === undefined ? {} : { 'x-twilio-signature': webhooks.getExpectedTwilioSignature(authToken, url, form) }
}
