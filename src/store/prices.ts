/**
 * What the services charge, by list, in US dollars, each price with the days on which it held and where it is published. A new
 * price is a new line; the old one stays for the calls of its time. What is not in here costs an unknown amount, never nothing.
 */
import type { Unit } from './tables.ts'

export type Price = {
  /** Matches the service's name as the heading of a call gives it. */
  readonly of: RegExp
  readonly unit: Unit
  readonly usd: number
  readonly per: number
  /** The first day of which we know the price, and the last one, if it is known to change. */
  readonly since: string
  readonly until?: string
  readonly source: string
}

const MILLION = 1_000_000
const HOUR = 3600

const openAI = 'https://developers.openai.com/api/docs/pricing'

/** A model's price for what it reads and for what it writes, per million tokens. Cached prompts are cheaper; that is left out. */
const model = (of: RegExp, read: number, written: number, since: string, until?: string): readonly Price[] => {
  const common = { of, per: MILLION, since, source: openAI, ...(until !== undefined && { until }) }
  return [
    { ...common, unit: 'prompt-tokens', usd: read },
    { ...common, unit: 'completion-tokens', usd: written },
  ]
}

export const prices: readonly Price[] = [
  ...model(/^gpt-4(-0613)?$/, 30, 60, '2023-06-13'),
  ...model(/^gpt-4\.1(-2025-04-14)?$/, 2, 8, '2025-04-14'),
  ...model(/^gpt-5\.6-sol$/, 5, 30, '2026-06-26', '2026-08-20'),
  // Announced to hold until this day at least.
  ...model(/^gpt-5\.6-sol$/, 4, 20, '2026-08-21', '2026-11-21'),
  {
    // $0.15 an hour and, since every call sends key terms, $0.04 for these; for as long as the session is open.
    // https://assemblyai.com/docs/streaming/keyterms-prompting
    of: /^AssemblyAI universal-streaming-(english|multilingual)$/,
    unit: 'seconds',
    usd: 0.19,
    per: HOUR,
    since: '2026-05-05',
    source: 'https://www.assemblyai.com/pricing',
  },
  {
    of: /^ElevenLabs eleven_(flash|turbo)_v2(_5)?,/,
    unit: 'characters',
    usd: 0.05,
    per: 1000,
    since: '2026-05-05',
    source: 'https://elevenlabs.io/pricing/api',
  },
  {
    of: /^ElevenLabs eleven_(multilingual_v2|v3),/,
    unit: 'characters',
    usd: 0.1,
    per: 1000,
    since: '2026-05-19',
    source: 'https://elevenlabs.io/pricing/api',
  },
]

/** What runs on our own machine costs nothing by use. */
export const isOwn = (provider: string): boolean => /\(local\)$|^a script:/.test(provider)

/** What one unit cost on that day (`YYYY-MM-DD…`), and of when the price is; null if unknown. */
export function priceOf(provider: string, unit: Unit, day: string): { readonly usd: number; readonly since: string } | null {
  const date = day.slice(0, 10)
  const price = prices.findLast(
    ({ of, unit: each, since, until }) => each === unit && of.test(provider) && since <= date && date <= (until ?? date),
  )
  return price ? { usd: price.usd / price.per, since: price.since } : null
}
