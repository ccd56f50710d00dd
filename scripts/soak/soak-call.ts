/** One call of the soak: a caller who says some lines, falls into replies, and may hang up at any moment; and what was wrong with it. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Certificates, isEarly } from '../../src/call/certificate.ts'
import type { Entry } from '../../src/call/journal.ts'
import { realClock } from '../../src/clock.ts'
import { readCallFolder } from '../../src/store/read-call-folder.ts'
import { afterReply, interrupting, ScriptedCaller, type Said, type When } from '../../test/vendors/twilio/caller.ts'
import { chance } from '../../test/vendors/twilio/chance.ts'
import { newNumber } from '../../test/vendors/twilio/identity.ts'
import { realNetwork } from '../../test/vendors/twilio/network.ts'
import { placeCall, type CallRecord } from '../../test/vendors/twilio/phone-call.ts'
import type { Line } from '../bench/caller-lines.ts'
import { namesHeard } from './watermarks.ts'

/** What a call was like. `problems` are ours; a fault of a service that was got over is none. */
export type SoakCall = {
  readonly callSid: string
  /** Null: the lines were busy, and the caller was told so. */
  readonly turns: number | null
  readonly bargeIns: number
  readonly hungUp: boolean
  /** Faults of services that the journal names. */
  readonly faults: number
  readonly names: ReadonlySet<string>
  readonly problems: readonly string[]
}

const LINES_MIN = 2
const HANGS_UP = 0.25
const HANGS_UP_LATEST_MS = 30_000
const FALLS_IN_AFTER_MS = 1_200
const QUIET_MS = 500
/** Nobody is left without a sound for longer than this; see the proof of faults. */
const PATIENCE_MS = 9_000

const patience: When = ({ botAudibleMs, silentMs }) => botAudibleMs === 0 && silentMs >= PATIENCE_MS
const afterwards: When = afterReply(QUIET_MS, PATIENCE_MS)
const fallsIn: When = moment => interrupting(FALLS_IN_AFTER_MS)(moment) || patience(moment)

/** Never rejects: a call that could not be placed at all is a problem, too. */
export async function soakCall(
  url: string,
  dataDir: string,
  lines: readonly Line[],
  linesMax: number,
  seed: number,
): Promise<SoakCall> {
  const random = chance(seed)
  const count = LINES_MIN + Math.floor(random() * (linesMax - LINES_MIN + 1))
  const said = Array.from({ length: count }, () => lines[Math.floor(random() * lines.length)]!)
  const into = said.map(line => line.interrupts && random() < 0.4)
  const caller = new ScriptedCaller(
    said.map(({ audio }, n) => ({ name: String(n), audio, when: n > 0 && into[n] ? fallsIn : afterwards })),
    afterwards,
  )
  // Nobody phones twice: who does is known again, and goes on where the last call stopped.
  const identity = { from: newNumber(random) }
  const call = placeCall({
    network: realNetwork(),
    clock: realClock,
    random,
    voiceUrl: `${url}/twilio/voice`,
    identity,
    caller,
    lenient: true,
  })
  const hangsUpMs = random() < HANGS_UP ? random() * HANGS_UP_LATEST_MS : null
  const callOff = hangsUpMs === null ? null : realClock.after(hangsUpMs, () => call.hangUp())
  const record = await call.ended
  callOff?.()
  return judge(record, caller.said, into.filter(Boolean).length, hangsUpMs !== null, dataDir)
}

async function judge(
  record: CallRecord,
  said: readonly Said[],
  bargeIns: number,
  hungUp: boolean,
  dataDir: string,
): Promise<SoakCall> {
  const { callSid } = record.identity
  const base = { callSid, bargeIns, hungUp, names: namesHeard(record.legs.bot) }
  const began = record.events.some(({ type }) => type === 'stream-began')
  if (!began) return { ...base, turns: null, faults: 0, problems: [] }
  const folder = join(dataDir, 'calls', callSid)
  const entries = await finished(folder)
  if (entries === null) return { ...base, turns: 0, faults: 0, problems: ['its journal has no end'] }
  const problems = [
    ...record.refusals.map(({ code, reason }) => `Twilio would have refused: ${code} ${reason}`),
    ...unanswered(record, said).map(({ name, toMs }) => `line ${name} was never answered (it ended at ${Math.round(toMs)} ms)`),
    ...entries.flatMap(entry => (entry.type === 'broken' ? [`broken: ${entry.why}`] : [])),
    ...certificatesOf(entries)
      .filter(isEarly)
      .map(({ id }) => `reply ${id} was early`),
  ]
  if (problems.length === 0) rmSync(folder, { recursive: true, force: true })
  const faults = entries.filter(({ type }) => type === 'trouble').length
  return { ...base, turns: said.length, faults, problems }
}

/** Lines that ended, and after which the bot was not heard again although the caller gave it time to. */
export function unanswered({ events, legs }: Pick<CallRecord, 'events' | 'legs'>, said: readonly Said[]): readonly Said[] {
  const endMs = legs.caller.length / 8
  return said.filter(({ toMs }, n) => {
    const untilMs = said[n + 1]?.fromMs ?? endMs
    if (untilMs - toMs < PATIENCE_MS && n === said.length - 1) return false
    return !events.some(({ type, atMs }) => type === 'media' && atMs > toMs && atMs <= untilMs)
  })
}

function certificatesOf(entries: readonly Entry[]) {
  const certificates = new Certificates()
  for (const entry of entries) certificates.take(entry)
  return certificates.all
}

/** The journal, once it says that the call has ended; it is written a moment after the call. */
async function finished(folder: string): Promise<readonly Entry[] | null> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const entries = existsSync(join(folder, 'journal.ndjson')) ? readCallFolder(folder).entries : []
    if (entries.some(entry => entry.type === 'event' && entry.event.type === 'call-ended')) return entries
    await new Promise<void>(resolve => void realClock.after(100, resolve))
  }
  return null
}
