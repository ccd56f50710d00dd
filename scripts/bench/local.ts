/**
 * `npm run bench:local`: Halfsecond with its own engines, without any service: how soon it is ready, how late it replies to the
 * recorded callers, how fast it falls silent, what a call costs in processor and memory.
 *
 * Recognising, detecting and speaking compete with the callers for the same processor here. What it tells holds for this machine.
 */
import { parseArgs } from 'node:util'
import { startServerProcess } from '../../test/support/server-process.ts'
import { Fault, run } from '../lib/fault.ts'
import { readLines } from './caller-lines.ts'
import { measureClears, measureCpu, measureStarts, playScripts, type ScriptFigures } from './local-calls.ts'
import { describeMachine, load, machine } from './machine.ts'
import { residentMb } from './process-cost.ts'
import { measureMemory, type MemoryFigures } from './memory.ts'
import { percentile, shareOf, spreadOf } from './percentiles.ts'
import { percent, table, tenths } from './summary.ts'

const help = `Measures Halfsecond with its local engines.

  npm run bench:local                about four minutes
  npm run bench:local -- --quick     one start, fewer lines, 100 simulated calls

  --json      print one JSON object and nothing else
  --help      print this
`

const STARTS = 3
const SIMULATED_CALLS = 500
const QUICK_CALLS = 100

type Figures = {
  readonly startsMs: readonly number[]
  readonly scripts: readonly ScriptFigures[]
  readonly clearsMs: readonly number[]
  readonly cpu: { readonly idle: number; readonly talking: number }
  readonly residentMb: number
  readonly memory: MemoryFigures
}

const progress = (text: string): void => void process.stderr.write(`${text}\n`)

async function main(): Promise<void> {
  const options = readArguments()
  if (options.help) return void process.stdout.write(help)
  const before = load()
  const figures = await measure(options.quick)
  const after = load()
  if (options.json)
    process.stdout.write(`${JSON.stringify({ machine: machine(), load: { before, after }, ...figures }, null, 2)}\n`)
  else process.stdout.write(`${describeMachine(machine(), before, after)}\n\n${textOf(figures)}`)
}

function readArguments() {
  try {
    const flag = { type: 'boolean', default: false } as const
    return parseArgs({ options: { help: { ...flag, short: 'h' }, quick: flag, json: flag } }).values
  } catch (error) {
    throw new Fault(2, `${(error as Error).message.split('. ')[0]}.\nRun with --help to see what there is.`)
  }
}

async function measure(quick: boolean): Promise<Figures> {
  progress('starting')
  const startsMs = await measureStarts(quick ? 1 : STARTS)
  const lines = readLines()
  const server = await startServerProcess()
  try {
    const scripts = await playScripts(server, progress)
    progress('falling in')
    const clearsMs = await measureClears(server, [
      ...lines.slice(0, 1),
      ...lines.filter(({ interrupts }) => interrupts).slice(0, quick ? 4 : 8),
    ])
    progress('talking')
    const cpu = await measureCpu(server, lines)
    const resident = residentMb(server.process)
    progress('memory')
    const memory = await measureMemory(quick ? QUICK_CALLS : SIMULATED_CALLS, progress)
    return { startsMs, scripts, clearsMs, cpu, residentMb: resident, memory }
  } finally {
    await server.stop('SIGKILL')
    server.clean()
  }
}

/* ── As text ───────────────────────────────────────────────────────────────────────────────────────────────── */

function textOf({ startsMs, scripts, clearsMs, cpu, residentMb: resident, memory }: Figures): string {
  const replies = scripts.flatMap(script => script.replies)
  const ready = replies.filter(reply => reply.ready)
  const gaps = (of: typeof replies): readonly number[] => of.map(({ gapMs }) => gapMs)
  const range = ({ p50, p95, max, count }: ReturnType<typeof spreadOf>): string =>
    `${tenths(p50)}, p95 ${tenths(p95)}, max ${tenths(max)} (${count})`
  const rows = [
    [
      'reply gap, all',
      `p50 ${tenths(percentile(gaps(replies), 0.5))}, p90 ${tenths(percentile(gaps(replies), 0.9))} ms (${replies.length})`,
      'p50 520, p90 800',
    ],
    [
      'reply gap, draft ready in time',
      `p50 ${range(spreadOf(gaps(ready)))} ms; ready ${percent(shareOf(replies, one => one.ready))}`,
      '500 to 520',
    ],
    ['replies before 500 ms of silence', String(replies.filter(({ early }) => early).length), '0'],
    ['start of the server to ready', `${range(spreadOf(startsMs))} ms`, '3000'],
    ['greeting, after the stream began', `${range(spreadOf(scripts.map(({ greetingMs }) => greetingMs)))} ms`, '100'],
    ['falling in to silence', `${range(spreadOf(clearsMs))} ms`, '120'],
    ['processor while the caller talks', `${percent(cpu.talking)} of a core (idle ${percent(cpu.idle)})`, '25 %'],
    ['memory of the server', `${tenths(resident)} MB`, ''],
    [`heap after ${memory.calls} simulated calls`, heapText(memory), 'flat'],
  ]
  return `${table([['', 'measured', 'wanted'], ...rows], 'left')}\n\n${repliesTable(scripts)}\n`
}

function heapText({ samples, bytesPerCall }: MemoryFigures): string {
  const kb = (bytes: number): string => `${Math.round(bytes / 1024)} KB`
  return `${kb(samples.at(-1)!.heapBytes)}, after warming up ${kb(samples[0]!.heapBytes)}; ${Math.round(bytesPerCall)} bytes a call`
}

function repliesTable(scripts: readonly ScriptFigures[]): string {
  const rows = scripts.flatMap(({ replies }) =>
    replies.map(({ said, gapMs, edgeMs, wordsMs, basis, ready }) => [
      said.length > 50 ? `${said.slice(0, 49)}…` : said,
      tenths(gapMs),
      String(edgeMs),
      wordsMs === null ? '–' : String(wordsMs),
      basis ?? '–',
      ready ? 'yes' : 'no',
    ]),
  )
  const unanswered = scripts.flatMap(script => script.unanswered).map(line => `\n  no reply found: ${line}`)
  return table([['said', 'gap', 'edge', 'words', 'basis', 'ready'], ...rows]) + unanswered.join('')
}

await run(main)
