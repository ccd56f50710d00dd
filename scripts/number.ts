/** `npm run number`: which numbers the Twilio account has, where they ring, and making one ring here. */
import { parseArgs } from 'node:util'
import { Fault, run } from './lib/fault.ts'
import { listNumbers, setNumber, showNumber, type NumberParts } from './lib/numbers.ts'
import { readOwnConfig } from './lib/own-config.ts'
import { openAccount } from './lib/twilio-account.ts'

const help = `Tells where the phone numbers of your Twilio account ring, and makes one ring here.

  npm run number                      list the numbers
  npm run number -- show              show one of them
  npm run number -- set               make it ring at PUBLIC_URL, and tell us when a call is over

  --number +15550001111   the number meant; default: TWILIO_NUMBER, or the only one
  --help                  print this

Needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in .env, from the first page of console.twilio.com.
`

const commands: Readonly<Record<string, (parts: NumberParts) => Promise<void>>> = {
  list: listNumbers,
  show: showNumber,
  set: setNumber,
}

await run(async () => {
  const { values, positionals } = readArguments()
  const print = (text: string): void => void process.stdout.write(`${text}\n`)
  if (values.help) return print(help.trimEnd())
  const [name = 'list'] = positionals
  const command = commands[name]
  if (command === undefined) throw new Fault(2, `There is no "${name}": it is list, show or set.`)
  const config = readOwnConfig()
  await command({
    account: openAccount(config),
    publicUrl: config.publicUrl,
    wanted: values.number ?? config.twilio.number,
    print,
  })
})

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h', default: false }, number: { type: 'string' } },
    })
  } catch (error) {
    throw new Fault(2, `${(error as Error).message.split('. ')[0]}.\nRun with --help to see what there is.`)
  }
}
