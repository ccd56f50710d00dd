/** The programs that use the Twilio account, on the emulated REST interface. */
import { readConfig, type Environment } from '../../src/config.ts'
import { openAccount } from '../../scripts/lib/twilio-account.ts'
import { chance } from '../vendors/twilio/chance.ts'
import { TwilioRest } from '../vendors/twilio/rest.ts'

export const ACCOUNT_SID = `AC${'1'.repeat(32)}`
export const AUTH_TOKEN = '12345678901234567890123456789012'
export const MINE = '+15550002222'

export function openEmulated(environment: Environment = {}, verified?: readonly string[]) {
  const rest = new TwilioRest({
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    random: chance(1),
    ...(verified && { verified }),
  })
  const keys = { TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_AUTH_TOKEN: AUTH_TOKEN }
  const config = readConfig({ ...keys, ...environment }, () => '')
  const printed: string[] = []
  // The SDK's client is a class with more to it; this is all the SDK asks of it.
  const account = openAccount(config, rest as unknown as Parameters<typeof openAccount>[1])
  return { rest, config, account, printed, print: (text: string) => void printed.push(text) }
}
