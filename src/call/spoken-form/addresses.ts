/** E-mail and web addresses, and telephone numbers -> words. */
import { digitWords } from './number-words.ts'
import { type Rule, blank, pattern } from './rule.ts'

/** Endings by which a bare name is known to be a web address. "Node.js" and "e.g." are none. */
const topLevelDomains = 'com|org|net|edu|gov|io|ai|co|dev|app|info|biz|me|us|uk|ca|de|eu|tv|ly|gg|so|xyz|tech|cloud'
const phoneGap = String.raw`[-. \u00a0]`
const phoneStart = String.raw`(?<![\p{L}\p{N}.,$€£#/-])`
const phoneEnd = String.raw`(?![\p{L}\p{N}/-]|[.,]\d)`

const signs: Readonly<Record<string, string>> = {
  '.': 'dot',
  '@': 'at',
  '-': 'dash',
  _: 'underscore',
  '+': 'plus',
  '/': 'slash',
  ':': 'colon',
  '%': 'percent',
  '~': 'tilde',
}

/** "john.doe2@nooks.ai" -> "john dot doe two at nooks dot ai" */
const spelled = (address: string): string =>
  address
    .replaceAll(/\d/g, digit => ` ${digitWords(digit)} `)
    .replaceAll(/[^\p{L}\s]/gu, sign => ` ${signs[sign] ?? ''} `)
    .replaceAll(/\s+/g, ' ')
    .trim()

/** "(555) 123-4567" -> "five five five, one two three, four five six seven": each group for itself, as people say it. */
function phone(text: string): string {
  const groups = text.match(/\d+/g) ?? []
  return (text.startsWith('+') ? 'plus ' : '') + groups.map(digitWords).join(', ')
}

const tenDigits = (text: string): string => {
  const local = text.slice(-10)
  return phone([text.slice(0, -10), local.slice(0, 3), local.slice(3, 6), local.slice(6)].join(' '))
}

export const addressRules: readonly Rule[] = [
  [/[\p{L}\p{N}][\p{L}\p{N}._%+-]*@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu, spelled],
  // What follows ? or # is for machines; nobody could note it down from a voice.
  [
    /(?<![\p{L}\p{N}])(?:https?:\/\/|www\.)([^\s<>()"'*\]?#]*[\p{L}\p{N}])\/?(?:[?#][^\s<>()"'*\]]*[\p{L}\p{N}=])?/giu,
    (_all, address = '') => spelled(address.replace(/^www\./i, '')),
  ],
  [
    new RegExp(
      String.raw`(?<![\p{L}\p{N}@./-])(?:[\p{L}\p{N}-]+\.)+(?:${topLevelDomains})(?![\p{L}\p{N}]|\.[\p{L}\p{N}])(?:/[^\s<>()"'*\]?#]*[\p{L}\p{N}])?`,
      'giu',
    ),
    spelled,
  ],
  [pattern(phoneStart, String.raw`\+\d{1,3}(?:${phoneGap}?\(?\d{1,5}\)?){2,5}`, phoneEnd), phone],
  [
    pattern(phoneStart, String.raw`(?:1${phoneGap})?(?:\(\d{3}\)${blank}?|\d{3}${phoneGap})\d{3}${phoneGap}\d{4}`, phoneEnd),
    phone,
  ],
  [pattern(phoneStart, String.raw`\d{3}-\d{4}`, phoneEnd), phone],
  [pattern(phoneStart, String.raw`1?[2-9]\d{9}(?<!000)`, phoneEnd), tenDigits],
  // Numbers in three and more groups count nothing: order numbers, social security numbers. Dates have been said before.
  [pattern(phoneStart, String.raw`\d+(?:-\d+){2,}`, phoneEnd), phone],
]
