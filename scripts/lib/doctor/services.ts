/** Whether the services that the configuration names will do: asked of them, through the adapters that calls use. */
import { realClock } from '../../../src/clock.ts'
import type { BrainConfig, RecogniserConfig, VoiceConfig } from '../../../src/config.ts'
import type { Allow, ProviderError } from '../../../src/ports.ts'
import { assemblyAI, type AssemblyAINote } from '../../../src/providers/assemblyai/assemblyai.ts'
import { elevenLabs } from '../../../src/providers/elevenlabs/elevenlabs.ts'
import { openAI } from '../../../src/providers/openai/openai.ts'
import { broken, fine, findingsOf, mind, type Finding } from './finding.ts'

/** A session begins within 1.3 s; after so long it is not going to. */
const SESSION_WITHIN_MS = 8_000

/** Opens a session, as a call would, and ends it at once: it costs a second of recognition. */
export async function checkRecogniser(recogniser: RecogniserConfig): Promise<readonly Finding[]> {
  const name = 'recogniser'
  if (recogniser.kind === 'local') return [fine(name, 'Moonshine tiny on this machine. Set ASSEMBLYAI_API_KEY for a better one.')]
  const startedMs = realClock.now()
  const outcome = await openSession(recogniser)
  if (outcome.type === 'begun') {
    const tookMs = Math.round(realClock.now() - startedMs)
    return [fine(name, `AssemblyAI ${recogniser.model}: a session began within ${tookMs} ms.`)]
  }
  if (outcome.type === 'late') return [broken(name, `AssemblyAI did not begin a session within ${SESSION_WITHIN_MS / 1000} s.`)]
  const { message, retryable } = outcome.error
  if (retryable) return [broken(name, `${message}. Is ${new URL(recogniser.url).host} (ASSEMBLYAI_URL) reachable from here?`)]
  return [broken(name, `${message}. Check ASSEMBLYAI_API_KEY and ASSEMBLYAI_MODEL at https://www.assemblyai.com/dashboard.`)]
}

type Session = { readonly type: 'begun' } | { readonly type: 'late' } | { readonly type: 'lost'; readonly error: ProviderError }

async function openSession({ apiKey, url, model }: Extract<RecogniserConfig, { kind: 'assemblyai' }>): Promise<Session> {
  const call = new AbortController()
  let callOff = (): void => {}
  const outcome = await new Promise<Session>(resolve => {
    callOff = realClock.after(SESSION_WITHIN_MS, () => resolve({ type: 'late' }))
    const note = (told: AssemblyAINote): void => {
      if (told.type === 'begun') resolve({ type: 'begun' })
      else if (told.type === 'lost') resolve({ type: 'lost', error: told.error })
    }
    assemblyAI({ apiKey: apiKey.reveal(), url, model, clock: realClock, note })(() => {}, call.signal)
  })
  callOff()
  call.abort()
  return outcome
}

export async function checkBrain(brain: BrainConfig): Promise<readonly Finding[]> {
  const name = 'model'
  if (brain.kind === 'local')
    return [fine(name, 'The script on this machine, which is no language model. Set OPENAI_API_KEY for one.')]
  const { apiKey, baseUrl, models } = brain
  const provider = openAI({ apiKey: apiKey?.reveal() ?? null, baseURL: baseUrl, models, clock: realClock, spareConnections: 0 })
  try {
    const found = await provider.check()
    const unknown = found.warnings.find(warning => warning.includes('could not be found out'))
    if (unknown === undefined) return findingsOf(name, found, `${found.model ?? 'no model'} answers at ${new URL(baseUrl).host}.`)
    // Many a compatible server does not tell its models and answers all the same; one that cannot be reached does not.
    const isAway = /\(connection\)|no answer for/.test(unknown)
    return [(isAway ? broken : mind)(name, `${unknown} Is ${new URL(baseUrl).host} (OPENAI_BASE_URL) right?`)]
  } finally {
    await provider.close()
  }
}

/** `allow` is told what the account allows. */
export async function checkVoice(voice: VoiceConfig, allow: Allow = () => {}): Promise<readonly Finding[]> {
  const name = 'voice'
  if (voice.kind === 'local') return [fine(name, 'flite on this machine. Set ELEVENLABS_API_KEY for a better one.')]
  const { apiKey, url, voiceId, model } = voice
  const choice = { apiKey: apiKey.reveal(), url, voiceId, model, voiceSettings: {} }
  const found = await elevenLabs({ ...choice, clock: realClock, allow }).check()
  const left = found.charactersLeft === null ? '' : `; ${found.charactersLeft} characters left`
  return findingsOf(name, found, `ElevenLabs ${model} with the voice ${found.voiceName ?? voiceId}${left}.`)
}
