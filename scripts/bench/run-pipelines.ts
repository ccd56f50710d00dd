/** Runs the same calls through the whole product in each pipeline, side by side, against services of one latency profile. */
import { join } from 'node:path'
import { FRAME_MS } from '../../src/audio/frames.ts'
import type { Pipeline } from '../../src/call/facts.ts'
import { realClock } from '../../src/clock.ts'
import { readCallFolder, type RecordedCall } from '../../src/store/read-call-folder.ts'
import { startServerProcess, type ServerProcess } from '../../test/support/server-process.ts'
import { recordedScript } from '../../test/vendors/assemblyai/recorded.ts'
import type { ChatRequest } from '../../test/vendors/openai/openai.ts'
import { answerNamed, nameOf } from './answers.ts'
import { callWith, type BenchCall, type PlacedCall } from './bench-call.ts'
import type { Line } from './caller-lines.ts'
import { startVendors, type EmulatedVendors } from './emulated-vendors.ts'
import { joinCalls, type CallToJoin, type Joined } from './join.ts'
import { cpuMs } from './process-cost.ts'
import type { Profile } from './profiles.ts'

export type RunOptions = {
  readonly profile: Profile
  readonly pipelines: readonly Pipeline[]
  readonly lines: readonly Line[]
  /** Calls in each pipeline at the same time, and what each caller says in turn. */
  readonly calls: number
  readonly turns: number
  /** Calls begin so far apart. */
  readonly apartMs: number
  /** A call that lasts longer is ended. */
  readonly longestCallMs: number
  readonly progress: (text: string) => void
}

export type PipelineRun = Joined & {
  readonly pipeline: Pipeline
  /** What the real services would have refused; what the server warned of. */
  readonly violations: readonly string[]
  readonly warnings: readonly string[]
  /** Of one core, for one call, while it lasts. */
  readonly cpuPerCall: number
}

type Stage = {
  readonly pipeline: Pipeline
  readonly vendors: EmulatedVendors
  readonly server: ServerProcess
  readonly requests: ReadonlyMap<string, ChatRequest>
}

export async function runPipelines(options: RunOptions): Promise<readonly PipelineRun[]> {
  const stages = await Promise.all(options.pipelines.map(pipeline => openStage(pipeline, options)))
  try {
    return await Promise.all(stages.map((stage, n) => runStage(stage, n, options)))
  } finally {
    await Promise.all(stages.map(closeStage))
  }
}

async function openStage(pipeline: Pipeline, { profile, lines, calls }: RunOptions): Promise<Stage> {
  const requests = new Map<string, ChatRequest>()
  const vendors: EmulatedVendors = await startVendors({
    profile,
    script: recordedScript(lines),
    answer: () => {
      const name = nameOf(requests.size)
      requests.set(name, vendors.openAI.requests.at(-1)!)
      return answerNamed(name)
    },
  })
  try {
    const server = await startServerProcess({ ...vendors.environment, PIPELINE: pipeline, CALLS_MAX: String(calls + 10) })
    return { pipeline, vendors, server, requests }
  } catch (error) {
    await vendors.close()
    throw error
  }
}

async function closeStage({ vendors, server }: Stage): Promise<void> {
  await server.stop('SIGKILL')
  server.clean()
  await vendors.close()
}

async function runStage(
  { pipeline, vendors, server, requests }: Stage,
  number: number,
  options: RunOptions,
): Promise<PipelineRun> {
  const cpuBeforeMs = cpuMs(server.process)
  const placed = await placeCalls(server, vendors, number, options)
  const jobs: CallToJoin[] = []
  const failed: string[] = []
  for (const { ended, session } of placed) {
    const call = await ended
    if (call.framesSentAtMs.length === 0) {
      failed.push(`a call did not take place: ${call.record.refusals[0]?.reason ?? 'no reason known'}`)
      continue
    }
    const { entries } = await recordOf(server, call)
    jobs.push({ call, pipeline, entries, session })
  }
  const callsMs = jobs.reduce((sum, { call }) => sum + call.framesSentAtMs.length * FRAME_MS, 0)
  const cpuPerCall = (cpuMs(server.process) - cpuBeforeMs) / callsMs
  const logs = { words: vendors.assemblyAI.log, voice: vendors.elevenLabs.log, requests }
  return {
    pipeline,
    violations: vendors.violations(),
    warnings: [...failed, ...warningsIn(server.output())],
    cpuPerCall,
    ...joinCalls(jobs, logs),
  }
}

/** The server's log is JSON, a line an entry; 40 and more are warnings and worse. */
const warningsIn = (output: string): readonly string[] =>
  output.split('\n').flatMap(line => {
    if (!line.startsWith('{')) return []
    const { level, msg, err } = JSON.parse(line) as { level: number; msg: string; err?: { message: string } }
    return level >= 40 ? [err ? `${msg}: ${err.message}` : msg] : []
  })

type Session = { readonly ended: Promise<BenchCall>; readonly session: number }

/** One after another, so that it is known which of the recogniser's sessions belongs to which call. */
async function placeCalls(
  server: ServerProcess,
  vendors: EmulatedVendors,
  number: number,
  options: RunOptions,
): Promise<readonly Session[]> {
  const placed: Session[] = []
  await pause((number * options.apartMs) / 3)
  for (let n = 0; n < options.calls; n++) {
    const session = vendors.assemblyAI.attempts()
    const call = callWith(server.url, linesFor(options, n), 1 + n)
    limit(call, options.longestCallMs)
    await Promise.all([call.begun, pause(options.apartMs)])
    placed.push({ ended: call.ended, session })
  }
  options.progress(`${options.calls} calls are on in one server`)
  return placed
}

/** Each caller begins elsewhere in the list, so that not all say the same. */
const linesFor = ({ lines, turns }: RunOptions, call: number): readonly Line[] =>
  Array.from({ length: turns }, (_, turn) => lines[(call * 5 + turn) % lines.length]!)

function limit(call: PlacedCall, longestMs: number): void {
  const callOff = realClock.after(longestMs, () => call.hangUp())
  void call.ended.finally(callOff)
}

/** The journal's last entries are written a moment after the call. */
async function recordOf({ dataDir }: ServerProcess, { callSid }: BenchCall): Promise<RecordedCall> {
  const folder = join(dataDir, 'calls', callSid)
  for (let attempt = 0; ; attempt++) {
    const recorded = readCallFolder(folder)
    if (recorded.entries.some(entry => entry.type === 'event' && entry.event.type === 'call-ended')) return recorded
    if (attempt === 50) throw new Error(`the call ${callSid} was not recorded to its end`)
    await pause(100)
  }
}

const pause = (ms: number): Promise<void> => new Promise(resolve => void realClock.after(ms, resolve))
