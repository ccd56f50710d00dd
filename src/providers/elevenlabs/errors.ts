/**
 * What the service's refusals mean: whether asking again may help. Texts come from the service, shortened and without the key.
 * It decides nothing about what is done next.
 */
import { ElevenLabsError } from '@elevenlabs/elevenlabs-js'
import { ProviderError } from '../../ports.ts'

export const PROVIDER = 'ElevenLabs'

/** Asking again with the same account, voice and text would get the same answer. */
const HOPELESS =
  /quota|api.?key|unauthori[sz]ed|authenticat|permission|payment|subscription|voice_id|voice_not_found|voice.*(not (found|exist)|does not exist)|model.*(not (found|exist)|not available|does not exist)|detected_unusual_activity|max_character_limit/i

/** A refusal in words: an error frame, or the reason of a WebSocket close. */
export function refusal(
  stage: string,
  words: string,
  options: { readonly code?: number; readonly secret: string },
): ProviderError {
  const code = options.code === undefined ? '' : ` (code ${options.code})`
  return new ProviderError(
    PROVIDER,
    stage,
    `${tidy(words, options.secret) || 'the connection was lost'}${code}`,
    !HOPELESS.test(words),
  )
}

/** Stands for "no answer at all" where an HTTP status is expected. */
export const NO_ANSWER = 599

/** A refusal by HTTP status, with the body the service sent along: {"detail":{"status":…,"message":…}} or anything else. */
export function httpRefusal(stage: string, status: number, body: string, secret: string): ProviderError {
  const retryable = (status === 408 || status === 425 || status === 429 || status >= 500) && !/quota_exceeded/.test(body)
  const what = status === NO_ANSWER ? 'no answer' : `HTTP ${status}`
  return new ProviderError(PROVIDER, stage, `${what}: ${tidy(detailOf(body), secret)}`, retryable)
}

/** Whatever the SDK or the network threw. */
export function asProviderError(stage: string, error: unknown, secret: string): ProviderError {
  if (error instanceof ProviderError) return error
  if (error instanceof ElevenLabsError && error.statusCode !== undefined)
    return httpRefusal(
      stage,
      error.statusCode,
      typeof error.body === 'string' ? error.body : JSON.stringify(error.body ?? ''),
      secret,
    )
  const words = error instanceof Error ? error.message : String(error)
  return new ProviderError(PROVIDER, stage, tidy(words, secret), true)
}

/** The `status` of an error body, such as `voice_not_found`; '' if it has none. */
export function statusOf(error: unknown): string {
  const body: unknown = error instanceof ElevenLabsError ? error.body : null
  const detail = (body as { detail?: { status?: unknown } } | null)?.detail
  return typeof detail?.status === 'string' ? detail.status : ''
}

function detailOf(body: string): string {
  const match = /"status"\s*:\s*"([^"]*)"(?:\s*,\s*"message"\s*:\s*"([^"]*)")?/.exec(body)
  return match ? `${match[1] ?? ''} ${match[2] ?? ''}` : body.replace(/<[^>]*>/g, ' ')
}

function tidy(words: string, secret: string): string {
  const plain = words.replace(/\s+/g, ' ').trim()
  const safe = secret ? plain.replaceAll(secret, '[key]') : plain
  return safe.length > 200 ? `${safe.slice(0, 200)}…` : safe
}
