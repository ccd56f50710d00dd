/**
 * Reads the conversation so far out of the messages: what the script last asked, what it has already said, what the caller has
 * told it. The script keeps no memory of its own; the same messages always give the same reading.
 */
import type { Assistant, QuestionId } from '../../../assistant/assistant.ts'
import { INTERRUPTED } from '../../../assistant/messages.ts'
import { factsRemembered, type RememberedFact } from '../../../assistant/remembered.ts'
import type { Message } from '../../../ports.ts'
import { evenWords } from './hear.ts'
import { digitsInWords } from './numbers.ts'
import { dayIn, digitsGiven, emailIn, meansThisLine, nameIn, timeIn } from './slots.ts'

/** What has been noted, each as it is read aloud. */
export type Noted = {
  readonly day: string | null
  readonly time: string | null
  readonly name: string | null
  readonly contact: string | null
  readonly digits: string
}

export type Conversation = {
  /** What the caller said since the last reply; empty if nothing. */
  readonly said: string
  /** Everything the assistant has said, oldest first. */
  readonly replies: readonly string[]
  /** What it asked last, if the caller heard enough of the question to answer it. */
  readonly asked: QuestionId | null
  readonly noted: Noted
  /** What `said` has added to that. */
  readonly justNoted: readonly (keyof Noted)[]
  /** A meeting or a call back is being noted: which particulars are still wanted, in the order of asking. Null if none is. */
  readonly wanted: readonly Slot[] | null
  /** The tools that can be used, by name. */
  readonly can: ReadonlySet<string>
  /** What came of the tool used last for what was `said`; null if none was. */
  readonly result: string | null
  /** What is known from earlier calls. */
  readonly remembered: Known
}

export type Known = {
  readonly kinds: ReadonlySet<RememberedFact['kind']>
  /** The day and time of a meeting that the caller wished for, as read aloud; null if none is known. */
  readonly meeting: string | null
  readonly name: string | null
}

export type Slot = 'day' | 'time' | 'name' | 'contact'

const NOTHING: Noted = { day: null, time: null, name: null, contact: null, digits: '' }
const BOOKING: ReadonlySet<QuestionId | null> = new Set([
  'day',
  'time',
  'name',
  'contact',
  'digits-rest',
  'confirm',
  'change',
] as const)

export const readConversation = (
  assistant: Assistant,
  messages: readonly Message[],
  tools: readonly string[] = [],
): Conversation => {
  const { replies: wordings } = assistant
  const last = messages.at(-1)
  // With a tool's result at the end, what follows the caller's last words is this reply itself, as far as it has come.
  const end = last?.role === 'tool' ? messages.findLastIndex(({ role }) => role === 'user') + 1 : messages.length
  const spoken = messages.slice(0, end).filter(({ role, content }) => /user|assistant/.test(role) && content !== '')
  const lastReply = spoken.findLastIndex(({ role }) => role === 'assistant')
  let asked: QuestionId | null = null
  const remembered = knownFrom(messages)
  let noted: Noted = { ...NOTHING, name: remembered.name }
  let open: 'no' | 'call' | 'meeting' = 'no'
  const replies: string[] = []

  for (const { role, content } of spoken.slice(0, lastReply + 1)) {
    if (role === 'user') {
      noted = withNoted(noted, asked, content)
      continue
    }
    const reply = content.replace(INTERRUPTED, '').trim()
    replies.push(reply)
    asked = questionIn(wordings.questions, reply) ?? (asksNothingNew(assistant, reply) ? asked : null)
    if (asked === 'day' || asked === 'time') open = 'meeting'
    else if (BOOKING.has(asked) && open === 'no') open = 'call'
    if ([...wordings.acts.booked, ...wordings.acts['booking-dropped']].some(way => reply.includes(way))) {
      noted = { ...noted, day: null, time: null }
      open = 'no'
    }
  }
  const said = spoken
    .slice(lastReply + 1)
    .map(({ content }) => content.trim())
    .join(' ')
  const after = withNoted(noted, asked, said)
  const justNoted = (Object.keys(after) as (keyof Noted)[]).filter(key => after[key] !== noted[key])
  return {
    said,
    replies,
    asked,
    noted: after,
    justNoted,
    can: new Set(tools),
    result: last?.role === 'tool' ? last.content : null,
    wanted: open === 'no' ? null : missing(after, open === 'meeting' || after.day !== null || after.time !== null),
    remembered,
  }
}

/** Each fact is in the caller's words, and is understood as if it were said now, in answer to the question about it. */
const knownFrom = (messages: readonly Message[]): Known => {
  const facts = messages.filter(({ role }) => role === 'system').flatMap(({ content }) => factsRemembered(content))
  const said = (kind: RememberedFact['kind']): readonly string[] =>
    facts.filter(fact => fact.kind === kind).map(fact => fact.said)
  const found = (readings: readonly (string | null)[]): string | null => readings.find(reading => reading !== null) ?? null
  const when = said('meeting').map(evenWords)
  const meeting = [found(when.map(dayIn)), found(when.map(words => timeIn(words, true)))].filter(part => part !== null)
  return {
    kinds: new Set(facts.map(({ kind }) => kind)),
    meeting: meeting.length > 0 ? meeting.join(' ') : null,
    name: found(said('name').map(words => nameIn(words, true))),
  }
}

/** What still has to be asked before a wish can be passed on. */
export const missing = (noted: Noted, meeting: boolean): readonly Slot[] => {
  const slots: readonly Slot[] = meeting ? ['day', 'time', 'name', 'contact'] : ['contact', 'name']
  return slots.filter(slot => noted[slot] === null)
}

/** The question a reply ends with; also if its last words were cut off, as long as three of them were heard. */
const questionIn = (questions: Assistant['replies']['questions'], reply: string): QuestionId | null => {
  const sentence = /[^.?!]*[.?!]*$/.exec(reply)?.[0].trim() ?? ''
  for (const [id, ways] of Object.entries(questions) as [QuestionId, readonly string[]][])
    if (
      ways.some(way => sentence === way || (sentence.split(' ').length >= 3 && way.startsWith(sentence.replace(/[.?!]+$/, ''))))
    )
      return id
  return /\bhelp you\b[^.?]*\?$/.test(reply) ? 'help' : null
}

/** "Take your time", "are you still there?": what was asked before is still open. */
const asksNothingNew = ({ lines }: Assistant, reply: string): boolean => !reply.includes('?') || reply === lines.stillThere

const WISHES = /\b(book|schedule|demo|meet|meeting|appointment|call|ring|phone|later|another time)\b/

const withNoted = (noted: Noted, asked: QuestionId | null, said: string): Noted => {
  const words = evenWords(said)
  if (words === '') return noted
  const about = (...questions: readonly QuestionId[]) => asked !== null && questions.includes(asked)
  const booking = BOOKING.has(asked) || about('demo', 'colleague', 'meeting') || WISHES.test(words)
  const day = booking
    ? dayIn(about('day', 'change', 'confirm') ? words : words.replaceAll(/\b(today|next (week|month)|either)\b/g, ''))
    : null
  const time = booking && digitsGiven(words).length < 7 ? timeIn(words, about('time')) : null
  const undecided = /\b(do not know|not sure|no idea)\b/.test(words)
  const name = nameIn(said, about('name'))
  return {
    day: day ?? (about('day') && undecided ? 'any day' : noted.day),
    time: time ?? (about('time') && undecided ? 'at any time' : noted.time),
    name: name ?? noted.name,
    ...contactNoted(noted, asked, said, words),
  }
}

/** A number may come in several breaths: digits given while one is being asked for are put after those before. */
const contactNoted = (noted: Noted, asked: QuestionId | null, said: string, words: string): Pick<Noted, 'contact' | 'digits'> => {
  const email = emailIn(said)
  if (email) return { contact: email, digits: '' }
  if (asked === 'callback' && /^(no|nope|nah|wrong|not)\b/.test(words)) return { contact: null, digits: '' }
  if ((asked === 'contact' || asked === 'digits-rest') && meansThisLine(words))
    return { contact: 'the number you are calling from', digits: '' }
  const given = timeIn(words, false) === null ? digitsGiven(words) : ''
  if (given === '') return { contact: noted.contact, digits: noted.digits }
  const goesOn = asked === 'digits-rest' || (asked === 'name' && noted.digits !== '')
  const digits = (goesOn ? noted.digits + given : given).slice(-15)
  return { contact: digits.length >= 7 ? digitsInWords(digits) : noted.contact, digits }
}
