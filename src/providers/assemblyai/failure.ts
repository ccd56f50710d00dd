/** Names what went wrong with a session and whether another one may do better. Pure. */
import { ProviderError } from '../../ports.ts'

export const PROVIDER = 'AssemblyAI'

/**
 * Codes that a new session with the same key and parameters would meet again: a bad key or account (1008, legacy 4001 to
 * 4003), bad parameters (3006, legacy 4000 and 4101) and the HTTP refusals of a proxy in front of it.
 */
const PERMANENT_BEFORE_BEGIN = new Set([1008, 3006, 4000, 4001, 4002, 4003, 4101, 401, 402, 403, 404])

/** 1008 and 3009 both stand for "too many concurrent sessions"; that is a limit on new sessions a minute, so it passes. */
const PASSES = /too many|concurrent|rate/i

export type Loss = {
  /** Close or error code, HTTP status, or null if the socket just broke. */
  readonly code: number | null
  readonly reason: string
  /** Whether the session had begun: a key that once worked is not wrong. */
  readonly begun: boolean
}

/** Refused not for what it was, but for being one too many. By either code, or by a proxy's HTTP status. */
export const isOneTooMany = ({ code, reason, begun }: Loss): boolean =>
  !begun && (code === 3009 || /unexpected server response: 429/i.test(reason) || (code === 1008 && PASSES.test(reason)))

export function sessionError({ code, reason, begun }: Loss, options?: ErrorOptions): ProviderError {
  const status = /unexpected server response: (\d{3})/i.exec(reason)?.[1]
  const known = code ?? (status === undefined ? null : Number(status))
  const permanent = !begun && known !== null && PERMANENT_BEFORE_BEGIN.has(known) && !PASSES.test(reason)
  const told = reason || 'the connection broke'
  const message = known === null ? told : `${told} (${known})`
  return new ProviderError(PROVIDER, begun ? 'listening' : 'connecting', message, !permanent, options)
}
