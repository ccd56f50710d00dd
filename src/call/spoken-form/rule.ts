/** What a rule of the spoken form is, and the bits of pattern that several rules share. */

/**
 * Replaces each match of a pattern. Patterns reach across a blank only beside a digit or a sign, or after an abbreviation, for
 * there `phrases` never cuts; and never across a line break. So a text gives the same words in pieces as it does whole.
 */
export type Rule = readonly [pattern: RegExp, say: (...match: string[]) => string]

/** A blank within a line. */
export const blank = String.raw`[ \t\u00a0]`
/** A number as people write it: 5, 1,000, 1,000.50, .5 */
export const number = String.raw`(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)`
/** Not in the middle of a word or number. */
export const startsHere = String.raw`(?<![\p{L}\p{N}]|\d[.,])`
export const endsHere = String.raw`(?![\p{L}\p{N}]|[.,]\d)`
export const dash = '[-–—]'

export const pattern = (...parts: readonly string[]): RegExp => new RegExp(parts.join(''), 'gu')
