/**
 * Many calls at once for a long time, through the whole product in a process of its own, against emulated services that fail at
 * random and callers who fall in and hang up: nothing may be left behind, no call may hear another, no turn may be lost.
 */
import { readdirSync } from 'node:fs'
import { realClock } from '../../src/clock.ts'
import { startServerProcess, type ServerProcess } from '../../test/support/server-process.ts'
import { recordedScript } from '../../test/vendors/assemblyai/recorded.ts'
import { chance } from '../../test/vendors/twilio/chance.ts'
import { readLines, type Line } from '../bench/caller-lines.ts'
import { startVendors, type EmulatedVendors } from '../bench/emulated-vendors.ts'
import { slopeOf } from '../bench/memory.ts'
import { profiles } from '../bench/profiles.ts'
import { completionFaults, sessionFaults, voiceFault } from './faults.ts'
import { inspect, INSPECTABLE, type Inspection, type ProcessInside } from './process-inside.ts'
import { soakCall, type SoakCall } from './soak-call.ts'
import { watermarkedAnswers } from './watermarks.ts'

export type SoakOptions = {
  /** Calls at once. */
  readonly calls: number
  readonly forMs: number
  /** What a caller says at most, at least 2; 5 unless said. */
  readonly linesMax?: number
  readonly seed: number
  readonly progress: (text: string) => void
}

export type Sample = ProcessInside & { readonly atMs: number; readonly descriptors: number }

export type SoakReport = {
  readonly calls: number
  readonly busy: number
  readonly turns: number
  readonly bargeIns: number
  readonly hungUp: number
  readonly faults: number
  /** Calls whose caller heard the call's own name. */
  readonly marked: number
  /** One line each; none after a good run. */
  readonly problems: readonly string[]
  /** The process at rest, after warming up and at the end; and between them, under load. */
  readonly restedBefore: Sample
  readonly restedAfter: Sample
  readonly underLoad: readonly Sample[]
  /** By the least squares over the samples under load; null if there are too few. */
  readonly heapBytesPerMinute: number | null
}

const SAMPLE_MS = 15_000
const VOICE_FAULT_MS = 4_000
const WARM_UP_CALLS = 10
const WARM_UP_MS = 15_000
/** Callers do not all dial in the same instant. */
const APART_MS = 100
const REST_MS = 3_000
/** More faults than a run can use up. */
const FAULTS_PLANNED = 20_000

/** What a process at rest may have more than after warming up: connections kept warm, buffers that have grown to their size. */
const SPARE_DESCRIPTORS = 12
const SPARE_HEAP_BYTES = 8 * 1024 * 1024

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const random = chance(options.seed)
  const lines = readLines()
  const vendors = await startVendors({
    profile: profiles.fast,
    script: recordedScript(lines),
    answer: watermarkedAnswers(),
    faults: { sessions: sessionFaults(FAULTS_PLANNED, random), completions: completionFaults(FAULTS_PLANNED, random) },
  })
  try {
    const environment = { ...vendors.environment, CALLS_MAX: String(options.calls + 5), NODE_OPTIONS: INSPECTABLE }
    const server = await startServerProcess(environment)
    try {
      return await run(options, vendors, server, lines, random)
    } finally {
      await server.stop('SIGKILL')
      server.clean()
    }
  } finally {
    await vendors.close()
  }
}

async function run(
  { calls, forMs, linesMax = 5, progress }: SoakOptions,
  vendors: EmulatedVendors,
  server: ServerProcess,
  lines: readonly Line[],
  random: () => number,
): Promise<SoakReport> {
  const inside = await inspect(server.output())
  const beganMs = realClock.now()
  const look = (): Promise<Sample> => sample(server, inside, beganMs)
  const done: SoakCall[] = []
  const place = async (): Promise<void> =>
    void done.push(await soakCall(server.url, server.dataDir, lines, linesMax, Math.floor(random() * 2 ** 31)))
  const keepBusy = async (slots: number, untilMs: number): Promise<void> => {
    const slot = async (n: number): Promise<void> => {
      await pause(n * APART_MS)
      do await place()
      while (realClock.now() < untilMs)
    }
    await Promise.all(Array.from({ length: slots }, (_, n) => slot(n)))
  }

  progress('warming up')
  await keepBusy(Math.min(calls, WARM_UP_CALLS), realClock.now() + Math.min(WARM_UP_MS, forMs))
  await pause(REST_MS)
  const restedBefore = await look()
  progress(`${calls} calls at once for ${Math.round(forMs / 1000)} s`)
  const stopFaults = every(VOICE_FAULT_MS, () => vendors.elevenLabs.fault(voiceFault(random)))
  const underLoad: Sample[] = []
  const stopLooking = every(SAMPLE_MS, () => {
    void look().then(seen => {
      underLoad.push(seen)
      progress(`${describe(seen)}; ${done.length} calls done, ${problemsOf(done).length} problems`)
    })
  })
  await keepBusy(calls, realClock.now() + forMs)
  stopFaults()
  stopLooking()
  await pause(REST_MS)
  const restedAfter = await look()
  inside.close()
  const sum = (of: (call: SoakCall) => number): number => done.reduce((total, call) => total + of(call), 0)
  return {
    calls: done.length,
    busy: done.filter(({ turns }) => turns === null).length,
    turns: sum(({ turns }) => turns ?? 0),
    bargeIns: sum(({ bargeIns }) => bargeIns),
    hungUp: done.filter(({ hungUp }) => hungUp).length,
    faults: sum(({ faults }) => faults),
    marked: done.filter(({ names }) => names.size > 0).length,
    problems: [
      ...problemsOf(done),
      ...vendors.violations(),
      ...leftBehind(restedBefore, restedAfter),
      ...(await openCalls(server.url)),
    ],
    restedBefore,
    restedAfter,
    underLoad,
    heapBytesPerMinute:
      underLoad.length < 4 ? null : slopeOf(underLoad.map(({ atMs, heapBytes }) => [atMs / 60_000, heapBytes] as const)),
  }
}

/** What was wrong with single calls, and what only shows in all of them: a name that two callers heard. */
export function problemsOf(calls: readonly Pick<SoakCall, 'callSid' | 'names' | 'problems'>[]): readonly string[] {
  const owners = new Map<string, string>()
  const strangers: string[] = []
  for (const { callSid, names } of calls) {
    for (const name of names) {
      const owner = owners.get(name) ?? callSid
      owners.set(name, owner)
      if (owner !== callSid) strangers.push(`${callSid} heard ${name}, which belongs to ${owner}`)
    }
  }
  return [...calls.flatMap(({ callSid, problems }) => problems.map(problem => `${callSid}: ${problem}`)), ...strangers]
}

function leftBehind(before: Sample, after: Sample): readonly string[] {
  const grown = after.heapBytes - before.heapBytes
  const kinds = Object.keys(after.resources).map(
    kind => [kind, (after.resources[kind] ?? 0) - (before.resources[kind] ?? 0)] as const,
  )
  return [
    ...(grown > SPARE_HEAP_BYTES ? [`the heap at rest has grown by ${megabytes(grown)}`] : []),
    ...(after.descriptors > before.descriptors + SPARE_DESCRIPTORS
      ? [`${after.descriptors} files and sockets are open, ${before.descriptors} were`]
      : []),
    ...kinds.flatMap(([kind, more]) => (more > SPARE_DESCRIPTORS ? [`${more} more of ${kind} than before`] : [])),
  ]
}

async function openCalls(url: string): Promise<readonly string[]> {
  const { calls } = (await (await fetch(`${url}/health`)).json()) as { readonly calls: number }
  return calls === 0 ? [] : [`${calls} calls go on although everybody has hung up`]
}

async function sample({ process: child }: ServerProcess, inside: Inspection, beganMs: number): Promise<Sample> {
  const seen = await inside.look()
  return { ...seen, atMs: realClock.now() - beganMs, descriptors: readdirSync(`/proc/${child.pid}/fd`).length }
}

export const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`
export const describe = ({ atMs, heapBytes, rssBytes, descriptors }: Sample): string =>
  `${Math.round(atMs / 1000)} s: heap ${megabytes(heapBytes)}, in all ${megabytes(rssBytes)}, ${descriptors} files and sockets`

const pause = (ms: number): Promise<void> => new Promise(resolve => void realClock.after(ms, resolve))

function every(ms: number, work: () => void): () => void {
  let stop: () => void
  const next = (): void => {
    stop = realClock.after(ms, () => {
      work()
      next()
    })
  }
  next()
  return () => stop()
}
