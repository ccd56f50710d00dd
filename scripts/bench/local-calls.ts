/** The product with its local engines, as its user starts it: how soon it is ready, how late it replies, what a call costs. */
import { join } from 'node:path'
import { FRAME_BYTES, FRAME_MS } from '../../src/audio/frames.ts'
import { Certificates, isEarly, type Certificate } from '../../src/call/certificate.ts'
import { realClock } from '../../src/clock.ts'
import { readCallFolder } from '../../src/store/read-call-folder.ts'
import { callerScript, type ScriptEvent } from '../../test/support/phone.ts'
import { startServerProcess, type ServerProcess } from '../../test/support/server-process.ts'
import { after, at, ScriptedCaller } from '../../test/vendors/twilio/caller.ts'
import { chance } from '../../test/vendors/twilio/chance.ts'
import { realNetwork } from '../../test/vendors/twilio/network.ts'
import { placeCall, type CallRecord } from '../../test/vendors/twilio/phone-call.ts'
import { callWith, clearedMs, type BenchCall } from './bench-call.ts'
import type { Line } from './caller-lines.ts'
import { cpuMs } from './process-cost.ts'

const SCRIPTS = ['pub-call-1-loan.wav', 'pub-call-2-chromecast.wav', 'pub-call-3-hesitant.wav']

/** Milliseconds each. */
export async function measureStarts(times: number): Promise<readonly number[]> {
  const starts: number[] = []
  for (let n = 0; n < times; n++) {
    const beganMs = realClock.now()
    const server = await startServerProcess()
    starts.push(realClock.now() - beganMs)
    await server.stop('SIGKILL')
    server.clean()
  }
  return starts
}

export type Reply = {
  readonly said: string
  /** The caller's last voiced frame to the reply's first frame at the caller's end. */
  readonly gapMs: number
  /** The first audio existed before the silence was complete. */
  readonly ready: boolean
  /** What the product took for the end of the voice, minus the truth; when the words were settled. */
  readonly edgeMs: number
  readonly wordsMs: number | null
  readonly basis: string | null
  readonly early: boolean
}

export type ScriptFigures = {
  readonly greetingMs: number
  readonly replies: readonly Reply[]
  readonly unanswered: readonly string[]
}

/** Plays the caller scripts, one after another: what others measure at the same time would disturb. */
export async function playScripts(server: ServerProcess, progress: (text: string) => void): Promise<readonly ScriptFigures[]> {
  const figures: ScriptFigures[] = []
  for (const [n, file] of SCRIPTS.entries()) {
    progress(file)
    figures.push(await playScript(server, file, n + 1))
  }
  return figures
}

async function playScript(server: ServerProcess, file: string, seed: number): Promise<ScriptFigures> {
  const { audio, events } = callerScript(file)
  const caller = new ScriptedCaller([{ name: file, audio, when: at(0) }], after(3000))
  const call = placeCall({
    network: realNetwork(),
    clock: realClock,
    random: chance(seed),
    voiceUrl: `${server.url}/twilio/voice`,
    caller,
    lenient: true,
  })
  const record = await call.ended
  const turns = await turnsOf(server, record)
  const wanted = events.filter(({ role }) => role !== 'backchannel')
  const replies = wanted.map(event => replyTo(event, turns, record))
  return {
    greetingMs: record.events.find(({ type }) => type === 'media')?.atMs ?? NaN,
    replies: replies.filter(reply => reply !== null),
    unanswered: wanted.flatMap(({ transcript }, n) => (replies[n] === null ? [`${file}: ${transcript}`] : [])),
  }
}

/** So much earlier or later than the truth the product's end of the voice may be and still be that of this utterance. */
const EDGE_EARLY_MS = 40
const EDGE_LATE_MS = 160

function replyTo({ end_ms, transcript }: ScriptEvent, turns: readonly Certificate[], record: CallRecord): Reply | null {
  const lastVoicedMs = Math.ceil(end_ms / FRAME_MS) * FRAME_MS
  const turn = turns.find(
    ({ silentSinceMs }) =>
      silentSinceMs !== null && silentSinceMs >= lastVoicedMs - EDGE_EARLY_MS && silentSinceMs <= lastVoicedMs + EDGE_LATE_MS,
  )
  const sent = turn && record.events.find(({ type, atMs }) => type === 'media' && atMs >= turn.releasedMs! - FRAME_MS)
  if (!turn || !sent) return null
  return {
    said: transcript,
    gapMs: sent.atMs - lastVoicedMs,
    ready: turn.firstAudioMs !== null && turn.firstAudioMs <= turn.completeMs!,
    edgeMs: turn.silentSinceMs! - lastVoicedMs,
    wordsMs: turn.settledMs === null ? null : turn.settledMs - lastVoicedMs,
    basis: turn.basis,
    early: isEarly(turn),
  }
}

async function turnsOf({ dataDir }: ServerProcess, { identity }: CallRecord): Promise<readonly Certificate[]> {
  for (let attempt = 0; ; attempt++) {
    const { entries } = readCallFolder(join(dataDir, 'calls', identity.callSid))
    if (entries.some(entry => entry.type === 'event' && entry.event.type === 'call-ended')) {
      const certificates = new Certificates()
      for (const entry of entries) certificates.take(entry)
      return certificates.all
    }
    if (attempt === 50) throw new Error(`the call ${identity.callSid} was not recorded to its end`)
    await pause(100)
  }
}

/** One caller who falls into every reply: how long the bot went on, from the end of the first voiced frame. */
export async function measureClears(server: ServerProcess, lines: readonly Line[]): Promise<readonly number[]> {
  const call: BenchCall = await callWith(server.url, lines, 11).ended
  return call.said.flatMap(said => {
    const atMs = said.interrupting ? clearedMs(call, said) : null
    return atMs === null ? [] : [atMs - (said.fromMs + FRAME_MS)]
  })
}

/** Shares of one core that the server uses: with nobody on the line, and while one caller talks without a pause. */
export async function measureCpu(
  server: ServerProcess,
  lines: readonly Line[],
): Promise<{ readonly idle: number; readonly talking: number }> {
  const talk = Buffer.concat(lines.map(({ audio }) => audio))
  const talkMs = Math.floor(talk.length / FRAME_BYTES) * FRAME_MS
  const idle = await shareOf(server, () => pause(3000))
  const caller = new ScriptedCaller([{ name: 'talk', audio: new Uint8Array(talk), when: at(TALK_FROM_MS) }])
  const call = placeCall({
    network: realNetwork(),
    clock: realClock,
    random: chance(12),
    voiceUrl: `${server.url}/twilio/voice`,
    caller,
    lenient: true,
  })
  await call.begun
  // The greeting is over and the caller has been talking for a second.
  await pause(TALK_FROM_MS + 1000)
  const talking = await shareOf(server, () => pause(talkMs - 2000))
  call.hangUp()
  await call.ended
  return { idle, talking }
}

const TALK_FROM_MS = 7000

async function shareOf(server: ServerProcess, work: () => Promise<void>): Promise<number> {
  const [cpuBefore, before] = [cpuMs(server.process), realClock.now()]
  await work()
  return (cpuMs(server.process) - cpuBefore) / (realClock.now() - before)
}

const pause = (ms: number): Promise<void> => new Promise(resolve => void realClock.after(ms, resolve))
