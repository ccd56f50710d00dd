/**
 * What Twilio is told to do with a call: the XML files of the folder twiml/, which a Twilio user can read and edit. They are
 * read once, when the program starts, so that a mistake in one is found before somebody calls.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SaxesParser } from 'saxes'
import { StartFault } from '../start.ts'

export type AnswerValues = {
  /** The address of the media stream. */
  readonly stream: string
  /** Where Twilio reports what is wrong with the stream, and where it asks what to do once it is closed. */
  readonly status: string
  readonly after: string
  /** The caller's number and the one called, or nothing. */
  readonly from: string
  readonly to: string
  /** Shows that the stream is this call's; see ticket.ts. */
  readonly ticket: string
}

export type DialValues = {
  /** Who is dialled, and the number that they see. */
  readonly number: string
  readonly caller: string
  /** Where Twilio asks what to do once the two have talked, or nobody has answered. */
  readonly after: string
}

export type Twiml = {
  /** Connects the caller to the assistant. */
  readonly answer: (values: AnswerValues) => string
  /** All lines are busy. */
  readonly busy: string
  /** All lines are busy, and this number answers instead. */
  readonly overflow: (number: string) => string
  /** Something is broken here. */
  readonly sorry: string
  /** An answering machine has beeped. */
  readonly voicemail: string
  /** Puts the caller through to this number; Twilio asks `after` how that went. */
  readonly dial: (values: DialValues) => string
  /** The same; whoever answers first hears what is at `whisper`. */
  readonly dialWarm: (values: DialValues & { readonly whisper: string }) => string
  /** What they hear. */
  readonly whisper: (brief: string) => string
  /** They hear nothing. */
  readonly connectPerson: string
  /** The conversation is over. */
  readonly hangUp: string
}

const sample: AnswerValues = {
  stream: 'wss://example.com/twilio/media',
  status: 'https://example.com',
  after: 'https://example.com',
  from: '+15550001111',
  to: '+15550002222',
  ticket: 'x',
}

/** Reads the files; a StartFault names the one that is missing or broken, and how. */
export function loadTwiml(folder: string): Twiml {
  const overflow = load(folder, 'overflow.xml', { number: '+15550001111' })
  const answer = load(folder, 'answer.xml', { ...sample })
  const dialled: DialValues = { number: '+15550001111', caller: '+15550002222', after: 'https://example.com' }
  const dial = load(folder, 'dial.xml', dialled)
  const dialWarm = load(folder, 'dial-warm.xml', { ...dialled, whisper: 'https://example.com' })
  const whisper = load(folder, 'whisper.xml', { brief: 'Wants a demo.' })
  if (uses(answer, 'stream') && !uses(answer, 'ticket')) throw new StartFault(noTicket(join(folder, 'answer.xml')))
  return {
    answer: values => fill(answer, { ...values }),
    busy: load(folder, 'busy.xml', {}),
    overflow: number => fill(overflow, { number }),
    sorry: load(folder, 'sorry.xml', {}),
    voicemail: load(folder, 'voicemail.xml', {}),
    dial: values => fill(dial, { ...values }),
    dialWarm: values => fill(dialWarm, { ...values }),
    whisper: brief => fill(whisper, { brief }),
    connectPerson: load(folder, 'connect-person.xml', {}),
    hangUp: load(folder, 'hang-up.xml', {}),
  }
}

const noTicket = (path: string): string =>
  `${path} is not usable: its <Stream> needs <Parameter name="ticket" value="{{ticket}}"/>, or every call would be refused`

function load(folder: string, name: string, values: Readonly<Record<string, string>>): string {
  const path = join(folder, name)
  try {
    // A comment may explain a placeholder, but must not be filled: a value with two hyphens would end it. Its lines stay, so
    // that a fault is reported where the reader finds it.
    const template = readFileSync(path, 'utf8').replace(/<!--.*?-->/gs, comment => comment.replace(/[^\n]/g, ''))
    const unknown = [...template.matchAll(placeholder)].find(([, key]) => !Object.hasOwn(values, key ?? ''))
    if (unknown) throw new Error(`${unknown[0]} stands for nothing here`)
    checkXml(fill(template, values))
    return template
  } catch (error) {
    throw new StartFault(`${path} is not usable: ${(error as Error).message}`, { cause: error })
  }
}

const placeholder = /\{\{\s*(.*?)\s*\}\}/g

const uses = (template: string, key: string): boolean => [...template.matchAll(placeholder)].some(([, found]) => found === key)

const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(placeholder, (_, key: string) => escapeXml(values[key] ?? ''))

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** For text and attribute values. What XML cannot hold at all is left out: a caller chooses their own SIP address. */
function escapeXml(text: string): string {
  // eslint-disable-next-line no-control-regex -- those are what must go
  return text.replace(/[\u0000-\u001f\ufffe\uffff]/g, '').replace(/[&<>"']/g, sign => entities[sign] ?? '')
}

/** Throws, with line and column, if Twilio could not read this (its error 12100). */
function checkXml(xml: string): void {
  let root = ''
  const parser = new SaxesParser()
  parser.on('error', error => {
    throw error
  })
  parser.on('opentag', tag => {
    root ||= tag.name
  })
  parser.write(xml).close()
  if (root !== 'Response') throw new Error('it must be one <Response> element')
}
