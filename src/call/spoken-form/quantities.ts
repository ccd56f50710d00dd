/** Everything else that is written in figures -> words: ordinals, percentages, units, ranges, fractions, codes, plain numbers. */
import { yearRule } from './calendar.ts'
import { cardinal, digitWords, isOne, numberWords, ordinal, yearWords } from './number-words.ts'
import { type Rule, blank, dash, number, pattern, startsHere } from './rule.ts'

/** Unit -> one, many. "m" is meters; millions are written "M" where no currency stands before them. */
const units: Readonly<Record<string, readonly [string, string]>> = {
  km: ['kilometer', 'kilometers'],
  m: ['meter', 'meters'],
  cm: ['centimeter', 'centimeters'],
  mm: ['millimeter', 'millimeters'],
  mi: ['mile', 'miles'],
  ft: ['foot', 'feet'],
  yd: ['yard', 'yards'],
  'sq ft': ['square foot', 'square feet'],
  sqft: ['square foot', 'square feet'],
  'fl oz': ['fluid ounce', 'fluid ounces'],
  'm²': ['square meter', 'square meters'],
  kg: ['kilogram', 'kilograms'],
  g: ['gram', 'grams'],
  mg: ['milligram', 'milligrams'],
  lb: ['pound', 'pounds'],
  lbs: ['pound', 'pounds'],
  oz: ['ounce', 'ounces'],
  'km/h': ['kilometer per hour', 'kilometers per hour'],
  kph: ['kilometer per hour', 'kilometers per hour'],
  mph: ['mile per hour', 'miles per hour'],
  ms: ['millisecond', 'milliseconds'],
  sec: ['second', 'seconds'],
  secs: ['second', 'seconds'],
  min: ['minute', 'minutes'],
  mins: ['minute', 'minutes'],
  hr: ['hour', 'hours'],
  hrs: ['hour', 'hours'],
  KB: ['kilobyte', 'kilobytes'],
  MB: ['megabyte', 'megabytes'],
  GB: ['gigabyte', 'gigabytes'],
  TB: ['terabyte', 'terabytes'],
  kbps: ['kilobit per second', 'kilobits per second'],
  Mbps: ['megabit per second', 'megabits per second'],
  Gbps: ['gigabit per second', 'gigabits per second'],
  Hz: ['hertz', 'hertz'],
  kHz: ['kilohertz', 'kilohertz'],
  MHz: ['megahertz', 'megahertz'],
  GHz: ['gigahertz', 'gigahertz'],
  kW: ['kilowatt', 'kilowatts'],
  kWh: ['kilowatt hour', 'kilowatt hours'],
  '°F': ['degree Fahrenheit', 'degrees Fahrenheit'],
  '°C': ['degree Celsius', 'degrees Celsius'],
  '°': ['degree', 'degrees'],
  '%': ['percent', 'percent'],
}
const unit = `(${Object.keys(units)
  .sort((a, b) => b.length - a.length)
  .map(name => name.replaceAll(' ', blank))
  .join('|')})`

const suffixes: Readonly<Record<string, string>> = { k: 'thousand', K: 'thousand', M: 'million', mn: 'million', B: 'billion', bn: 'billion', x: 'times', X: 'times', '×': 'times' } // prettier-ignore
const periods: Readonly<Record<string, string>> = {
  mo: 'month',
  yr: 'year',
  hr: 'hour',
  wk: 'week',
  min: 'minute',
  sec: 'second',
}

const halves: Readonly<Record<string, string>> = {
  '1/2': 'one half',
  '1/3': 'one third',
  '2/3': 'two thirds',
  '1/4': 'one quarter',
  '3/4': 'three quarters',
  '½': 'one half',
  '⅓': 'one third',
  '⅔': 'two thirds',
  '¼': 'one quarter',
  '¾': 'three quarters',
}

/** Figures that have a name of their own. */
const names: Readonly<Record<string, string>> = {
  '24/7': 'twenty-four seven',
  '50/50': 'fifty fifty',
  '9/11': 'nine eleven',
  '911': 'nine one one',
  '411': 'four one one',
  '401k': 'four oh one k',
  '401(k)': 'four oh one k',
}

const isYear = (text: string): boolean => /^(?:19|20)\d{2}$/.test(text)
const plainWords = (text: string): string => (isYear(text) ? yearWords(Number(text)) : numberWords(text))

function withUnit(amount: string, name: string): string {
  const [one, many] = units[name.replaceAll(/\s/g, ' ')] ?? [name, name]
  return `${numberWords(amount)} ${isOne(amount) ? one : many}`
}

const fraction = (all: string, over: string, under: string): string =>
  halves[all] ?? `${cardinal(Number(over))} slash ${cardinal(Number(under))}`

/** Before minus signs are read: a dash between two numbers is "to". */
export const rangeRules: readonly Rule[] = [
  [
    pattern(startsHere, `(${number})(%|[kKMB](?!\\p{L}))?${blank}?${dash}${blank}?(?=${number}(?!${dash}\\d|[.,]\\d))`),
    (_all, from = '', size = '') => `${plainWords(from)}${size && ` ${size === '%' ? 'percent' : (suffixes[size] ?? '')}`} to `,
  ],
]

export const minusRules: readonly Rule[] = [
  [/(?<![\p{L}\p{N}.,)\]%°/-])[-−](?=[$€£₹¥]?\.?\d)/gu, () => 'minus '],
  [/(?<![\p{L}\p{N}.,)\]%°/+-])\+(?=[$€£₹¥]?\.?\d)/gu, () => 'plus '],
]

export const quantityRules: readonly Rule[] = [
  [pattern(startsHere, String.raw`(?:24\/7|50\/50|9\/11|911|411|401\(?k\)?)(?![\p{L}\p{N}]|[-/.,]\d)`), all => names[all] ?? all],
  // Codes are read out figure by figure.
  [
    new RegExp(
      String.raw`(?<=(?<!\p{L})(?:code|zip|pin|extension|account|confirmation|reference|ticket|invoice|order|flight)${blank}(?:#|no\.${blank}?|number${blank})?)\d{3,}(?![\d.,:]\d|[%\p{L}])`,
      'giu',
    ),
    digitWords,
  ],
  [pattern(String.raw`(?<![\p{L}\p{N}])(?:#|No\.${blank}|Nr\.${blank})(?=\d)`), () => 'number '],
  [
    pattern(startsHere, String.raw`(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)(?![\p{L}\p{N}])`),
    (all, n = '') => ordinalWords(all, n),
  ],
  [
    pattern(startsHere, String.raw`(\d+)${blank}(1/2|1/3|2/3|1/4|3/4|[½⅓⅔¼¾])(?![\d/])`),
    (_all, n = '', part = '') => mixed(n, part),
  ],
  [
    /(?<![\d'’])(\d)['’](\d{1,2})(?!\d)(?:["”″]|['’]{2})?/gu,
    (_all, feet = '', inches = '') => `${cardinal(Number(feet))} foot ${cardinal(Number(inches))}`,
  ],
  [/(\d+)([½⅓⅔¼¾])/gu, (_all, n = '', part = '') => mixed(n, part)],
  [/[½⅓⅔¼¾]/gu, all => halves[all] ?? all],
  [
    pattern(startsHere, String.raw`(?<!/)(\d{1,2})/(\d{1,2})(?![\d/])`),
    (all, over = '', under = '') => fraction(all, over, under),
  ],
  [pattern(startsHere, String.raw`\d+(?:\.\d+){2,}`), all => all.split('.').map(numberWords).join(' point ')],
  [
    pattern(startsHere, `(${number})${blank}?${unit}(?![\\p{L}\\p{N}²°])`),
    (_all, amount = '', name = '') => withUnit(amount, name),
  ],
  [
    pattern(startsHere, `(${number})(k|K|M|mn|B|bn|[xX×])(?![\\p{L}\\p{N}])`),
    (_all, amount = '', size = '') => `${numberWords(amount)} ${suffixes[size] ?? size}`,
  ],
  [pattern(`(?<=\\d)${blank}?[x×*]${blank}?(?=\\d)`), () => ' times '],
  [pattern(`(?<=\\d)${blank}?=${blank}?(?=\\d)`), () => ' equals '],
  [pattern(`(?<=\\d)${blank}?\\+${blank}?(?=\\d)`), () => ' plus '],
  [/(?<=\d):(?=\d)/gu, () => ' to '],
  [/(?<=\d)\/(\p{L}+)/gu, (_all, each = '') => ` per ${periods[each] ?? each}`],
  yearRule,
  // "B2B", "Q3", "GPT-4": letters and figures are said apart.
  [/(?<=\p{L})[-–]?(?=\d)/gu, () => ' '],
  [/(?<=\d)(?=\p{L})/gu, () => ' '],
  [pattern(startsHere, `${number}`), numberWords],
  [/\d+/gu, numberWords],
]

const ordinalWords = (all: string, text: string): string => {
  const n = Number(text.replaceAll(',', ''))
  return n > 0 && text.length < 16 ? ordinal(n) : all
}

/** ("1", "1/2") -> "one and a half" */
const mixed = (whole: string, part: string): string =>
  `${numberWords(whole)} and ${(halves[part] ?? part).replace(/^one /, 'a ')}`
