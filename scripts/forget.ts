/** Removes all that is stored of a person, recordings included: `npm run forget -- +15551234567`. Says what is gone. */
import { parseArgs } from 'node:util'
import { forgetPerson } from '../src/store/forget.ts'
import { openPeople } from '../src/store/people-key.ts'
import { Fault, run } from './lib/fault.ts'
import { withOwnRecords } from './lib/own-records.ts'

const help = `Removes all that is stored of the person with this number: calls, recordings, what was noted. There is no way back.

  npm run forget -- +15551234567

The number as Twilio gives it: with + and the country code; or client:name, or a SIP address.
`

/** What is counted, as it is told. */
const names = {
  calls: 'calls',
  turns: 'turns',
  meetings: 'meetings',
  feedback: 'remarks on calls',
  memoryFacts: 'facts remembered',
} as const

await run(async () => {
  const { values, positionals } = readArguments()
  if (values.help) return void process.stdout.write(help)
  const [number] = positionals
  if (number === undefined || positionals.length > 1 || !/^\+[\d\s().-]{7,25}$|^(client|sips?):./.test(number))
    throw new Fault(2, help)
  await withOwnRecords(async records => {
    const personId = openPeople(records.dataDir)(number)
    if (personId === null)
      throw new Fault(1, 'That is no number but what Twilio writes for a withheld one; such callers are not known apart.')
    const { folders, ...counts } = await forgetPerson(records, personId)
    const parts = Object.entries(counts).map(
      ([what, count]) => `  ${String(count).padStart(6)}  ${names[what as keyof typeof counts]}\n`,
    )
    process.stdout.write(`Removed for good:\n${parts.join('')}  ${String(folders.length).padStart(6)}  folders with recordings\n`)
    for (const folder of folders) process.stdout.write(`          ${folder}\n`)
    if (counts.calls + folders.length === 0) process.stdout.write('Nothing was stored of this person.\n')
  })
})

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { help: { type: 'boolean', default: false } } })
  } catch (error) {
    throw new Fault(2, `${(error as Error).message}\n\n${help}`)
  }
}
