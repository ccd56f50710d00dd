import { afterEach, describe, expect, it } from 'vitest'
import { ProviderError, type Spent } from '../../../src/ports.ts'
import { endCall } from '../../../src/tools/end-call.ts'
import { asked, openWorld, textOf, type World } from './world.ts'

const sentence = 'Nooks dials five numbers at once, so that your people talk instead of waiting.'

const worlds: World[] = []
const open = async (...settings: Parameters<typeof openWorld>): Promise<World> => {
  const [emulated, options] = settings
  const world = await openWorld({ answer: () => sentence, ...emulated }, options)
  worlds.push(world)
  return world
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

const failed = (stage: string, retryable: boolean): unknown =>
  expect.objectContaining({ name: 'ProviderError', provider: 'OpenAI', stage, retryable })

describe('What the OpenAI adapter says', () => {
  it('is what the model says, as it comes, and what it cost', async () => {
    const world = await open()
    const { text, thoughts, failure } = await world.ask()
    expect({ text, failure }).toEqual({ text: sentence, failure: null })
    expect(thoughts.length).toBeGreaterThan(10)
    expect(thoughts.at(-1)).toEqual({ type: 'usage', model: 'gpt-4.1', promptTokens: 18, completionTokens: 15, estimated: false })
  })

  it('begins with the first token and ends with the last, not with the end of the body', async () => {
    const world = await open({ profile: { headersMs: 300, firstTokenMs: 350, tokensPerSecond: 100, endMs: 500 } })
    const firstMs = new Promise<number>(resolve => {
      void (async () => {
        for await (const _thought of world.provider.think(asked('Hello?'), new AbortController().signal)) {
          resolve(world.clock.now())
          break
        }
      })()
    })
    let beganMs = 0
    void firstMs.then(ms => (beganMs = ms))
    await world.until(() => beganMs > 0)
    expect(beganMs).toBeGreaterThanOrEqual(350)
    expect(beganMs).toBeLessThan(370)
    const { tookMs } = await world.ask()
    // 15 tokens at 100 a second after the first token; the body would go on for another 500 ms.
    expect(tookMs).toBeGreaterThanOrEqual(490)
    expect(tookMs).toBeLessThan(560)
  })

  it('is the same as without streaming', async () => {
    const world = await open({ answer: messages => `You said: ${messages.at(-1)?.content}. That is 3.5 times as much!` })
    const { text } = await world.ask('Tell me more')
    const response = fetch(`${world.emulator.baseURL}/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4.1', messages: asked('Tell me more') }),
    })
    let whole: unknown = null
    void response.then(async answer => (whole = await answer.json()))
    await world.until(() => whole !== null)
    expect(whole).toMatchObject({ choices: [{ message: { content: text }, finish_reason: 'stop' }] })
  })

  it('is a refusal, if the model refuses', async () => {
    const world = await open({ answer: () => ({ text: '', refusal: 'I cannot help with that.' }) })
    expect(await world.ask()).toMatchObject({ text: 'I cannot help with that.', failure: null })
  })

  it('passes calls of tools on, whole and in order, after the text', async () => {
    const calls = [
      { name: 'book_meeting', arguments: '{"time":"Monday at nine"}' },
      { name: 'end_call', arguments: '' },
    ]
    const world = await open({ answer: () => ({ text: 'Goodbye!', calls }) })
    const { thoughts } = await world.ask()
    expect(thoughts.filter(({ type }) => type !== 'usage')).toEqual([
      { type: 'text', text: 'Goodbye' },
      { type: 'text', text: '!' },
      { type: 'call-tool', call: { id: 'call_1', name: 'book_meeting', args: '{"time":"Monday at nine"}' } },
      { type: 'call-tool', call: { id: 'call_2', name: 'end_call', args: '' } },
    ])
  })

  it('may be a call of a tool without a word', async () => {
    const world = await open({ answer: () => ({ text: '', calls: [{ name: 'end_call', arguments: '{}' }] }) })
    expect(await world.ask()).toMatchObject({ text: '', failure: null })
  })

  it('passes on also what nobody offered and what is no JSON, for whoever runs the tools to refuse', async () => {
    const world = await open({ answer: () => ({ text: '', calls: [{ name: 'fly', arguments: '{"to": "the m' }] }) })
    expect((await world.ask()).thoughts[0]).toMatchObject({ type: 'call-tool', call: { name: 'fly', args: '{"to": "the m' } })
  })

  it('is asked for with the tools there are, in strict form; and without that form where a server does not know it', async () => {
    const world = await open({ answer: () => 'Sure.', refuses: ['strict'] })
    const abort = new AbortController()
    let over = false
    void (async () => {
      for await (const _ of world.provider.think(asked('Hello?'), abort.signal, undefined, undefined, [endCall.offer]));
      over = true
    })()
    await world.until(() => over)
    const [first, second] = world.emulator.requests.map(({ body }) => body.tools)
    expect(first).toEqual([{ type: 'function', function: { ...endCall.offer, strict: true } }])
    expect(second).toEqual([{ type: 'function', function: endCall.offer }])
  })

  it('is unfinished if the service withholds the rest', async () => {
    const world = await open({ answer: () => ({ text: 'Well, ', finish: 'content_filter' }) })
    expect(await world.ask()).toMatchObject({ failure: failed('content filter', false) })
  })

  it('is a failure if the reply is empty', async () => {
    const world = await open({ answer: () => '' })
    expect(await world.ask()).toMatchObject({ text: '', failure: failed('stream', true) })
    expect(world.emulator.requests).toHaveLength(3)
  })

  it('ends at the last whole sentence when it gets too long', async () => {
    const long = Array.from({ length: 30 }, (_, n) => `This is the sentence with number ${n} of the reply.`).join(' ')
    const world = await open({ answer: () => long }, { maxTokens: 100 })
    const { text, failure } = await world.ask()
    expect(failure).toBeNull()
    expect(text).toMatch(/of the reply\. $/)
    expect(long.startsWith(text)).toBe(true)
    expect(text.length).toBeGreaterThan(300)
  })

  it('loses nothing of a reply that nearly gets too long', async () => {
    const nearly = 'This is a sentence of nine words or so. '.repeat(9) + 'And the end'
    const world = await open({ answer: () => nearly }, { maxTokens: 100 })
    expect(await world.ask()).toMatchObject({ text: nearly, failure: null })
  })
})

describe('What the OpenAI adapter asks', () => {
  it('is a stream with usage and without padding', async () => {
    const world = await open()
    await world.ask('What do you do?')
    expect(world.emulator.requests[0]?.body).toEqual({
      model: 'gpt-4.1',
      messages: asked('What do you do?'),
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      temperature: 0.4,
      max_tokens: 220,
    })
  })

  it.each([
    ['gpt-5', { max_completion_tokens: 220, reasoning_effort: 'minimal' }],
    ['gpt-5-mini', { max_completion_tokens: 220, reasoning_effort: 'minimal' }],
    ['gpt-5.6-sol', { max_completion_tokens: 220, reasoning_effort: 'none' }],
    ['gpt-6-luna', { max_completion_tokens: 220, reasoning_effort: 'none' }],
    ['o4-mini', { max_completion_tokens: 1244, reasoning_effort: 'low' }],
  ])('of %s suits a model that reasons', async (model, parameters) => {
    const world = await open({ models: { [model]: null } }, { models: [model] })
    expect(await world.ask()).toMatchObject({ text: sentence })
    const body = world.emulator.requests[0]?.body
    expect(body).toMatchObject(parameters)
    expect(body).not.toHaveProperty('temperature')
    expect(body).not.toHaveProperty('max_tokens')
  })

  it('never outgrows what gpt-4 can read: the oldest exchanges go, the instructions and the last words stay', async () => {
    const world = await open({ models: { 'gpt-4': null } }, { models: ['gpt-4'] })
    const exchanges = Array.from({ length: 200 }, (_, n) => [
      { role: 'user' as const, content: `${n} ${'question '.repeat(12)}` },
      { role: 'assistant' as const, content: `${n} ${'answer '.repeat(20)}` },
    ]).flat()
    const messages = [{ role: 'system' as const, content: 'You sell.' }, ...exchanges, { role: 'user' as const, content: 'So?' }]
    expect((await world.ask(messages)).failure).toBeNull()
    const sent = world.emulator.requests[0]?.body.messages ?? []
    expect(sent[0]).toEqual({ role: 'system', content: 'You sell.' })
    expect(sent[1]?.role).toBe('user')
    expect(sent.slice(1)).toEqual(messages.slice(messages.length - sent.length + 1))
    expect(sent.length).toBeGreaterThan(80)
    expect(sent.length).toBeLessThan(401)
  })

  it('goes without a key to a server that wants none', async () => {
    const world = await open({ apiKey: null }, { apiKey: null })
    expect(await world.ask()).toMatchObject({ text: sentence })
  })

  it.each([
    ['stream_options', { max_tokens: 220, temperature: 0.4 }],
    ['include_obfuscation', { stream_options: { include_usage: true } }],
    ['max_tokens', { max_completion_tokens: 220 }],
    ['temperature', { max_tokens: 220 }],
  ])('leaves out %s from then on if the server does not know it', async (parameter, rest) => {
    const world = await open({ refuses: [parameter] })
    expect(await world.ask()).toMatchObject({ text: sentence, failure: null })
    expect(await world.ask()).toMatchObject({ text: sentence, failure: null })
    await world.until(() => world.emulator.open() === 0)
    expect(world.emulator.requests.map(({ outcome }) => outcome)).toEqual(['refused', 'complete', 'complete'])
    const body = world.emulator.requests[2]?.body
    expect(JSON.stringify(body)).not.toContain(`"${parameter}"`)
    expect(body).toMatchObject(rest)
  })

  it('is learnt by two replies at once', async () => {
    const world = await open({ refuses: ['stream_options'] })
    const replies = await Promise.all([world.ask(), world.ask()])
    expect(replies.map(({ text }) => text)).toEqual([sentence, sentence])
    expect(world.emulator.requests).toHaveLength(4)
  })

  it('is estimated in cost by a server that does not tell', async () => {
    const world = await open({ refuses: ['stream_options'] })
    const { thoughts } = await world.ask()
    expect(thoughts.at(-1)).toEqual({ type: 'usage', model: 'gpt-4.1', promptTokens: 18, completionTokens: 15, estimated: true })
  })

  it('gives up on a server that knows no limit at all, without asking for ever', async () => {
    const world = await open({ refuses: ['max_tokens', 'max_completion_tokens', 'temperature', 'stream_options'] })
    expect(await world.ask()).toMatchObject({ text: sentence })
    expect(world.emulator.requests).toHaveLength(5)
    expect(world.emulator.requests[4]?.body).toEqual({ model: 'gpt-4.1', messages: asked('What do you do?'), stream: true })
  })
})

describe('A model that is gone', () => {
  it('is passed over at the start, and the choice is reported', async () => {
    const world = await open({}, { models: ['gpt-4', 'gpt-4.1', 'gpt-5.6-sol'] })
    const check = world.provider.check()
    let report: unknown = null
    void check.then(found => (report = found))
    await world.until(() => report !== null)
    expect(report).toEqual({
      model: 'gpt-4.1',
      shutdownDate: '2027-01-14',
      problems: [],
      warnings: [
        expect.stringContaining('gpt-4 cannot be used by this account'),
        'OpenAI shuts gpt-4.1 down on 2027-01-14: name a successor in OPENAI_MODEL.',
      ],
    })
    expect(world.provider.model()).toBe('gpt-4.1')
    await world.ask()
    expect(world.emulator.requests.map(({ body }) => body.model)).toEqual(['gpt-4.1'])
  })

  it('is passed over during a call, once and for all, and the caller gets a reply', async () => {
    const world = await open({}, { models: ['gpt-4', 'gpt-4.1'] })
    expect(await world.ask()).toMatchObject({ text: sentence, failure: null })
    expect(await world.ask()).toMatchObject({ text: sentence, failure: null })
    expect(world.emulator.requests.map(({ body }) => body.model)).toEqual(['gpt-4', 'gpt-4.1', 'gpt-4.1'])
    expect(world.provider.model()).toBe('gpt-4.1')
    expect(world.notes).toEqual([expect.stringContaining('deprecated')])
  })

  it('fails the reply if it was the last', async () => {
    const world = await open({}, { models: ['gpt-4', 'gpt-4-turbo'] })
    expect(await world.ask()).toMatchObject({ text: '', failure: failed('model', false) })
    expect(await world.ask()).toMatchObject({ text: '', failure: failed('model', false) })
    expect(world.provider.model()).toBeNull()
  })
})

describe('The check before the first call', () => {
  const checked = async (world: World): Promise<unknown> => {
    let report: unknown = null
    void world.provider.check().then(found => (report = found))
    await world.until(() => report !== null)
    return report
  }

  it('finds a model without a shutdown date', async () => {
    const world = await open({}, { models: ['gpt-5.6-sol'] })
    expect(await checked(world)).toEqual({ model: 'gpt-5.6-sol', shutdownDate: null, problems: [], warnings: [] })
  })

  it('says what to fix if no model is left', async () => {
    const world = await open({}, { models: ['gpt-4'] })
    expect(await checked(world)).toMatchObject({ model: null, problems: [expect.stringContaining('Set OPENAI_MODEL')] })
  })

  it('says so if the key is refused, without the key', async () => {
    const world = await open({}, { apiKey: 'sk-wrong-0123456789' })
    const report = await checked(world)
    expect(report).toMatchObject({ problems: [expect.stringContaining('OPENAI_API_KEY is refused')] })
    expect(JSON.stringify(report)).not.toContain('0123456789')
  })

  it('goes on with the first model if the server does not tell its models', async () => {
    const world = await open({ tellsModels: false }, { models: ['gpt-4.1', 'gpt-5'] })
    expect(await checked(world)).toMatchObject({
      model: 'gpt-4.1',
      problems: [],
      warnings: [expect.stringContaining('could not be found out')],
    })
  })

  it('goes on with the first model if the service cannot be reached', async () => {
    const world = await open({}, { baseURL: 'http://127.0.0.1:1/v1' })
    expect(await checked(world)).toMatchObject({
      model: 'gpt-4.1',
      problems: [],
      warnings: [expect.stringContaining('connection')],
    })
  })
})

describe('A service in trouble', () => {
  it.each([
    ['answers 500', { type: 'status', status: 500 }],
    ['answers 503 with a web page', { type: 'proxy-error', status: 503 }],
    ['answers 429 and asks for 300 ms', { type: 'status', status: 429, retryAfterMs: 300 }],
    ['answers 429 and asks for a second', { type: 'status', status: 429, retryAfterS: 1 }],
    ['answers 429 and asks for nothing', { type: 'status', status: 429 }],
    ['answers 408', { type: 'status', status: 408 }],
    ['hangs up before the first token', { type: 'cut', afterTokens: 0 }],
    ['ends before the first token', { type: 'end-early', afterTokens: 0 }],
    ['sends an error instead of the first token', { type: 'stream-error', afterTokens: 0 }],
    ['sends garbage instead of the first token', { type: 'garbage', afterTokens: 0 }],
    ['never answers', { type: 'slow-headers', ms: null }],
    ['never comes to the first token', { type: 'stall', afterTokens: 0 }],
  ] as const)('%s: is asked again, and the caller notices nothing but the wait', async (_what, fault) => {
    const world = await open({ faults: [fault] })
    expect(await world.ask()).toMatchObject({ text: sentence, failure: null })
    expect(world.emulator.requests).toHaveLength(2)
    expect(world.notes).toHaveLength(1)
  })

  it('is asked again when it says, not before', async () => {
    const world = await open({ faults: [{ type: 'status', status: 429, retryAfterMs: 700 }] })
    await world.ask()
    const [first, second] = world.emulator.requests
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(700)
  })

  it('is not waited for if it asks for more than a second', async () => {
    const world = await open({ faults: [{ type: 'status', status: 429, retryAfterS: 2 }] })
    expect(await world.ask()).toMatchObject({ failure: failed('rate limit', true) })
    expect(world.emulator.requests).toHaveLength(1)
  })

  it('is asked three times, no more', async () => {
    const fault = { type: 'status', status: 500 } as const
    const world = await open({ faults: [fault, fault, fault, fault] })
    expect(await world.ask()).toMatchObject({ failure: failed('service', true) })
    expect(world.emulator.requests).toHaveLength(3)
  })

  it.each([
    ['never answers', [{ type: 'slow-headers', ms: null }]],
    ['never comes to the first token', [{ type: 'stall', afterTokens: 0 }]],
    [
      'fails in one way and then in the other',
      [
        { type: 'stall', afterTokens: 0 },
        { type: 'slow-headers', ms: null },
      ],
    ],
  ] as const)('that %s keeps no caller waiting for more than eight seconds', async (_what, faults) => {
    const world = await open({ faults: [...faults, ...faults, ...faults] })
    const { failure, tookMs } = await world.ask()
    expect(failure).toBeInstanceOf(ProviderError)
    expect(tookMs).toBeGreaterThanOrEqual(8_000)
    expect(tookMs).toBeLessThan(8_100)
    expect(world.notes).toHaveLength(1)
  })

  it.each([
    ['authentication', { type: 'status', status: 401 }],
    ['authentication', { type: 'status', status: 403 }],
    ['quota', { type: 'status', status: 429, code: 'insufficient_quota' }],
    ['request', { type: 'status', status: 400 }],
    ['context', { type: 'status', status: 400, code: 'context_length_exceeded' }],
  ] as const)('that will not change its mind (%s) is asked once', async (stage, fault) => {
    const world = await open({ faults: [fault] })
    expect(await world.ask()).toMatchObject({ text: '', failure: failed(stage, false) })
    expect(world.emulator.requests).toHaveLength(1)
  })

  it('that forbids one model is asked for the next', async () => {
    const fault = { type: 'status', status: 403, code: 'model_not_found' } as const
    const world = await open({ faults: [fault] }, { models: ['gpt-4.1', 'gpt-5'] })
    expect(await world.ask()).toMatchObject({ text: sentence })
    expect(world.provider.model()).toBe('gpt-5')
  })

  it.each([
    ['hangs up', 'stream', { type: 'cut', afterTokens: 5 }],
    ['ends', 'stream', { type: 'end-early', afterTokens: 5 }],
    ['sends an error', 'stream', { type: 'stream-error', afterTokens: 5 }],
    ['sends garbage', 'stream', { type: 'garbage', afterTokens: 5 }],
    ['falls silent', 'stall', { type: 'stall', afterTokens: 5 }],
  ] as const)('that %s in mid-reply fails the reply, and is not asked to say it all again', async (_what, stage, fault) => {
    const world = await open({ faults: [fault] })
    const { text, failure } = await world.ask()
    expect(sentence.startsWith(text)).toBe(true)
    expect(text).toBe('Nooks dials five numbers at')
    expect(failure).toEqual(failed(stage, true))
    expect(world.emulator.requests).toHaveLength(1)
    expect(world.usages).toEqual([expect.objectContaining({ completionTokens: 5, estimated: true, unfinished: true })])
    await world.until(() => world.emulator.open() === 0)
  })

  it('that never ends the body after the finish holds nothing up', async () => {
    const world = await open({ faults: [{ type: 'stall-after-finish' }] })
    const { text, failure, thoughts } = await world.ask()
    expect({ text, failure }).toEqual({ text: sentence, failure: null })
    expect(thoughts.at(-1)).toMatchObject({ type: 'usage', estimated: true })
    await world.until(() => world.emulator.open() === 0)
    expect(world.clock.waiting).toBe(0)
  })

  it('that cannot be reached is a failure of the connection', async () => {
    const world = await open({}, { baseURL: 'http://127.0.0.1:1/v1' })
    expect(await world.ask()).toMatchObject({ failure: failed('connection', true) })
  })

  it('never gets the key into an error, and no error brings the SDK along', async () => {
    const world = await open({}, { apiKey: 'sk-proj-0123456789abcdef' })
    const { failure } = await world.ask()
    expect(failure).toBeInstanceOf(ProviderError)
    expect(failure?.cause).toBeUndefined()
    expect(failure?.message).toBe('OpenAI (authentication): 401 Incorrect API key provided: [key]')
  })

  it('never gets a key of another form into an error either', async () => {
    const fault = { type: 'status', status: 400, message: 'Your header was: Bearer 0123456789abcdef' } as const
    const world = await open({ apiKey: '0123456789abcdef', faults: [fault] }, { apiKey: '0123456789abcdef' })
    expect((await world.ask()).failure?.message).toBe('OpenAI (request): 400 Your header was: Bearer [key]')
  })
})

describe('A draft that is dropped', () => {
  /** Begins a reply and drops it once `when` holds. */
  const drop = async (world: World, when: () => boolean, spent?: Spent): Promise<string> => {
    const abort = new AbortController()
    const thoughts: Parameters<typeof textOf>[0][number][] = []
    let over = false
    void (async () => {
      for await (const thought of world.provider.think(asked('Hello?'), abort.signal, undefined, spent)) thoughts.push(thought)
      over = true
    })()
    await world.until(when)
    abort.abort()
    await world.until(() => over)
    return textOf(thoughts)
  }

  it('is cancelled at the service, before the first token', async () => {
    const world = await open()
    await drop(world, () => world.emulator.requests.length === 1)
    await world.until(() => world.emulator.requests[0]?.outcome === 'aborted')
    expect(world.usages).toEqual([
      { id: null, model: 'gpt-4.1', promptTokens: 15, completionTokens: 0, estimated: true, unfinished: true },
    ])
  })

  it('is cancelled at the service, in the middle, and counted as far as it came', async () => {
    const world = await open()
    const said = await drop(world, () => (world.emulator.requests[0]?.tokens ?? 0) >= 4)
    expect(sentence.startsWith(said)).toBe(true)
    await world.until(() => world.emulator.requests[0]?.outcome === 'aborted')
    expect(world.usages[0]).toMatchObject({ estimated: true, unfinished: true })
    expect(Math.abs((world.usages[0]?.completionTokens ?? 0) - 4)).toBeLessThanOrEqual(1)
  })

  it('is told with its costs to whoever asked, and to nobody else', async () => {
    const world = await open()
    const spent: Parameters<Spent>[0][] = []
    await drop(
      world,
      () => world.emulator.requests.length === 1,
      usage => spent.push(usage),
    )
    expect(spent).toEqual([{ model: 'gpt-4.1', promptTokens: 15, completionTokens: 0, estimated: true }])
    await world.ask()
    expect(spent).toHaveLength(1)
  })

  it('is cancelled at the service even if nobody is listening at that moment', async () => {
    const world = await open()
    const abort = new AbortController()
    const thoughts = world.provider.think(asked('Hello?'), abort.signal)[Symbol.asyncIterator]()
    let first: unknown = null
    void thoughts.next().then(result => (first = result))
    await world.until(() => first !== null)
    abort.abort()
    await world.until(() => world.emulator.requests[0]?.outcome === 'aborted')
    expect(await thoughts.next()).toMatchObject({ done: true })
  })

  it('is not asked again while it waits for another try', async () => {
    const world = await open({ faults: [{ type: 'status', status: 429, retryAfterMs: 900 }] })
    await drop(world, () => world.notes.length === 1)
    await world.clock.advance(2_000)
    expect(world.emulator.requests).toHaveLength(1)
    expect(world.clock.waiting).toBe(0)
  })

  it('is not confused with a whole reply, which is told with what the service counted', async () => {
    const world = await open()
    await world.ask()
    expect(world.usages).toEqual([
      { id: 'chatcmpl-emulated', model: 'gpt-4.1', promptTokens: 18, completionTokens: 15, estimated: false, unfinished: false },
    ])
  })
})

describe('Connections', () => {
  const warmed = async (world: World): Promise<void> => {
    let warm = false
    void world.provider.warm().then(() => (warm = true))
    await world.until(() => warm)
  }

  it('are used again, reply after reply, with one to spare', async () => {
    const world = await open()
    for (let n = 0; n < 6; n++) {
      await world.ask()
      await world.clock.advance(20)
    }
    expect(new Set(world.emulator.requests.map(({ connection }) => connection)).size).toBe(1)
    expect(world.emulator.connections()).toEqual({ made: 2, open: 2 })
  })

  it('are opened before the first question', async () => {
    const world = await open()
    await Promise.all([warmed(world), world.provider.warm()])
    await warmed(world)
    expect(world.emulator.connections().made).toBe(1)
    await world.ask()
    expect(world.emulator.requests[0]?.connection).toBe(0)
  })

  it('are there at once for every next draft when one after the other is dropped', async () => {
    const world = await open()
    await warmed(world)
    for (let n = 0; n < 4; n++) {
      const abort = new AbortController()
      void (async () => {
        for await (const _thought of world.provider.think(asked('Hello?'), abort.signal));
      })()
      await world.until(() => world.emulator.requests.length === n + 1 && world.emulator.connections().open === 2)
      await world.clock.advance(100)
      abort.abort()
    }
    expect(await world.ask()).toMatchObject({ text: sentence })
    // Each draft took its connection along, and the next one went out on the spare one that was open already.
    expect(world.emulator.requests.map(({ connection }) => connection)).toEqual([0, 1, 2, 3, 4])
    const opened = world.emulator.log.filter(({ type }) => type === 'connected').map(({ atMs }) => atMs)
    expect(world.emulator.requests.every(({ atMs, connection }) => (opened[connection] ?? Infinity) <= atMs)).toBe(true)
    expect(world.emulator.requests.slice(1).every(({ atMs, connection }) => (opened[connection] ?? 0) <= atMs - 100)).toBe(true)
  })

  it('are left alone when nobody is talking', async () => {
    const world = await open()
    await world.ask()
    await world.until(() => world.emulator.connections().made === 2)
    world.emulator.hangUp()
    await world.clock.advance(5_000)
    expect(world.emulator.connections()).toEqual({ made: 2, open: 0 })
    expect(await world.ask()).toMatchObject({ text: sentence, failure: null })
  })

  it('that cannot be opened ahead are noted, not thrown', async () => {
    const world = await open({}, { baseURL: 'http://127.0.0.1:1/v1' })
    await warmed(world)
    expect(world.notes).toEqual([expect.stringContaining('A spare connection could not be opened')])
  })

  it('are all closed in the end', async () => {
    const world = await open()
    await world.ask()
    await world.provider.close()
    await world.until(() => world.emulator.connections().open === 0)
  })
})
