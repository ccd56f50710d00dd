/** A work queue that tells how much is in it, so that a test can wait for a real engine instead of sleeping. */
import { createWorkQueue, type WorkQueue } from '../../../src/providers/local/work-queue.ts'

export type WatchedQueue = WorkQueue & {
  /** Pieces of work waiting or under way. */
  readonly held: () => number
  /** Resolves once nothing is waiting or under way, at once if so already. */
  readonly idle: () => Promise<void>
}

export function createWatchedQueue(slots: number): WatchedQueue {
  const queue = createWorkQueue(slots)
  const held = new Set<object>()
  const wakers: (() => void)[] = []
  const release = (work: object): void => {
    held.delete(work)
    for (const wake of wakers.splice(0)) wake()
  }
  return {
    held: () => held.size,
    async idle() {
      while (held.size > 0) await new Promise<void>(resolve => wakers.push(resolve))
    },
    add(urgency, work) {
      held.add(work)
      const withdraw = queue.add(urgency, () => work().finally(() => release(work)))
      if (withdraw === null) release(work)
      return (
        withdraw &&
        (() => {
          const withdrawn = withdraw()
          if (withdrawn) release(work)
          return withdrawn
        })
      )
    },
  }
}
