/** Numbers -> the words an American says. Pure; knows digits only, not what they count. */

const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const tens = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const scales = ['', ' thousand', ' million', ' billion', ' trillion']
/** Beyond this nobody counts; the digits are said one by one. */
const MOST_DIGITS = 15

const irregularOrdinals: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
}

/** "1,000.50" -> "one thousand point five zero". Numbers with a leading zero, and endless ones, are said digit by digit. */
export function numberWords(text: string): string {
  const [whole = '', fraction] = text.replaceAll(',', '').split('.')
  const before = /^0\d|^\d{16,}$/.test(whole) ? digitWords(whole) : cardinal(Number(whole || '0'))
  return fraction === undefined ? before : `${before} point ${digitWords(fraction)}`
}

/** 21 -> "twenty-one". For whole numbers from 0 up to 15 digits. */
export function cardinal(n: number): string {
  if (String(n).length > MOST_DIGITS) return digitWords(String(n))
  if (n < 1000) return belowThousand(n)
  const groups: string[] = []
  for (let rest = n, scale = 0; rest > 0; rest = Math.floor(rest / 1000), scale++) {
    if (rest % 1000 > 0) groups.unshift(belowThousand(rest % 1000) + (scales[scale] ?? ''))
  }
  return groups.join(' ')
}

function belowThousand(n: number): string {
  if (n < 20) return small[n] ?? ''
  if (n < 100) return (tens[Math.floor(n / 10)] ?? '') + (n % 10 ? `-${belowThousand(n % 10)}` : '')
  return `${belowThousand(Math.floor(n / 100))} hundred` + (n % 100 ? ` ${belowThousand(n % 100)}` : '')
}

/** 21 -> "twenty-first". */
export const ordinal = (n: number): string =>
  cardinal(n).replace(
    /[a-z]+$/,
    last => irregularOrdinals[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`),
  )

/** 1905 -> "nineteen oh five", 2000 -> "two thousand", 2024 -> "twenty twenty-four". For four digits. */
export function yearWords(year: number): string {
  const [century, rest] = [Math.floor(year / 100), year % 100]
  if (century % 10 === 0 && rest < 10) return cardinal(year)
  if (rest === 0) return `${cardinal(century)} hundred`
  return `${cardinal(century)} ${rest < 10 ? 'oh ' : ''}${cardinal(rest)}`
}

/** 90 -> "nineties", 1990 -> "nineteen nineties", 2000 -> "two thousands". */
export function decadeWords(decade: number): string {
  const words = decade >= 100 ? yearWords(decade) : cardinal(decade)
  return words.endsWith('y') ? `${words.slice(0, -1)}ies` : `${words}s`
}

/** "4072" -> "four zero seven two". Whatever is no digit is passed over. */
export const digitWords = (text: string): string =>
  [...text]
    .filter(character => /\d/.test(character))
    .map(digit => small[Number(digit)])
    .join(' ')

/** Whether a spoken number takes the singular: only "one" itself does. */
export const isOne = (text: string): boolean => Number(text.replaceAll(',', '')) === 1 && !text.includes('.')
