import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/call/journal.ts'
import type { ReplyNews } from '../../src/call/reply.ts'
import { CallUsage } from '../../src/store/call-usage.ts'
import { headingOf } from './played-call.ts'

const time = { at: 1000, ms: 1000 } as const
const prepare = (id: number): Entry => ({ ...time, type: 'command', command: { type: 'prepare', id, said: 'Hello?' } })
const drop = (id: number): Entry => ({ ...time, type: 'command', command: { type: 'drop', id, why: 'words-changed' } })
const release = (id: number): Entry => ({
  ...time,
  type: 'command',
  command: { type: 'release', id, silentSince: 500, basis: 'declared' },
})
const news = (id: number, told: ReplyNews): Entry => ({ ...time, type: 'input', input: { type: 'reply', id, news: told } })
const spent = (id: number, promptTokens: number, completionTokens: number): Entry => ({
  ...time,
  type: 'usage',
  id,
  model: 'gpt-4',
  promptTokens,
  completionTokens,
  estimated: true,
})

function usageOf(...entries: readonly Entry[]): CallUsage {
  const usage = new CallUsage('a call', headingOf(1))
  for (const entry of entries) usage.take(entry)
  return usage
}

const tokens = (usage: CallUsage, id: number) =>
  usage.costsOf(id).map(({ unit, quantity, usd, dropped, provider }) => ({ unit, quantity, usd, dropped, provider }))

describe('what a call used', () => {
  it('has the tokens of a draft that nobody heard, apart from those of replies', () => {
    const usage = usageOf(prepare(2), drop(2), spent(2, 1000, 100), prepare(3), release(3))
    expect(tokens(usage, 2)).toEqual([
      { unit: 'prompt-tokens', quantity: 1000, usd: expect.closeTo(0.03, 9) as number, dropped: 1, provider: 'gpt-4' },
      { unit: 'completion-tokens', quantity: 100, usd: expect.closeTo(0.006, 9) as number, dropped: 1, provider: 'gpt-4' },
    ])
    expect(usage.costsOf(3)).toEqual([expect.objectContaining({ unit: 'replies', usd: null, dropped: 0 })])
  })

  it('adds what was spent on an answer that broke off to the one that was heard', () => {
    const whole: ReplyNews = { type: 'usage', promptTokens: 1000, completionTokens: 50, estimated: false }
    const usage = usageOf(prepare(2), spent(2, 1000, 10), news(2, whole), release(2))
    expect(tokens(usage, 2)).toMatchObject([
      { quantity: 2000, dropped: 0 },
      { quantity: 60, dropped: 0 },
    ])
  })

  it('goes by the model that answered, whatever the call began with', () => {
    const whole: ReplyNews = { type: 'usage', model: 'gpt-4.1', promptTokens: 1000, completionTokens: 0, estimated: false }
    expect(tokens(usageOf(prepare(2), news(2, whole)), 2)).toEqual([
      { unit: 'prompt-tokens', quantity: 1000, usd: expect.closeTo(0.002, 9) as number, dropped: 0, provider: 'gpt-4.1' },
    ])
  })

  it('does not know of replies that the call did not begin', () => {
    const usage = new CallUsage('a call', headingOf(1))
    expect(usage.take(spent(9, 1, 1))).toBeNull()
    expect(usage.costsOf(9)).toEqual([])
  })
})
