/**
 * Noting a meeting or a call back: asks for what is missing, one thing at a time, reads it back, corrects it, and has it put down.
 * The wording says that a colleague confirms it. Where there is nothing to put it down in, it stands in the call's record alone.
 */
import type { Conversation, Noted, Slot } from './conversation.ts'
import { missing } from './conversation.ts'
import { evenWords } from './hear.ts'
import type { Meaning } from './meaning.ts'
import { digitsInWords } from './numbers.ts'
import type { Deed } from './rules.ts'
import { say, type Reply, type Voice } from './voice.ts'

export const openMeeting = (voice: Voice, noted: Noted): Reply =>
  say(voice.act('booking'), ask(voice, noted, missing(noted, true)))

/** `intro`: why somebody will call or write. */
export const openCallBack = (voice: Voice, noted: Noted, intro: string): Reply =>
  say(intro, ask(voice, noted, missing(noted, false)))

const CALLED_OFF = /\b(never mind|forget (it|about)|changed my mind|no meeting|not anymore|leave it)\b/
const AGREES: ReadonlySet<Deed | null> = new Set(['yes', 'acknowledge', 'interest'] as const)
const NO_ANSWER: ReadonlySet<Deed | null> = new Set(['unsure', 'statement', 'unknown-question', 'nothing'] as const)
const KEEPS_TO_IT: ReadonlySet<Deed | null> = new Set(['yes', 'acknowledge', 'interest', 'book', 'digits'] as const)

/** The answer while a meeting or a call back is being noted, or null if the caller spoke of something else. */
export const bookingAnswer = (voice: Voice, conversation: Conversation, meaning: Meaning): Reply | null => {
  const { asked, noted, justNoted, said } = conversation
  if (conversation.wanted === null || asked === null) return null
  const words = evenWords(said)
  const deed = meaning.type === 'deed' ? meaning.deed : null
  const onward = ask(voice, noted, conversation.wanted)
  if (asked === 'confirm' && AGREES.has(deed)) {
    return conversation.can.has('book_meeting')
      ? { ...say(voice.act('yes')), call: bookMeeting(noted) }
      : say(voice.act('booked'), voice.question('else'))
  }
  if (CALLED_OFF.test(words)) return say(voice.act('booking-dropped'), voice.question('else'))
  if (justNoted.length > 0) return goOn(voice, conversation, deed, onward)
  if (asked === 'confirm' && deed === 'no') return say(voice.act('no'), voice.question('change'))
  if (asked === 'change') return say(voice.act('acknowledge'), voice.question(slotNamed(words) ?? 'change'))
  if (deed === 'book' && (asked === 'contact' || asked === 'name')) return openMeeting(voice, noted)
  if (deed === 'no') return say(voice.act('booking-dropped'), voice.question('else'))
  if (NO_ANSWER.has(deed)) return say(voice.act(deed === 'unsure' ? 'unsure' : 'unclear'), onward)
  return KEEPS_TO_IT.has(deed) ? say(voice.act('acknowledge'), onward) : null
}

const bookMeeting = ({ day, time, name, contact, digits }: Noted): NonNullable<Reply['call']> => {
  const when = [day, time].filter(part => part !== null).join(' ')
  return {
    name: 'book_meeting',
    args: {
      time: when === '' ? 'any time' : when,
      name,
      contact: digits.length >= 7 ? digits : contact,
      note: when === '' ? 'To be called back.' : null,
    },
  }
}

const goOn = (voice: Voice, { noted, justNoted }: Conversation, deed: Deed | null, onward: string): Reply =>
  justNoted.includes('digits') && noted.contact === null
    ? say(voice.act('digits', { digits: digitsInWords(noted.digits) }), voice.question('digits-rest'))
    : say(voice.act(deed === 'unsure' ? 'unsure' : 'yes'), onward)

const ask = (voice: Voice, noted: Noted, wanted: readonly Slot[]): string =>
  wanted[0] ? voice.question(wanted[0]) : `${voice.act('read-back', { note: inOneSentence(noted) })} ${voice.question('confirm')}`

/** "next Tuesday at three, for Jane, and to reach you, five five five": what was noted, as far as it was. */
const inOneSentence = ({ day, time, name, contact }: Noted): string => {
  const when = [day, time].filter(part => part !== null).join(' ')
  const parts = [when, name && when ? `for ${name}` : name, contact && `and to reach you, ${contact}`]
  return parts.filter(part => part !== null && part !== '').join(', ')
}

const slotNamed = (words: string): Slot | null => {
  if (/\b(day|date)\b/.test(words)) return 'day'
  if (/\b(time|hour)\b/.test(words)) return 'time'
  if (/\bname\b/.test(words)) return 'name'
  return /\b(number|email|phone|address|contact)\b/.test(words) ? 'contact' : null
}
