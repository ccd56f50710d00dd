/**
 * What was done for a caller on one call, so that nothing is done twice: not when a reply is withdrawn and asked again, not when
 * the model asks twice, not after a crash. The record says that a deed is begun before it begins. Knows nothing of replies.
 */
import type { Deed, Outcome, Task } from '../ports.ts'

export type Effect = Extract<Task, { readonly type: 'effect' }>

/** Told as a deed is begun, and again once its outcome is known. */
export type TellDeed = (deed: Deed) => void

export type DeedsParts = {
  /** Resolves once everything told so far is safe from a crash. */
  readonly kept: () => Promise<void>
  /** What an earlier process began on this call, oldest first. */
  readonly before?: readonly Deed[]
}

const UNKNOWN: Outcome = { done: false, says: 'It was begun, but nobody knows whether it was done. It is not tried again.' }

export class Deeds {
  readonly #kept: () => Promise<void>
  readonly #outcomes = new Map<string, Promise<Outcome>>()
  /** Begun by a process that died before it could say what came of it. */
  readonly #lost = new Set<string>()

  constructor({ kept, before = [] }: DeedsParts) {
    this.#kept = kept
    for (const { key, outcome } of before) {
      this.#lost.delete(key)
      if (outcome === null) this.#lost.add(key)
      if (outcome?.done) this.#outcomes.set(key, Promise.resolve(outcome))
    }
  }

  /** Does it now, or says what came of it when it was done. A failure may be tried again, unless nobody knows how far it came. */
  do(tool: string, effect: Effect, tell: TellDeed): Promise<Outcome> {
    const key = `${tool} ${effect.args.toLowerCase()}`
    const earlier = this.#outcomes.get(key)
    if (earlier) return earlier.then(once)
    const outcome = this.#lost.has(key) && !effect.repeatable ? Promise.resolve(UNKNOWN) : this.#run(key, tool, effect, tell)
    this.#outcomes.set(key, outcome)
    return outcome
  }

  async #run(key: string, tool: string, { args, repeatable, run }: Effect, tell: TellDeed): Promise<Outcome> {
    tell({ key, tool, args, outcome: null })
    await this.#kept()
    const outcome = await run(key).catch((error: unknown) => {
      const why = `It failed: ${error instanceof Error ? error.message : String(error)}.`
      return repeatable ? { done: false, says: why } : { done: false, says: `${why} ${UNKNOWN.says}` }
    })
    if (!outcome.done && !outcome.says.endsWith(UNKNOWN.says)) this.#outcomes.delete(key)
    tell({ key, tool, args, outcome })
    return outcome
  }
}

const once = ({ done, says }: Outcome): Outcome => ({ done, says: done ? `This was done once, and not again: ${says}` : says })
