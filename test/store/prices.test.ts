import { describe, expect, it } from 'vitest'
import { isOwn, priceOf } from '../../src/store/prices.ts'

describe('a price', () => {
  it.each([
    ['gpt-4', 'prompt-tokens', 0.00003],
    ['gpt-4', 'completion-tokens', 0.00006],
    ['gpt-4.1', 'prompt-tokens', 0.000002],
    ['AssemblyAI universal-streaming-english', 'seconds', 0.19 / 3600],
    ['ElevenLabs eleven_flash_v2_5, voice JBFqnCBsd6RMkjVDRZzb', 'characters', 0.00005],
  ] as const)('of %s per one of %s is known', (provider, unit, usd) => {
    expect(priceOf(provider, unit, '2026-11-20T10:00:00Z')!.usd).toBeCloseTo(usd, 10)
  })

  it('is the one of the day of the call', () => {
    expect(priceOf('gpt-5.6-sol', 'prompt-tokens', '2026-08-20T23:59:59Z')).toEqual({ usd: 0.000005, since: '2026-06-26' })
    expect(priceOf('gpt-5.6-sol', 'prompt-tokens', '2026-08-21T00:00:00Z')).toEqual({ usd: 0.000004, since: '2026-08-21' })
  })

  it.each([
    ['a model of another maker', 'llama3.1', 'prompt-tokens', '2026-11-20'],
    ['a longer name', 'gpt-4-turbo', 'prompt-tokens', '2026-11-20'],
    ['a unit that is not charged', 'gpt-4', 'characters', '2026-11-20'],
    ['a day before the price', 'gpt-5.6-sol', 'prompt-tokens', '2026-06-25'],
    ['a day after an announced end', 'gpt-5.6-sol', 'prompt-tokens', '2026-11-22'],
    ['what was never counted', 'gpt-4', 'replies', '2026-11-20'],
  ] as const)('is unknown for %s', (_, provider, unit, day) => {
    expect(priceOf(provider, unit, day)).toBeNull()
  })

  it('is nothing for what runs here, and only for that', () => {
    expect(isOwn('Moonshine tiny (local)')).toBe(true)
    expect(isOwn("a script: rules and a look-up over the assistant's facts; not GPT-4 and not a language model")).toBe(true)
    expect(isOwn('gpt-4')).toBe(false)
    expect(isOwn('no model')).toBe(false)
  })
})
