/** What `npm run dial` does: makes sure that the assistant is there to talk, and rings somebody. */
import type { Config } from '../../src/config.ts'
import { Fault } from './fault.ts'
import { NO_PUBLIC_URL } from './numbers.ts'
import { chooseNumber, type Account } from './twilio-account.ts'

export type DialParts = {
  readonly account: Account
  readonly config: Pick<Config, 'publicUrl' | 'voicemail' | 'maxCallMs'>
  /** The number to call from; null: the account's only one. */
  readonly from: string | null
  /** Whether the server answers at this address. */
  readonly isThere: (url: string) => Promise<boolean>
  readonly print: (text: string) => void
}

export async function dial({ account, config, from, isThere, print }: DialParts, to: string | undefined): Promise<void> {
  if (to === undefined) throw new Fault(2, 'Say whom to call: npm run dial -- +15550001111')
  const number = to.replace(/[\s().-]/g, '')
  if (!/^\+[1-9]\d{6,14}$/.test(number)) throw new Fault(2, `${to} is no phone number: write it like +15550001111.`)
  const { publicUrl, voicemail, maxCallMs } = config
  if (publicUrl === null) throw new Fault(2, NO_PUBLIC_URL)
  if (!(await isThere(`${publicUrl}/health`))) {
    throw new Fault(1, `No server answers at ${publicUrl}: whoever picks up would hear nothing. Start it first (npm start).`)
  }
  const { phoneNumber } = chooseNumber(await account.numbers(), from)
  const callSid = await account.dial({ from: phoneNumber, to: number, publicUrl, voicemail, longestMs: maxCallMs })
  print(`Calling ${number} from ${phoneNumber}: ${callSid}`)
  print(voicemail === 'message' ? 'An answering machine gets a message.' : 'On an answering machine it hangs up.')
}
