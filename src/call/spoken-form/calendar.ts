/** Dates and times of day -> words. Dates in figures are read the American way, month first. */
import { cardinal, decadeWords, ordinal, yearWords } from './number-words.ts'
import { type Rule, blank, dash, endsHere, pattern, startsHere } from './rule.ts'

const months = 'January February March April May June July August September October November December'.split(' ')
/** "Jan", "Jan.", "January", ... but "May" takes no dot: there it ends a sentence. */
const month = String.raw`(Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Jun\.|Jul\.|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)`
const day = String.raw`(\d{1,2})(?:st|nd|rd|th)?`
const meridiem = String.raw`([AaPp])(?:\.[Mm]\.|[Mm](?![\p{L}\p{N}]))`

const monthName = (text: string): string => months.find(name => name.startsWith(text.slice(0, 3))) ?? text
const year = (text: string): string => `, ${yearWords(Number(text))}`

/** Month first, unless the first figure can only be a day. Null if they are no date. */
function figures(all: string, first: string, second: string, yearText: string): string {
  const [m, d] = Number(first) > 12 ? [Number(second), Number(first)] : [Number(first), Number(second)]
  const name = months[m - 1]
  if (!name || d < 1 || d > 31) return all
  return `${name} ${ordinal(d)}${year(yearText.length === 2 ? `20${yearText}` : yearText)}`
}

function monthAndDay(all: string, name = '', first = '', last = '', yearText = ''): string {
  if (Number(first) < 1 || Number(first) > 31) return all
  return `${monthName(name)} ${ordinal(Number(first))}${last && ` to ${ordinal(Number(last))}`}${yearText && year(yearText)}`
}

/** "10:30 PM" -> "ten thirty p.m.", "10:00" -> "ten o'clock", "15:00" -> "fifteen hundred" */
function time(all: string, hourText = '', minuteText = '', half = ''): string {
  const [hour, minute] = [Number(hourText), Number(minuteText)]
  if (hour > 24 || minute > 59) return all
  const minutes =
    minute === 0
      ? half
        ? ''
        : hour > 12 || hour === 0
          ? ' hundred'
          : " o'clock"
      : ` ${minute < 10 ? 'oh ' : ''}${cardinal(minute)}`
  return cardinal(hour) + minutes + meridiemWords(half)
}

const meridiemWords = (half: string): string => (half ? ` ${half.toLowerCase()}.m.` : '')

export const calendarRules: readonly Rule[] = [
  [pattern(startsHere, String.raw`(\d{4})-(\d{2})-(\d{2})`, endsHere), (all, y = '', m = '', d = '') => figures(all, m, d, y)],
  [
    pattern(startsHere, String.raw`(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})`, endsHere, '(?![/-])'),
    (all, first = '', _gap = '', second = '', y = '') => figures(all, first, second, y),
  ],
  [
    pattern(
      startsHere,
      month,
      blank,
      day,
      `(?:${blank}?${dash}${blank}?${day})?(?:,?${blank}((?:19|20)\\d{2}))?`,
      endsHere,
      '(?![:%])',
    ),
    monthAndDay,
  ],
  [
    pattern(
      startsHere,
      '(?<![$€£¥₹]|[$€£¥₹][ \\t\\u00a0])',
      String.raw`(\d{1,2})${blank}`,
      month,
      String.raw`(?:,?${blank}((?:19|20)\d{2}))?`,
      endsHere,
    ),
    (all, d = '', name = '', y = '') =>
      Number(d) < 1 || Number(d) > 31 ? all : `the ${ordinal(Number(d))} of ${monthName(name)}${y && year(y)}`,
  ],
  [pattern(startsHere, month, blank, String.raw`(?=(?:19|20)\d{2}`, endsHere, ')'), (_all, name = '') => `${monthName(name)} `],
  // "9am-5pm", "10:30–11": between two times a dash says "to".
  [
    pattern(
      String.raw`(?<=\d|\d${blank}?[AaPp](?:\.[Mm]\.|[Mm]))${blank}?${dash}${blank}?(?=\d{1,2}(?::\d{2}(?!\d)|${blank}?${meridiem}))`,
    ),
    () => ' to ',
  ],
  [pattern(String.raw`(?<=:\d{2}|\d${blank}?[AaPp](?:\.[Mm]\.|[Mm]))${blank}?${dash}${blank}?(?=\d)`), () => ' to '],
  [pattern(startsHere, String.raw`(\d{1,2}):(\d{2})(?!\d|:\d)(?:${blank}?${meridiem})?`), time],
  [
    pattern(startsHere, String.raw`(\d{1,2})${blank}?`, meridiem),
    (all, hour = '', half = '') => (Number(hour) > 12 ? all : cardinal(Number(hour)) + meridiemWords(half)),
  ],
  [
    pattern(startsHere, String.raw`['’]?((?:1[1-9]|20)\d0|[1-9]0)s(?![\p{L}\p{N}])`),
    (_all, decade = '') => decadeWords(Number(decade)),
  ],
]

/** A figure of four digits that is most likely a year; to be asked last, when nothing else has claimed it. */
export const yearRule: Rule = [
  pattern(startsHere, String.raw`((?:19|20)\d{2})`, endsHere),
  (_all, text = '') => yearWords(Number(text)),
]
