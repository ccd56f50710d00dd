/**
 * Twilio's REST interface for one account, under the SDK: what the SDK would send over the network comes here instead. Knows the
 * numbers, calls and messages resources as far as the product uses them, keeps what was asked, and refuses as Twilio does.
 * https://www.twilio.com/docs/usage/api
 */
import { newSid } from './identity.ts'

export type RestRequest = { readonly method: string; readonly path: string; readonly form: Readonly<Record<string, unknown>> }

type NumberRecord = {
  sid: string
  phone_number: string
  friendly_name: string
  voice_url: string | null
  voice_method: string
  status_callback: string | null
}
type RestAnswer = { readonly statusCode: number; readonly body: object }

/** What the SDK hands to its HTTP client; the rest of its options is of no interest here. */
type SdkRequest = {
  readonly method: string
  readonly uri: string
  readonly username?: string
  readonly password?: string
  readonly data?: Readonly<Record<string, unknown>>
}

export type RestOptions = {
  readonly accountSid: string
  readonly authToken: string
  readonly random: () => number
  /** Numbers that may be called; others are not verified, as on a trial account. Null: all. */
  readonly verified?: readonly string[]
}

export class TwilioRest {
  readonly requests: RestRequest[] = []
  readonly #options: RestOptions
  readonly #numbers: NumberRecord[] = []
  /** Set to answer nothing any more, as without a network. */
  unreachable = false

  constructor(options: RestOptions) {
    this.#options = options
  }

  addNumber(phoneNumber: string, voiceUrl: string | null = null, statusCallback: string | null = null): void {
    this.#numbers.push({
      sid: newSid('CA', this.#options.random).replace('CA', 'PN'),
      phone_number: phoneNumber,
      friendly_name: `(${phoneNumber.slice(-10, -7)}) ${phoneNumber.slice(-7)}`,
      voice_url: voiceUrl,
      voice_method: 'POST',
      status_callback: statusCallback,
    })
  }

  number(phoneNumber: string): Readonly<NumberRecord> {
    return this.#numbers.find(number => number.phone_number === phoneNumber)!
  }

  /** Somebody else changes a number, in the console or with another program. */
  change(phoneNumber: string, changes: Partial<NumberRecord>): void {
    Object.assign(this.number(phoneNumber), changes)
  }

  /** For the SDK's `httpClient` option. */
  readonly request = async (request: SdkRequest): Promise<{ statusCode: number; headers: object; body: string }> => {
    if (this.unreachable) throw Object.assign(new Error('getaddrinfo ENOTFOUND api.twilio.com'), { code: 'ENOTFOUND' })
    const { statusCode, body } = this.#answer(request)
    return { statusCode, headers: {}, body: JSON.stringify(body) }
  }

  #answer({ method, uri, username, password, data = {} }: SdkRequest): RestAnswer {
    const { accountSid, authToken } = this.#options
    if (username !== accountSid || password !== authToken) return refusal(401, 20003, 'Authenticate')
    const { host, pathname } = new URL(uri)
    const base = `/2010-04-01/Accounts/${accountSid}`
    if (host !== 'api.twilio.com' || !pathname.startsWith(base)) return refusal(404, 20404, `${pathname} was not found`)
    const path = pathname.slice(base.length)
    this.requests.push({ method, path, form: data })
    if (path === '/IncomingPhoneNumbers.json') return this.#list()
    if (path === '/Calls.json') return this.#create(data)
    if (path === '/Messages.json') return this.#text(data)
    const [, sid] = /^\/IncomingPhoneNumbers\/(\w+)\.json$/.exec(path) ?? []
    const number = this.#numbers.find(number => number.sid === sid)
    return number ? this.#update(number, data) : refusal(404, 20404, `The requested resource ${pathname} was not found`)
  }

  #list(): RestAnswer {
    return { statusCode: 200, body: { incoming_phone_numbers: this.#numbers, page: 0, page_size: 50, next_page_uri: null } }
  }

  #update(number: NumberRecord, { VoiceUrl, VoiceMethod, StatusCallback }: Readonly<Record<string, unknown>>): RestAnswer {
    const url = (value: unknown, before: string | null): string | null => (typeof value === 'string' ? value : before)
    for (const value of [VoiceUrl, StatusCallback]) {
      if (typeof value === 'string' && value !== '' && !URL.canParse(value)) return refusal(400, 21502, 'VoiceUrl is not valid')
    }
    number.voice_url = url(VoiceUrl, number.voice_url)
    number.status_callback = url(StatusCallback, number.status_callback)
    number.voice_method = url(VoiceMethod, number.voice_method)!
    return { statusCode: 200, body: number }
  }

  /** https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource */
  #text({ From: from, To: to, Body: body }: Readonly<Record<string, unknown>>): RestAnswer {
    const { verified, accountSid, random } = this.#options
    if (typeof to !== 'string' || !/^\+\d{8,15}$/.test(to)) return refusal(400, 21211, `Invalid 'To' Phone Number: ${String(to)}`)
    if (!this.#numbers.some(number => number.phone_number === from)) {
      return refusal(
        400,
        21606,
        `The 'From' phone number provided (${String(from)}) is not a valid message-capable Twilio number.`,
      )
    }
    if (typeof body !== 'string' || body === '') return refusal(400, 21602, 'Message body is required.')
    if (body.length > 1600) return refusal(400, 21617, 'The concatenated message body exceeds the 1600 character limit.')
    if (verified && !verified.includes(to)) return refusal(400, 21608, `The number ${to} is unverified.`)
    const sid = newSid('CA', random).replace('CA', 'SM')
    return { statusCode: 201, body: { sid, account_sid: accountSid, from, to, body, status: 'queued', error_code: null } }
  }

  #create(form: Readonly<Record<string, unknown>>): RestAnswer {
    const { From: from, To: to } = form
    const { verified, accountSid, random } = this.#options
    if (typeof to !== 'string' || !/^\+\d{8,15}$/.test(to)) return refusal(400, 21211, `Invalid 'To' Phone Number: ${String(to)}`)
    if (!this.#numbers.some(number => number.phone_number === from)) {
      return refusal(400, 21210, `The source phone number provided, ${String(from)}, is not yet verified for your account.`)
    }
    if (verified && !verified.includes(to)) return refusal(400, 21219, `The number ${to} is unverified.`)
    const sid = newSid('CA', random)
    return { statusCode: 201, body: { sid, account_sid: accountSid, from, to, status: 'queued', direction: 'outbound-api' } }
  }
}

const refusal = (status: number, code: number, message: string): RestAnswer => ({
  statusCode: status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
})
