/** Numbers between figures and words, both ways: recognisers write either, voices want words. Whole numbers only. */

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const TENS = '_ _ twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const ORDINALS =
  '_ first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split(
    ' ',
  )

/** 0 to 9,999 in words. Beyond that, digit by digit. */
export const numberInWords = (n: number): string => {
  if (n >= 10_000) return digitsInWords(String(n))
  if (n >= 1_000) return withRest(`${UNITS[Math.floor(n / 1_000)]} thousand`, n % 1_000)
  if (n >= 100) return withRest(`${UNITS[Math.floor(n / 100)]} hundred`, n % 100)
  if (n >= 20) return withRest(TENS[Math.floor(n / 10)] ?? '', n % 10)
  return UNITS[n] ?? ''
}

const withRest = (head: string, rest: number): string => (rest === 0 ? head : `${head} ${numberInWords(rest)}`)

/** A day of the month in words: 3 is "third". */
export const ordinalInWords = (n: number): string =>
  n <= 20 ? (ORDINALS[n] ?? '') : n === 30 ? 'thirtieth' : `${TENS[Math.floor(n / 10)]} ${ORDINALS[n % 10]}`

/** The number a single word stands for ("twelve", "twentieth", "12", "12th"), or null. */
export const numberOf = (word: string): number | null => {
  const figures = /^(\d{1,4})(st|nd|rd|th)?$/.exec(word)
  if (figures) return Number(figures[1])
  for (const list of [UNITS, ORDINALS]) if (list.includes(word)) return list.indexOf(word)
  const tens = TENS.indexOf(word)
  return tens > 1 ? tens * 10 : word === 'thirtieth' ? 30 : word === 'hundred' ? 100 : null
}

/** The first number in these words and where it ends: "about twenty five reps" is 25; null if there is none. */
export const firstNumber = (
  words: readonly string[],
): { readonly value: number; readonly from: number; readonly to: number } | null => {
  const from = words.findIndex(word => numberOf(word) !== null)
  if (from < 0) return null
  let value = numberOf(words[from] ?? '') ?? 0
  const to = from + 1
  const next = numberOf(words[to] ?? '')
  if (value >= 20 && value % 10 === 0 && value < 100 && isUnit(next)) value += next ?? 0
  else if (value < 10 && words[to] === 'hundred') value *= 100
  else return { value, from, to }
  return { value, from, to: to + 1 }
}

/** All digits said, in order, however they were written: "oh two", "double five", "212", "twenty three". */
export const digitsIn = (words: readonly string[]): string =>
  words
    .map((word, at) => {
      const previous = words[at - 1] ?? ''
      const opensPair = isTens(word) && isUnit(numberOf(words[at + 1] ?? ''))
      if (opensPair) return String((numberOf(word) ?? 0) / 10)
      return digitsOf(word).repeat(previous === 'double' ? 2 : previous === 'triple' ? 3 : 1)
    })
    .join('')

const digitsOf = (word: string): string => {
  if (/^\d+$/.test(word)) return word
  if (word === 'oh' || word === 'o' || word === 'nought') return '0'
  return UNITS.includes(word) || isTens(word) ? String(numberOf(word)) : ''
}

const isTens = (word: string): boolean => TENS.indexOf(word) > 1

const isUnit = (n: number | null): boolean => n !== null && n > 0 && n < 10

/** Digits one by one, with a comma where people pause. */
export const digitsInWords = (digits: string): string =>
  grouped(digits)
    .map(group => [...group].map(digit => UNITS[Number(digit)]).join(' '))
    .join(', ')

const grouped = (digits: string): readonly string[] =>
  digits.length <= 5 ? [digits] : [digits.slice(0, 3), ...grouped(digits.slice(3))]
