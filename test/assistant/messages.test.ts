import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { assistantNamed } from '../../src/assistant/assistant.ts'
import type { Exchange } from '../../src/assistant/messages.ts'
import { HISTORY_CHARACTERS, buildMessages, systemPrompt } from '../../src/assistant/messages.ts'

const nooks = assistantNamed('nooks')!

const exchange = (caller: string, bot: string, interrupted = false): Exchange => ({ caller, bot, interrupted })

/** Everything but the system prompt, as `role: content`. */
const asked = (history: readonly Exchange[], said: string): readonly string[] =>
  buildMessages(nooks, history, said)
    .slice(1)
    .map(({ role, content }) => `${role}: ${content}`)

describe('what was done for the caller', () => {
  const deed = { key: 'book {}', tool: 'book', args: '{"day":"Monday"}', outcome: { done: true, says: 'It is booked.' } }
  const result = (outcome: { readonly done: boolean; readonly says: string } | null) =>
    buildMessages(nooks, [{ ...exchange('Yes.', ''), deeds: [{ ...deed, outcome }] }], 'And?').find(({ role }) => role === 'tool')

  it('stands as a call of a tool and its result between what was said, each under an id of its own', () => {
    const history = [
      { ...exchange('Yes.', 'Done.'), deeds: [deed, deed] },
      { ...exchange('', ''), deeds: [deed] },
    ]
    const [, ...messages] = buildMessages(nooks, history, 'Really?')
    const call = (id: string) => ({ id, name: 'book', args: '{"day":"Monday"}' })
    expect(messages).toEqual([
      { role: 'user', content: 'Yes.' },
      { role: 'assistant', content: '', calls: [call('done_0_0'), call('done_0_1')] },
      { role: 'tool', callId: 'done_0_0', content: 'It is booked.' },
      { role: 'tool', callId: 'done_0_1', content: 'It is booked.' },
      { role: 'assistant', content: 'Done.' },
      { role: 'assistant', content: '', calls: [call('done_1_0')] },
      { role: 'tool', callId: 'done_1_0', content: 'It is booked.' },
      { role: 'user', content: 'Really?' },
    ])
  })

  it('is told honestly if it failed, or if nothing is known of it yet', () => {
    expect(result({ done: false, says: 'The calendar is closed.' })?.content).toBe('Not done. The calendar is closed.')
    expect(result(null)?.content).toMatch(/nothing is known yet/)
  })
})

describe('what the language model is asked', () => {
  it('opens with who the assistant is and ends with what the caller said last', () => {
    const messages = buildMessages(nooks, [exchange('', 'Hi, how can I help?')], 'How much is it?')
    expect(messages.map(({ role }) => role)).toEqual(['system', 'assistant', 'user'])
    expect(messages[0]?.content).toBe(systemPrompt(nooks))
    expect(messages.at(-1)?.content).toBe('How much is it?')
  })

  it.each([
    ['a greeting nobody asked for', [exchange('', 'Hi there.')], 'Hello.', ['assistant: Hi there.', 'user: Hello.']],
    ['a whole exchange', [exchange('Hi.', 'Hello.')], 'Price?', ['user: Hi.', 'assistant: Hello.', 'user: Price?']],
    [
      'a reply that was cut short keeps what was heard and says so',
      [exchange('Price?', 'There is no public', true)],
      'Hold on.',
      ['user: Price?', 'assistant: There is no public [interrupted]', 'user: Hold on.'],
    ],
    ['a reply of which nothing was heard is left out', [exchange('Price?', '', true)], 'Well?', ['user: Price?', 'user: Well?']],
    ['blanks are nothing', [exchange('  ', ' Hi. ')], ' Yes ', ['assistant: Hi.', 'user: Yes']],
    ['no history', [], 'Hello?', ['user: Hello?']],
    ['nothing said', [exchange('Hi.', 'Hello.')], '', ['user: Hi.', 'assistant: Hello.']],
  ] as const)('%s', (_name, history, said, expected) => {
    expect(asked(history, said)).toEqual(expected)
  })

  it('forgets the oldest exchanges first, whole, once the history is longer than 12,000 characters', () => {
    const old = exchange('o'.repeat(100), 'O'.repeat(100))
    const recent = exchange('r'.repeat(6_000), 'R'.repeat(5_900))
    expect(asked([old, recent], 'x')).toHaveLength(3)
    expect(asked([old, exchange('r'.repeat(6_000), 'R'.repeat(5_800))], 'x')).toHaveLength(5)
  })

  it('never exceeds the budget, never touches the system prompt or the last words, and keeps a suffix of the history', () => {
    const history = fc.array(
      fc.record({ caller: fc.string({ maxLength: 4_000 }), bot: fc.string({ maxLength: 4_000 }), interrupted: fc.boolean() }),
      {
        maxLength: 12,
      },
    )
    fc.assert(
      fc.property(history, fc.string({ minLength: 1 }), (told, said) => {
        const messages = buildMessages(nooks, told, `.${said}.`)
        const middle = messages.slice(1, -1)
        expect(middle.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThanOrEqual(12_000)
        expect(messages[0]?.content).toBe(systemPrompt(nooks))
        expect(messages.at(-1)).toEqual({ role: 'user', content: `.${said}.` })
        const everything = told.flatMap(one => buildMessages(nooks, [one], '').slice(1))
        expect(everything.slice(everything.length - middle.length)).toEqual(middle)
      }),
    )
    expect(HISTORY_CHARACTERS).toBe(12_000)
  })

  it('gives the same messages for the same conversation', () => {
    const history = [exchange('Hi.', 'Hello.'), exchange('What is it?', 'A sales', true)]
    expect(buildMessages(nooks, history, 'Go on.')).toEqual(buildMessages(nooks, structuredClone(history), 'Go on.'))
  })
})

describe('the system prompt', () => {
  const prompt = systemPrompt(nooks)

  it('tells every fact, so that the language model and the script know the same', () => {
    for (const { says, more } of nooks.facts) {
      expect(prompt).toContain(says)
      expect(prompt).toContain(more)
    }
  })

  it('says who Sam is, and that it may never claim to be human', () => {
    expect(prompt).toContain('You are Sam, the AI sales assistant')
    expect(prompt).toContain('Never say or suggest that you are human.')
  })

  it('explains the mark of an interrupted reply', () => {
    expect(prompt).toContain('ends in [interrupted]')
  })

  it('leaves the oldest gpt-4 room for a full history and a reply: 8,192 tokens at 4 characters each', () => {
    expect(prompt.length + 12_000).toBeLessThan(8_192 * 4 - 4_000)
  })
})
