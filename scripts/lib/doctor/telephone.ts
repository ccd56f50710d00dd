/** Whether calls find their way here: Twilio's account and number, and the public address. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import twilio from 'twilio'
import type { Config } from '../../../src/config.ts'
import { broken, fine, mind, type Finding } from './finding.ts'

const VOICE_PATH = '/twilio/voice'
const ANSWER_WITHIN_MS = 8_000

/* ── Twilio ────────────────────────────────────────────────────────────────────────────────────────────────── */

export type Account = { readonly status: string; readonly type: string }
export type PhoneNumber = { readonly phoneNumber: string; readonly voiceUrl: string; readonly voiceMethod: string }

/** What is asked of Twilio. Rejects if it refuses. */
export type TwilioAccount = {
  readonly account: () => Promise<Account>
  readonly numbers: () => Promise<readonly PhoneNumber[]>
}

const SOME_NUMBERS = 50

export function twilioAccount(accountSid: string, authToken: string): TwilioAccount {
  const client = twilio(accountSid, authToken, { timeout: ANSWER_WITHIN_MS })
  return {
    account: () => client.api.v2010.accounts(accountSid).fetch(),
    numbers: () => client.incomingPhoneNumbers.list({ limit: SOME_NUMBERS }),
  }
}

export async function checkTwilio(
  { twilio: { accountSid, authToken }, publicUrl }: Config,
  ask = twilioAccount,
): Promise<readonly Finding[]> {
  const name = 'Twilio'
  if (authToken === null)
    return [mind(name, 'TWILIO_AUTH_TOKEN is not set: no telephone can call, only programs on this machine.')]
  if (accountSid === null) return [mind(name, 'TWILIO_ACCOUNT_SID is not set, so account and number could not be looked at.')]
  const service = ask(accountSid, authToken.reveal())
  try {
    const [account, numbers] = await Promise.all([service.account(), service.numbers()])
    return [accountFinding(account), numberFinding(numbers, publicUrl)]
  } catch (error) {
    return [broken(name, whyRefused(error))]
  }
}

function accountFinding({ status, type }: Account): Finding {
  const name = 'Twilio'
  if (status !== 'active') return broken(name, `The account is ${status}: see https://console.twilio.com.`)
  if (type !== 'Trial') return fine(name, 'The account is active.')
  return mind(name, 'A trial account: callers hear a notice and press a key first, and only verified numbers can be called.')
}

function numberFinding(numbers: readonly PhoneNumber[], publicUrl: string | null): Finding {
  const name = 'number'
  if (numbers.length === 0) return broken(name, 'The account has no telephone number: buy one at https://console.twilio.com.')
  if (publicUrl === null) return mind(name, `${some(numbers)}; PUBLIC_URL is not set, so none can lead here.`)
  const wanted = publicUrl + VOICE_PATH
  const leading = numbers.filter(({ voiceUrl }) => voiceUrl === wanted)
  if (leading.length === 0) {
    const [{ phoneNumber, voiceUrl }] = numbers as [PhoneNumber]
    const now = voiceUrl === '' ? 'nothing' : voiceUrl
    return broken(name, `None leads here (${phoneNumber} calls ${now}): set "A call comes in" of one to ${wanted}, HTTP POST.`)
  }
  const wrong = leading.find(({ voiceMethod }) => voiceMethod !== 'POST')
  if (wrong) return broken(name, `${wrong.phoneNumber} calls ${wanted} by ${wrong.voiceMethod}: set it to HTTP POST.`)
  return fine(name, `${some(leading)} calls ${wanted}.`)
}

const some = (numbers: readonly PhoneNumber[]): string => numbers.map(({ phoneNumber }) => phoneNumber).join(', ')

/** Twilio's error 20003 is its "Authenticate". */
function whyRefused(error: unknown): string {
  const { status, message } = error as { status?: number; message?: string }
  if (status === 401 || status === 403) {
    return 'It refuses TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: copy both from https://console.twilio.com, of the same account.'
  }
  return `It could not be asked (${message ?? String(error)}): is this machine connected to the internet?`
}

/* ── The public address ────────────────────────────────────────────────────────────────────────────────────── */

/**
 * Whether PUBLIC_URL leads to this machine's port. While no server runs, one of our own answers there with a word only we
 * know; a running server is believed by the look of its answer.
 */
export async function checkPublicUrl({ publicUrl, host, port }: Pick<Config, 'publicUrl' | 'host' | 'port'>): Promise<Finding> {
  const name = 'public address'
  if (publicUrl === null) return mind(name, 'PUBLIC_URL is not set: only programs on this machine can call.')
  const word = randomUUID()
  const stop = await answerWith(word, host, port)
  try {
    const response = await fetch(`${publicUrl}/health`, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    const text = await response.text()
    if (stop ? text === word : response.ok && text.includes('"pipeline"')) return fine(name, `${publicUrl} leads here.`)
    return broken(name, `${publicUrl}/health is answered by something else (HTTP ${response.status}): ${mendTunnel(port)}`)
  } catch (error) {
    return broken(name, `${publicUrl} cannot be reached (${reasonOf(error)}): ${mendTunnel(port)}`)
  } finally {
    await stop?.()
  }
}

const mendTunnel = (port: number): string => `lead the tunnel or proxy behind it to port ${port}, or mend PUBLIC_URL.`

/** Answers whatever is asked at this port. Null if somebody else does. */
function answerWith(word: string, host: string, port: number): Promise<(() => Promise<void>) | null> {
  const server = createServer((_request, response) => void response.setHeader('connection', 'close').end(word))
  return new Promise(resolve => {
    server.once('error', () => resolve(null))
    server.listen(port, host, () => resolve(() => new Promise(closed => void server.close(() => closed()))))
  })
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}
