/**
 * A journal as it may be given away. A number grows word by word in a journal, and is whole only at the end: so what is to go is
 * gathered from all of it first, and then every part of it that stands anywhere goes too. Pure.
 */
import type { Entry } from '../call/journal.ts'
import { digitRuns, DIGITS_MIN, personalSpans, redact } from './redact.ts'

/** Fewer digits of a number say nothing, and stand in many others. */
const PART_MIN = 3
const REMOVED = '[removed]'
/** No telephone has such a key. */
const HIDDEN_KEY = '?'

type Found = { readonly numbers: ReadonlySet<string>; readonly emails: ReadonlySet<string> }
type Text = (text: string) => string

export function redactedJournal(entries: readonly Entry[]): readonly Entry[] {
  const withoutPersonal = redactionBy(entries)
  const hidesKeys = entries.filter(isKey).length >= DIGITS_MIN
  return entries.map(entry =>
    hidesKeys && isKey(entry) ? { ...entry, input: { type: 'digit', digit: HIDDEN_KEY } } : withoutPersonal(entry),
  )
}

/** Takes out of all texts in a value what these entries hold of personal things, and every part of it. Words keep their times. */
export function redactionBy(entries: readonly Entry[]): <T>(value: T) => T {
  const numbers = new Set<string>()
  const emails = new Set<string>()
  const gather: Text = text => {
    for (const { from, to, kind } of personalSpans(text)) {
      if (kind === 'e-mail') emails.add(plain(text.slice(from, to)))
      else for (const { digits } of digitRuns(text.slice(from, to))) numbers.add(digits)
    }
    return text
  }
  for (const entry of entries) mapTexts(entry, gather)
  const found = { numbers, emails }
  return <T>(value: T) => mapTexts(value, text => withoutParts(redact(text), found)) as T
}

/** A number that was typed: each key is an entry of its own. */
const isKey = (entry: Entry): boolean => entry.type === 'input' && entry.input.type === 'digit'

/** Takes out the beginnings, ends and middles of what was found. */
function withoutParts(text: string, { numbers, emails }: Found): string {
  if (numbers.size + emails.size === 0) return text
  const parts = digitRuns(text).filter(
    ({ digits }) => digits.length >= PART_MIN && [...numbers].some(number => number.includes(digits)),
  )
  const left = parts.reduceRight((rest, { from, to }) => `${rest.slice(0, from)}${REMOVED}${rest.slice(to)}`, text)
  return [...emails].reduce(withoutEmailPart, left)
}

/** The last words of a text that are the first of an address: "my address is john dot smith". */
function withoutEmailPart(text: string, email: string): string {
  const words = text.split(' ')
  for (let n = 0; n < words.length; n++) {
    const end = plain(words.slice(n).join(' '))
    if (end.length >= PART_MIN && email.startsWith(end)) return [...words.slice(0, n), REMOVED].join(' ')
  }
  return text
}

const plain = (text: string): string => text.toLowerCase().replace(/[.,!?]+$/, '')

/** Words stand one by one in a journal, with their times; what goes has to be seen across them. */
function mapTexts(value: unknown, map: Text): unknown {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    return isWords(items) ? mapWords(items, map) : items.map(item => mapTexts(item, map))
  }
  if (typeof value !== 'object' || value === null) return value
  const { constructor } = value
  if (constructor !== Object) return mapTexts(JSON.parse(JSON.stringify(value)), map)
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item, map)]))
}

type TimedWord = { readonly text: string; readonly startMs: number | null }

const isWords = (items: readonly unknown[]): items is readonly TimedWord[] =>
  items.length > 0 && items.every(item => typeof item === 'object' && item !== null && 'text' in item && 'startMs' in item)

/** The words that remain keep their times; of those that go, one word in brackets keeps the first one's. */
function mapWords(words: readonly TimedWord[], map: Text): readonly TimedWord[] {
  const text = words.map(word => word.text.trim()).join(' ')
  const mapped = map(text)
  if (mapped === text) return words
  const left: TimedWord[] = []
  let rest = words
  for (const piece of pieces(mapped)) {
    const at = Math.max(
      0,
      rest.findIndex(word => word.text.trim() === piece),
    )
    const word = rest[at]
    if (!word) break
    left.push({ ...word, text: word.text.replace(word.text.trim(), piece) })
    rest = rest.slice(at + 1)
  }
  return left
}

const pieces = (text: string): readonly string[] => text.match(/\[[^\]]*\]\S*|\S+/g) ?? []
