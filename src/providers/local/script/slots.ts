/**
 * The particulars a caller gives when a meeting or a call back is noted: day, time, name, number or email, size of the team.
 * Each is found in the words or is null; each comes back the way it will be read aloud. Nothing is checked against a calendar.
 */
import { evenWords } from './hear.ts'
import { digitsIn, firstNumber, numberInWords, numberOf, ordinalInWords } from './numbers.ts'

const WEEKDAYS = 'monday tuesday wednesday thursday friday saturday sunday'.split(' ')
const MONTHS = 'january february march april may june july august september october november december'.split(' ')

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)

const ANY =
  /\b(any ?time|any day|anytime|whenever|whatever (works|suits)|does not matter|do not mind|you (choose|pick|decide)|flexible|up to you|either|all day)\b/

/** "tuesday", "next Monday", "the third of March": the day, or null. */
export const dayIn = (words: string): string | null => {
  const weekday = new RegExp(`\\b(?:(next|this|coming) )?(${WEEKDAYS.join('|')})s?\\b`).exec(words)
  if (weekday) return `${weekday[1] ? `${weekday[1]} ` : ''}${capital(weekday[2] ?? '')}`
  const near = /\b(the day after tomorrow|tomorrow|today|tonight|(?:later |early |end of )?(?:next|this) (?:week|month))\b/.exec(
    words,
  )
  if (near?.[1]) return near[1]
  return dateIn(words) ?? (ANY.test(words) ? 'any day' : null)
}

const dateIn = (words: string): string | null => {
  const month = new RegExp(`\\b(${MONTHS.join('|')})\\b`).exec(words)?.[1] ?? null
  const day =
    /\b(?:the )?(\d{1,2}(?:st|nd|rd|th)|(?:twenty |thirty )?[a-z]+(?:st|nd|rd|th)|thirtieth|twentieth)\b/.exec(words)?.[1] ?? null
  const number = day === null ? null : day.split(' ').reduce((sum, word) => sum + (numberOf(word) ?? Number.NaN), 0)
  if (number !== null && number >= 1 && number <= 31)
    return month ? `${capital(month)} ${ordinalInWords(number)}` : `the ${ordinalInWords(number)}`
  const after = month === null ? null : firstNumber(words.slice(words.indexOf(month)).split(' '))
  return month && after && after.value <= 31 && month !== 'may' ? `${capital(month)} ${ordinalInWords(after.value)}` : null
}

/** "at three", "half past two", "in the morning": the time of day, ready to follow a day; null if none. `asked`: a time was asked for. */
export const timeIn = (words: string, asked: boolean): string | null => {
  const noon = /\b(noon|midday|lunch ?time)\b/.exec(words)
  if (noon) return `at ${noon[1] === 'midday' ? 'noon' : noon[1]}`
  const half = /\b(half past|quarter past|quarter to) (\w+)/.exec(words)
  if (half && numberOf(half[2] ?? '') !== null) return `at ${half[1]} ${numberInWords(numberOf(half[2] ?? '') ?? 0)}`
  return clockTime(words, asked) ?? partOfDay(words) ?? (asked && ANY.test(words) ? 'at any time' : null)
}

const partOfDay = (words: string): string | null => {
  const part = /\b(?:(early|late|mid) )?(morning|afternoon|evening)s?\b/.exec(words)
  return part ? `in the ${part[1] ? `${part[1]} ` : ''}${part[2]}` : null
}

const HOUR = '(\\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)'
const MINUTES = '(?: (\\d\\d|oh five|fifteen|thirty|forty five|ten|twenty|forty|fifty))?'
const HALF_OF_DAY = '(?: ?(am|pm|a m|p m|a\\.m|p\\.m|o ?clock))?'

const clockTime = (words: string, asked: boolean): string | null => {
  const before = asked
    ? '(?:^|\\b(?:at|around|about|by|for|after|before|say|make it|maybe|is|or) |\\b)'
    : '\\b(?:at|around|by|after|before) '
  const found =
    new RegExp(`${before}${HOUR}${MINUTES}${HALF_OF_DAY}\\b`).exec(words) ??
    new RegExp(`\\b${HOUR}${MINUTES} ?(am|pm|a m|p m|a\\.m|p\\.m|o ?clock)\\b`).exec(words)
  const hour = numberOf(found?.[1] ?? '')
  if (!found || hour === null || hour < 1 || hour > 24) return null
  const minutes = found[2] ? ` ${/^\d/.test(found[2]) ? numberInWords(Number(found[2])) : found[2]}` : ''
  const half = /^[ap]/.exec(found[3] ?? '')?.[0]
  const rest = half ? ` ${half.toUpperCase()} M` : (partOfDay(words) ?? '').replace(/^(?=.)/, ' ')
  return `at ${numberInWords(hour)}${minutes === ' zero' ? '' : minutes}${rest}`
}

const NOT_A_NAME = new Set(
  (
    'a an the not so very really just too also here there in on at of to for from with and or but if what who where when why how which it that this these those is are was am be do does did ' +
    'have has had can could would should will yes no okay sure maybe calling looking interested busy good fine great well sorry happy testing trying going talking speaking wondering using new ' +
    'back later now tomorrow today your my our their his her me you we they him them us something anything nothing someone one two three afraid glad done all out still already only like want need say ' +
    'correct right wrong true perfect exactly think know see hear help please name number email price cost demo meeting dialer speak talk ask same ready sounds makes'
  ).split(' '),
)

const toName = (words: readonly string[]): string | null => {
  const end = words.findIndex(word => NOT_A_NAME.has(word) || !/^\p{L}{2,20}$/u.test(word))
  const name = words.slice(0, Math.min(end < 0 ? words.length : end, 2))
  return name.length === 0 ? null : name.map(capital).join(' ')
}

/** The caller's name. Without `asked` only if it is introduced as one ("my name is Jane", "call me Abbie", "I'm Jack Miller"). */
export const nameIn = (raw: string, asked: boolean): string | null => {
  const words = evenWords(raw)
  const introduced =
    /\b(?:you can call me|my name is|name is|i am called|(?:put it|it is) under)\b (.+)/.exec(words)?.[1] ??
    /\bcall me (?!back|later|at|on|tomorrow|next|again|when|in|any)(.+)/.exec(words)?.[1]
  const named =
    introduced ?? /^(?:(?:hi|hello|hey|yes|sure|okay) )*this is (.+?) (?:speaking|here|from|calling|at|with)\b/.exec(words)?.[1]
  if (named) return toName(named.split(' '))
  const capitals = /\bI(?:'|’)?(?:m| am) (\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)?)\b/u.exec(raw)?.[1]
  if (capitals) return toName(evenWords(capitals).split(' '))
  if (!asked) return null
  const answer = words
    .replace(
      /^((yes|sure|okay|well|oh|um|uh|of course|so|hi|hello|it is|this is|i am|that is|that would be|it would be|just) ?)+/,
      '',
    )
    .replace(/ (speaking|here|please)$/, '')
  return answer.split(' ').length <= 4 ? toName(answer.split(' ')) : null
}

/** Longer addresses cannot be read back in one breath. */
const MOST_EMAIL_WORDS = 16

const EMAIL = /([\p{L}\p{N}._+-]+)@([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)/u
const SPOKEN_EMAIL =
  /((?:[\p{L}\p{N}]+ (?:dot|underscore|dash) )*[\p{L}\p{N}]+) at ([\p{L}\p{N}]+(?: dot [\p{L}\p{N}]+)*) ?(?:dot|\.) ?(com|org|net|io|ai|co|de|uk|eu|us|dev|app|edu|gov)\b/u
const MARKS: Readonly<Record<string, string>> = { '@': ' at ', '.': ' dot ', _: ' underscore ', '-': ' dash ', '+': ' plus ' }

/** An email address as it is read aloud, or null. */
export const emailIn = (raw: string): string | null => {
  const written = EMAIL.exec(raw.replace(/[.\s]+$/, '').toLowerCase())?.[0]
  const spoken =
    written?.replaceAll(/[@._+-]/g, mark => MARKS[mark] ?? ' ') ??
    SPOKEN_EMAIL.exec(evenWords(raw).replaceAll('.', ' dot '))?.[0] ??
    null
  const aloud = spoken === null ? null : inWords(spoken)
  return aloud === null || aloud.split(' ').length > MOST_EMAIL_WORDS ? null : aloud
}

/** Keeps letters and spaces; figures become words. */
const inWords = (text: string): string =>
  text
    .replaceAll(/\d/g, digit => ` ${numberInWords(Number(digit))} `)
    .replaceAll(/[^\p{L} ]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** The digits of a number being given, if these words are mostly a number: at least three digits and few other words. */
export const digitsGiven = (words: string): string => {
  const all = words.split(' ')
  const digits = digitsIn(all)
  const others = all.filter(
    word =>
      digitsIn([word]) === '' && !/^(double|triple|plus|dash|area|code|it|is|my|number|the|and|then|sure|yes|okay)$/.test(word),
  )
  if (digits.length < 5 && all.some(word => (numberOf(word) ?? 0) >= 10 && !/^\d/.test(word))) return ''
  return digits.length >= 3 && others.length <= Math.max(2, digits.length / 2) ? digits : ''
}

/** Whether the caller means the line they are calling from. */
export const meansThisLine = (words: string): boolean =>
  /\b(this|the same|same|that|my current) (number|phone|line|one)\b|number i am (calling|on)|one i am calling|calling (you )?from|you (have|got|see) (my|the|it) ?(number)?|caller id/.test(
    words,
  )

/** How many people: "about twenty five", "12", "just me"; in words, or null. */
export const teamIn = (words: string): string | null => {
  if (/\b(only|just)? ?(me|myself)( alone)?$|\bon my own\b|\balone\b|individual\b/.test(words)) return 'Just you'
  const vague = /\b(a (?:handful|dozen|few|couple)|hundreds|dozens|(?:quite )?a lot|many|not (?:so )?many)\b/.exec(words)?.[1]
  const found = firstNumber(words.split(' '))
  if (!found) return vague ? capital(vague) : null
  const range = /^(or|to) (.+)/.exec(words.split(' ').slice(found.to).join(' '))
  const most = firstNumber((range?.[2] ?? '').split(' '))
  return capital(`${numberInWords(found.value)}${most?.from === 0 ? ` ${range?.[1]} ${numberInWords(most.value)}` : ''}`)
}

/** How many people, from whoever says so unasked: "we have about twelve reps"; in words, or null. */
export const teamToldIn = (words: string): string | null => {
  const found =
    /\b((?:\w+ ){1,3})(?:sales )?(?:reps?|sdrs?|bdrs?|sellers|salespeople|sales people|account executives|people (?:on|in) (?:my|our|the) (?:sales )?team)\b/.exec(
      words,
    )
  return found && firstNumber((found[1] ?? '').trim().split(' ')) ? teamIn(found[1]!.trim()) : null
}

/** For whom the caller works, if it is said as a name: "I'm Jane from Acme Pumps". */
export const companyIn = (raw: string): string | null =>
  /\b(?:(?:I(?:'|’)?(?:m| am)|this is|calling|my name is)\b[^.?!]{0,30}? (?:from|at|with)|I work (?:for|at)|my company is|our company is|we are called) ((?:\p{Lu}[\p{L}\d&-]+ ?){1,3})/u
    .exec(raw)?.[1]
    ?.trim() ?? null

/** Which of these tools are named, as they are spelt in the list. */
export const toolsIn = (raw: string, tools: readonly string[]): readonly string[] => {
  const words = ` ${evenWords(raw)} `
  return tools.filter(tool => words.includes(` ${evenWords(tool)} `))
}
