/**
 * What was said on the call, as the model will be told it: exchanges of the caller's words and what the caller *heard* in
 * reply. Text enters `bot` only as its audio is confirmed played, so the model never believes it said what nobody heard.
 */

import type { Deed } from '../ports.ts'

export type Exchange = {
  /** The reply's id; exchanges are kept in the order in which replies were released. Those from before a break are below 1. */
  readonly id: number
  /** What the caller said, or '' where the bot spoke unasked (greeting, prompts). */
  readonly caller: string
  /** What the caller has heard of the reply so far, to the word. */
  readonly bot: string
  /** True if the caller cut the reply short. */
  readonly interrupted: boolean
  /** What was done for the caller between the two, if anything. */
  readonly deeds?: readonly Deed[]
}

export type History = readonly Exchange[]

export const open = (history: History, id: number, caller: string): History => [
  ...history,
  { id, caller, bot: '', interrupted: false },
]

export const heard = (history: History, id: number, bot: string): History =>
  change(history, id, exchange => ({ ...exchange, bot }))

export const interrupted = (history: History, id: number): History =>
  change(history, id, exchange => ({ ...exchange, interrupted: true }))

/** The recogniser added words to what was already being answered. */
export const amended = (history: History, id: number, late: string): History =>
  change(history, id, exchange => ({ ...exchange, caller: `${exchange.caller} ${late}` }))

/** Something was begun for the caller, or has come to its end. */
export const did = (history: History, id: number, deed: Deed): History =>
  change(history, id, exchange => ({ ...exchange, deeds: withDeed(exchange.deeds ?? [], deed) }))

/** As if the reply had never been: nothing of it was heard. What was done remains done. */
export const withdrawn = (history: History, id: number): History =>
  change(history, id, exchange => ({ ...exchange, caller: '', bot: '', interrupted: false })).filter(
    exchange => exchange.id !== id || exchange.deeds !== undefined,
  )

const withDeed = (deeds: readonly Deed[], deed: Deed): readonly Deed[] =>
  deeds.some(({ key }) => key === deed.key) ? deeds.map(other => (other.key === deed.key ? deed : other)) : [...deeds, deed]

function change(history: History, id: number, to: (exchange: Exchange) => Exchange): History {
  return history.map(exchange => (exchange.id === id ? to(exchange) : exchange))
}
