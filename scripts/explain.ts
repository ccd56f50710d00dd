/** Tells why a call went as it did: `npm run explain -- <folder of a call | CallSid> [--json]`. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { explain } from './lib/explain/explanation.ts'
import { readJournal } from './lib/explain/read-journal.ts'
import { renderExplanation } from './lib/explain/render.ts'
import { Fault, run } from './lib/fault.ts'
import { readOwnConfig } from './lib/own-config.ts'

const help = `Tells why a call went as it did: its turns, which stage was slow, why it was interrupted, what drafts became of, faults, cost.

  npm run explain -- data/calls/CA…   a call's folder, or the journal in it
  npm run explain -- CA…              the newest call of that name in DATA_DIR

  --json    the same for programs
  --help    print this

Exit code: 0 it is told; 1 there is no such call, or nothing of it can be read; 2 wrong usage.
`

await run(async () => {
  const { values, positionals } = readArguments()
  const [name] = positionals
  if (values.help) return void process.stdout.write(help)
  if (name === undefined || positionals.length > 1) throw new Fault(2, help)
  const { folder, entries, ...damage } = readJournal(name, join(readOwnConfig().dataDir, 'calls'))
  const explanation = explain(entries)
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ folder, ...damage, ...explanation }, null, 2)}\n`
      : renderExplanation(explanation, folder, damage),
  )
})

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    })
  } catch (error) {
    throw new Fault(2, `${(error as Error).message}\n\n${help}`)
  }
}
