/**
 * What went wrong with a request, in the project's terms: at which stage, and whether and when asking again may help. The
 * SDK's own errors end here: they carry headers, and the service repeats part of a wrong key in its message.
 */
import { APIConnectionError, APIError } from 'openai'
import { ProviderError } from '../../ports.ts'

export const PROVIDER = 'OpenAI'

export type Remedy =
  | { readonly type: 'again'; readonly afterMs: number }
  /** The model is gone, or this account may not use it. */
  | { readonly type: 'next-model' }
  /** A parameter is unknown to the server. */
  | { readonly type: 'rephrase'; readonly complaint: string }
  | { readonly type: 'none' }

export type Failure = { readonly error: ProviderError; readonly remedy: Remedy }

const none: Remedy = { type: 'none' }
/** Long enough for a hiccup to pass, short enough for a caller not to notice. */
const PAUSE_MS = 200

/** `secret` is taken out of every message. */
export function failureOf(error: unknown, secret: string): Failure {
  if (error instanceof APIConnectionError) return fail('connection', tidy(error.message, secret), again())
  if (error instanceof APIError) return apiFailure(error as APIError, secret)
  if (error instanceof SyntaxError) return fail('stream', 'what came was no JSON', again())
  // undici's "terminated", "fetch failed" and the like.
  if (error instanceof Error) return fail('stream', tidy(error.message, secret) || error.name, again())
  return fail('stream', 'unknown', again())
}

/** A time limit of our own was reached. */
export const tooLate = (stage: string, limitMs: number): Failure =>
  fail(stage, `nothing came for ${Math.round(limitMs)} ms`, { type: 'again', afterMs: 0 })

export const fail = (stage: string, message: string, remedy: Remedy = none): Failure => ({
  error: new ProviderError(PROVIDER, stage, message, remedy.type === 'again'),
  remedy,
})

function apiFailure(error: APIError, secret: string): Failure {
  const { status, code } = error
  const message = tidy(error.message, secret)
  if (status === undefined) return fail('stream', message, again())
  // "Project … does not have access to model …" is a 403 with this code.
  if (code === 'model_not_found') return fail('model', message, { type: 'next-model' })
  if (status === 401 || status === 403) return fail('authentication', message)
  // Ollama and others say in words only that a model is missing.
  if (status === 404)
    return /model/i.test(error.message) ? fail('model', message, { type: 'next-model' }) : fail('request', message)
  if (status === 429) return code === 'insufficient_quota' ? fail('quota', message) : fail('rate limit', message, asTold(error))
  if (status === 408 || status === 409 || status >= 500) return fail('service', message, asTold(error))
  if (code === 'context_length_exceeded') return fail('context', message)
  return fail('request', message, { type: 'rephrase', complaint: `${error.param ?? ''} ${error.message}` })
}

const again = (afterMs = PAUSE_MS): Remedy => ({ type: 'again', afterMs })

/** `retry-after-ms`, or `retry-after` in seconds. A date in there needs a wall clock and is far away in any case. */
function asTold({ headers }: APIError): Remedy {
  if (headers?.get('x-should-retry') === 'false') return none
  const ms = headers?.get('retry-after-ms')
  const seconds = headers?.get('retry-after')
  const afterMs = ms ? Number(ms) : seconds ? Number(seconds) * 1000 : PAUSE_MS
  return again(Number.isFinite(afterMs) ? afterMs : Infinity)
}

const tidy = (message: string, secret: string): string =>
  (secret ? message.replaceAll(secret, '[key]') : message)
    .replaceAll(/\bsk-[\w*.-]+/g, '[key]')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 300)
