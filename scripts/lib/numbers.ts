/** What `npm run number` does: tells where the account's numbers ring, and makes one ring here. */
import { Fault } from './fault.ts'
import { chooseNumber, pointingTo, type Account, type OwnNumber } from './twilio-account.ts'

export type NumberParts = {
  readonly account: Account
  readonly publicUrl: string | null
  /** The number meant; null: the only one. */
  readonly wanted: string | null
  readonly print: (text: string) => void
}

export async function listNumbers({ account, publicUrl, print }: NumberParts): Promise<void> {
  const numbers = await account.numbers()
  if (numbers.length === 0) return print('The account has no phone number yet: buy one at console.twilio.com (Phone Numbers).')
  for (const number of numbers) print(`${number.phoneNumber.padEnd(16)} ${ringsAt(number, publicUrl)}`)
}

export async function showNumber({ account, publicUrl, wanted, print }: NumberParts): Promise<void> {
  const number = chooseNumber(await account.numbers(), wanted)
  print(`${number.phoneNumber} (${number.name}) ${ringsAt(number, publicUrl)}`)
  print(`  voice URL        ${number.voiceUrl || 'none'}`)
  print(`  status callback  ${number.statusCallback || 'none'}`)
}

export async function setNumber({ account, publicUrl, wanted, print }: NumberParts): Promise<void> {
  if (publicUrl === null) throw new Fault(2, NO_PUBLIC_URL)
  const number = chooseNumber(await account.numbers(), wanted)
  const pointing = pointingTo(publicUrl)
  await account.point(number.sid, pointing)
  print(`${number.phoneNumber} now rings at ${pointing.voiceUrl}`)
  if (number.voiceUrl !== '' && number.voiceUrl !== pointing.voiceUrl) print(`  before: ${number.voiceUrl}`)
}

export const NO_PUBLIC_URL =
  'PUBLIC_URL is not set: Twilio needs an https address at which it reaches the server. `npm run tunnel` makes one and points ' +
  'the number at it by itself.'

function ringsAt({ voiceUrl }: OwnNumber, publicUrl: string | null): string {
  if (voiceUrl === '') return 'rings nowhere'
  return publicUrl !== null && voiceUrl === pointingTo(publicUrl).voiceUrl ? 'rings here' : `rings at ${voiceUrl}`
}
