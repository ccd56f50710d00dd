/**
 * Text as it is written -> text as it is said: money, dates, times, numbers and addresses in words an English voice can only
 * read one way; markdown and emoji taken away. Every pipeline passes its text through here before the voice, so that all
 * say the same.
 *
 * Rules:
 * - The same text gives the same words, whole or in the pieces of `phrases`, to the byte (see `Rule`).
 * - Words stay as they are: what has been made sayable is not changed again.
 * - Figures are read the American way. It corrects nothing and adds no meaning; what it does not know it leaves to the voice.
 */
import { phrases } from './phrases.ts'
import { addressRules } from './spoken-form/addresses.ts'
import { calendarRules } from './spoken-form/calendar.ts'
import { comparisonRules, markdownRules, signRules } from './spoken-form/marks.ts'
import { moneyRangeRules, moneyRules } from './spoken-form/money.ts'
import { minusRules, quantityRules, rangeRules } from './spoken-form/quantities.ts'
import type { Rule } from './spoken-form/rule.ts'

/** In this order: what is more particular goes first, and what has been said in words is no longer there for the next. */
const rules: readonly Rule[] = [
  ...markdownRules,
  ...comparisonRules,
  ...calendarRules,
  ...addressRules,
  ...moneyRangeRules,
  ...rangeRules,
  ...minusRules,
  ...moneyRules,
  ...quantityRules,
  ...signRules,
]

/** Nothing here needs a rule. Most of what a voice is given is of this kind. */
const plain = /^(?:[\p{L},!?'’"“”]|\.(?!\p{L})|-(?=\p{L})(?<=\p{L}-)| (?! ))*$/u

/** The words to say for a text, or for a piece of it as `phrases` cuts it. */
export const spoken = (text: string): string =>
  plain.test(text) ? text : rules.reduce((said, [pattern, say]) => said.replace(pattern, say), text)

/** A text that arrives bit by bit -> pieces for the voice, each worth speaking. Joined they are `spoken` of the whole text. */
export async function* spokenPhrases(text: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let silent = ''
  for await (const piece of phrases(text)) {
    const said = silent + spoken(piece)
    // A piece of nothing but emoji leaves blanks, which no voice is asked to say by themselves.
    silent = said.trim() === '' ? said : ''
    if (said.trim() !== '') yield said
  }
}
