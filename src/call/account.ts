/**
 * Keeps account of one reply's questions to the model: what was spent on those that never came to their end is told, also after
 * the reply was dropped, and whoever closes the books can wait until all of them have ended.
 */
import type { Spent, Think, Thought } from '../ports.ts'

export type Account = {
  readonly think: Think
  /** Resolves once every question asked so far has ended, one way or the other. */
  settled(): Promise<void>
}

export function openAccount(think: Think, spent: Spent): Account {
  const open = new Set<Promise<void>>()
  return {
    think: (messages, signal, note, _, tools) => counted(think(messages, signal, note, spent, tools), open),
    async settled() {
      await Promise.all(open)
    },
  }
}

async function* counted(thoughts: AsyncIterable<Thought>, open: Set<Promise<void>>): AsyncIterable<Thought> {
  const { promise, resolve } = Promise.withResolvers<void>()
  open.add(promise)
  try {
    yield* thoughts
  } finally {
    open.delete(promise)
    resolve()
  }
}
