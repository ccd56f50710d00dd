/**
 * What a call has cost until now by list price, folded from its journal as it is written: tokens and characters of every
 * reply, thrown-away drafts included, and the seconds of the recogniser. Pure. What has no price is told, not counted.
 */
import type { Entry } from '../call/journal.ts'
import { CallUsage } from './call-usage.ts'
import { isOwn, priceOf } from './prices.ts'
import type { CostRow, Unit } from './tables.ts'

/** What has been counted so far, in US dollars, and the services of which something could not be. */
export type Cost = { readonly usd: number; readonly unpriced: readonly string[] }

export class CallCost {
  readonly #unpriced = new Set<string>()
  /** Of each reply, what is known until now. */
  readonly #replies = new Map<number, number>()
  #usage: CallUsage | null = null
  #repliesUsd = 0

  /** To be told of every entry, from the heading on. */
  take(entry: Entry): Cost {
    if (entry.type === 'call') this.#usage = new CallUsage(entry.callSid, entry)
    const usage = this.#usage
    if (!usage) return { usd: 0, unpriced: [] }
    usage.take(entry)
    const id = replyIn(entry)
    if (id !== null) this.#count(id, this.#sum(usage.costsOf(id)))
    return { usd: this.#repliesUsd + this.#sum(usage.costsOfCall()), unpriced: [...this.#unpriced] }
  }

  #count(id: number, usd: number): void {
    this.#repliesUsd += usd - (this.#replies.get(id) ?? 0)
    this.#replies.set(id, usd)
  }

  #sum(costs: readonly CostRow[]): number {
    return costs.reduce((sum, { usd, unit, provider }) => {
      // The tokens of a reply under way are not known yet.
      if (usd === null && unit !== 'replies') this.#unpriced.add(provider)
      return sum + (usd ?? 0)
    }, 0)
  }
}

function replyIn(entry: Entry): number | null {
  if (entry.type === 'usage') return entry.id
  return entry.type === 'input' && entry.input.type === 'reply' ? entry.input.id : null
}

const UNITS = [
  ['stt', 'seconds'],
  ['llm', 'prompt-tokens'],
  ['llm', 'completion-tokens'],
  ['tts', 'characters'],
] as const satisfies readonly (readonly [string, Unit])[]

/** Of these services, named as in a call's heading, those that cost something on that day, nobody knows how much. */
export function unpricedOf(names: Readonly<Record<'stt' | 'llm' | 'tts', string>>, day: string): readonly string[] {
  const unpriced = UNITS.filter(([which, unit]) => !isOwn(names[which]) && priceOf(names[which], unit, day) === null)
  return [...new Set(unpriced.map(([which]) => names[which]))]
}
