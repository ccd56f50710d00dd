/** `npm run soak`: 50 calls at once for ten minutes against failing services; says what was left behind, lost or mixed up. */
import { parseArgs } from 'node:util'
import { describeMachine, load, machine } from './bench/machine.ts'
import { Fault, run } from './lib/fault.ts'
import { describe, megabytes, soak, type SoakReport } from './soak/soak.ts'

const help = `Lets many callers phone at once, against emulated services that fail at random, and looks for what should not be:
memory or sockets left behind, a caller who hears another's call, a turn that is never answered.

  npm run soak                   50 calls at once for 10 minutes

  --calls N        calls at once, 1 to 200 (default 50)
  --minutes N      1 to 60 (default 10)
  --seed N         another course of chance (default 1)
  --json           print one JSON object and nothing else
  --help           print this
`

await run(async () => {
  const values = readArguments()
  if (values.help) return void process.stdout.write(help)
  const before = load()
  const report = await soak({
    calls: numberIn('calls', values.calls, 1, 200),
    forMs: numberIn('minutes', values.minutes, 1, 60) * 60_000,
    seed: numberIn('seed', values.seed, 0, 2 ** 31),
    progress: text => void process.stderr.write(`${text}\n`),
  })
  if (values.json)
    process.stdout.write(`${JSON.stringify({ machine: machine(), load: { before, after: load() }, ...report }, null, 2)}\n`)
  else process.stdout.write(`${describeMachine(machine(), before, load())}\n\n${textOf(report)}`)
  if (report.problems.length > 0) throw new Fault(1, `${report.problems.length} problems`)
})

function textOf(report: SoakReport): string {
  const { calls, busy, turns, bargeIns, hungUp, faults, marked, problems, restedBefore, restedAfter, heapBytesPerMinute } = report
  const slope = heapBytesPerMinute === null ? 'too short to tell' : `${(heapBytesPerMinute / 1024).toFixed(0)} KB a minute`
  return [
    `${calls} calls (${busy} found the lines busy), ${turns} turns, ${bargeIns} spoken into replies, ${hungUp} hung up at a random moment`,
    `${faults} faults of services were noted and got over; ${marked} callers heard their own call's name`,
    `at rest, warm   ${describe(restedBefore)}`,
    `at rest, after  ${describe(restedAfter)}`,
    `heap under load grows by ${slope}; ${megabytes(restedAfter.heapBytes - restedBefore.heapBytes)} in all`,
    problems.length === 0
      ? 'nothing lost, nothing mixed up, nothing left behind'
      : problems.map(problem => `! ${problem}`).join('\n'),
    '',
  ].join('\n')
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
        calls: { type: 'string', default: '50' },
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string', default: '1' },
      },
    }).values
  } catch (error) {
    throw new Fault(2, `${(error as Error).message}\n\n${help}`)
  }
}

function numberIn(name: string, text: string, low: number, high: number): number {
  const number = Number(text)
  if (/^\d{1,10}$/.test(text) && number >= low && number <= high) return number
  throw new Fault(2, `--${name} wants a number from ${low} to ${high}, not ${text}.`)
}
