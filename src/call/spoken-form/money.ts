/** Sums of money -> words. */
import { cardinal, isOne, numberWords } from './number-words.ts'
import { type Rule, blank, dash, endsHere, number, pattern, startsHere } from './rule.ts'

type Currency = { readonly one: string; readonly many: string; readonly cent: string; readonly cents: string }

const dollar: Currency = { one: 'dollar', many: 'dollars', cent: 'cent', cents: 'cents' }
const euro: Currency = { one: 'euro', many: 'euros', cent: 'cent', cents: 'cents' }
const pound: Currency = { one: 'pound', many: 'pounds', cent: 'penny', cents: 'pence' }
const rupee: Currency = { one: 'rupee', many: 'rupees', cent: 'paisa', cents: 'paise' }
const yen: Currency = { one: 'yen', many: 'yen', cent: 'sen', cents: 'sen' }

const prefixed = (adjective: string, { one, many, cent, cents }: Currency): Currency => ({
  one: `${adjective} ${one}`,
  many: `${adjective} ${many}`,
  cent,
  cents,
})

const currencies: Readonly<Record<string, Currency>> = {
  $: dollar,
  US$: dollar,
  USD: dollar,
  C$: prefixed('Canadian', dollar),
  CAD: prefixed('Canadian', dollar),
  A$: prefixed('Australian', dollar),
  AUD: prefixed('Australian', dollar),
  '€': euro,
  EUR: euro,
  '£': pound,
  GBP: pound,
  '₹': rupee,
  INR: rupee,
  '¥': yen,
  JPY: yen,
}

const scaleNames: Readonly<Record<string, string>> = { k: 'thousand', m: 'million', mm: 'million', mn: 'million', b: 'billion', bn: 'billion', t: 'trillion' } // prettier-ignore
const periods: Readonly<Record<string, string>> = {
  mo: 'month',
  yr: 'year',
  hr: 'hour',
  wk: 'week',
  min: 'minute',
  sec: 'second',
}

const sign = String.raw`(US\$|C\$|A\$|[$€£₹¥])`
const code = '(USD|CAD|AUD|EUR|GBP|INR|JPY)'
const scale = String.raw`(?:${blank}?(thousand|million|billion|trillion|[kK]|[mM]{1,2}|mn|[bB]n?|[tT])(?![\p{L}\p{N}]))?`
const period = String.raw`(?:${blank}?/${blank}?(\p{L}+))?`
/** "$5 million dollars" names the currency twice; a voice does not. */
const named = String.raw`(?:${blank}(?:dollars?|euros?|pounds?|rupees?|yen)(?!\p{L}))?`

const scaled = (text: string): string => (text ? ` ${scaleNames[text.toLowerCase()] ?? text}` : '')
const per = (text: string): string => (text ? ` per ${periods[text] ?? text}` : '')

/** ("5.50", "", "$") -> "five dollars and fifty cents"; ("5.2", "M", "$") -> "five point two million dollars" */
function sum(amount: string, scaleText: string, currencyText: string): string {
  const currency = currencies[currencyText] ?? dollar
  const [whole = '', fraction = ''] = amount.split('.')
  if (scaleText || fraction.length > 2) return `${numberWords(amount)}${scaled(scaleText)} ${currency.many}`
  const cents = Number(fraction.padEnd(2, '0'))
  const wholes = `${numberWords(whole || '0')} ${isOne(whole) ? currency.one : currency.many}`
  if (cents === 0) return wholes
  const rest = `${cardinal(cents)} ${cents === 1 ? currency.cent : currency.cents}`
  return Number(whole.replaceAll(',', '')) === 0 ? rest : `${wholes} and ${rest}`
}

/** "$5-10 million" means millions on both sides; "$1.50-$2" are two sums. */
function range(currency: string, from: string, fromScale: string, to: string, toScale: string): string {
  if (from.includes('.') && !fromScale && !toScale) return `${sum(from, '', currency)} to ${sum(to, '', currency)}`
  const left = fromScale && fromScale !== toScale ? numberWords(from) + scaled(fromScale) : numberWords(from)
  return `${left} to ${isOne(to) && !toScale ? `one ${(currencies[currency] ?? dollar).many}` : sum(to, toScale, currency)}`
}

/** Ranges first, then (elsewhere) minus signs, then single sums: a dash between two sums is no minus. */
export const moneyRangeRules: readonly Rule[] = [
  [
    pattern(
      startsHere,
      sign,
      `${blank}?(${number})`,
      scale,
      `(?:${blank}?${dash}${blank}?|${blank}to${blank}(?=[$€£₹¥]))`,
      `[$€£₹¥]?${blank}?(${number})`,
      scale,
      endsHere,
      named,
      period,
    ),
    (_all, currency = '', from = '', fromScale = '', to = '', toScale = '', each = '') =>
      range(currency, from, fromScale, to, toScale) + per(each),
  ],
]

export const moneyRules: readonly Rule[] = [
  [
    pattern(startsHere, sign, `${blank}?(${number})`, scale, endsHere, named, period),
    (_all, currency = '', amount = '', size = '', each = '') => sum(amount, size, currency) + per(each),
  ],
  [
    pattern(startsHere, code, `${blank}?(${number})`, scale, endsHere, period),
    (_all, currency = '', amount = '', size = '', each = '') => sum(amount, size, currency) + per(each),
  ],
  [
    pattern(startsHere, `(${number})`, scale, `${blank}?`, code, endsHere, period),
    (_all, amount = '', size = '', currency = '', each = '') => sum(amount, size, currency) + per(each),
  ],
  [
    pattern(startsHere, `(${number})${blank}?¢`),
    (_all, amount = '') => `${numberWords(amount)} ${isOne(amount) ? 'cent' : 'cents'}`,
  ],
]
