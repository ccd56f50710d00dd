/**
 * Which model is asked: the first of a list that the account can use. OpenAI retires models (gpt-4 on 23 Oct 2026), so the list
 * names successors; a model that turns out to be gone during a call is passed over from then on.
 */
import { type Dialect, dialectOf, without } from './dialect.ts'

export class Models {
  readonly #names: readonly string[]
  readonly #gone = new Set<string>()
  readonly #dialects = new Map<string, Dialect>()

  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** The model to ask now, or null if none is left. */
  get current(): string | null {
    return this.#names.find(name => !this.#gone.has(name)) ?? null
  }

  get gone(): readonly string[] {
    return [...this.#gone]
  }

  markGone(name: string): void {
    this.#gone.add(name)
  }

  dialect(name: string): Dialect {
    const known = this.#dialects.get(name) ?? dialectOf(name)
    this.#dialects.set(name, known)
    return known
  }

  /**
   * Remembers what a server does not know. True if it is worth asking again: something can be left out, or another reply found
   * that out in the meantime.
   */
  learn(name: string, asked: Dialect, complaint: string): boolean {
    const known = this.dialect(name)
    const changed = without(known, complaint)
    if (changed) this.#dialects.set(name, changed)
    return changed !== null || known !== asked
  }
}
