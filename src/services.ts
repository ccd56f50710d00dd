/**
 * Chooses and opens the services that the configuration names: what hears, what answers, what speaks. The only place that
 * knows every provider; calls know only their ports.
 */
import type { Assistant } from './assistant/assistant.ts'
import type { Budgets } from './budgets/budgets.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import { recollectByModel } from './memory/by-model.ts'
import type { Clock, DetectVoice, OpenVoice, Recollect, Think, Transcribe } from './ports.ts'
import { assemblyAI } from './providers/assemblyai/assemblyai.ts'
import { elevenLabs } from './providers/elevenlabs/elevenlabs.ts'
import { loadLocalEngines, type LocalEngines } from './providers/local/engines.ts'
import { recollecting } from './providers/local/script/recollect.ts'
import { scripted, SCRIPT_DESCRIPTION } from './providers/local/script/script.ts'
import { loadSilero } from './providers/local/silero.ts'
import { openAI } from './providers/openai/openai.ts'

export type Services = {
  readonly transcribe: Transcribe
  readonly think: Think
  /** Whoever answers also says what of a call is worth remembering. */
  readonly recollect: Recollect
  readonly openVoice: OpenVoice
  readonly detectVoice: DetectVoice
  /** All that shapes the sound of the voice: audio kept under another such text is another voice's. */
  readonly sound: string
  /** What answers the phone, for log, page and README; no secrets. The model may change during the day. */
  names(): ServiceNames
  /** Asks the services whether they will do. Gives what is to be mended, and what may matter soon. */
  check(): Promise<{ readonly problems: readonly string[]; readonly warnings: readonly string[] }>
  /** The phone rings: what can be opened ahead is. */
  warm(): void
  close(): Promise<void>
}

export type ServiceNames = { readonly stt: string; readonly llm: string; readonly tts: string; readonly vad: string }

export type ServicesParts = {
  readonly config: Config
  readonly assistant: Assistant
  readonly clock: Clock
  readonly log: Log
  /** Told what the services allow. */
  readonly budgets: Budgets
  /** Told as each part is ready. */
  readonly ready: (part: string) => void
}

/** Opens all of them side by side. Rejects with an error that says what is missing. */
export async function openServices(parts: ServicesParts): Promise<Services> {
  const { config, assistant, clock, log, ready } = parts
  const local = config.recogniser.kind === 'local' || config.voice.kind === 'local'
  const [engines, silero] = await Promise.all([
    local ? loadLocalEngines({ keyTerms: assistant.keyTerms, onReady: ready }) : null,
    loadSilero(clock, error => log.error({ err: error }, 'the voice detector has failed; calls go on by loudness alone')),
  ])
  ready('silero')
  const recogniser = openRecogniser(parts, engines)
  const brain = openBrain(parts)
  const voice = openVoiceService(parts, engines)
  return {
    transcribe: recogniser.transcribe,
    think: brain.think,
    recollect: brain.recollect,
    openVoice: voice.openVoice,
    detectVoice: silero.detect,
    sound: voice.sound,
    names: () => ({ stt: recogniser.name, llm: brain.name(), tts: voice.name, vad: 'Silero v6' }),
    async check() {
      const checks = await Promise.all([brain.check(), voice.check()])
      return { problems: checks.flatMap(({ problems }) => problems), warnings: checks.flatMap(({ warnings }) => warnings) }
    },
    warm: () => brain.warm(),
    async close() {
      voice.stop()
      await Promise.all([engines?.close(), brain.close()])
    },
  }
}

/** The service whose sessions are counted by the minute. */
export const ASSEMBLYAI = 'AssemblyAI'

const ACCOUNT_EVERY_MS = 10 * 60_000

/** Until called off. */
function every(ms: number, clock: Clock, work: () => void): () => void {
  let callOff = clock.after(ms, next)
  function next(): void {
    callOff = clock.after(ms, next)
    work()
  }
  return () => callOff()
}

const nothingToCheck = async () => ({ problems: [], warnings: [] })

function openRecogniser({ config, assistant, clock, log, budgets }: ServicesParts, engines: LocalEngines | null) {
  if (config.recogniser.kind === 'local') return { transcribe: engines!.transcribe, name: 'Moonshine tiny (local)' }
  const { apiKey, url, model } = config.recogniser
  const note = (told: { readonly type: string; readonly error?: Error }): void => {
    if (told.error) log.warn({ err: told.error }, 'AssemblyAI')
    else log.debug({ session: told.type }, 'AssemblyAI')
  }
  return {
    transcribe: assemblyAI({
      apiKey: apiKey.reveal(),
      url,
      model,
      keyTerms: assistant.keyTerms,
      clock,
      note,
      allow: budgets.of(ASSEMBLYAI),
    }),
    name: `AssemblyAI ${model}`,
  }
}

function openBrain({ config, assistant, clock, log, budgets }: ServicesParts) {
  if (config.brain.kind === 'local') {
    return {
      think: scripted(assistant),
      recollect: recollecting(assistant),
      name: () => SCRIPT_DESCRIPTION,
      check: nothingToCheck,
      warm: () => {},
      close: async () => {},
    }
  }
  const { apiKey, baseUrl, models } = config.brain
  const { think, answer, check, model, warm, close } = openAI({
    apiKey: apiKey?.reveal() ?? null,
    baseURL: baseUrl,
    models,
    clock,
    note: text => log.warn({ provider: 'openai' }, text),
    allow: budgets.of('OpenAI'),
    onUsage: usage => log.info({ usage }, 'OpenAI usage'),
  })
  return { think, recollect: recollectByModel(answer), check, warm: () => void warm(), close, name: () => model() ?? 'no model' }
}

function openVoiceService({ config, clock, log, budgets }: ServicesParts, engines: LocalEngines | null) {
  if (config.voice.kind === 'local') {
    const flite = { openVoice: engines!.openVoice, sound: 'flite rms', name: 'flite rms (local)' }
    return { ...flite, check: nothingToCheck, stop: () => {} }
  }
  const { apiKey, url, voiceId, model } = config.voice
  const { openVoice, sound, check } = elevenLabs({
    apiKey: apiKey.reveal(),
    url,
    voiceId,
    model,
    voiceSettings,
    clock,
    note: (text, facts) => log.info({ provider: 'elevenlabs', ...facts }, text),
    allow: budgets.of('ElevenLabs'),
  })
  // What was bought or used up elsewhere meanwhile shows in the account only.
  const stop = every(ACCOUNT_EVERY_MS, clock, () => void check())
  return { openVoice, sound, check, stop, name: `ElevenLabs ${model}, voice ${voiceId}` }
}

/** Fixed: the same words must sound the same on every call. */
const voiceSettings = { stability: 0.5, similarityBoost: 0.8, speed: 1 } as const
