/**
 * `npm run bench:hearing [-- --json]`: how well, and at what cost, the start and the end of the caller's speech are heard.
 *
 * Plays the recordings of test/fixtures/audio, clean and with noise, to the product's hearing and to two simpler ones, and compares
 * with the recordings' truth. It tells nothing about callers, lines and noises that are not among these recordings.
 */
import { cpus, loadavg } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { FRAME_MS } from '../../src/audio/frames.ts'
import { Hearing } from '../../src/call/hearing.ts'
import type { HearingEvent } from '../../src/call/hearing.ts'
import { realClock } from '../../src/clock.ts'
import { loadSilero } from '../../src/providers/local/silero.ts'
import { percentile, score, sum } from '../../test/support/hearing-score.ts'
import type { Score } from '../../test/support/hearing-score.ts'
import { framesOf, hurriedClock, judgeTogether, listen } from '../../test/support/listening.ts'
import type { Hears, Judgement } from '../../test/support/listening.ts'
import { amplified, readRecordings, withNoise } from '../../test/support/recordings.ts'
import type { NoiseName, Recording } from '../../test/support/recordings.ts'

type Condition = { readonly name: string; readonly recordings: readonly Recording[] }
type Way = { readonly name: string; readonly create: () => Hears; readonly isJudged: boolean }
/** `of` is a kind of recording, or the name of one. */
type Row = { readonly way: string; readonly condition: string; readonly of: string; readonly isSingle: boolean } & Summary
type Summary = ReturnType<typeof summarise>

const COST_SECONDS = 5
const CALLS = [1, 16, 64]
const NOISES: readonly NoiseName[] = ['line', 'kitchen', 'music']

/** The detector's probability alone, with the hysteresis its authors use (0.5 and 0.35) and windows as edges. */
class ProbabilityAlone implements Hears {
  #nowMs = 0
  #isSpeaking = false
  #voiceEndMs = 0

  hear(): readonly HearingEvent[] {
    this.#nowMs += FRAME_MS
    return []
  }

  judge(windowEndMs: number, probability: number): readonly HearingEvent[] {
    if (probability >= (this.#isSpeaking ? 0.35 : 0.5)) {
      this.#voiceEndMs = windowEndMs
      if (this.#isSpeaking) return []
      this.#isSpeaking = true
      return [{ type: 'caller-spoke', at: this.#nowMs, fromMs: windowEndMs - 32 }]
    }
    if (!this.#isSpeaking) return []
    this.#isSpeaking = false
    return [{ type: 'caller-paused', at: this.#nowMs, sinceMs: this.#voiceEndMs }]
  }
}

const ways: readonly Way[] = [
  { name: 'loudness and Silero', create: () => new Hearing(), isJudged: true },
  { name: 'loudness alone', create: () => new Hearing(), isJudged: false },
  { name: 'Silero alone', create: () => new ProbabilityAlone(), isJudged: true },
]

const isJson = process.argv.includes('--json')
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version }
const loadBefore = loadavg()
const rows = await measureAccuracy()
const costs = await measureCosts()
if (isJson) console.log(JSON.stringify({ machine, load: { before: loadBefore, after: loadavg() }, rows, costs }, null, 2))
else print()

async function measureAccuracy(): Promise<readonly Row[]> {
  progress('mixing recordings')
  const conditions = conditionsOf(readRecordings())
  const recordings = conditions.flatMap(condition => condition.recordings)
  progress(`judging ${recordings.length} recordings`)
  const silero = await loadSilero(hurriedClock, reportError)
  const judgements = await judgeTogether(silero.detect, recordings.map(({ audio }) => audio)) // prettier-ignore
  await silero.close()
  const judged = new Map(recordings.map((recording, index) => [recording, judgements[index] ?? []]))
  return ways.flatMap(way => {
    progress(`listening: ${way.name}`)
    return conditions.flatMap(condition => rowsOf(way, condition, judged))
  })
}

function conditionsOf(recordings: readonly Recording[]): readonly Condition[] {
  const spoken = recordings.filter(({ kind }) => kind !== 'no speech')
  const noisy = [20, 10].flatMap(snrDb =>
    NOISES.map(noise => ({ name: `${noise} ${snrDb} dB`, recordings: spoken.map(one => withNoise(one, noise, snrDb)) })),
  )
  const quiet = { name: '20 dB quieter', recordings: spoken.map(one => amplified(one, -20)) }
  return [{ name: 'clean', recordings }, quiet, ...noisy]
}

function rowsOf(way: Way, { name, recordings }: Condition, judged: ReadonlyMap<Recording, readonly Judgement[]>): readonly Row[] {
  const scores = recordings.map(recording => {
    const heard = listen(way.create(), recording.audio, way.isJudged ? (judged.get(recording) ?? []) : [])
    return { recording, score: score(recording, heard) }
  })
  const row = (of: string, some: readonly { readonly score: Score }[], isSingle: boolean): Row => {
    return { way: way.name, condition: name, of, isSingle, ...summarise(sum(some.map(one => one.score))) }
  }
  const kinds = ['script', 'clip', 'no speech'] as const
  const groups = kinds.map(kind => row(kind, scores.filter(one => one.recording.kind === kind), false)) // prettier-ignore
  const singles = scores.map(one => row(one.recording.name, [one], true))
  return [...groups, ...singles].filter(({ lengthMs }) => lengthMs > 0)
}

function summarise(total: Score) {
  const { turns, merged, missed, inPauses, toNothing, lengthMs } = total
  const onset = { p50: percentile(total.onsetMs, 0.5), p95: percentile(total.onsetMs, 0.95) }
  const early = total.edgeMs.filter(errorMs => errorMs < -20).length
  const [min, p50, p95, max] = [0, 0.5, 0.95, 1].map(share => percentile(total.edgeMs, share))
  const stirringShare = total.stirringMs / lengthMs
  return { turns, merged, missed, inPauses, toNothing, onset, edge: { early, min, p50, p95, max }, stirringShare, lengthMs }
}

/** Real time: so many calls whose callers all talk, each frame on its own moment as they arrive from the network. */
async function measureCosts() {
  const speech = readRecordings().find(({ name }) => name === 'pub-12-fast')
  const frames = [...framesOf(speech?.audio ?? new Uint8Array())]
  const silero = await loadSilero(realClock, reportError)
  const idle = await cpuShare(() => playInRealTime([], CALLS.at(-1) ?? 1))
  const costs = []
  for (const calls of CALLS) {
    progress(`${calls} calls for ${COST_SECONDS} s`)
    const stop = new AbortController()
    const listeners = Array.from({ length: calls }, () => {
      const hearing = new Hearing()
      const ear = silero.detect((windowEndMs, probability) => void hearing.judge(windowEndMs, probability), stop.signal)
      return (frameIndex: number): void => {
        const frame = frames[frameIndex % frames.length]
        if (!frame) return
        hearing.hear(frame)
        ear.hear(frame)
      }
    })
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const busy = await cpuShare(() => playInRealTime(listeners, calls))
    delay.disable()
    stop.abort()
    const percentPerCall = (100 * Math.max(0, busy - idle)) / calls
    costs.push({
      calls,
      percentOfCorePerCall: percentPerCall,
      loopDelayP99Ms: delay.percentile(99) / 1e6,
      hearingOnlyUs: hearingOnlyUs(),
    })
  }
  await silero.close()
  return costs

  /** Microseconds a frame for loudness and edges, without the detector. */
  function hearingOnlyUs(): number {
    const hearing = new Hearing()
    const before = process.cpuUsage()
    for (let round = 0; round < 20; round++) for (const frame of frames) hearing.hear(frame)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / (20 * frames.length)
  }
}

/** The calls' frames come evenly spread over each 20 ms, in steps of 1 ms or so. */
async function playInRealTime(listeners: readonly ((frameIndex: number) => void)[], calls: number): Promise<void> {
  const start = performance.now()
  let played = 0
  for (let elapsedMs = 0; elapsedMs < COST_SECONDS * 1000; elapsedMs = performance.now() - start) {
    for (const dueFrames = (elapsedMs / FRAME_MS) * calls; played < dueFrames; played++) {
      listeners[played % calls]?.(Math.floor(played / calls))
    }
    await setTimeout(1)
  }
}

async function cpuShare(work: () => Promise<void>): Promise<number> {
  const [before, start] = [process.cpuUsage(), performance.now()]
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / (performance.now() - start)
}

function print(): void {
  const load = (loads: readonly number[]) => (loads[0] ?? 0).toFixed(1)
  console.log(
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load ${load(loadBefore)} before, ${load(loadavg())} after`,
  )
  for (const way of ways) printWay(way.name)
  console.log('\nCost of the first, all callers talking')
  for (const { calls, percentOfCorePerCall, loopDelayP99Ms, hearingOnlyUs } of costs) {
    const cost = `${percentOfCorePerCall.toFixed(2)} % of a core per call (loudness and edges ${hearingOnlyUs.toFixed(1)} us a frame)`
    console.log(`${String(calls).padStart(4)} calls: ${cost}, event loop late p99 ${loopDelayP99Ms.toFixed(1)} ms`)
  }
}

function printWay(name: string): void {
  console.log(`\n${name}; times in ms`)
  console.log(`${''.padEnd(42)}turns merged missed | answers to | voice known | start of silence, heard minus true | stirring`)
  console.log(`${''.padEnd(42)}                    |pause nothing|  p50   p95  | <-20   min   p50   p95   max      |    %`)
  const isShown = (row: Row) => row.way === name && (!row.isSingle || (name === ways[0]?.name && row.condition === 'clean'))
  for (const row of rows.filter(isShown)) {
    const { turns, merged, missed, inPauses, toNothing, onset, edge } = row
    const cells = [
      [turns, 5],
      [merged, 6],
      [missed, 6],
      [inPauses, 8],
      [toNothing, 6],
      [onset.p50, 8],
      [onset.p95, 5],
      [edge.early, 8],
      [edge.min, 5],
      [edge.p50, 5],
      [edge.p95, 5],
      [edge.max, 5],
    ] as const
    const figures = cells.map(([value, width]) => (Number.isNaN(value) ? '-' : String(value)).padStart(width)).join(' ')
    console.log(`${row.condition.padEnd(14)}${row.of.padEnd(28)}${figures}${(100 * row.stirringShare).toFixed(1).padStart(14)}`)
  }
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}

function reportError(error: Error): void {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
