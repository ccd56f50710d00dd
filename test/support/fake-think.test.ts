import { describe, expect, it } from 'vitest'
import { type Message, ProviderError } from '../../src/ports.ts'
import { endCall } from '../../src/tools/end-call.ts'
import { describeThink, type ThinkPlan } from '../conformance/think.ts'
import { FakeThink, type FakeReply, saying } from './fake-think.ts'
import { endsCall } from './tools.ts'
import { VirtualClock } from './virtual-clock.ts'

const question: readonly Message[] = [{ role: 'user', content: 'What does it cost?' }]
const pieces = ['It costs ', 'forty dollars ', 'a month.']
const failure = new ProviderError('fake', 'stream', 'was told to fail', true)

const replies: Record<ThinkPlan, FakeReply> = {
  answers: saying(pieces, 350, 30),
  'says nothing': { thoughts: [], ending: null },
  'stops in the middle': { ...saying(pieces, 350, 30), ending: null },
  'fails at once': { thoughts: [], ending: failure },
  'fails in the middle': { ...saying(pieces, 350, 30), ending: failure },
  'calls a tool': {
    thoughts: [...saying(['Goodbye.'], 350).thoughts, { afterMs: 0, thought: endsCall }],
    ending: 'complete',
  },
}

describeThink('The fake', async plan => {
  const clock = new VirtualClock()
  const fake = new FakeThink(clock, () => replies[plan])
  return {
    think: fake.think,
    messages: question,
    tools: [endCall.offer],
    answer: plan === 'answers' ? pieces.join('') : null,
    pass: () => clock.advance(10),
    held: () => clock.waiting + fake.open,
    close: async () => {},
  }
})

describe('The fake Think', () => {
  it('speaks when it is told to, and remembers what it was asked', async () => {
    const clock = new VirtualClock()
    const fake = new FakeThink(clock, () => saying(['Yes. ', 'We do.'], 350, 30))
    const heard: (readonly [number, string])[] = []
    void (async () => {
      for await (const thought of fake.think(question, new AbortController().signal)) {
        if (thought.type === 'text') heard.push([clock.now(), thought.text])
      }
    })()
    await clock.advance(1000)
    expect(heard).toEqual([
      [350, 'Yes. '],
      [380, 'We do.'],
    ])
    expect(fake.asked).toEqual([question])
    expect(fake).toMatchObject({ open: 0, aborted: 0 })
  })
})
