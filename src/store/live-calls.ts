/** The calls going on, as far as they have come, and whoever wants to know when one begins, finishes a turn, or ends. */
import type { Certificate } from '../call/certificate.ts'

/** A call that goes on, as far as it has come. */
export type LiveCall = {
  readonly callSid: string
  readonly conversationId: string
  readonly personId: string | null
  readonly startedAt: string
  readonly lengthMs: number
  /** What the bot has begun to say so far, greeting and prompts included. */
  readonly replies: number
}

export type CallNews =
  | { readonly type: 'began'; readonly call: LiveCall }
  | { readonly type: 'turn'; readonly callSid: string; readonly turn: Certificate }
  | { readonly type: 'ended'; readonly callSid: string }

export class LiveCalls {
  readonly #calls = new Map<object, LiveCall>()
  readonly #watchers = new Set<(news: CallNews) => void>()

  /** The oldest first. */
  get all(): readonly LiveCall[] {
    return [...this.#calls.values()]
  }

  /** `key` is the call's own, for a SID may come twice. */
  set(key: object, call: LiveCall): void {
    const isNew = !this.#calls.has(key)
    this.#calls.set(key, call)
    if (isNew) this.#tell({ type: 'began', call })
  }

  turn(key: object, turn: Certificate): void {
    const call = this.#calls.get(key)
    if (call) this.#tell({ type: 'turn', callSid: call.callSid, turn })
  }

  delete(key: object): void {
    const call = this.#calls.get(key)
    if (this.#calls.delete(key)) this.#tell({ type: 'ended', callSid: call!.callSid })
  }

  /** Tells from now on. Watchers must not throw. Gives what stops it. */
  watch(watcher: (news: CallNews) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #tell(news: CallNews): void {
    for (const watcher of this.#watchers) watcher(news)
  }
}
