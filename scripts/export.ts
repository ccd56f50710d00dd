/** Gives calls away: `npm run export -- CA…` as a folder, or `npm run export -- --all` as NDJSON on standard output. */
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { redactedJournal } from '../src/redact/journal-copy.ts'
import { allCalls, callsWithSid, exportCall } from '../src/store/export.ts'
import { Fault, run } from './lib/fault.ts'
import { withOwnRecords, type OwnRecords } from './lib/own-records.ts'

const help = `Gives calls away with all that is stored of them.

  npm run export -- CA…           one call: its record, recordings, journal and transcript, in a folder
  npm run --silent export -- --all > calls.ndjson
                                  the records of all calls, the oldest first, one a line

  --share          for others to read: without recordings, and without long numbers and e-mail addresses in the journal
  --to DIR         where to put the folder; default: data/exports
  --help           print this
`

await run(async () => {
  const { values, positionals } = readArguments()
  if (values.help) return void process.stdout.write(help)
  const [callSid] = positionals
  if (values.all === (callSid !== undefined) || positionals.length > 1) throw new Fault(2, help)
  await withOwnRecords(records =>
    callSid === undefined ? exportAll(records) : exportOne(records, callSid, values.to, values.share),
  )
})

async function exportAll({ database }: OwnRecords): Promise<void> {
  // Whoever reads may have enough before the end (head, a closed pager).
  const closed = once(process.stdout, 'error').then(() => true)
  for await (const call of allCalls(database)) {
    const goesOn =
      process.stdout.write(`${JSON.stringify(call)}\n`) || (await Promise.race([once(process.stdout, 'drain'), closed])) !== true
    if (!goesOn) return
  }
}

async function exportOne({ database, callsDir }: OwnRecords, callSid: string, to: string, share: boolean): Promise<void> {
  const calls = await callsWithSid(database, callSid)
  if (calls.length === 0) throw new Fault(1, `There is no call ${callSid}.`)
  for (const call of calls) {
    const { path, files } = await exportCall(call, callsDir, to, share ? redactedJournal : null).catch(
      (error: NodeJS.ErrnoException) => {
        throw error.code === 'EEXIST'
          ? new Fault(1, `${error.path ?? to} is there already: remove it, or write --to DIR.`)
          : error
      },
    )
    process.stdout.write(`${path}: ${files.join(', ')}\n`)
    if (files.length === 1) process.stdout.write('Its recordings are not on this machine.\n')
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        all: { type: 'boolean', default: false },
        share: { type: 'boolean', default: false },
        to: { type: 'string', default: join('data', 'exports') },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new Fault(2, `${(error as Error).message}\n\n${help}`)
  }
}
