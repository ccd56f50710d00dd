/**
 * What must not be read by whoever reads about a call: card numbers, long numbers, written or spoken digit by digit, and e-mail
 * addresses. Finds them in a text as a recogniser or a model writes it, and puts a word in brackets in their place. Pure; in
 * doubt a number goes: a transcript with a hole is worth more than one with a card in it.
 */

export type PersonalKind = 'card number' | 'number' | 'e-mail'

/** A stretch of a text, from its first to behind its last character. */
export type PersonalSpan = { readonly from: number; readonly to: number; readonly kind: PersonalKind }

export type Redact = (text: string) => string

/** So many digits are a telephone number, an account or a card; fewer are a price, a year or a team. */
export const DIGITS_MIN = 10
/** ISO/IEC 7812-1: an account number has at most 19 digits; shorter than 13 no card is issued. */
const CARD_DIGITS = { min: 13, max: 19 }

export const redact: Redact = text =>
  personalSpans(text).reduceRight((left, { from, to, kind }) => `${left.slice(0, from)}[${kind}]${left.slice(to)}`, text)

/** Leaves everything where it is. */
export const unredacted: Redact = text => text

/** As the configuration has it. */
export const redactionOf = ({ redact: on }: { readonly redact: boolean }): Redact => (on ? redact : unredacted)

/** What is to go, in order, without overlaps. */
export function personalSpans(text: string): readonly PersonalSpan[] {
  const emails = emailSpans(text)
  const numbers = digitRuns(text)
    .filter(({ digits }) => digits.length >= DIGITS_MIN)
    .filter(({ from, to }) => !emails.some(email => from < email.to && email.from < to))
    .map(({ from, to, digits }): PersonalSpan => {
      const opened = text.slice(0, from).replace(/[+(]+$/, '').length
      return { from: opened, to, kind: isCard(digits) ? 'card number' : 'number' }
    })
  return [...emails, ...numbers].sort((a, b) => a.from - b.from)
}

/* ── Numbers ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** Digits said or written in one breath. */
export type DigitRun = { readonly from: number; readonly to: number; readonly digits: string }

const names = (words: string): readonly string[] => words.split(' ')
const UNITS = new Map([
  ...names('zero one two three four five six seven eight nine').map((name, n) => [name, String(n)] as const),
  ['oh', '0'] as const,
  ['o', '0'] as const,
])
const TEENS = new Map(
  names('ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen').map((name, n) => [name, `${n + 10}`]),
)
const TENS = new Map(names('twenty thirty forty fifty sixty seventy eighty ninety').map((name, n) => [name, String(n + 2)]))
const TIMES = new Map([
  ['double', 2],
  ['triple', 3],
])
const HUNDREDS = new Map([
  ['hundred', '00'],
  ['thousand', '000'],
])
/** What people put between the parts of a number, and so does not end it. */
const BETWEEN = new Set(names('um uh and dash hyphen dot point space plus area code then extension'))
const BETWEEN_MAX = 2
/** Signs that stand between the digits of one number; any other ends it. */
const JOINING = /^[\s\-–.,()/+…]*$/

type Token = { readonly from: number; readonly to: number; readonly text: string }

/** Every run of digits, however short: "four one five, 555 01 double two" is one of twelve. */
export function digitRuns(text: string): readonly DigitRun[] {
  const runs: DigitRun[] = []
  let open: { from: number; to: number; words: string[]; between: number } | null = null
  const close = (): void => {
    if (open) runs.push({ from: open.from, to: open.to, digits: digitsOf(open.words) })
    open = null
  }
  for (const { from, to, text: word } of tokensOf(text)) {
    if (open && !JOINING.test(text.slice(open.to, from).replace(/[a-z]+/gi, ''))) close()
    if (isNumeral(word)) {
      open ??= { from, to, words: [], between: 0 }
      open.words.push(word)
      open.to = to
      open.between = 0
    } else if (open && (!BETWEEN.has(word) || ++open.between > BETWEEN_MAX)) close()
  }
  close()
  return runs
}

/** Words, and digits that are not part of a word: the SID of a call is full of them, and so are grouped thousands. */
const tokensOf = (text: string): readonly Token[] =>
  [...text.matchAll(/\p{L}[\p{L}\p{N}'’_]*|\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:[\p{L}_][\p{L}\p{N}_]*)?/gu)].map(match => ({
    from: match.index,
    to: match.index + match[0].length,
    text: match[0].toLowerCase(),
  }))

const isNumeral = (word: string): boolean =>
  /^\d+$/.test(word) || [UNITS, TEENS, TENS, TIMES, HUNDREDS].some((map: ReadonlyMap<string, unknown>) => map.has(word))

function digitsOf(words: readonly string[]): string {
  let digits = ''
  let times = 1
  for (const [n, word] of words.entries()) {
    const ten = TENS.get(word)
    const isTensOfTwo = ten !== undefined && UNITS.has(words[n + 1] ?? '') && words[n + 1] !== 'zero' && words[n + 1] !== 'oh'
    const said = TIMES.has(word)
      ? ''
      : ten !== undefined
        ? `${ten}${isTensOfTwo ? '' : '0'}`
        : (UNITS.get(word) ?? TEENS.get(word) ?? HUNDREDS.get(word) ?? word)
    digits += said.repeat(times)
    times = TIMES.get(word) ?? 1
  }
  return digits
}

/** The check digit of ISO/IEC 7812-1, annex B. */
function isCard(digits: string): boolean {
  if (digits.length < CARD_DIGITS.min || digits.length > CARD_DIGITS.max) return false
  const sum = [...digits].reverse().reduce((total, digit, n) => {
    const weighed = Number(digit) * (n % 2 === 0 ? 1 : 2)
    return total + (weighed > 9 ? weighed - 9 : weighed)
  }, 0)
  return sum % 10 === 0
}

/* ── E-mail addresses ──────────────────────────────────────────────────────────────────────────────────────── */

/** At most so long, RFC 5321 section 4.5.3.1; without bounds a text could be made that takes minutes to search. */
const WRITTEN_EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu
/** "j dot smith at acme dot com", "j o e at acme.io": the name is one word, parts joined by their signs, or spelled. */
const SPOKEN_EMAIL =
  /(?<![\p{L}\p{N}])(?:(?:[\p{L}\p{N}] ){1,40}[\p{L}\p{N}]+|[\p{L}\p{N}]+)(?:(?: (?:dot|underscore|dash|hyphen|minus|plus) |[._+-])[\p{L}\p{N}]+){0,8} at [\p{L}\p{N}]+(?:(?: dash | hyphen |-)[\p{L}\p{N}]+){0,8}(?:(?: dot |\.)[\p{L}]{2,63}){1,8}/giu
/** "Look at nooks dot com" tells where to look. */
const NOT_A_NAME =
  /^(?:look|looks|looking|us|me|you|it|is|are|am|was|be|team|page|site|website|more|visit|find|here|there|them|up|right) at /i

function emailSpans(text: string): readonly PersonalSpan[] {
  const spoken = [...text.matchAll(SPOKEN_EMAIL)].filter(([found]) => !NOT_A_NAME.test(found))
  return [...text.matchAll(WRITTEN_EMAIL), ...spoken]
    .map(match => ({ from: match.index, to: match.index + match[0].length, kind: 'e-mail' as const }))
    .sort((a, b) => a.from - b.from)
    .filter((span, n, all) => n === 0 || span.from >= all[n - 1]!.to)
}
