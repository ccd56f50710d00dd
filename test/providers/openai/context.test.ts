import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../../src/ports.ts'
import { contextTokens, estimatedPrompt, fitting } from '../../../src/providers/openai/context.ts'

const says = (role: 'system' | 'user' | 'assistant', content: string): Message => ({ role, content })

describe('A conversation that has to fit', () => {
  it.each([
    ['gpt-4', 8_192],
    ['gpt-4-0613', 8_192],
    ['gpt-4o-mini', 128_000],
    ['gpt-4.1', 1_000_000],
    ['gpt-5.6-sol', 200_000],
    ['llama3.2', 8_192],
  ])('%s reads %i tokens', (model, tokens) => {
    expect(contextTokens(model)).toBe(tokens)
  })

  it('stays as it is while it fits', () => {
    const messages = [says('system', 'You sell.'), says('user', 'Hello')]
    expect(fitting(messages, 100)).toBe(messages)
  })

  it('loses whole exchanges, the oldest first', () => {
    const messages = [
      says('system', 'You sell.'),
      says('assistant', 'Hello, this is Nooks.'),
      says('user', 'a'.repeat(30)),
      says('assistant', 'b'.repeat(30)),
      says('user', 'So?'),
    ]
    expect(fitting(messages, 44)).toEqual([messages[0], ...messages.slice(2)])
    expect(fitting(messages, 43)).toEqual([messages[0], messages[4]])
  })

  it('keeps the instructions and the last words even if they alone are too much', () => {
    const messages = [
      says('system', 'a'.repeat(300)),
      says('user', 'Hm'),
      says('assistant', 'Yes?'),
      says('user', 'b'.repeat(300)),
    ]
    expect(fitting(messages, 10)).toEqual([messages[0], messages[3]])
  })

  const anyMessages = fc
    .array(
      fc.record({
        role: fc.constantFrom('user' as const, 'assistant' as const),
        content: fc.string({ minLength: 1, maxLength: 90 }),
      }),
    )
    .map(history => [says('system', 'You sell.'), ...history, says('user', 'So?')])

  it('fits if it can, keeps an unbroken end, and begins with the caller', () =>
    fc.assert(
      fc.property(anyMessages, fc.integer({ min: 0, max: 1000 }), (messages, tokens) => {
        const kept = fitting(messages, tokens)
        expect(kept[0]).toBe(messages[0])
        expect(kept.slice(1)).toEqual(messages.slice(messages.length - kept.length + 1))
        if (kept !== messages) expect(kept[1]?.role).toBe('user')
        expect(estimatedPrompt(kept) <= tokens || kept.length === 2).toBe(true)
      }),
    ))
})
