/**
 * How much of the services a call used, folded from its journal: tokens and characters of each reply, also of drafts that were
 * thrown away, and the seconds of the recogniser. Pure. Fixed lines come from a cache and were paid for once.
 */
import type { Entry, Heading } from '../call/journal.ts'
import type { ReplyNews } from '../call/reply.ts'
import type { Usage } from '../ports.ts'
import { isOwn, priceOf } from './prices.ts'
import type { CostRow, Unit } from './tables.ts'

type ReplyUsage = {
  readonly characters: number
  readonly asked: boolean
  /** Of all its questions to the model, also those whose answers broke off; `model` is who answered last. */
  readonly tokens: (Usage & { readonly model: string }) | null
  readonly dropped: boolean
}

const nothing: ReplyUsage = { characters: 0, asked: false, tokens: null, dropped: false }

export class CallUsage {
  readonly #callId: string
  readonly #heading: Heading
  readonly #replies = new Map<number, ReplyUsage>()
  readonly #released = new Set<number>()
  #lastMs = 0

  constructor(callId: string, heading: Heading) {
    this.#callId = callId
    this.#heading = heading
  }

  /** Gives the reply whose costs are now known, or have changed since; null if none. */
  take(entry: Entry): number | null {
    this.#lastMs = entry.ms
    if (entry.type === 'command') return this.#obey(entry.command)
    if (entry.type === 'usage') return this.#replies.has(entry.id) ? this.#spend(entry.id, entry.model, entry) : null
    if (entry.type !== 'input' || entry.input.type !== 'reply') return null
    return this.#hear(entry.input.id, entry.input.news)
  }

  costsOf(replyId: number): readonly CostRow[] {
    const { characters, asked, tokens, dropped } = this.#replies.get(replyId) ?? nothing
    const { llm, tts } = this.#heading.providers
    const model = { turnId: replyId, service: 'model', provider: tokens?.model ?? llm, dropped: dropped ? 1 : 0 } as const
    const estimated = tokens?.estimated ? 1 : 0
    const used = tokens
      ? [
          { ...model, unit: 'prompt-tokens', quantity: tokens.promptTokens, estimated } as const,
          { ...model, unit: 'completion-tokens', quantity: tokens.completionTokens, estimated } as const,
        ]
      : [{ ...model, unit: 'replies', quantity: asked ? 1 : 0, estimated: 1 } as const]
    const spoken = { ...model, service: 'voice', provider: tts, unit: 'characters', quantity: characters, estimated: 1 } as const
    return [...used, spoken].flatMap(cost => this.#priced(cost))
  }

  /** Of the call as a whole. The session with the recogniser is as long as the call, ringing included. */
  costsOfCall(): readonly CostRow[] {
    const provider = this.#heading.providers.stt
    const quantity = Math.round(this.#lastMs) / 1000
    return this.#priced({ turnId: 0, service: 'recogniser', provider, unit: 'seconds', quantity, estimated: 1, dropped: 0 })
  }

  /** Drafts that were under way when the call ended were paid for, too. */
  get unfinished(): readonly number[] {
    return [...this.#replies.keys()].filter(id => !this.#released.has(id) && !this.#replies.get(id)!.dropped)
  }

  #obey(command: (Entry & { type: 'command' })['command']): number | null {
    if (command.type === 'prepare') this.#replies.set(command.id, { ...nothing, asked: true })
    if (command.type === 'release') this.#released.add(command.id)
    if (command.type !== 'drop' || this.#released.has(command.id) || !this.#replies.has(command.id)) return null
    return this.#change(command.id, { dropped: true })
  }

  #hear(id: number, news: ReplyNews): number | null {
    const reply = this.#replies.get(id)
    if (!reply) return null
    if (news.type === 'phrase') this.#change(id, { characters: reply.characters + [...news.text].length })
    return news.type === 'usage' ? this.#spend(id, news.model ?? this.#heading.providers.llm, news) : null
  }

  #spend(id: number, model: string, { promptTokens, completionTokens, estimated }: Usage): number {
    const before = this.#replies.get(id)?.tokens ?? { promptTokens: 0, completionTokens: 0, estimated: false }
    return this.#change(id, {
      tokens: {
        model,
        promptTokens: before.promptTokens + promptTokens,
        completionTokens: before.completionTokens + completionTokens,
        estimated: before.estimated || estimated,
      },
    })
  }

  #change(id: number, to: Partial<ReplyUsage>): number {
    this.#replies.set(id, { ...(this.#replies.get(id) ?? nothing), ...to })
    return id
  }

  #priced(cost: Omit<CostRow, 'callId' | 'usd' | 'pricedOn'> & { readonly unit: Unit }): readonly CostRow[] {
    if (cost.quantity === 0 || isOwn(cost.provider)) return []
    const price = priceOf(cost.provider, cost.unit, this.#heading.startedAt)
    return [{ ...cost, callId: this.#callId, usd: price && price.usd * cost.quantity, pricedOn: price?.since ?? null }]
  }
}
