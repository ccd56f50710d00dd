import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Pipeline } from '../../src/call/facts.ts'
import { speechOf } from '../../src/call/pipelines.ts'
import { openReplies, type PreparedReply, type ReplyNews, type RepliesParts } from '../../src/call/reply.ts'
import { ProviderError, type Speech, type Spent, type Thought } from '../../src/ports.ts'
import { fakeVoice } from '../support/fake-speak.ts'
import { FakeThink, saying, type FakeReply } from '../support/fake-think.ts'
import { doing, endsCall } from '../support/tools.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** A reply in the making: the model's first words after 200 ms and the next each 100 ms, the voice's first sound 50 ms later. */
class Making {
  readonly clock = new VirtualClock()
  readonly news: string[] = []
  readonly spent: Parameters<Spent>[0][] = []
  readonly voice = fakeVoice({ clock: this.clock, wordMs: 100, firstAudioMs: 50, nextWordMs: 20 })
  readonly model: FakeThink
  readonly reply: PreparedReply

  constructor(answer: () => FakeReply, parts: Partial<RepliesParts> = {}) {
    this.model = new FakeThink(this.clock, answer)
    const speak = this.voice.openVoice(new AbortController().signal)
    const replies = openReplies({
      pipeline: 'draft',
      messages: (_history, said) => [{ role: 'user', content: said }],
      think: this.model.think,
      doing: doing(this.clock),
      speak,
      speakLine: (name, signal) => speak(pieces([`This is the ${name}. `]), signal),
      ...parts,
    })
    this.reply = replies.answer(
      [],
      'Hello?',
      news => this.news.push(`${this.clock.now()} ${brief(news)}`),
      usage => this.spent.push(usage),
    )
    expect(this.news).toEqual([])
  }
}

function brief(news: ReplyNews): string {
  if (news.type === 'phrase') return `phrase "${news.text}"`
  if (news.type === 'speech') return `speech "${news.words.map(({ text }) => text).join('')}" ${news.bytes}`
  return news.type === 'failed' ? `failed: ${news.why}` : news.type
}

async function* pieces<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item
}

const broken = new ProviderError('fake', 'thinking', 'broken on purpose', true)
const sure: FakeReply = saying(['Sure. ', 'We meet then. '], 200, 100)

describe('a reply', () => {
  it('is told as it is made: thought, handed to the voice, spoken, complete', async () => {
    const making = new Making(() => sure)
    await making.clock.advance(2000)
    expect(making.news).toEqual([
      '200 thinking-aloud',
      '300 phrase "Sure. "',
      '350 speech "Sure. " 800',
      '350 phrase "We meet then. "',
      '370 speech "We" 800',
      '390 speech " meet" 800',
      '410 speech " then. " 800',
      '410 complete',
    ])
    expect([making.reply.track.length, making.reply.track.closed]).toEqual([3200, true])
    expect(making.reply.track.textBefore(400)).toBe('Sure. We meet then. ')
  })

  it('asks the model with what the caller has said last', async () => {
    const making = new Making(() => sure)
    await making.clock.advance(0)
    expect(making.model.asked).toEqual([[{ role: 'user', content: 'Hello?' }]])
  })

  it('tells what else the model wants, and says none of it', async () => {
    const thoughts: readonly Thought[] = [
      { type: 'text', text: 'Bye. ' },
      endsCall,
      { type: 'usage', promptTokens: 9, completionTokens: 2, estimated: false },
    ]
    const making = new Making(() => ({ thoughts: thoughts.map(thought => ({ afterMs: 10, thought })), ending: 'complete' }))
    await making.clock.advance(2000)
    expect(making.news).toEqual([
      '10 thinking-aloud',
      '30 usage',
      '30 phrase "Bye. "',
      '80 speech "Bye. " 800',
      '80 farewell',
      '80 complete',
    ])
  })

  it('says a fixed line without the model', async () => {
    const clock = new VirtualClock()
    const news: string[] = []
    const making = new Making(() => sure)
    const replies = openReplies({
      pipeline: 'draft',
      messages: () => [],
      think: making.model.think,
      speak: () => pieces([]),
      speakLine: name => pieces([{ audio: new Uint8Array(8), words: [{ text: name, startMs: 0, endMs: 1 }] }]),
    })
    replies.line('pardon', told => news.push(brief(told)))
    await clock.advance(10)
    expect(news).toEqual(['speech "pardon" 8', 'complete'])
  })

  it('fails when the model fails before a word, and the track is closed', async () => {
    const making = new Making(() => ({ thoughts: [], ending: broken }))
    await making.clock.advance(10)
    expect(making.news).toEqual(['0 failed: fake (thinking): broken on purpose'])
    expect([making.reply.track.length, making.reply.track.closed]).toEqual([0, true])
  })

  it('fails when the model fails in mid-sentence, after what was said before', async () => {
    const making = new Making(() => ({ ...saying(['Sure. We', ' meet'], 200, 100), ending: broken }))
    await making.clock.advance(2000)
    expect(making.news).toEqual([
      '200 thinking-aloud',
      '200 phrase "Sure. "',
      '250 speech "Sure. " 800',
      '350 failed: fake (thinking): broken on purpose',
    ])
    expect([making.reply.track.length, making.reply.track.closed]).toEqual([800, true])
  })

  it('fails when the voice fails, and lets go of the model', async () => {
    const making = new Making(() => saying(['Sure. ', 'We meet then. ', 'Or later. '], 200, 300))
    making.voice.breakDown(1)
    await making.clock.advance(2000)
    expect(making.news.at(-1)).toBe('900 failed: fake voice (speaking): broken by the test')
    expect(making.model.open).toBe(0)
  })

  it('fails when nothing is said: no words, blank words, or words without a sound', async () => {
    const silence: RepliesParts['speak'] = () => pieces([{ audio: new Uint8Array(0), words: [] }])
    for (const [answer, parts] of [
      [saying([]), {}],
      [saying([' ', '\n']), {}],
      [saying(['Sure. ']), { speak: silence }],
    ] as const) {
      const making = new Making(() => answer, parts)
      await making.clock.advance(100)
      expect(making.news.at(-1)).toBe('0 failed: nothing was said')
    }
  })

  it('fails, and throws nothing, when the model throws at once', async () => {
    const making = new Making(() => {
      throw new TypeError('no such model')
    })
    await making.clock.advance(10)
    expect(making.news).toEqual(['0 failed: unexpected: TypeError: no such model'])
  })

  it('fails, and throws nothing, when the messages cannot be made', async () => {
    const making = new Making(() => sure, {
      messages: () => {
        throw new Error('no history')
      },
    })
    await making.clock.advance(10)
    expect(making.news).toEqual(['0 failed: unexpected: Error: no history'])
  })

  it('knows whether it waits for the model or for the voice', async () => {
    const making = new Making(() => saying(['Su', 're. We'], 200, 100))
    await making.clock.advance(299)
    expect(making.reply.waitsFor()).toBe('the model')
    await making.clock.advance(1)
    expect(making.reply.waitsFor()).toBe('the voice')
  })
})

describe('a reply that is dropped', () => {
  const answers: readonly (readonly [string, () => FakeReply])[] = [
    ['that comes quickly', () => saying(['Sure. ', 'We meet then. ', 'Or later, as you like it best. '])],
    ['that comes slowly', () => saying(['Sure. ', 'We meet then. ', 'Or later, as you like it best. '], 200, 150)],
    ['that fails', () => ({ ...saying(['Sure. ', 'We meet then. '], 200, 300), ending: broken })],
    ['that never comes', () => ({ thoughts: [], ending: null })],
  ]
  it.each(answers)('%s: tells nothing from then on, grows no more, and leaves nothing open', async (_what, answer) => {
    const undisturbed = new Making(answer)
    await undisturbed.clock.advance(1000)
    for (let droppedMs = 0; droppedMs <= 800; droppedMs += 25) {
      const making = new Making(answer)
      await making.clock.advance(droppedMs)
      const before = { news: [...making.news], bytes: making.reply.track.length }
      making.reply.drop()
      making.reply.drop()
      await making.clock.advance(2000)
      expect({ news: making.news, bytes: making.reply.track.length }).toEqual(before)
      expect(undisturbed.news.slice(0, before.news.length)).toEqual(before.news)
      expect([making.clock.waiting, making.model.open]).toEqual([0, 0])
      expect(making.voice.replies.filter(({ ended }) => ended === null)).toEqual([])
    }
  })

  it('tells all the same what was spent on it, once, and is settled then', async () => {
    const making = new Making(() => sure)
    await making.clock.advance(250)
    making.reply.drop()
    await making.reply.settled()
    expect(making.spent).toEqual([{ model: 'fake-1', promptTokens: 10, completionTokens: 1, estimated: true }])
    expect(making.model.open).toBe(0)
    await making.clock.advance(2000)
    expect(making.spent).toHaveLength(1)
  })

  it('after the model has come to its end: there is nothing to add to what it told', async () => {
    const making = new Making(() => sure)
    await making.clock.advance(400)
    making.reply.drop()
    await making.reply.settled()
    expect(making.spent).toEqual([])
  })

  it('before it has begun: never tells anything', async () => {
    const making = new Making(() => sure)
    making.reply.drop()
    await making.clock.advance(2000)
    expect(making.news).toEqual([])
  })

  it('by its own news: tells nothing after that piece', async () => {
    const { model, voice, clock } = new Making(() => sure)
    const news: string[] = []
    const speak = voice.openVoice(new AbortController().signal)
    const parts = { pipeline: 'draft', messages: () => [], think: model.think, speak, speakLine: () => pieces([]) } as const
    const tell = (told: ReplyNews): void => {
      news.push(told.type)
      if (told.type === 'phrase') reply.drop()
    }
    const reply = openReplies(parts).answer([], 'Hello?', tell, () => {})
    await clock.advance(5000)
    expect(news).toEqual(['thinking-aloud', 'phrase'])
  })

  it('is deaf to a model that does not stop when it is told to', async () => {
    const clock = new VirtualClock()
    async function* stubborn(): AsyncGenerator<Thought> {
      for (const text of ['Sure. We', ' meet. ']) {
        await clock.sleep(100)
        yield { type: 'text', text }
        yield endsCall
      }
    }
    for (const droppedMs of [50, 150]) {
      const making = new Making(() => sure, { think: stubborn })
      await clock.advance(droppedMs)
      making.reply.drop()
      const before = [...making.news]
      await clock.advance(2000)
      expect(making.news).toEqual(before)
    }
  })

  it('is deaf to a voice that does not stop when it is told to', async () => {
    const clock = new VirtualClock()
    async function* stubborn(): AsyncGenerator<Speech> {
      for (let n = 0; n < 5; n++) {
        await clock.sleep(100)
        yield { audio: new Uint8Array(160), words: [] }
      }
      throw new Error('and it fails')
    }
    const making = new Making(() => sure, { speak: stubborn })
    await clock.advance(250)
    making.reply.drop()
    const before = [...making.news]
    await clock.advance(2000)
    expect([before.length, making.news, making.reply.track.length]).toEqual([2, before, 320])
  })
})

/* ── Pipelines ─────────────────────────────────────────────────────────────────────────────────────────────── */

const pipelines: readonly Pipeline[] = ['plain', 'streamed', 'draft']

/** What a pipeline gave to the voice, and what it made of the voice's speech: one byte a letter. */
async function run(pipeline: Pipeline, text: AsyncIterable<string>) {
  const log: string[] = []
  async function* speak(phrases: AsyncIterable<string>): AsyncGenerator<Speech> {
    for await (const phrase of phrases) {
      log.push(`voice: ${phrase}`)
      yield { audio: Buffer.from(phrase.slice(0, 2)), words: [{ text: phrase, startMs: 0, endMs: 0 }] }
      yield { audio: Buffer.from(phrase.slice(2)), words: [] }
    }
  }
  const speech: Speech[] = []
  try {
    for await (const piece of speechOf(pipeline, pieces([text]), speak)) {
      speech.push(piece)
      log.push(`out: ${Buffer.from(piece.audio).toString()}`)
    }
  } catch (error) {
    log.push(`failed: ${String(error)}`)
  }
  return {
    log,
    given: log.flatMap(line => (line.startsWith('voice: ') ? [line.slice(7)] : [])),
    audio: Buffer.concat(speech.map(({ audio }) => audio)).toString(),
    words: speech.flatMap(({ words }) => words.map(({ text: word }) => word)).join(''),
  }
}

async function* thought(log: string[], texts: readonly string[], failure?: Error): AsyncGenerator<string> {
  for (const text of texts) {
    log.push(text)
    yield text
  }
  if (failure) throw failure
}

describe('the pipelines', () => {
  const texts = ['Sure, we can do that for you. ', 'It costs $49 a month, ', 'for each user. ', 'OK?']

  it('give the voice the whole text at once, whole sentences, or pieces as soon as they can be said', async () => {
    const given = await Promise.all(pipelines.map(async pipeline => (await run(pipeline, pieces(texts))).given))
    expect(given).toEqual([
      ['Sure, we can do that for you. It costs forty-nine dollars a month, for each user. OK?'],
      ['Sure, we can do that for you. ', 'It costs forty-nine dollars a month, for each user. ', 'OK?'],
      [expect.any(String), expect.any(String), 'It costs forty-nine dollars a month, for each user. ', 'OK?'],
    ])
  })

  it('wait for nothing but what they are named after', async () => {
    const asked: string[] = []
    const plain = await run('plain', thought(asked, texts))
    expect(plain.log.filter(line => line.startsWith('out'))).toHaveLength(1)
    const order = async (pipeline: Pipeline): Promise<number> => {
      const before: string[] = []
      const source = thought(before, texts)
      for await (const _ of speechOf(pipeline, pieces([source]), phrases => speakAll(phrases))) break
      return before.length
    }
    expect([await order('plain'), await order('streamed'), await order('draft')]).toEqual([4, 2, 1])
  })

  it('take a sentence to its closing mark', async () => {
    const { given } = await run(
      'streamed',
      pieces(['He said "sure thing." Then (so I ', 'heard) he signed (all of it!) at once. OK?']),
    )
    expect(given).toEqual(['He said "sure thing." ', 'Then (so I heard) he signed (all of it!) at once. ', 'OK?'])
  })

  it('say nothing of a text that is blank', async () => {
    for (const pipeline of pipelines) expect((await run(pipeline, pieces([' ', '\n ']))).log).toEqual([])
  })

  it('pass on a failure of the text: plain has said nothing by then, the others what was whole', async () => {
    const failing = () => thought([], ['Sure. We can', ' do'], new Error('cut off'))
    expect((await run('plain', failing())).log).toEqual(['failed: Error: cut off'])
    expect((await run('streamed', failing())).log).toEqual(['voice: Sure. ', 'out: Su', 'out: re. ', 'failed: Error: cut off'])
    expect((await run('draft', failing())).log).toEqual(['voice: Sure. ', 'out: Su', 'out: re. ', 'failed: Error: cut off'])
  })

  it('say the same to the byte, whatever the text and however it comes', async () => {
    const word = fc.constantFrom(
      'sure',
      'we',
      'Dr. Ng',
      '$1,200.50',
      '20%',
      'May 5',
      '**three**',
      'ok?',
      'well,',
      'Yes!',
      '3',
      '…',
      '(so)',
      'No. 5',
    )
    const space = fc.constantFrom(' ', ' ', '. ', '? ', '\n', '\n\n', ' — ', '')
    const text = fc.array(fc.tuple(word, space), { maxLength: 25 }).map(parts => parts.flat().join(''))
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(text, sizes, async (whole, cuts) => {
        const chunks: string[] = []
        for (let [at, n] = [0, 0]; at < whole.length; at += cuts[n++ % cuts.length]!)
          chunks.push(whole.slice(at, at + cuts[n % cuts.length]!))
        expect(chunks.join('')).toBe(whole)
        const runs = await Promise.all(pipelines.map(pipeline => run(pipeline, pieces(chunks))))
        for (const { given, audio, words } of runs) {
          expect(given.join('')).toBe(runs[0]!.given.join(''))
          expect([audio, words]).toEqual([given.join(''), given.join('')])
        }
      }),
      { numRuns: 300 },
    )
  })
})

async function* speakAll(phrases: AsyncIterable<string>): AsyncGenerator<Speech> {
  for await (const phrase of phrases) yield { audio: Buffer.from(phrase), words: [] }
}
