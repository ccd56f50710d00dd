/** Marks that are for the eye: markdown, emoji and signs are taken away, or said where they stand for a word. */
import { type Rule, blank, pattern } from './rule.ts'

const emoji = String.raw`(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f\u20e3])+`
const nothing = (): string => ''

/** Signs that say nothing by themselves. */
const sign = String.raw`[©®™°^\\{}<>~#$€£¥₹|_*]`

/** First of all, so that addresses and numbers stand free of marks. */
export const markdownRules: readonly Rule[] = [
  [/\r/gu, nothing],
  [/(?<=^|\n)[ \t]*(?:```|~~~)[\w+-]*[ \t]*(?=\n|$)/gu, nothing],
  [/(?<=^|\n)[ \t]*(?:[-|:*_=][ \t]*){2,}[-|:*_=](?=\n|$)/gu, nothing],
  [/(?<=^|\n)[ \t]*(?:#{1,6}|>|[-*•+–—])[ \t]+/gu, nothing],
  [/!?\[(?=[^\s[\]])/gu, nothing],
  [/\](?:\([^()\s]*\))?/gu, nothing],
  [/<\/?\p{L}[^<>\s:@]*>/gu, nothing],
  [/`+|~~/gu, nothing],
  // An asterisk is a mark unless it stands between numbers; an underscore only at the edge of a word.
  [/(?<!\d[ \t\u00a0]?)\*+|\*+(?![ \t\u00a0]?\d)/gu, nothing],
  [/(?<![\p{L}\p{N}_@.])_+(?=\S)|(?<=[^\s_])_+(?![\p{L}\p{N}_@.])/gu, nothing],
  // Cell borders of a table.
  [/[ \t]*\|[ \t]*(?=\n|$)|(?<=^|\n)[ \t]*\|[ \t]*/gu, nothing],
  [/[ \t]*\|/gu, () => ','],
  [pattern(`${blank}*${emoji}(?=${blank}*(?:[.,!?;:\\n]|$))`), nothing],
  [pattern(`${emoji}${blank}*`), nothing],
  [pattern(String.raw`(?:(?<=^|\n)|${blank}+)[:;]-?[)(DP](?=\s|$)`), nothing],
]

/** Last of all: signs that are left stand for words. */
export const signRules: readonly Rule[] = [
  [/(?<![\p{L}\p{N}])w\/o(?![\p{L}\p{N}])/gu, () => 'without'],
  [pattern(`(?<![\\p{L}\\p{N}])w/${blank}?(?=[\\p{L}])`), () => 'with '],
  [/(?<![\p{L}\p{N}])and\/or(?![\p{L}\p{N}])/gu, () => 'and or'],
  [/(?<=\p{Lu})\/(?=\p{Lu})/gu, () => ' '],
  [/(?<=\p{L})\/(?=\p{L})/gu, () => ' or '],
  spaced('&', 'and'),
  spaced('@', 'at'),
  spaced('=', 'equals'),
  spaced('%', 'percent'),
  spaced('→', 'to'),
  [/(?<=[\p{L}\p{N}])\++/gu, signs => ' plus'.repeat(signs.length)],
  spaced('\\+', 'plus'),
  [/(?<=\p{L})_+(?=\p{L})/gu, () => ' '],
  [pattern(`(?<=^|\\s)${sign}+${blank}*`), nothing],
  [pattern(sign), nothing],
  [/(?<=(?<![\p{L}.])[ap]\.m\.)\.(?!\.)/gu, nothing],
  // A heading or an item of a list without a full stop would run into the next line.
  [/(?<=[\p{L}\p{N}])(?=[ \t]*\n)/gu, () => '.'],
  [/(?<=\S)[ \t\u00a0]{2,}/gu, () => ' '],
]

/** "≤ 5" -> "at most 5": before the numbers are said. */
export const comparisonRules: readonly Rule[] = [
  [pattern(`≥${blank}?|>=${blank}?(?=\\d)`), () => 'at least '],
  [pattern(`≤${blank}?|<=${blank}?(?=\\d)`), () => 'at most '],
  [pattern(`>${blank}?(?=[$€£]?\\d)`), () => 'more than '],
  [pattern(`<${blank}?(?=[$€£]?\\d)`), () => 'less than '],
  [pattern(`(?:≈|~)${blank}?(?=[$€£]?\\d)`), () => 'about '],
]

/** A sign that stands for a word, with the blanks around it made one on each side. */
function spaced(sign: string, word: string): Rule {
  return [pattern(`${blank}*${sign}${blank}*`), () => ` ${word} `]
}
