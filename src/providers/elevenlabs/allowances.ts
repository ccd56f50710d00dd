/**
 * What the service lets us have: requests at once and characters, as its answers, its account and its refusals tell. Pure.
 * https://elevenlabs.io/docs/overview/models#concurrency-and-priority
 */
import type { AllowanceNews, ProviderError } from '../../ports.ts'

/** Speech that comes by HTTP says with its headers how many requests run, this one among them, and how many may. */
export function newsInHeaders(headers: Headers): readonly AllowanceNews[] {
  const maximum = countIn(headers.get('maximum-concurrent-requests'))
  return maximum === null ? [] : [{ type: 'at-once', current: countIn(headers.get('current-concurrent-requests')), maximum }]
}

const countIn = (text: string | null): number | null => (text !== null && /^\d+$/.test(text) ? Number(text) : null)

export type Account = {
  readonly tier: string
  readonly characterCount: number
  readonly characterLimit: number
  readonly maxCreditLimitExtension: number | 'unlimited'
}

/** Of the plans, for the flash models (August 2025); other models have half. What headers say later is newer. */
const AT_ONCE: Readonly<Record<string, number>> = { free: 4, starter: 6, creator: 10, pro: 20, scale: 30, business: 30 }

export function newsOfAccount(account: Account, model: string): readonly AllowanceNews[] {
  const { tier, characterCount, characterLimit, maxCreditLimitExtension } = account
  const flash = AT_ONCE[tier]
  const maximum = flash === undefined || /flash|turbo/.test(model) ? flash : flash / 2
  const characters = maxCreditLimitExtension === 0 ? Math.max(0, characterLimit - characterCount) : null
  return [
    ...(maximum === undefined ? [] : [{ type: 'at-once', current: null, maximum } as const]),
    { type: 'characters-left', characters },
  ]
}

/** Null if the refusal was for another reason. */
export function refusalIn({ message }: ProviderError): AllowanceNews | null {
  if (/quota_exceeded|payment/i.test(message)) return { type: 'refused', what: 'quota', retryMs: null }
  return /too_many_concurrent/i.test(message) ? { type: 'refused', what: 'at-once', retryMs: null } : null
}
