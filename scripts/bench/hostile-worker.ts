/** One side of `npm run bench:hostile` on a thread of its own: the callers, or one attacker. Posts what came of it. */
import { parentPort, workerData } from 'node:worker_threads'
import { attacks, type AttackName, type Victim } from '../../test/hostile/attacks.ts'
import { gapsMs, talkTo } from '../../test/hostile/live-call.ts'

export type Task =
  | { readonly type: 'call'; readonly port: number; readonly calls: number; readonly words: number }
  | { readonly type: 'attack'; readonly name: AttackName; readonly victim: Victim; readonly forMs: number }

/** Of the callers. */
export type Called = {
  /** Of each call, for each word: how long after it a reply was heard; null if none was. */
  readonly gapsMs: readonly (readonly (number | null)[])[]
  /** Frames each call sent, by its name. */
  readonly frames: Readonly<Record<string, number>>
}

/** Callers begin so long after one another, so that their replies are not due in the same moment. */
const BETWEEN_CALLS_MS = 170

async function call({ port, calls, words }: Task & { type: 'call' }): Promise<Called> {
  const records = await Promise.all(
    Array.from({ length: calls }, async (_, n) => {
      await new Promise(resolve => setTimeout(resolve, n * BETWEEN_CALLS_MS))
      return talkTo(port, n + 1, words).ended
    }),
  )
  return {
    gapsMs: records.map(record => gapsMs(record, words)),
    frames: Object.fromEntries(records.map(({ identity, legs }) => [identity.callSid, legs.caller.length / 160])),
  }
}

const task = workerData as Task
parentPort!.postMessage(task.type === 'call' ? await call(task) : await attacks[task.name](task.victim, task.forMs))
