/**
 * The budgets of all services, shared over the calls of this process: whether a call more can be served, and which budget is
 * exhausted if not. The state of it; what it means is in allowance.ts.
 */
import type { Exhausted } from '../calls.ts'
import type { Allow, Clock } from '../ports.ts'
import { learn, mustSpare, newAllowance, whyNotServed, type Allowance } from './allowance.ts'

export type BudgetsOptions = { readonly clock: Clock; readonly sessionsPerMinute: Readonly<Record<string, number>> }

export class Budgets {
  readonly #clock: Clock
  readonly #allowances = new Map<string, Allowance>()

  /** `sessionsPerMinute`: by the name of the service, for those that count them. */
  constructor({ clock, sessionsPerMinute }: BudgetsOptions) {
    this.#clock = clock
    for (const [service, most] of Object.entries(sessionsPerMinute)) this.#allowances.set(service, newAllowance(most))
  }

  /** Where an adapter of this service tells what it learns. */
  of(service: string): Allow {
    return news => {
      const before = this.#allowances.get(service) ?? newAllowance()
      this.#allowances.set(service, learn(before, news, this.#clock.now()))
    }
  }

  /** Which services could not serve one call more than these. */
  exhausted(calls: number): readonly Exhausted[] {
    const now = this.#clock.now()
    return [...this.#allowances].flatMap(([service, allowance]) => {
      const why = whyNotServed(allowance, calls + 1, now)
      return why === null ? [] : [{ service, why }]
    })
  }

  /** Whether these calls are to make fewer drafts, so that all of them can be answered. */
  mustSpare(calls: number): boolean {
    const now = this.#clock.now()
    return [...this.#allowances.values()].some(allowance => mustSpare(allowance, calls, now))
  }
}
