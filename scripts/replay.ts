/**
 * Runs a recorded call again through the code as it is now, far faster than it was, and prints its turns. Fails if the code
 * would decide anything otherwise. `npm run replay -- data/calls/CA…` (the folder, or the journal in it); `--json`.
 */
import { parseArgs } from 'node:util'
import { Certificates, isEarly } from '../src/call/certificate.ts'
import { replay } from '../src/call/replay.ts'
import { readCallFolder } from '../src/store/read-call-folder.ts'
import { renderTurns } from './lib/turn-table.ts'

const usage = 'npm run replay -- <folder of a call, or its journal.ndjson> [--json]'

try {
  process.exitCode = main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  })
  const [path] = positionals
  if (values.help || path === undefined) {
    console.log(usage)
    return values.help ? 0 : 2
  }
  const recorded = readCallFolder(path)
  const startedMs = performance.now()
  const { entries, difference } = replay(recorded.entries, recorded.callerAudio)
  const tookMs = performance.now() - startedMs
  const certificates = new Certificates()
  for (const entry of entries) certificates.take(entry)
  const turns = certificates.all
  const lengthMs = recorded.entries.at(-1)?.at ?? 0
  const early = turns.filter(isEarly).length
  if (values.json)
    console.log(
      JSON.stringify({ folder: recorded.folder, lengthMs, tookMs, torn: recorded.torn, early, difference, turns }, null, 2),
    )
  else {
    console.log(renderTurns(turns))
    console.log(`\n${(lengthMs / 1000).toFixed(1)} s of call replayed in ${(tookMs / 1000).toFixed(2)} s.`)
    if (recorded.torn > 0) console.log('The journal ends in the middle of a line: the process was killed while it wrote.')
    console.log(
      difference
        ? `The code now decides otherwise.\n  recorded  ${difference.recorded}\n  now       ${difference.now}`
        : 'Every decision is the same.',
    )
  }
  return difference || early > 0 ? 1 : 0
}
