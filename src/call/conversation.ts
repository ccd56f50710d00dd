/**
 * What is said on a call, folded from its journal entry by entry: the caller's words as they settle, the bot's reply as it is
 * drafted, spoken, heard or cut. The one place that knows how the journal tells these. Pure; draws nothing.
 */
import type { Deed } from '../ports.ts'
import type { LineName } from './facts.ts'
import type { Entry, GivenCommand, Input, ToldEvent } from './journal.ts'

export type Utterance =
  /** `partial`: may still change. `settled`: will not, but is not answered yet. `aside`: spoken into a reply, which went on. */
  | {
      readonly who: 'caller'
      readonly atMs: number
      readonly text: string
      readonly state: 'partial' | 'settled' | 'answered' | 'aside'
    }
  /** `draft`: nobody hears it yet. `held`: stopped because the caller made a sound. `ahead` is written but not heard. */
  | {
      readonly who: 'bot'
      readonly atMs: number
      readonly heard: string
      readonly ahead: string
      readonly state: 'draft' | 'speaking' | 'held' | 'heard' | 'cut'
    }
  | { readonly who: 'note'; readonly atMs: number; readonly text: string }

type Reply = {
  readonly id: number
  readonly line: LineName | 'operator' | null
  readonly said: string
  readonly atMs: number
  /** What the model has written, and what the voice has spoken; the longer one is the reply as far as it is known. */
  readonly written: string
  readonly voiced: string
  readonly heard: string
  readonly state: 'draft' | 'speaking' | 'held'
}

type Words = { readonly atMs: number; readonly text: string; readonly settled: boolean }

export type Conversation = {
  /** What will not change any more. */
  readonly past: readonly Utterance[]
  /** The words that the reply now audible answers. */
  readonly answered: Words | null
  readonly reply: Reply | null
  readonly asides: readonly Utterance[]
  /** The caller's words that nobody has answered, and since when the caller has been saying them. */
  readonly words: Words | null
  readonly spokeAtMs: number | null
}

export const newConversation: Conversation = { past: [], answered: null, reply: null, asides: [], words: null, spokeAtMs: null }

/** What may still change, in the order of a page. */
export function present({ answered, reply, asides, words }: Conversation): readonly Utterance[] {
  const bot = reply && botOf(reply, reply.state)
  const audible = reply !== null && reply.state !== 'draft'
  return [
    ...(answered ? [callerOf(answered, 'answered')] : []),
    ...(bot && audible ? [bot] : []),
    ...asides,
    ...(words ? [callerOf(words, words.settled ? 'settled' : 'partial')] : []),
    ...(bot && !audible ? [bot] : []),
  ]
}

/** Takes an entry into account; entries come in the journal's order. */
export function follow(conversation: Conversation, entry: Entry): Conversation {
  switch (entry.type) {
    case 'command':
      return followCommand(conversation, entry.at, entry.command)
    case 'event':
      return followEvent(conversation, entry.at, entry.event)
    case 'input':
      return followInput(conversation, entry.at, entry.input)
    case 'broken':
      return note(conversation, entry.at, `the call broke: ${entry.why.split('\n')[0]}`)
    case 'trouble':
      return note(conversation, entry.at, entry.message)
    case 'stalled':
      return note(conversation, entry.at, `the ${entry.stage} keeps the caller waiting`)
    case 'refused':
      return note(conversation, entry.at, `refused input: ${entry.kind} (${entry.count})`)
    case 'call':
    case 'stood-in':
    case 'recording':
    case 'usage':
    case 'first-frame':
      return conversation
    default:
      return entry satisfies never
  }
}

function followCommand(conversation: Conversation, at: number, command: GivenCommand): Conversation {
  switch (command.type) {
    case 'prepare':
      return { ...conversation, reply: newReply(command.id, null, command.said, at) }
    case 'say':
      return say(conversation, newReply(command.id, command.line, command.said, at))
    case 'speak':
      return say(conversation, { ...newReply(command.id, 'operator', command.said, at), written: command.text })
    case 'release':
      return release(conversation, at)
    case 'hold':
      return { ...conversation, reply: change(conversation.reply, { state: 'held' }) }
    case 'resume':
      return resume(conversation, at, command.aside)
    case 'drop':
      return drop(conversation, command.why === 'withdrawn')
    case 'amend':
      return amend(conversation, command.late)
    case 'settle':
      return conversation
    case 'hang-up':
      return note(conversation, at, 'the assistant hangs up')
    case 'rated':
      return note(conversation, at, `the caller rates the call ${command.rating} of 5`)
    case 'hand-over':
      return note(conversation, at, 'a colleague takes over')
    default:
      return command satisfies never
  }
}

function followEvent(conversation: Conversation, at: number, event: ToldEvent): Conversation {
  switch (event.type) {
    case 'caller-spoke':
      return { ...conversation, spokeAtMs: conversation.spokeAtMs ?? event.fromMs }
    case 'words':
      return hearWords(conversation, at, event.said, event.settled !== null)
    case 'reply-heard':
    case 'reply-held':
      return { ...conversation, reply: change(conversation.reply, { heard: event.text }) }
    case 'reply-finished':
      return endReply({ ...conversation, reply: change(conversation.reply, { heard: event.text }) }, 'heard')
    case 'recogniser-deaf':
      return note(conversation, at, 'the recogniser is lost')
    case 'recogniser-hearing':
      return note(conversation, at, 'the recogniser is back')
    case 'transfer-wanted':
      return note(conversation, at, 'a colleague is wanted')
    case 'leave-wanted':
      return note(conversation, at, `the call is to end: ${leaveReasons[event.why]}`)
    case 'call-answered':
    case 'caller-stirred':
    case 'caller-paused':
    case 'reply-ready':
    case 'reply-farewell':
    case 'reply-failed':
    case 'reply-did':
    case 'key-pressed':
    case 'say-wanted':
    case 'hang-up-wanted':
    case 'sparing-wanted':
    case 'call-ended':
      return conversation
    default:
      return event satisfies never
  }
}

const told = ({ tool, args, outcome }: Deed): string =>
  outcome === null ? `${tool} begins: ${args}` : `${tool} ${outcome.done ? 'is done' : 'is not done'}: ${outcome.says}`

function followInput(conversation: Conversation, at: number, input: Input): Conversation {
  if (input.type === 'digit') return note(conversation, at, `the caller presses ${input.digit}`)
  if (input.type === 'ended') return note(conversation, at, `the call is over: ${input.reason.replaceAll('-', ' ')}`)
  const { reply } = conversation
  if (input.type === 'reply' && input.news.type === 'did') return note(conversation, at, told(input.news.deed))
  if (input.type !== 'reply' || input.id !== reply?.id) return conversation
  const { news } = input
  if (news.type === 'failed') return note(conversation, at, `the reply failed: ${news.why}`)
  if (news.type === 'phrase') return { ...conversation, reply: { ...reply, written: reply.written + news.text } }
  if (news.type !== 'speech') return conversation
  return { ...conversation, reply: { ...reply, voiced: reply.voiced + news.words.map(({ text }) => text).join('') } }
}

/* ── The reply ─────────────────────────────────────────────────────────────────────────────────────────────── */

const leaveReasons = { shutdown: 'the program stops', limit: 'it has cost enough', operator: 'somebody wants it to' } as const

/** It is audible at once, and answers whatever was said before. */
function say(conversation: Conversation, reply: Reply): Conversation {
  if (reply.said === '') return { ...conversation, reply: { ...reply, state: 'speaking' } }
  return release({ ...conversation, reply }, reply.atMs)
}

const newReply = (id: number, line: LineName | 'operator' | null, said: string, atMs: number): Reply => ({
  id,
  line,
  said,
  atMs,
  state: 'draft',
  written: '',
  voiced: '',
  heard: '',
})

const change = (reply: Reply | null, to: Partial<Reply>): Reply | null => reply && { ...reply, ...to }

/** The draft says which words it answers: the journal tells words that are answered at once as none left. */
function release(conversation: Conversation, at: number): Conversation {
  const { reply, spokeAtMs } = conversation
  const answered = reply && { atMs: spokeAtMs ?? at, text: reply.said, settled: true }
  return { ...conversation, reply: change(reply, { state: 'speaking', atMs: at }), answered, words: null, spokeAtMs: null }
}

/** The caller's words meanwhile were an aside: nobody answers them, and the reply goes on. */
function resume(conversation: Conversation, at: number, aside: string): Conversation {
  const said: readonly Utterance[] =
    aside === '' ? [] : [{ who: 'caller', atMs: conversation.spokeAtMs ?? at, text: aside, state: 'aside' }]
  return {
    ...conversation,
    reply: change(conversation.reply, { state: 'speaking' }),
    asides: [...conversation.asides, ...said],
    words: aside === '' ? conversation.words : null,
    spokeAtMs: null,
  }
}

/** A draft is thrown away unheard, and so is a withdrawn reply: the words it answered are open again. */
function drop(conversation: Conversation, withdrawn: boolean): Conversation {
  const { reply, answered, words } = conversation
  if (reply?.state === 'draft') return { ...conversation, reply: null }
  return withdrawn ? { ...conversation, reply: null, answered: null, words: words ?? answered } : endReply(conversation, 'cut')
}

function amend(conversation: Conversation, late: string): Conversation {
  const { answered } = conversation
  if (!answered) return conversation
  return { ...conversation, answered: { ...answered, text: `${answered.text} ${late}`.trim() }, words: null }
}

function endReply(conversation: Conversation, state: 'heard' | 'cut'): Conversation {
  const { past, answered, reply, asides } = conversation
  if (!reply) return conversation
  const turn = [...(answered ? [callerOf(answered, 'answered')] : []), botOf(reply, state), ...asides]
  return { ...conversation, past: [...past, ...turn], answered: null, reply: null, asides: [] }
}

function botOf({ atMs, written, voiced, heard }: Reply, state: 'draft' | 'speaking' | 'held' | 'heard' | 'cut'): Utterance {
  const known = written.length > voiced.length ? written : voiced
  // Spaces may differ between what was given to the voice and what came back from it; the heard part is counted in words.
  const ahead =
    state === 'heard' ? '' : known.split(/\s+/).filter(isWord).slice(heard.split(/\s+/).filter(isWord).length).join(' ')
  return { who: 'bot', atMs, heard: heard.trim(), ahead, state }
}

const isWord = (text: string): boolean => text !== ''

/* ── The caller, and what else happens ─────────────────────────────────────────────────────────────────────── */

const callerOf = ({ atMs, text }: Words, state: 'partial' | 'settled' | 'answered'): Utterance => ({
  who: 'caller',
  atMs,
  text,
  state,
})

function hearWords(conversation: Conversation, at: number, said: string, settled: boolean): Conversation {
  const atMs = conversation.words?.atMs ?? conversation.spokeAtMs ?? at
  return { ...conversation, words: said === '' ? null : { atMs, text: said, settled } }
}

/** Goes to the past at once, before what is still going on. */
function note(conversation: Conversation, atMs: number, text: string): Conversation {
  return { ...conversation, past: [...conversation.past, { who: 'note', atMs, text }] }
}

/** The call is over: what was open stays as it is, but for a draft, which nobody will hear. */
export function close(conversation: Conversation): Conversation {
  const open = present(conversation).filter(utterance => utterance.who !== 'bot' || utterance.state !== 'draft')
  return { ...newConversation, past: [...conversation.past, ...open] }
}
