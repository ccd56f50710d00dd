/**
 * What the script answers. The words are the assistant's (script-voice.ts), what was meant is script-meaning.ts's, what has been
 * said so far is script-conversation.ts's. An answer to what was asked comes first, then what the caller wants to know or does.
 */
import type { Act, Assistant, Fact, QuestionId } from '../../../assistant/assistant.ts'
import { bookingAnswer, openCallBack, openMeeting } from './booking.ts'
import type { Conversation } from './conversation.ts'
import { evenWords } from './hear.ts'
import type { Meaning } from './meaning.ts'
import { digitsInWords } from './numbers.ts'
import type { Deed } from './rules.ts'
import { teamIn } from './slots.ts'
import { endCall, say, voiceIn, type Reply, type Voice } from './voice.ts'
import { shortened } from './wording.ts'

/** What is repeated is cut to this many words, so that the caller can get a word in; the rest is short by itself. */
const MOST_WORDS = 38

/** These mean the same whatever was asked before. */
const ALWAYS: ReadonlySet<Deed> = new Set(['goodbye', 'remove-me', 'repeat', 'hold', 'emergency'] as const)

export const replyTo = (assistant: Assistant, conversation: Conversation, meaning: Meaning): Reply => {
  const voice = voiceIn(assistant, conversation)
  if (conversation.result !== null) return afterTool(voice, conversation.result)
  if (meaning.type === 'deed' && ALWAYS.has(meaning.deed)) return deedAnswer(assistant, voice, conversation, meaning.deed)
  return (
    bookingAnswer(voice, conversation, meaning) ??
    plainAnswer(voice, conversation, meaning) ??
    (meaning.type === 'fact' ? voice.tell(meaning.fact) : deedAnswer(assistant, voice, conversation, meaning.deed))
  )
}

/** What a tool said begins so if nothing was done. */
const afterTool = (voice: Voice, result: string): Reply =>
  say(voice.act(/^(Not done|It failed|The arguments)/.test(result) ? 'not-done' : 'booked'), voice.question('else'))

/* ── Answers to what was asked ────────────────────────────────────────────────────────────────────────────── */

const OFFERS_HELP: ReadonlySet<QuestionId | null> = new Set(['else', 'help', 'nooks'] as const)

const plainAnswer = (voice: Voice, conversation: Conversation, meaning: Meaning): Reply | null => {
  const { asked, noted, said } = conversation
  const deed = meaning.type === 'deed' ? meaning.deed : null
  const agrees = deed === 'yes' || deed === 'acknowledge' || deed === 'interest'
  if (asked === 'demo' && (agrees || conversation.justNoted.includes('day'))) return openMeeting(voice, noted)
  if (asked === 'meeting' && (deed === 'no' || conversation.justNoted.includes('day'))) return openMeeting(voice, noted)
  if (asked === 'meeting' && agrees) return say(voice.act('yes'), voice.question('else'))
  if ((asked === 'colleague' || asked === 'callback') && agrees) return openCallBack(voice, noted, voice.act('yes'))
  if (asked === 'callback' && deed === 'no') return say(voice.act('no'), voice.question('contact'))
  if (asked === 'close' && agrees) return endCall(voice.act('goodbye'))
  if (asked === 'close' && deed === 'no') return say(voice.act('no'), voice.question('else'))
  if (asked === 'record' && (agrees || deed === 'no')) return say(voice.act(agrees ? 'yes' : 'no'), voice.question('help'))
  if (OFFERS_HELP.has(asked) && deed === 'yes') return say(voice.act('yes'), voice.question('help'))
  if (OFFERS_HELP.has(asked) && deed === 'no') return declined(voice, said)
  if (/\?\s*$/.test(said)) return null
  return asked === 'team' ? teamAnswer(voice, said, meaning) : asked === 'tool' ? toolAnswer(voice, meaning) : null
}

/** A bare "no" may be a word misheard: the call is ended only when it is clear, or confirmed. */
const declined = (voice: Voice, said: string): Reply =>
  /\b(thanks|thank you)\b/.test(evenWords(said)) ? endCall(voice.act('goodbye')) : say(voice.act('no'), voice.question('close'))

const teamAnswer = (voice: Voice, said: string, meaning: Meaning): Reply | null => {
  const answers = meaning.type === 'fact' ? meaning.fact.topic === 'product' : /^(statement|digits|unsure)$/.test(meaning.deed)
  const words = evenWords(said)
  const team = answers && words.split(' ').length <= 12 ? teamIn(words) : null
  return team === null ? null : say(voice.act('noted-team', { team }), voice.onward())
}

const toolAnswer = (voice: Voice, meaning: Meaning): Reply | null => {
  const names = meaning.type === 'fact' ? meaning.fact.topic === 'company' || meaning.fact.id === 'have-a-tool' : false
  const says = meaning.type === 'deed' && (meaning.deed === 'statement' || meaning.deed === 'no')
  return names || says ? say(voice.act('noted-tool'), voice.onward()) : null
}

/* ── Answers to what the caller does ──────────────────────────────────────────────────────────────────────── */

/** What is said, and what is asked after it: a question, whatever moves the conversation on, or nothing. */
const SIMPLE = {
  'is-ai': ['is-ai', 'onward'],
  'who-are-you': ['who-are-you', 'onward'],
  'small-talk': ['small-talk', 'onward'],
  acknowledge: ['acknowledge', 'onward'],
  yes: ['yes', 'onward'],
  no: ['no', 'onward'],
  unsure: ['unsure', 'onward'],
  thanks: ['thanks', 'else'],
  interest: ['interest', 'demo'],
  'wrong-number': ['wrong-number', 'nooks'],
  testing: ['testing', 'nooks'],
  rude: ['rude', 'nooks'],
  'number-source': ['number-source', 'colleague'],
  language: ['language', 'colleague'],
  'unknown-question': ['unknown-question', 'colleague'],
  hold: ['hold', null],
  emergency: ['emergency', null],
  complaint: ['complaint', null],
  fragment: ['fragment', null],
} as const satisfies Partial<Record<Deed, readonly [Act, QuestionId | 'onward' | null]>>

const isSimple = (deed: Deed): deed is keyof typeof SIMPLE => Object.hasOwn(SIMPLE, deed)

const deedAnswer = (assistant: Assistant, voice: Voice, conversation: Conversation, deed: Deed): Reply => {
  if (isSimple(deed)) {
    const [act, then] = SIMPLE[deed]
    return say(voice.act(act), then === 'onward' ? voice.onward() : then ? voice.question(then) : '')
  }
  const { noted, replies } = conversation
  switch (deed) {
    case 'goodbye':
    case 'remove-me':
      return endCall(voice.act(deed))
    case 'greeting':
      return say(voice.act(replies.length > 0 ? 'greeted-again' : 'greeting'), voice.question('help'))
    case 'introduction':
      return say(voice.act('glad-to-meet', { name: noted.name ?? '' }), voice.question('help'))
    case 'digits':
      return say(voice.act('digits', { digits: digitsInWords(noted.digits) }), voice.question('callback'))
    case 'repeat':
      return again(assistant, voice, replies)
    case 'more':
      return voice.tell(furtherFact(assistant, replies))
    case 'book':
      return openMeeting(voice, noted)
    case 'human':
    case 'support':
      if (conversation.can.has('transfer_to_human')) return putThrough(voice, conversation.said)
      return openCallBack(voice, noted, voice.act(deed))
    case 'callback':
      return openCallBack(voice, noted, voice.act('human'))
    case 'send-email':
      return openCallBack(voice, noted, voice.act('email-follow-up'))
    case 'nothing':
    case 'statement':
      return lost(assistant, voice, replies)
    default:
      return deed satisfies never
  }
}

/** Whoever takes over is told in the caller's own words what it is about. */
const putThrough = (voice: Voice, said: string): Reply => ({
  ...say(voice.act('put-through')),
  call: { name: 'transfer_to_human', args: { brief: `The caller said: ${said}` } },
})

/** Asks back once; if that did not help, offers a person. */
const lost = ({ replies: { acts } }: Assistant, voice: Voice, replies: readonly string[]): Reply => {
  const askedBack = acts.unclear.some(way => replies.at(-1)?.includes(way))
  return say(voice.act('unclear'), voice.question(askedBack ? 'colleague' : 'nooks'))
}

/* ── Saying it again, and saying more ─────────────────────────────────────────────────────────────────────── */

/** The last reply once more, without the small words before it. */
const again = (assistant: Assistant, voice: Voice, replies: readonly string[]): Reply => {
  const last = replies.at(-1)
  if (last === undefined) return say(voice.act('nothing-to-repeat'), voice.question('help'))
  const before = assistant.replies.acts.repeat.reduce((text, lead) => text.replace(lead, ''), last).replace(/^\s*(\w+\. )?/, '')
  return say(voice.act('repeat'), shortened(whole(assistant, before), MOST_WORDS))
}

/** What was heard in part is repeated whole, if it was a sentence of the assistant's own. */
const whole = ({ facts, replies }: Assistant, heard: string): string => {
  const begun = /[^.?!]*$/.exec(heard)?.[0].trim() ?? ''
  if (begun.split(' ').length < 3) return heard
  const texts = [...facts.flatMap(({ says, more }) => [says, more]), ...Object.values(replies.questions).flat()]
  const sentences = texts.flatMap(text => text.match(/[^.?!]+[.?!]/g) ?? []).map(sentence => sentence.trim())
  const sentence = sentences.find(one => one.startsWith(begun))
  return sentence ? heard.replace(/[^.?!]*$/, ` ${sentence}`).trim() : heard
}

/** "Tell me more": the rest of what was told last, or else the next thing not told yet. */
const furtherFact = ({ facts, script }: Assistant, replies: readonly string[]): Fact => {
  const told = (text: string): boolean => replies.some(reply => reply.includes(text))
  const last = replies
    .map(reply => facts.find(({ says, more }) => reply.includes(says) || reply.includes(more)))
    .findLast(fact => fact !== undefined)
  if (last && !(told(last.says) && told(last.more))) return last
  const next = facts.find(({ topic, says }) => script.tellsMoreOf.includes(topic) && !told(says)) ?? facts[0]
  if (!next) throw new Error('an assistant must know at least one fact')
  return next
}
