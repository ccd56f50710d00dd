/**
 * What every `Think` must do, whatever stands behind it. A new provider calls `describeThink` with itself and passes.
 *
 * The suite asks the subject to behave in one of a few ways; one that cannot (a script has no network to lose) says null, and
 * that promise is skipped by name, not silently.
 */
import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, it, type TestContext } from 'vitest'
import { type Message, ProviderError, type Think, type Thought, type ToolCall, type ToolOffer } from '../../src/ports.ts'

export type ThinkPlan =
  /** Answers in several pieces and completes. */
  | 'answers'
  /** Takes the question and says nothing until it is aborted. */
  | 'says nothing'
  /** Says at least one piece, then nothing more until it is aborted. */
  | 'stops in the middle'
  /** Fails before the first piece. */
  | 'fails at once'
  /** Says at least one piece, then fails. */
  | 'fails in the middle'
  /** Answers and calls the tool it was offered; told what came of it, goes on. */
  | 'calls a tool'

export type ThinkUnderTest = {
  readonly think: Think
  /** What to ask so that it behaves as planned. */
  readonly messages: readonly Message[]
  /** What it may call. */
  readonly tools?: readonly ToolOffer[]
  /** The whole answer, if it is known beforehand. */
  readonly answer: string | null
  /** Lets the subject's time go on until what is under way can have happened. Called over and over while the suite waits. */
  readonly pass: () => Promise<void>
  /** How many timers, sockets and listeners its replies hold now; connections kept for reuse do not count. */
  readonly held: () => number
  readonly close: () => Promise<void>
}

/** `open` builds a fresh subject that behaves as planned, or says null if it never behaves so. */
export type ThinkSubject = (plan: ThinkPlan) => Promise<ThinkUnderTest | null>

export function describeThink(name: string, open: ThinkSubject): void {
  describe(`${name} as Think`, () => {
    const opened: ThinkUnderTest[] = []
    afterEach(async () => {
      for (const subject of opened.splice(0)) await subject.close()
    })

    const prepare = async (plan: ThinkPlan, test: TestContext): Promise<ThinkUnderTest> => {
      const subject = await open(plan)
      if (!subject) return test.skip(`never ${plan}`)
      opened.push(subject)
      return subject
    }

    it('says the whole answer in order, and ends', async test => {
      const subject = await prepare('answers', test)
      const reply = listen(subject)
      await until(subject, () => reply.outcome !== null)
      expect(reply.outcome).toBe('ended')
      expect(text(reply.thoughts)).not.toBe('')
      if (subject.answer !== null) expect(text(reply.thoughts)).toBe(subject.answer)
    })

    it('says the same to the same question', async test => {
      const subject = await prepare('answers', test)
      const replies = [listen(subject), listen(subject)]
      await until(subject, () => replies.every(reply => reply.outcome !== null))
      const [one, other] = replies.map(reply => text(reply.thoughts))
      expect(one).toBe(other)
    })

    it('tells what it cost in whole tokens, if at all', async test => {
      const subject = await prepare('answers', test)
      const reply = listen(subject)
      await until(subject, () => reply.outcome !== null)
      for (const thought of reply.thoughts.filter(thought => thought.type === 'usage')) {
        expect(Number.isInteger(thought.promptTokens) && thought.promptTokens >= 0).toBe(true)
        expect(Number.isInteger(thought.completionTokens) && thought.completionTokens >= 0).toBe(true)
      }
    })

    it('holds nothing once it has answered', async test => {
      const subject = await prepare('answers', test)
      const reply = listen(subject)
      await until(subject, () => reply.outcome !== null)
      await until(subject, () => subject.held() === 0)
      expect(reply.listeners()).toBe(0)
    })

    it('ends at once and says nothing if it is aborted before it is asked', async test => {
      const subject = await prepare('answers', test)
      const reply = listen(subject, AbortSignal.abort())
      await until(subject, () => reply.outcome !== null)
      expect(reply).toMatchObject({ outcome: 'ended', thoughts: [] })
      await until(subject, () => subject.held() === 0)
    })

    it('ends quietly within a tick if it is aborted before the first token', async test => {
      const subject = await prepare('says nothing', test)
      const reply = listen(subject)
      for (let n = 0; n < 5; n++) await subject.pass()
      expect(reply).toMatchObject({ outcome: null, thoughts: [] })
      reply.abort()
      await tick()
      expect(reply).toMatchObject({ outcome: 'ended', thoughts: [] })
      await until(subject, () => subject.held() === 0)
      expect(reply.listeners()).toBe(0)
    })

    it('ends quietly within a tick if it is aborted in the middle, and says nothing more', async test => {
      const subject = await prepare('stops in the middle', test)
      const reply = listen(subject)
      await until(subject, () => reply.thoughts.length > 0)
      const saidBefore = reply.thoughts.length
      reply.abort()
      await tick()
      expect(reply.outcome).toBe('ended')
      for (let n = 0; n < 5; n++) await subject.pass()
      expect(reply.thoughts).toHaveLength(saidBefore)
      await until(subject, () => subject.held() === 0)
      expect(reply.listeners()).toBe(0)
    })

    it('says nothing after an abort that comes between two pieces', async test => {
      const subject = await prepare('answers', test)
      const abort = new AbortController()
      const thoughts = subject.think(subject.messages, abort.signal)[Symbol.asyncIterator]()
      const first = thoughts.next()
      await until(subject, async () => settled(first))
      abort.abort()
      expect(await thoughts.next()).toMatchObject({ done: true })
      await until(subject, () => subject.held() === 0)
    })

    it('lets go of everything if the listener just stops listening', async test => {
      const subject = await prepare('answers', test)
      const thoughts = subject.think(subject.messages, new AbortController().signal)[Symbol.asyncIterator]()
      const first = thoughts.next()
      await until(subject, async () => settled(first))
      await thoughts.return?.()
      await until(subject, () => subject.held() === 0)
    })

    it('rejects once, with its name and the stage, if it fails before the first token', async test => {
      const subject = await prepare('fails at once', test)
      const reply = listen(subject)
      await until(subject, () => reply.outcome !== null)
      expect(reply.outcome).toBeInstanceOf(ProviderError)
      expect(text(reply.thoughts)).toBe('')
      await until(subject, () => subject.held() === 0)
      expect(reply.listeners()).toBe(0)
    })

    it('keeps what it said and rejects once if it fails in the middle', async test => {
      const subject = await prepare('fails in the middle', test)
      const reply = listen(subject)
      await until(subject, () => reply.outcome !== null)
      expect(reply.outcome).toBeInstanceOf(ProviderError)
      expect(text(reply.thoughts)).not.toBe('')
      await until(subject, () => subject.held() === 0)
      expect(reply.listeners()).toBe(0)
    })

    it('stays quiet if it is aborted as it fails', async test => {
      const subject = await prepare('fails in the middle', test)
      const reply = listen(subject, undefined, () => reply.abort())
      await until(subject, () => reply.outcome !== null)
      expect(reply.outcome).toBe('ended')
      await until(subject, () => subject.held() === 0)
    })

    it('calls a tool it is offered once and whole, after its text', async test => {
      const subject = await prepare('calls a tool', test)
      const reply = listen(subject)
      await until(subject, () => reply.outcome !== null)
      expect(reply.outcome).toBe('ended')
      expect(callsIn(reply.thoughts)).toHaveLength(1)
      const [{ id, name, args }] = callsIn(reply.thoughts) as [ToolCall]
      expect(id).not.toBe('')
      expect(subject.tools!.map(tool => tool.name)).toContain(name)
      expect(JSON.parse(args)).toBeTypeOf('object')
      const types = reply.thoughts.map(({ type }) => type).filter(type => type !== 'usage')
      expect(types.indexOf('call-tool')).toBe(types.length - 1)
    })

    it('goes on speaking when it is told what came of its call', async test => {
      const subject = await prepare('calls a tool', test)
      const first = listen(subject)
      await until(subject, () => first.outcome !== null)
      const calls = callsIn(first.thoughts)
      const results = calls.map(({ id }): Message => ({ role: 'tool', callId: id, content: 'It is done.' }))
      const messages: readonly Message[] = [
        ...subject.messages,
        { role: 'assistant', content: text(first.thoughts), calls },
        ...results,
      ]
      const second = listen({ ...subject, messages })
      await until(subject, () => second.outcome !== null)
      expect(second.outcome).toBe('ended')
      expect(text(second.thoughts)).not.toBe('')
      await until(subject, () => subject.held() === 0)
    })

    it('keeps two replies apart', async test => {
      const subject = await prepare('answers', test)
      const dropped = listen(subject)
      const kept = listen(subject)
      dropped.abort()
      await until(subject, () => kept.outcome !== null)
      expect(kept.outcome).toBe('ended')
      expect(dropped).toMatchObject({ outcome: 'ended', thoughts: [] })
      if (subject.answer !== null) expect(text(kept.thoughts)).toBe(subject.answer)
    })
  })
}

type Listening = {
  readonly thoughts: Thought[]
  outcome: 'ended' | Error | null
  readonly abort: () => void
  /** Abort listeners left on the reply's signal. */
  readonly listeners: () => number
}

/** Hears a reply to its end and records it. `onThought` is told of each thought as it comes. */
function listen(subject: ThinkUnderTest, signal?: AbortSignal, onThought?: () => void): Listening {
  const abort = new AbortController()
  const given = signal ?? abort.signal
  const reply: Listening = {
    thoughts: [],
    outcome: null,
    abort: () => abort.abort(),
    listeners: () => getEventListeners(given, 'abort').length,
  }
  void (async () => {
    try {
      for await (const thought of subject.think(subject.messages, given, undefined, undefined, subject.tools)) {
        reply.thoughts.push(thought)
        onThought?.()
      }
      reply.outcome = 'ended'
    } catch (error) {
      reply.outcome = error instanceof Error ? error : new Error('rejected with something that is no Error')
    }
  })()
  return reply
}

const callsIn = (thoughts: readonly Thought[]): readonly ToolCall[] =>
  thoughts.flatMap(thought => (thought.type === 'call-tool' ? [thought.call] : []))

const text = (thoughts: readonly Thought[]): string =>
  thoughts.map(thought => (thought.type === 'text' ? thought.text : '')).join('')

/** One turn of the event loop: time for promises that are already decided, none for a network. */
const tick = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

const settled = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), tick().then(() => false)])

/** Lets the subject's time go on until `condition` holds; the test's own time limit ends it if it never does. */
async function until(subject: ThinkUnderTest, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 5_000; n++) {
    if (await condition()) return
    await subject.pass()
  }
  expect.fail('what was waited for did not happen')
}
