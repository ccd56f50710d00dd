/** The three cloud services on this machine, with one latency profile, and what Halfsecond needs to be told to use them. */
import { realClock } from '../../src/clock.ts'
import {
  startAssemblyAI,
  type AssemblyAIEmulator,
  type AssemblyAIEmulatorOptions,
} from '../../test/vendors/assemblyai/assemblyai.ts'
import type { Script } from '../../test/vendors/assemblyai/script.ts'
import { startElevenLabs, type ElevenLabsEmulator } from '../../test/vendors/elevenlabs/elevenlabs.ts'
import { startOpenAI, type OpenAIEmulator, type OpenAIEmulatorOptions } from '../../test/vendors/openai/openai.ts'
import type { Profile } from './profiles.ts'

export type EmulatedVendors = {
  readonly assemblyAI: AssemblyAIEmulator
  readonly openAI: OpenAIEmulator
  readonly elevenLabs: ElevenLabsEmulator
  /** The variables of .env that lead Halfsecond here. The keys open nothing. */
  readonly environment: Readonly<Record<string, string>>
  /** What the real services would have refused. */
  readonly violations: () => readonly string[]
  readonly close: () => Promise<void>
}

export type EmulatedVendorsOptions = {
  readonly profile: Profile
  readonly script: Script
  readonly answer: NonNullable<OpenAIEmulatorOptions['answer']>
  /** Three ports in the order of the services; any free ones unless said. */
  readonly ports?: readonly [number, number, number]
  /** What goes wrong in the recogniser's sessions and in the model's completions, each in order. */
  readonly faults?: Faults
}

type Faults = {
  readonly sessions: NonNullable<AssemblyAIEmulatorOptions['faults']>
  readonly completions: NonNullable<OpenAIEmulatorOptions['faults']>
}

const KEY = 'emulated'
const VOICE_ID = 'JBFqnCBsd6RMkjVDRZzb'

export async function startVendors({
  profile,
  script,
  answer,
  ports = [0, 0, 0],
  faults = { sessions: [], completions: [] },
}: EmulatedVendorsOptions): Promise<EmulatedVendors> {
  const clock = realClock
  const { beginMs, partialMs, finalMs, endMs, forceMs, firstTokenMs, tokensPerSecond, firstAudioMs, realTimeFactor } = profile
  const latency = { beginMs, partialMs, finalMs, endMs, forceMs }
  const assemblyAI = await startAssemblyAI({ clock, port: ports[0], apiKey: KEY, script, latency, faults: faults.sessions })
  const openAI = await startOpenAI({
    clock,
    port: ports[1],
    apiKey: KEY,
    strict: false,
    faults: faults.completions,
    answer,
    profile: { headersMs: Math.min(300, firstTokenMs - 20), firstTokenMs, tokensPerSecond },
  })
  const elevenLabs = await startElevenLabs({
    clock,
    port: ports[2],
    // An account whose budgets admit as many calls as a bench wants to place.
    account: {
      apiKey: KEY,
      voices: [{ voice_id: VOICE_ID, name: 'Emulated' }],
      subscription: { tier: 'enterprise', character_limit: 1_000_000_000 },
      maximumConcurrentRequests: 10_000,
    },
    profile: { firstAudioMs, realTimeFactor },
  })
  return {
    assemblyAI,
    openAI,
    elevenLabs,
    environment: {
      STT: 'assemblyai',
      ASSEMBLYAI_API_KEY: KEY,
      ASSEMBLYAI_URL: assemblyAI.url,
      ASSEMBLYAI_SESSIONS_PER_MINUTE: '100000',
      NODE_EXTRA_CA_CERTS: assemblyAI.caFile,
      LLM: 'openai',
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: openAI.baseURL,
      TTS: 'elevenlabs',
      ELEVENLABS_API_KEY: KEY,
      ELEVENLABS_URL: elevenLabs.url,
      ELEVENLABS_VOICE_ID: VOICE_ID,
    },
    violations: () => [...assemblyAI.refusals, ...openAI.violations, ...elevenLabs.violations],
    close: async () => {
      await Promise.all([assemblyAI.close(), openAI.close(), elevenLabs.close()])
    },
  }
}
