import { describe, expect, it } from 'vitest'
import { openReplies, type PreparedReply, type ReplyNews } from '../../src/call/reply.ts'
import type { Deed, Message, Thought, Tool } from '../../src/ports.ts'
import type { DeedsParts } from '../../src/call/deeds.ts'
import { fakeVoice } from '../support/fake-speak.ts'
import { FakeThink, type FakeReply } from '../support/fake-think.ts'
import { calls, doing, endsCall, fakeEffect, fakeLookUp } from '../support/tools.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { endCall } from '../../src/tools/end-call.ts'

const text = (said: string): Thought => ({ type: 'text', text: said })
const thinks = (...thoughts: readonly Thought[]): FakeReply => ({
  thoughts: thoughts.map(thought => ({ afterMs: 0, thought })),
  ending: 'complete',
})

/** What the model was told of its last calls. */
const resultsIn = (messages: readonly Message[] | undefined): readonly string[] =>
  (messages ?? []).flatMap(message => (message.role === 'tool' ? [message.content] : []))

/** A call with tools. Each reply goes through the given rounds: what the model does when asked first, second, and so on. */
class Rig {
  readonly clock = new VirtualClock()
  readonly voice = fakeVoice({ clock: this.clock, wordMs: 100, firstAudioMs: 50 })
  readonly news: string[] = []
  readonly deeds: Deed[] = []
  readonly said: string[] = []
  readonly model: FakeThink
  readonly #replies
  #rounds: FakeReply[] = []

  constructor(tools: (clock: VirtualClock) => readonly Tool[], deeds: Partial<DeedsParts> = {}) {
    this.model = new FakeThink(this.clock, () => this.#rounds.shift() ?? thinks(text('Well. ')))
    this.#replies = openReplies({
      pipeline: 'draft',
      messages: (_history, said) => [{ role: 'user', content: said }],
      think: this.model.think,
      doing: doing(this.clock, tools(this.clock), deeds),
      speak: this.voice.openVoice(new AbortController().signal),
      speakLine: () => {
        throw new Error('no line is said here')
      },
    })
  }

  answer(...rounds: readonly FakeReply[]): PreparedReply {
    this.#rounds = [...rounds]
    return this.#replies.answer(
      [],
      'Book it.',
      news => this.#hear(news),
      () => {},
    )
  }

  #hear(news: ReplyNews): void {
    if (news.type === 'phrase') this.said.push(`${this.clock.now()} ${news.text}`)
    if (news.type === 'did') this.deeds.push(news.deed)
    this.news.push(news.type)
  }
}

describe('a tool that looks something up', () => {
  it('runs inside the draft, and the reply goes on with what it found', async () => {
    const looks: ReturnType<typeof fakeLookUp>[] = []
    const rig = new Rig(clock => {
      looks.push(fakeLookUp(clock, 'look_up', 80, 'It costs forty dollars.'))
      return [looks[0]!.tool]
    })
    rig.answer(thinks(text('Let me see. '), calls('look_up', '{"about":"price"}')), thinks(text('Forty dollars. ')))
    await rig.clock.advance(2000)
    expect(looks[0]!.runs).toEqual(['90 {"about":"price"}'])
    expect(rig.said).toEqual(['0 Let me see. ', '170 Forty dollars. '])
    expect(rig.model.asked[1]).toEqual([
      { role: 'user', content: 'Book it.' },
      {
        role: 'assistant',
        content: 'Let me see.',
        calls: [{ id: 'call_look_up', name: 'look_up', args: '{"about":"price"}' }],
      },
      { role: 'tool', callId: 'call_look_up', content: 'It costs forty dollars.' },
    ])
    expect(rig.clock.waiting).toBe(0)
  })

  it('is given up after 150 ms, and told to stop', async () => {
    const looks: ReturnType<typeof fakeLookUp>[] = []
    const rig = new Rig(clock => {
      looks.push(fakeLookUp(clock, 'look_up', 5000, 'too late'))
      return [looks[0]!.tool]
    })
    rig.answer(thinks(calls('look_up')), thinks(text('I do not know. ')))
    await rig.clock.advance(2000)
    expect(rig.said).toEqual(['150 I do not know. '])
    expect(resultsIn(rig.model.asked[1])).toEqual(['Nothing was found in time.'])
    expect([looks[0]!.stopped, rig.clock.waiting]).toEqual([[150], 0])
  })
})

describe('a tool that changes the world', () => {
  const withEffect = (tookMs: number, outcome = { done: true, says: 'It is booked.' }, deeds: Partial<DeedsParts> = {}) => {
    const made: { effect?: ReturnType<typeof fakeEffect> } = {}
    const rig = new Rig(clock => {
      made.effect = fakeEffect(clock, 'book', tookMs, outcome)
      return [made.effect.tool, endCall]
    }, deeds)
    return { rig, runs: made.effect!.runs }
  }
  const books = thinks(text('Great. '), calls('book', '{"day":"Monday"}'))

  it('waits until the reply is released; what was said before it waits for nothing', async () => {
    const { rig, runs } = withEffect(300)
    const reply = rig.answer(books, thinks(text('It is in the book. ')))
    await rig.clock.advance(5000)
    expect([rig.said, runs]).toEqual([['0 Great. '], []])
    reply.release()
    await rig.clock.advance(2000)
    expect(runs).toEqual(['5000 {"day":"Monday"}'])
    expect(rig.said).toEqual(['0 Great. ', '5300 It is in the book. '])
    expect(rig.news.at(-1)).toBe('complete')
  })

  it('never runs for a draft that is dropped, whenever that is', async () => {
    for (let droppedMs = 0; droppedMs <= 400; droppedMs += 10) {
      const { rig, runs } = withEffect(300)
      const reply = rig.answer(books)
      await rig.clock.advance(droppedMs)
      reply.drop()
      reply.release()
      await rig.clock.advance(5000)
      expect([runs, rig.deeds, rig.clock.waiting, rig.model.open]).toEqual([[], [], 0, 0])
    }
  })

  it('runs once and is told to its end, whenever a released reply is dropped and asked again', async () => {
    for (let droppedMs = 60; droppedMs <= 1700; droppedMs += 50) {
      const { rig, runs } = withEffect(1000)
      const reply = rig.answer(books, thinks(text('Done. ')))
      reply.release()
      await rig.clock.advance(droppedMs)
      reply.drop()
      const again = rig.answer(books, thinks(text('Done. ')))
      again.release()
      await rig.clock.advance(5000)
      expect(runs).toHaveLength(1)
      expect(rig.deeds.map(({ outcome }) => outcome)).toEqual([null, { done: true, says: 'It is booked.' }])
      expect(resultsIn(rig.model.asked.at(-1))).toEqual(['This was done once, and not again: It is booked.'])
      expect(rig.clock.waiting).toBe(0)
    }
  })

  it('is the same for the same wish only', async () => {
    const { rig, runs } = withEffect(10)
    const tuesday = thinks(calls('book', '{"day":"Tuesday"}'))
    rig.answer(thinks(calls('book', '{"day":"MONDAY"}'), calls('book', '{"day":"Monday"}', 'other')), tuesday).release()
    await rig.clock.advance(1000)
    expect(runs.map(run => run.slice(run.indexOf('{')))).toEqual(['{"day":"MONDAY"}', '{"day":"Tuesday"}'])
  })

  it('is bridged by a few words if it takes longer than 1.2 s, once', async () => {
    const { rig } = withEffect(2500)
    rig.answer(books, thinks(calls('book', '{"day":"Friday"}')), thinks(text('It is in the book. '))).release()
    await rig.clock.advance(10_000)
    expect(rig.said).toEqual(['0 Great. ', '1250 One moment, ', '1320 I see to it. ', '5050 It is in the book. '])
  })

  it('is not bridged if it takes less', async () => {
    const { rig } = withEffect(1190)
    rig.answer(books, thinks(text('It is in the book. '))).release()
    await rig.clock.advance(10_000)
    expect(rig.said).toEqual(['0 Great. ', '1240 It is in the book. '])
  })

  it('that failed is told to the model as not done, and may be tried again', async () => {
    const { rig, runs } = withEffect(10, { done: false, says: 'The calendar is closed.' })
    rig.answer(books, books, thinks(text('It did not work. '))).release()
    await rig.clock.advance(1000)
    const told = 'Not done. Say so to the caller. The calendar is closed.'
    expect(resultsIn(rig.model.asked[2])).toEqual([told, told])
    expect(runs).toHaveLength(2)
  })

  it('is in the record before it begins', async () => {
    const order: string[] = []
    const { rig, runs } = withEffect(10, undefined, {
      kept: async () => {
        order.push(`kept after ${rig.deeds.length} deed, ${runs.length} runs`)
        await rig.clock.sleep(40)
      },
    })
    rig.answer(books).release()
    await rig.clock.advance(1000)
    expect([order, runs]).toEqual([['kept after 1 deed, 0 runs'], ['90 {"day":"Monday"}']])
  })

  it('is not done again after a crash, whether or not it is known what came of it', async () => {
    const begun = { key: 'book {"day":"monday"}', tool: 'book', args: '{"day":"Monday"}', outcome: null }
    const done = { ...begun, outcome: { done: true, says: 'It is booked.' } }
    for (const [before, says] of [
      [[begun], /nobody knows whether it was done/],
      [[begun, done], /^This was done once, and not again: It is booked\.$/],
    ] as const) {
      const { rig, runs } = withEffect(10, undefined, { before })
      rig.answer(books).release()
      await rig.clock.advance(1000)
      expect(resultsIn(rig.model.asked[1])[0]).toMatch(says)
      expect(runs).toEqual([])
    }
  })
})

describe('a model', () => {
  const rig = () => new Rig(() => [endCall])

  it('is told of a tool that does not exist and of arguments that will not do, and goes on', async () => {
    const talk = rig()
    talk.answer(thinks(calls('fly'), calls('end_call', '{"when":', 'broken'), calls('end_call', '{"when":1}', 'wrong')))
    await talk.clock.advance(1000)
    expect(resultsIn(talk.model.asked[1])).toEqual([
      'There is no tool called fly.',
      'The arguments of end_call are not JSON. Call it again, properly.',
      expect.stringMatching(/^The arguments of end_call will not do: .*when/),
    ])
    expect(talk.news).not.toContain('farewell')
  })

  it('ends the call with its last words, and is asked for some if it has said none', async () => {
    const talk = rig()
    talk.answer(thinks(text('Goodbye! '), endsCall))
    await talk.clock.advance(1000)
    expect([talk.model.asked.length, talk.news.filter(type => type === 'farewell')]).toEqual([1, ['farewell']])

    const curt = rig()
    curt.answer(thinks(endsCall), thinks(text('Goodbye! ')))
    await curt.clock.advance(1000)
    expect(resultsIn(curt.model.asked[1])).toEqual([expect.stringMatching(/last words/)])
    expect(curt.news.filter(type => type === 'farewell')).toHaveLength(1)
  })

  it('that calls tools for ever has to speak after four rounds', async () => {
    const talk = rig()
    talk.answer(...Array.from({ length: 9 }, () => thinks(calls('fly'))))
    await talk.clock.advance(1000)
    expect(talk.model.asked).toHaveLength(5)
    expect(talk.news.at(-1)).toBe('failed')
  })
})
