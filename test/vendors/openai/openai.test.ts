import { afterEach, describe, expect, it } from 'vitest'
import { realClock } from '../../../src/clock.ts'
import { type OpenAIEmulator, type OpenAIEmulatorOptions, startOpenAI } from './openai.ts'

const emulators: OpenAIEmulator[] = []
const start = async (options: Partial<OpenAIEmulatorOptions> = {}): Promise<OpenAIEmulator> => {
  const profile = { headersMs: 0, firstTokenMs: 0, tokensPerSecond: 10_000, endMs: 2 }
  const emulator = await startOpenAI({ clock: realClock, profile, strict: false, ...options })
  emulators.push(emulator)
  return emulator
}
afterEach(async () => {
  for (const emulator of emulators.splice(0)) await emulator.close()
})

const post = (emulator: OpenAIEmulator, body: unknown, key = 'sk-test'): Promise<Response> =>
  fetch(`${emulator.baseURL}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const question = { model: 'gpt-4.1', messages: [{ role: 'user', content: 'Hello there' }] }
const chunksOf = async (response: Response): Promise<readonly string[]> =>
  (await response.text()).split('\n\n').map(line => line.replace(/^data: /, ''))

describe('The OpenAI emulator', () => {
  it('streams as the service does', async () => {
    const emulator = await start()
    const response = await post(emulator, { ...question, stream: true, stream_options: { include_usage: true } })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const chunks = await chunksOf(response)
    expect(chunks.slice(-2)).toEqual(['[DONE]', ''])
    const parsed: unknown[] = chunks.slice(0, -2).map(chunk => JSON.parse(chunk) as unknown)
    expect(parsed).toEqual([
      expect.objectContaining({
        object: 'chat.completion.chunk',
        usage: null,
        choices: [{ index: 0, delta: { role: 'assistant', content: '', refusal: null }, logprobs: null, finish_reason: null }],
      }),
      expect.objectContaining({ choices: [expect.objectContaining({ delta: { content: 'Hello' } })] }),
      expect.objectContaining({ choices: [expect.objectContaining({ delta: { content: ' there' } })] }),
      expect.objectContaining({ choices: [expect.objectContaining({ delta: {}, finish_reason: 'stop' })] }),
      expect.objectContaining({ choices: [], usage: expect.objectContaining({ completion_tokens: 2 }) as unknown }),
    ])
  })

  it('tells no usage unless it is asked to', async () => {
    const emulator = await start()
    const chunks = await chunksOf(await post(emulator, { ...question, stream: true }))
    expect(chunks.join('')).not.toContain('usage')
  })

  it('says the same without streaming', async () => {
    const emulator = await start()
    const whole: unknown = await (await post(emulator, question)).json()
    expect(whole).toMatchObject({ choices: [{ message: { role: 'assistant', content: 'Hello there' }, finish_reason: 'stop' }] })
  })

  it('has the models it is told to have', async () => {
    const emulator = await start({ models: { 'gpt-4.1': '2027-01-14' } })
    const get = (path: string): Promise<Response> =>
      fetch(`${emulator.baseURL}/models${path}`, { headers: { authorization: 'Bearer sk-test' } })
    expect(await (await get('')).json()).toMatchObject({ data: [{ id: 'gpt-4.1', shutdown_date: '2027-01-14' }] })
    expect(await (await get('/gpt-4.1')).json()).toMatchObject({ id: 'gpt-4.1', shutdown_date: '2027-01-14' })
    expect((await get('/gpt-4')).status).toBe(404)
    expect((await post(emulator, { ...question, model: 'gpt-4' })).status).toBe(404)
  })

  it('refuses a wrong key', async () => {
    const emulator = await start()
    expect((await post(emulator, question, 'sk-other')).status).toBe(401)
  })

  it.each([
    ['an unknown parameter', { ...question, speed: 'fast' }],
    ['a parameter of another family', { ...question, reasoning_effort: 'low' }],
    ['a temperature for a model that reasons', { ...question, model: 'gpt-5', temperature: 0.4 }],
    ['max_tokens for a model that reasons', { ...question, model: 'gpt-5', max_tokens: 10 }],
    ['an unknown role', { ...question, messages: [{ role: 'bot', content: 'Hi' }, ...question.messages] }],
    ['an empty message', { ...question, messages: [{ role: 'user', content: '' }] }],
    ['no message', { ...question, messages: [] }],
    ['a conversation that does not end with the user', { ...question, messages: [{ role: 'assistant', content: 'Hi' }] }],
    ['stream options without a stream', { ...question, stream_options: { include_usage: true } }],
    ['content that is no text', { ...question, messages: [{ role: 'user', content: 5 }] }],
    ['more than gpt-4 can read', { ...question, model: 'gpt-4', messages: [{ role: 'user', content: 'x'.repeat(40_000) }] }],
  ])('refuses %s, and fails the test when it is strict', async (_what, body) => {
    const emulator = await startOpenAI({ clock: realClock, models: { 'gpt-4.1': null, 'gpt-5': null, 'gpt-4': null } })
    expect((await post(emulator, body)).status).toBe(400)
    await expect(emulator.close()).rejects.toThrow('The OpenAI emulator was asked wrongly')
  })

  it('notices that the client has gone', async () => {
    const emulator = await start({ faults: [{ type: 'stall', afterTokens: 1 }] })
    const abort = new AbortController()
    const response = await fetch(`${emulator.baseURL}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test' },
      body: JSON.stringify({ ...question, stream: true }),
      signal: abort.signal,
    })
    await response.body?.getReader().read()
    expect(emulator.open()).toBe(1)
    abort.abort()
    await expect.poll(() => emulator.requests[0]?.outcome).toBe('aborted')
    expect(emulator.log.map(({ type }) => type)).toContain('disconnected')
  })
})
