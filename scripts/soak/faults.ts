/** What goes wrong while the soak runs: as the dice fall, and the same again from the same seed. */
import type { Fault as AssemblyAIFault } from '../../test/vendors/assemblyai/faults.ts'
import type { Fault as ElevenLabsFault } from '../../test/vendors/elevenlabs/faults.ts'
import type { Fault as OpenAIFault } from '../../test/vendors/openai/faults.ts'

/** From 0 to below 1. */
export type Chance = () => number

const SESSION_FAULTY = 0.12
const COMPLETION_FAULTY = 0.06
const KINDS_LATEST_MS = 25_000

/** For each of the recogniser's sessions. The second session after a lost one may be faulty too. */
export const sessionFaults = (sessions: number, chance: Chance): readonly (readonly AssemblyAIFault[])[] =>
  Array.from({ length: sessions }, () => (chance() < SESSION_FAULTY ? [sessionFault(chance)] : []))

function sessionFault(chance: Chance): AssemblyAIFault {
  const atMs = 3_000 + Math.floor(chance() * KINDS_LATEST_MS)
  const faults: readonly AssemblyAIFault[] = [
    { type: 'drop', atMs },
    { type: 'close', atMs, code: 1011 },
    { type: 'stall', atMs },
    { type: 'garbage', atMs, text: '<html>' },
    { type: 'duplicate' },
    { type: 'reorder' },
    { type: 'slow-begin', ms: 2_500 },
    { type: 'no-termination' },
  ]
  return pick(faults, chance)
}

export const completionFaults = (completions: number, chance: Chance): readonly (OpenAIFault | null)[] =>
  Array.from({ length: completions }, () => (chance() < COMPLETION_FAULTY ? completionFault(chance) : null))

function completionFault(chance: Chance): OpenAIFault {
  const afterTokens = Math.floor(chance() * 20)
  const faults: readonly OpenAIFault[] = [
    { type: 'status', status: 500 },
    { type: 'status', status: 503, retryAfterMs: 200 },
    { type: 'proxy-error', status: 502 },
    { type: 'slow-headers', ms: 1_500 },
    { type: 'stall', afterTokens },
    { type: 'cut', afterTokens },
    { type: 'end-early', afterTokens },
    { type: 'garbage', afterTokens },
    { type: 'stall-after-finish' },
  ]
  return pick(faults, chance)
}

/** One of the voice's faults, for whichever call comes next. */
export function voiceFault(chance: Chance): ElevenLabsFault {
  const afterAudioMs = Math.floor(chance() * 1_500)
  const faults: readonly ElevenLabsFault[] = [
    { type: 'refuse-socket', status: 503 },
    { type: 'cut-socket', afterAudioMs },
    { type: 'error-frame', error: 'internal_error', message: 'something went wrong' },
    { type: 'garbage-frame' },
    { type: 'stall', afterAudioMs },
    { type: 'no-final' },
    { type: 'late-audio' },
    { type: 'early-final' },
  ]
  return pick(faults, chance)
}

const pick = <T>(items: readonly T[], chance: Chance): T => items[Math.floor(chance() * items.length)]!
