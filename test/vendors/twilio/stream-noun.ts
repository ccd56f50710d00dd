/** `<Stream>` inside `<Connect>`: where it leads and what it carries. https://www.twilio.com/docs/voice/twiml/stream */
import type { Form } from './network.ts'
import type { Verb } from './twiml.ts'

export type StreamNoun = {
  /** The address exactly as the signature covers it. */
  readonly url: string
  readonly name: string | null
  readonly statusCallback: string | null
  readonly parameters: Form
}

/** A name and its value together are below 500 characters. */
const LONGEST_PARAMETER = 500

/** Reads the noun of a `<Connect>` in the document at `documentUrl`, or says why Twilio would not open the stream. */
export function readStreamNoun(
  connect: Verb,
  documentUrl: string,
): StreamNoun | { readonly code: number; readonly reason: string } {
  const noun = connect.children.find(({ name }) => name === 'Stream')
  if (!noun) return { code: 12_200, reason: '<Connect> without <Stream>' }
  const { url = '', name = null, statusCallback } = noun.attributes
  const address = URL.parse(url, documentUrl.replace(/^http/, 'ws'))
  if (!address) return { code: 31_923, reason: `the stream's address ${JSON.stringify(url)} is malformed` }
  // Plain ws is for a bot on this machine only, which is known by its webhook being plain http.
  if (address.protocol !== 'wss:' && !(address.protocol === 'ws:' && documentUrl.startsWith('http:'))) {
    return { code: 31_922, reason: `the stream's address ${url} is not wss` }
  }
  if (address.search !== '') return { code: 31_920, reason: `the stream's address ${url} has a query string` }
  const parameters = Object.fromEntries(
    noun.children.map(({ attributes }) => [attributes['name'] ?? '', attributes['value'] ?? '']),
  )
  const tooLong = Object.entries(parameters).find(([key, value]) => key.length + value.length >= LONGEST_PARAMETER)
  if (tooLong) return { code: 12_200, reason: `<Parameter name="${tooLong[0]}"> has 500 characters or more` }
  return {
    url: /^wss?:/.test(url) ? url : address.href,
    name,
    statusCallback: statusCallback === undefined ? null : new URL(statusCallback, documentUrl).href,
    parameters,
  }
}
