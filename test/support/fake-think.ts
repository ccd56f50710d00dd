/** A `Think` that does what it is told, in the time of an injected clock, and remembers what it was asked. */
import type { Clock, Message, ProviderError, Spent, Think, Thought } from '../../src/ports.ts'

export type FakeThought = {
  /** How long after the one before (the first: after the question) this thought comes. */
  readonly afterMs: number
  readonly thought: Thought
}

export type FakeReply = {
  readonly thoughts: readonly FakeThought[]
  /** How it ends after the last thought: at once, by failing, or (null) never by itself. */
  readonly ending: 'complete' | ProviderError | null
}

/** Text in pieces, the first after `firstMs`, the others `everyMs` apart. */
export const saying = (pieces: readonly string[], firstMs = 0, everyMs = 0): FakeReply => ({
  thoughts: pieces.map((text, n) => ({ afterMs: n === 0 ? firstMs : everyMs, thought: { type: 'text', text } })),
  ending: 'complete',
})

export class FakeThink {
  /** Every conversation it was asked to continue, in order. */
  readonly asked: (readonly Message[])[] = []
  /** Replies that were aborted before they were complete. */
  aborted = 0
  /** Replies under way. Zero once everything that was asked has ended. */
  open = 0
  /** Set: what is aborted does not end before this does. */
  hang: Promise<void> | null = null
  readonly #clock: Clock
  readonly #answer: (messages: readonly Message[]) => FakeReply

  constructor(clock: Clock, answer: (messages: readonly Message[]) => FakeReply) {
    this.#clock = clock
    this.#answer = answer
  }

  readonly think: Think = (messages, signal, _note, spent) => {
    this.asked.push(messages)
    return this.#reply(this.#answer(messages), signal, spent)
  }

  /** One that does not end is said to have cost ten tokens, and one for each thought. */
  async *#reply(reply: FakeReply, signal: AbortSignal, spent?: Spent): AsyncGenerator<Thought, void, undefined> {
    this.open++
    let ended = false
    let completionTokens = 0
    try {
      for (const { afterMs, thought } of reply.thoughts) {
        if (afterMs > 0) await this.#pause(afterMs, signal)
        if (signal.aborted) return
        completionTokens++
        yield thought
        if (signal.aborted) return
      }
      if (reply.ending === null) return await this.#pause(null, signal)
      ended = true
      if (reply.ending !== 'complete') throw reply.ending
    } finally {
      await this.hang
      this.open--
      if (!ended) {
        this.aborted++
        spent?.({ model: 'fake-1', promptTokens: 10, completionTokens, estimated: true })
      }
    }
  }

  /** Waits that long (null: for ever), or until the abort. */
  #pause(ms: number | null, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      if (signal.aborted) return resolve()
      const end = (): void => {
        callOff()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const callOff = ms === null ? () => {} : this.#clock.after(ms, end)
      signal.addEventListener('abort', end)
    })
  }
}
