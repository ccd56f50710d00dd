/**
 * `npm run bench`: the three pipelines side by side on the same calls, through the whole product (src/main.ts in a process of its
 * own, real sockets, real voice detector) against emulated services with stated latencies. Prints how late replies were and how
 * much of that was the services'; draws the waterfall of a median turn.
 *
 * What it does not tell: how fast the real services are today, from where you are. Its latencies are profiles.ts.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Pipeline } from '../../src/call/facts.ts'
import { Fault, run } from '../lib/fault.ts'
import { readLines } from './caller-lines.ts'
import { describeMachine, load, machine } from './machine.ts'
import { describeProfile, isProfileName, PROFILE_NAMES, profiles, type ProfileName } from './profiles.ts'
import { runPipelines, type PipelineRun } from './run-pipelines.ts'
import { legend, percent, pipelinesTable, stagesTable, summarise, table, tenths, type Summary } from './summary.ts'
import { medianTurn } from './turn.ts'
import { drawWaterfall } from './waterfall.ts'

const help = `Measures how late replies are, in each pipeline, with emulated services of known speed.

  npm run bench                 all profiles, then 1, 50 and 200 calls at once: about nine minutes
  npm run bench -- --quick      two profiles, few calls: about one and a half minutes

  --profile NAME   only this one: ${PROFILE_NAMES.join(', ')}; may be given more than once
  --calls N        calls at once in each pipeline (default 6, quick 3)
  --turns N        turns in each call (default 8, quick 4)
  --load N         so many calls at once in one process; may be given more than once, 0 for none (default 1, 50 and 200)
  --json           print one JSON object and nothing else
  --help           print this
`

const pipelines: readonly Pipeline[] = ['plain', 'streamed', 'draft']
const LOADS = [1, 50, 200]
const LOAD_TURNS = 6
const LONGEST_CALL_MS = 180_000

type Measured = {
  readonly profile: ProfileName
  readonly load: number
  readonly summaries: readonly Summary[]
  readonly runs: readonly PipelineRun[]
}
type MeasuredLoad = { readonly calls: number; readonly load: number; readonly summary: Summary }

const progress = (text: string): void => void process.stderr.write(`${text}\n`)

async function main(): Promise<void> {
  const options = readArguments()
  if (options.help) return void process.stdout.write(help)
  const before = load()
  const measured: Measured[] = []
  for (const profile of options.profiles) measured.push(await measure(profile, options))
  const loads: MeasuredLoad[] = []
  for (const calls of options.loads) loads.push(await measureLoad(calls))
  const after = load()
  const drawing = options.draw ? await draw(measured) : null
  const results = measured.map(({ runs: _, ...rest }) => rest)
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ machine: machine(), load: { before, after }, profiles, results, loads }, null, 2)}\n`,
    )
  else
    process.stdout.write(
      `${describeMachine(machine(), before, after)}\n\n${textOf(measured, loads)}${drawing === null ? '' : `\nDrawn: ${drawing}\n`}`,
    )
}

function readArguments() {
  const count = (name: string, text: string | undefined, otherwise: number): number => {
    if (text === undefined) return otherwise
    if (!/^\d{1,4}$/.test(text)) throw new Fault(2, `--${name} wants a number, not ${text}.`)
    return Number(text)
  }
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        profile: { type: 'string', multiple: true },
        calls: { type: 'string' },
        turns: { type: 'string' },
        load: { type: 'string', multiple: true },
      },
    })
    const { quick, profile = quick ? ['fast', 'common'] : PROFILE_NAMES } = values
    const unknown = profile.find(name => !isProfileName(name))
    if (unknown !== undefined) throw new Fault(2, `There is no profile ${unknown}: ${PROFILE_NAMES.join(', ')}.`)
    const loads = values.load?.map(text => count('load', text, 0)) ?? (quick || values.profile ? [] : LOADS)
    return {
      help: values.help,
      json: values.json,
      profiles: profile.filter(isProfileName),
      calls: count('calls', values.calls, quick ? 3 : 6),
      turns: count('turns', values.turns, quick ? 4 : 8),
      loads: loads.filter(calls => calls > 0),
      draw: !quick && profile.includes(DRAWN),
    }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault(
      2,
      `${error instanceof Error ? error.message.split('. ')[0] : String(error)}.\nRun with --help to see what there is.`,
    )
  }
}

async function measure(
  profile: ProfileName,
  { calls, turns }: { readonly calls: number; readonly turns: number },
): Promise<Measured> {
  progress(`${profile}: ${calls} calls of ${turns} turns in each pipeline (load ${load()})`)
  const runs = await runPipelines({ ...common, profile: profiles[profile], pipelines, calls, turns, apartMs: 700 })
  return { profile, load: load(), summaries: runs.map(summarise), runs }
}

/** As many callers as that at once, with services fast enough for replies to be ready in time. */
async function measureLoad(calls: number): Promise<MeasuredLoad> {
  progress(`${calls} calls at once (load ${load()})`)
  const [run] = await runPipelines({
    ...common,
    profile: profiles.fast,
    pipelines: ['draft'],
    calls,
    turns: LOAD_TURNS,
    apartMs: 60,
  })
  return { calls, load: load(), summary: summarise(run!) }
}

const common = { lines: readLines(), longestCallMs: LONGEST_CALL_MS, progress }

function textOf(measured: readonly Measured[], loads: readonly MeasuredLoad[]): string {
  const sections = measured.map(
    one =>
      `${one.profile}: ${describeProfile(profiles[one.profile])} (load ${one.load})\n${pipelinesTable(one.summaries)}\n\n${stagesTable(one.summaries)}\n${faultsOf(one.summaries)}`,
  )
  return [...sections, ...(measured.length > 0 ? [`${legend}\n`] : []), ...(loads.length > 0 ? [loadTable(loads)] : [])].join(
    '\n',
  )
}

const faultsOf = (summaries: readonly Summary[]): string =>
  summaries
    .flatMap(({ pipeline, lost, violations, warnings, stoodInFrames }) => [
      ...(stoodInFrames > 0 ? [`  ${pipeline}, silence stood in for ${stoodInFrames} frames that came late\n`] : []),
      ...counted(`${pipeline}, no figures for`, lost),
      ...counted(`${pipeline}, services refused`, violations),
      ...counted(`${pipeline}, server warned`, warnings),
    ])
    .join('')

/** Each different line once, and how often it came. */
const counted = (of: string, lines: readonly string[]): readonly string[] =>
  [...Map.groupBy(lines, line => line)].map(([line, { length }]) => `  ${of}: ${line}${length > 1 ? ` (${length} times)` : ''}\n`)

function loadTable(loads: readonly MeasuredLoad[]): string {
  const rows = loads.map(
    ({ calls, load: busy, summary: { turns, ready, releaseErrorMs, gapMs, early, lost, violations, cpuPerCall } }) => [
      `${calls} at once`,
      String(turns),
      percent(ready),
      ...[releaseErrorMs.p50, releaseErrorMs.p95, releaseErrorMs.p99, releaseErrorMs.max, gapMs.p50, gapMs.p95].map(tenths),
      String(early),
      String(lost.length),
      String(violations.length),
      `${tenths(100 * cpuPerCall)} %`,
      tenths(busy),
    ],
  )
  const head = [
    'calls',
    'turns',
    'ready',
    'release error p50',
    'p95',
    'p99',
    'max',
    'gap p50',
    'p95',
    'EARLY',
    'lost',
    'refused',
    'core a call',
    'load',
  ]
  return `Many calls in one process (draft, profile fast). Release error: the frame that completes the silence leaves the caller's end\nuntil the first frame of a reply that was ready gets there; times in ms.\n${table([head, ...rows])}\n${loads.flatMap(loadFaults).join('')}`
}

/** By reason: which of hundreds of lines it was says nothing. */
const loadFaults = ({ calls, summary: { lost, violations, warnings, stoodInFrames } }: MeasuredLoad): readonly string[] => [
  ...(stoodInFrames > 0 ? [`  ${calls} at once, silence stood in for ${stoodInFrames} frames that came late\n`] : []),
  ...counted(
    `${calls} at once, no figures for a turn`,
    lost.map(line => line.replace(/^".*?": (.{0,60}).*$/, '$1')),
  ),
  ...counted(`${calls} at once, services refused`, violations),
  ...counted(`${calls} at once, server warned`, warnings),
]

/* ── The picture ───────────────────────────────────────────────────────────────────────────────────────────── */

const DRAWN: ProfileName = 'common'
const docs = join(import.meta.dirname, '../../docs')

async function draw(measured: readonly Measured[]): Promise<string | null> {
  const runs = measured.find(({ profile }) => profile === DRAWN)?.runs ?? []
  const turns = runs.flatMap(({ pipeline, turns: all }) => (pipeline === 'streamed' ? [] : (medianTurn(all) ?? [])))
  if (turns.length < 2) return null
  await mkdir(docs, { recursive: true })
  await writeFile(join(docs, 'waterfall.svg'), drawWaterfall(turns, describeProfile(profiles[DRAWN])))
  return 'docs/waterfall.svg'
}

await run(main)
