/** `npm run dial -- +15550001111`: the assistant rings somebody. */
import { parseArgs } from 'node:util'
import { dial } from './lib/dialling.ts'
import { Fault, run } from './lib/fault.ts'
import { readOwnConfig } from './lib/own-config.ts'
import { openAccount } from './lib/twilio-account.ts'

const help = `Rings a phone; whoever picks up talks to the assistant. The server must be running and reachable at PUBLIC_URL.

  npm run dial -- +15550001111

  --from +15550002222   the number of yours to call from; default: TWILIO_NUMBER, or the only one
  --url URL             where Twilio reaches the server; default: PUBLIC_URL (npm run tunnel prints it)
  --help                print this

An answering machine is hung up on, or gets the message of twiml/voicemail.xml (VOICEMAIL in .env). Call only people who have agreed
to be called by a machine: in many countries the law demands it.
`

const HEALTH_TIMEOUT_MS = 5_000

await run(async () => {
  const { values, positionals } = readArguments()
  const print = (text: string): void => void process.stdout.write(`${text}\n`)
  if (values.help) return print(help.trimEnd())
  const config = readOwnConfig(values.url === undefined ? {} : { PUBLIC_URL: values.url })
  const isThere = (url: string): Promise<boolean> =>
    fetch(url, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) }).then(
      ({ ok }) => ok,
      () => false,
    )
  const parts = { account: openAccount(config), config, from: values.from ?? config.twilio.number, isThere, print }
  await dial(parts, positionals[0])
})

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        from: { type: 'string' },
        url: { type: 'string' },
      },
    })
  } catch (error) {
    throw new Fault(2, `${(error as Error).message.split('. ')[0]}.\nRun with --help to see what there is.`)
  }
}
