/**
 * The Twilio account by its REST interface: the numbers it has, where they ring, and calls it places. What Twilio refuses becomes
 * a Fault that says what to do. https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
 */
import twilio from 'twilio'
import type { Config } from '../../src/config.ts'
import { CALLBACK_PATHS } from '../../src/twilio/callbacks.ts'
import { Fault } from './fault.ts'

/** Where Twilio asks and tells about calls to a number; empty: nowhere. */
export type Pointing = { readonly voiceUrl: string; readonly statusCallback: string }
export type OwnNumber = Pointing & { readonly sid: string; readonly phoneNumber: string; readonly name: string }

export type Account = {
  readonly numbers: () => Promise<readonly OwnNumber[]>
  readonly point: (sid: string, pointing: Pointing) => Promise<void>
  /** Places a call and gives its name. */
  readonly dial: (call: DialledCall) => Promise<string>
}

export type DialledCall = {
  readonly from: string
  readonly to: string
  readonly publicUrl: string
  readonly voicemail: Config['voicemail']
  readonly longestMs: number
}

/** What the SDK sends its requests with; tests put a Twilio of their own there. */
export type HttpClient = NonNullable<NonNullable<Parameters<typeof twilio>[2]>['httpClient']>

const REQUEST_TIMEOUT_MS = 10_000

export const VOICE_PATH = '/twilio/voice'

/** What a number must have so that this server answers it. */
export const pointingTo = (publicUrl: string): Pointing => ({
  voiceUrl: publicUrl + VOICE_PATH,
  statusCallback: publicUrl + CALLBACK_PATHS.status,
})

export function openAccount({ twilio: keys }: Pick<Config, 'twilio'>, httpClient?: HttpClient): Account {
  const missing = [...(keys.accountSid ? [] : ['TWILIO_ACCOUNT_SID']), ...(keys.authToken ? [] : ['TWILIO_AUTH_TOKEN'])]
  if (!keys.accountSid || !keys.authToken) {
    throw new Fault(
      2,
      `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set. Both stand on the first page of console.twilio.com ` +
        '(Account Info); a trial account will do. Put them into .env.',
    )
  }
  const options = { timeout: REQUEST_TIMEOUT_MS, autoRetry: true, ...(httpClient && { httpClient }) }
  const client = twilio(keys.accountSid, keys.authToken.reveal(), options)
  return {
    numbers: () =>
      explained(async () => {
        const found = await client.incomingPhoneNumbers.list({ limit: 1_000 })
        return found.map(({ sid, phoneNumber, friendlyName, voiceUrl, statusCallback }) => ({
          sid,
          phoneNumber,
          name: friendlyName,
          // Twilio gives null for what was never set, whatever the SDK's types say.
          voiceUrl: (voiceUrl as string | null) ?? '',
          statusCallback: (statusCallback as string | null) ?? '',
        }))
      }),
    point: (sid, pointing) =>
      explained(async () => {
        await client.incomingPhoneNumbers(sid).update({ ...pointing, voiceMethod: 'POST', statusCallbackMethod: 'POST' })
      }),
    dial: call => explained(async () => (await client.calls.create(callOptions(call))).sid),
  }
}

/** The assistant talks at once; whether a machine listens is found out meanwhile, and told to the server. */
const callOptions = ({ from, to, publicUrl, voicemail, longestMs }: DialledCall) => ({
  from,
  to,
  url: publicUrl + VOICE_PATH,
  statusCallback: publicUrl + CALLBACK_PATHS.status,
  statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
  // Only the slower kind tells when the machine's own words are over, which a message has to wait for.
  machineDetection: voicemail === 'message' ? 'DetectMessageEnd' : 'Enable',
  asyncAmd: 'true',
  asyncAmdStatusCallback: publicUrl + CALLBACK_PATHS.amd,
  timeLimit: Math.ceil(longestMs / 1000) + OVERTIME_SECONDS,
})

/** Twilio's own end of a call comes after ours, which says goodbye. */
const OVERTIME_SECONDS = 60

/** Codes of https://www.twilio.com/docs/api/errors that the person at the keyboard can do something about. */
const ADVICE: Readonly<Record<number, string>> = {
  20003: 'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN do not belong together: copy both again from console.twilio.com.',
  20404: 'The number or call is not (any more) in this account.',
  21210: 'The number to call from is not verified for this account: set TWILIO_NUMBER to one of `npm run number`.',
  21211: 'That is no phone number that can be called: write it like +15550001111.',
  21212: 'That is no phone number to call from: set TWILIO_NUMBER to one of `npm run number`.',
  21215: 'The account may not call that country: console.twilio.com, Voice, Settings, Geo permissions.',
  21219: 'A trial account calls only numbers that were verified: console.twilio.com, Phone Numbers, Verified Caller IDs.',
  21608: 'A trial account calls only numbers that were verified: console.twilio.com, Phone Numbers, Verified Caller IDs.',
}

async function explained<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Fault) throw error
    const { code, status, message } = error as {
      readonly code?: number | string
      readonly status?: number
      readonly message: string
    }
    if (status === undefined) throw new Fault(1, `Twilio cannot be reached (${message}).`)
    const advice = ADVICE[Number(code)] ?? (status === 401 ? ADVICE[20003] : undefined)
    throw new Fault(1, `Twilio refuses (${[status, code].filter(Boolean).join('/')}: ${message}).${advice ? ` ${advice}` : ''}`)
  }
}

/** The number meant: the one wanted, or the account's only one. */
export function chooseNumber(numbers: readonly OwnNumber[], wanted: string | null): OwnNumber {
  const found = wanted === null ? numbers[0] : numbers.find(({ phoneNumber }) => phoneNumber === wanted)
  const list = numbers.map(({ phoneNumber }) => phoneNumber).join(', ')
  if (numbers.length === 0) {
    throw new Fault(
      1,
      'The account has no phone number yet: buy one at console.twilio.com, Phone Numbers, Buy a number (with Voice).',
    )
  }
  if (found === undefined) throw new Fault(2, `${wanted} is not a number of this account, which has ${list}.`)
  if (wanted === null && numbers.length > 1) {
    throw new Fault(2, `The account has several numbers (${list}): say which in TWILIO_NUMBER, or with --number.`)
  }
  return found
}
