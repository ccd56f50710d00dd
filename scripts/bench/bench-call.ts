/** One bench call: a caller with lines to say, on the emulated Twilio, with exact times of what both sides did. */
import { FRAME_MS } from '../../src/audio/frames.ts'
import { realClock } from '../../src/clock.ts'
import {
  afterReply,
  interrupting,
  ScriptedCaller,
  type CallerLine,
  type Said,
  type When,
} from '../../test/vendors/twilio/caller.ts'
import { chance } from '../../test/vendors/twilio/chance.ts'
import { newNumber } from '../../test/vendors/twilio/identity.ts'
import { placeCall, type CallEvent, type CallRecord } from '../../test/vendors/twilio/phone-call.ts'
import type { Line } from './caller-lines.ts'
import { timedNetwork } from './timed-network.ts'

export type SaidLine = {
  readonly line: Line
  readonly interrupting: boolean
  /** Call time of the first voiced frame's start and the last one's end. */
  readonly fromMs: number
  readonly toMs: number
}

export type BenchCall = {
  readonly callSid: string
  readonly said: readonly SaidLine[]
  readonly record: CallRecord
  /** On the clock: when call time was 0, and when each of the caller's frames left. */
  readonly beganAtMs: number
  readonly framesSentAtMs: readonly number[]
}

/** Quiet after a reply before the caller speaks; what a caller who falls in hears first; the longest wait for a reply. */
const AFTER_REPLY_MS = 400
const FALLS_IN_AFTER_MS = 1_300
const PATIENCE_MS = 9_000

const fallsIn: When = moment =>
  interrupting(FALLS_IN_AFTER_MS)(moment) || (moment.botAudibleMs === 0 && moment.silentMs >= PATIENCE_MS)
const afterwards: When = afterReply(AFTER_REPLY_MS, PATIENCE_MS)

export type PlacedCall = {
  /** Fulfils once the stream has begun. */
  readonly begun: Promise<void>
  readonly ended: Promise<BenchCall>
  hangUp(): void
}

/** Says the lines: the first after the greeting, the others into the replies where that makes sense; hangs up after the last reply began. */
export function callWith(url: string, lines: readonly Line[], seed: number): PlacedCall {
  const plan = lines.map((line, n) => ({ line, interrupting: n > 0 && line.interrupts }))
  const callerLines = plan.map(({ line, interrupting: into }, n): CallerLine => ({
    name: String(n),
    audio: line.audio,
    when: into ? fallsIn : afterwards,
  }))
  const caller = new ScriptedCaller(callerLines, fallsIn)
  const { network, framesSentAtMs } = timedNetwork(realClock)
  const random = chance(seed)
  const call = placeCall({
    network,
    clock: realClock,
    random,
    // A caller who is known again would be asked about with more words than one who is not.
    identity: { from: newNumber(random) },
    voiceUrl: `${url}/twilio/voice`,
    caller,
    lenient: true,
  })
  const began = call.begun.then(() => realClock.now() - call.nowMs)
  const ended = async (): Promise<BenchCall> => {
    const beganAtMs = await began
    const record = await call.ended
    const said = caller.said.map(one => ({ ...plan[Number(one.name)]!, ...voiced(one) }))
    return { callSid: record.identity.callSid, said, record, beganAtMs, framesSentAtMs }
  }
  return { begun: call.begun, ended: ended(), hangUp: () => call.hangUp() }
}

/** Lines are whole frames, so their ends are ends of frames. */
const voiced = ({ fromMs, toMs }: Said) => ({ fromMs, toMs: Math.ceil(toMs / FRAME_MS) * FRAME_MS })

/** When the first frame of the reply to a line reached the caller's end, in call time; null if none did before the next line. */
export function replyBeganMs({ record, said }: BenchCall, index: number): number | null {
  const { toMs } = said[index]!
  const untilMs = said[index + 1]?.fromMs ?? Infinity
  return record.events.find(event => event.type === 'media' && event.atMs > toMs && event.atMs < untilMs)?.atMs ?? null
}

/** When the bot fell silent for a line that was said into its reply, in call time. */
export function clearedMs({ record }: BenchCall, { fromMs, toMs }: SaidLine): number | null {
  const isClear = (event: CallEvent): boolean => event.type === 'clear' && event.atMs > fromMs && event.atMs <= toMs + 500
  return record.events.find(isClear)?.atMs ?? null
}
