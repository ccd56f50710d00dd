/**
 * Text as it is written -> pieces worth speaking, as early as each is safe to speak.
 *
 * The first piece is short (about three words), because the caller waits for it; after that a piece is a sentence, and a
 * sentence of more than 150 characters is cut at a clause mark.
 *
 * Rules:
 * - The pieces joined are the text, byte for byte; each keeps the white space that follows it. Blank text gives no piece.
 * - Where to cut depends on the text alone, never on how the stream was chunked: a boundary is judged by what stands before it
 *   and the one character after it, and that is all that is ever waited for. When the stream ends, what is left goes at once.
 * - When in doubt, no cut. Nothing is cut beside a digit or a sign unless a sentence ends there, nor after an abbreviation or
 *   an initial: numbers, money, dates, times, telephone numbers and names stay whole. `spoken` relies on this.
 *
 * It changes no text and knows no voice.
 */

/**
 * The first piece: from here on any safe place will do. Three words are most of a second of speech, in which the next piece is
 * ready; and they are known to be three when the fourth begins, which at 30 tokens a second is 100 ms after the first.
 */
const FIRST_WORDS = 3
const FIRST_CHARACTERS = 12
/** The first piece: a comma is as good as three words from here on. Shorter pieces ("Well,") are over before the next is spoken. */
const FIRST_CLAUSE_CHARACTERS = 10
/** The first piece no longer waits for three words, or for a better place than after "the". */
const FIRST_ENOUGH_CHARACTERS = 25
/** A longer piece delays its first sound in voices that begin only with the whole of it. */
const LONGEST_CHARACTERS = 150
/** A clause mark nearer to the start leaves a piece too short to sound natural; a later place between words is better. */
const SHORTEST_CLAUSE_CHARACTERS = 40

type Kind = 'sentence' | 'clause' | 'word'

/** A place to cut: `at` is where the next piece begins. `leaning`: the word before it belongs to what follows. */
type Boundary = { readonly at: number; readonly kind: Kind; readonly leaning: boolean }

/** Cuts a text that arrives bit by bit into pieces worth speaking. Ends with the text; if the text fails, so does this. */
export async function* phrases(text: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let pending = ''
  let first = true
  for await (const token of text) {
    pending += token
    for (let at = cutAt(pending, first); at !== null; at = cutAt(pending, first)) {
      yield pending.slice(0, at)
      pending = pending.slice(at)
      first = false
    }
  }
  if (pending.trim() !== '') yield pending
}

/** The same cuts of a text that is all there. */
export function phrasesOf(text: string): readonly string[] {
  const pieces: string[] = []
  let rest = text
  for (let at = cutAt(rest, true); at !== null; at = cutAt(rest, false)) {
    pieces.push(rest.slice(0, at))
    rest = rest.slice(at)
  }
  return rest.trim() === '' ? pieces : [...pieces, rest]
}

/** Where the piece at the head of `pending` ends, or null if that cannot be known before more text, or its end, has come. */
export const cutAt = (pending: string, first: boolean): number | null => (first ? cutFirst(pending) : cutNext(pending))

function cutFirst(pending: string): number | null {
  for (const { at, kind, leaning } of boundaries(pending)) {
    if (kind === 'sentence') return at
    if (kind === 'clause' && at >= FIRST_CLAUSE_CHARACTERS) return at
    if (at >= FIRST_ENOUGH_CHARACTERS) return at
    if (at >= FIRST_CHARACTERS && !leaning && wordCount(pending.slice(0, at)) >= FIRST_WORDS) return at
  }
  return null
}

function cutNext(pending: string): number | null {
  let clause: number | null = null
  let word: number | null = null
  for (const { at, kind } of boundaries(pending)) {
    if (at > LONGEST_CHARACTERS) return clause ?? word ?? at
    if (kind === 'sentence') return at
    if (kind === 'clause' && at >= SHORTEST_CLAUSE_CHARACTERS) clause = at
    word = at
  }
  // Every boundary up to the limit shows once the character after it is there, so nothing better can come.
  return pending.length > LONGEST_CHARACTERS ? (clause ?? word) : null
}

/** Every place where `text` may be cut, in order. A place at the very end does not show yet: what follows decides. */
function* boundaries(text: string): Generator<Boundary> {
  for (const space of text.matchAll(/(?<=\S)\s+(?=\S)/g)) {
    const at = space.index + space[0].length
    const kind = kindOf(text.slice(0, space.index), space[0], text.charAt(at))
    if (kind) yield { at, kind, leaning: leaningWords.has(lastToken(text.slice(0, space.index)).toLowerCase()) }
  }
}

/** What ends between `before` and `next`, or null if the two belong together. */
function kindOf(before: string, space: string, next: string): Kind | null {
  const token = lastToken(before)
  const startsLine = /(^|\n)[^\S\n]*\S+$/.test(before)
  if (startsLine && /^([-–—*•+>|]|#+|\d+[.)])$/.test(token)) return null // a list mark belongs to its item
  if (space.includes('\n')) return 'sentence'
  if (endsSentence(token, next)) return 'sentence'
  if (!/\p{L}/u.test(next)) return /["“‘(]/.test(next) && /\p{L}[,;:]$/u.test(token) ? 'clause' : null
  if (/[\p{L}\p{N}]\S*[,;:]["”’)*_]*$|^[-–—]+$|\p{L}—$/u.test(token)) return 'clause'
  return /^[("“‘[*_]*\p{L}[\p{L}'’-]*["”’)\]*_]*$/u.test(token) && !bindingWords.has(token.toLowerCase()) ? 'word' : null
}

function endsSentence(token: string, next: string): boolean {
  if (!/[.!?…]["'”’)\]*_]*$/.test(token)) return false
  if (!/[\p{Lu}\p{Lo}\p{Nd}"'“‘(¿¡[$€£¥₹]/u.test(next)) return false
  const word = token.replace(/^[^\p{L}\p{N}]+/u, '').toLowerCase()
  if (/^\p{L}\.$/u.test(word)) return false // an initial: J. K.
  if (/^(\p{L}{1,2}\.){2,}["”’),]*$/u.test(word)) return false // U.S., p.m., e.g., Ph.D.
  const end = /\p{L}*\.$/u.exec(word)?.[0] ?? ''
  if (abbreviations.has(end)) return false
  return !(/\d/.test(next) && abbreviationsBeforeNumbers.has(end))
}

const lastToken = (text: string): string => /\S*$/.exec(text)?.[0] ?? ''

const wordCount = (text: string): number => text.match(/\S*[\p{L}\p{N}]\S*/gu)?.length ?? 0

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** Abbreviations that go on even before a capital letter. "etc." is not among them: what follows it begins a sentence. */
const abbreviations = words(
  'mr. mrs. ms. mx. dr. prof. st. mt. ft. fr. rev. hon. gen. col. maj. capt. lt. sgt. gov. sen. rep. pres. sr. jr. ' +
    'messrs. vs. approx. dept. inc. co. corp. ltd. ave. blvd. rd. no.s nos. cf. al. ext. tel. attn.',
)

/** These end a sentence unless a number follows: "No. 5", "Jan. 3", but "No. That is all." */
const abbreviationsBeforeNumbers = words(
  'no. nr. fig. vol. ch. sec. p. pp. art. op. jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. dec. est. ca. min. max.',
)

/** Words that belong to the number before them or to the word after: "$5 million dollars", "300 sq ft". */
const bindingWords = words('hundred thousand million billion trillion sq fl cu mr mrs ms dr')

/** Words no speaker pauses after. */
const leaningWords = words(
  'a an the my your our their his her its this that these those of to in on at for from with by about as into and or but if is ' +
    "are was were am be it's i'm we're you're i we you he she they it not so no very can could will would should may might do does did have has had",
)
