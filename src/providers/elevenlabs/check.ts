/** Asks the service, before the first call, whether voice, model and account will do; and says in plain words what to fix. */
import type { ElevenLabsClient } from '@elevenlabs/elevenlabs-js'
import type { AllowanceNews, Clock } from '../../ports.ts'
import { newsOfAccount } from './allowances.ts'
import { asProviderError, statusOf } from './errors.ts'
import type { VoiceChoice } from './settings.ts'

export type VoiceCheck = {
  /** What must be fixed before this voice can speak; empty if it can. */
  readonly problems: readonly string[]
  /** What may matter soon, or could not be found out. */
  readonly warnings: readonly string[]
  readonly voiceName: string | null
  readonly charactersLeft: number | null
  /** What the account's plan allows. */
  readonly allowances: readonly AllowanceNews[]
}

const TIMEOUT_MS = 8_000
/** About an hour of speech: enough to notice before a caller does. */
const FEW_CHARACTERS = 50_000

type Findings = {
  problems: string[]
  warnings: string[]
  voiceName: string | null
  charactersLeft: number | null
  allowances: readonly AllowanceNews[]
}

/** Never rejects: what goes wrong is a finding. */
export async function checkVoice(client: ElevenLabsClient, choice: VoiceChoice, clock: Clock): Promise<VoiceCheck> {
  const findings: Findings = { problems: [], warnings: [], voiceName: null, charactersLeft: null, allowances: [] }
  const timeout = new AbortController()
  const cancel = clock.after(TIMEOUT_MS, () => timeout.abort())
  const request = { maxRetries: 0, abortSignal: timeout.signal }
  const ask = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      noteFailure(findings, what, error, choice)
    }
  }
  await Promise.all([
    ask('the voice', async () => {
      const voice = await client.voices.get(choice.voiceId, {}, request)
      findings.voiceName = voice.name ?? null
    }),
    ask('the models', async () => checkModel(findings, await client.models.list(request), choice.model)),
    ask('the account', async () => {
      const account = await client.user.subscription.get(request)
      findings.allowances = newsOfAccount(account, choice.model)
      checkQuota(findings, account)
    }),
  ])
  if (findings.problems.some(problem => problem.includes('ELEVENLABS_VOICE_ID')))
    await ask('the list of voices', async () => {
      const { voices } = await client.voices.search({ pageSize: 5 }, request)
      const names = voices.map(voice => `${voice.name ?? 'unnamed'} (${voice.voiceId})`)
      if (names.length) findings.warnings.push(`Voices of this account: ${names.join(', ')}.`)
    })
  cancel()
  return { ...findings, problems: [...new Set(findings.problems)] }
}

function noteFailure({ problems, warnings }: Findings, what: string, error: unknown, choice: VoiceChoice): void {
  const status = statusOf(error)
  const { message } = asProviderError('check', error, choice.apiKey)
  if (status === 'missing_permissions')
    warnings.push(`The ElevenLabs key may not read ${what}; give it that permission to have it checked.`)
  else if (/HTTP 401|HTTP 403/.test(message))
    problems.push('ElevenLabs refuses ELEVENLABS_API_KEY: take a valid one from https://elevenlabs.io/app/settings/api-keys.')
  else if (what === 'the voice' && /HTTP 4(00|04|22)/.test(message))
    problems.push(
      `ELEVENLABS_VOICE_ID ${choice.voiceId} is no voice of this account: choose one, or add it in the voice library.`,
    )
  else problems.push(`${what} could not be checked at ${new URL(choice.url).host}: ${message}`)
}

function checkModel(
  { problems }: Findings,
  models: readonly { readonly modelId: string; readonly canDoTextToSpeech?: boolean }[],
  model: string,
): void {
  const speaking = models.filter(({ canDoTextToSpeech }) => canDoTextToSpeech !== false).map(({ modelId }) => modelId)
  // The WebSocket does not serve eleven_v3 models (ElevenLabs API reference, "WebSocket").
  if (model.startsWith('eleven_v3')) problems.push(`ELEVENLABS_MODEL ${model} cannot be streamed to: take eleven_flash_v2_5.`)
  else if (!speaking.includes(model))
    problems.push(`ELEVENLABS_MODEL ${model} is not offered; there are: ${speaking.join(', ')}.`)
}

function checkQuota(
  findings: Findings,
  account: {
    readonly status: string
    readonly characterCount: number
    readonly characterLimit: number
    readonly maxCreditLimitExtension: number | 'unlimited'
  },
): void {
  const left = account.characterLimit - account.characterCount
  findings.charactersLeft = left
  const mayExceed = account.maxCreditLimitExtension !== 0
  if (left <= 0 && !mayExceed)
    findings.problems.push('The ElevenLabs account has no characters left: buy more, or allow usage-based billing.')
  else if (left < FEW_CHARACTERS && !mayExceed) findings.warnings.push(`The ElevenLabs account has only ${left} characters left.`)
  if (account.status === 'past_due' || account.status === 'incomplete' || account.status === 'free_disabled')
    findings.warnings.push(`The ElevenLabs subscription is ${account.status.replace('_', ' ')}.`)
}
