/**
 * The tools of one call: those that can do something as things are set up. What is not configured is not offered, so that the
 * model cannot promise it. What they do is written to the store, and told to the owner's webhook from there.
 */
import { createHash } from 'node:crypto'
import type { Assistant } from '../assistant/assistant.ts'
import type { Clock, Outcome, Tool } from '../ports.ts'
import type { Store } from '../store/store.ts'
import type { DeliveryRow } from '../store/tables.ts'
import { bookMeeting, type Meeting } from './book-meeting.ts'
import { endCall } from './end-call.ts'
import { lookUpFacts } from './look-up-facts.ts'
import { sendSms } from './send-sms.ts'
import type { SendText } from './texting.ts'
import { transferToHuman } from './transfer-to-human.ts'
import type { Webhook } from './webhook.ts'

export type ToolsParts = {
  readonly assistant: Assistant
  readonly store: Pick<Store, 'keep'>
  readonly clock: Clock
  /** Null: nobody wants to be told. */
  readonly webhook: Pick<Webhook, 'wake'> | null
  /** Null: no account to send with. */
  readonly sendText: SendText | null
  /** Somebody can take calls over. */
  readonly mayHandOver: boolean
  /** ISO 8601. */
  readonly wallTime: () => string
}

export type CallOfTools = {
  /** As in the database. */
  readonly callId: string
  readonly callSid: string
  readonly personId: string | null
  /** The caller's number and ours in E.164, as far as they are such. */
  readonly callerNumber: string | null
  readonly ownNumber: string | null
}

/** A write takes milliseconds. */
const STORED_MS = 3_000

export type OpenTools = (call: CallOfTools) => readonly Tool[]

/** The facts are indexed once, for all calls. */
export function openTools(parts: ToolsParts): OpenTools {
  const lookUp = lookUpFacts(parts.assistant.facts)
  return call => {
    const texting = textingOn(parts, call)
    return [
      lookUp,
      bookMeeting((key, meeting) => keepMeeting(parts, call, key, meeting)),
      ...(texting ? [sendSms(texting)] : []),
      ...(parts.mayHandOver ? [transferToHuman] : []),
      endCall,
    ]
  }
}

async function keepMeeting(parts: ToolsParts, call: CallOfTools, key: string, meeting: Meeting): Promise<void> {
  const { callId, personId } = call
  const row = { id: idOf(call, key), callId, personId, ...meeting, createdAt: parts.wallTime() }
  const delivery = newsOf(parts, call, 'meeting.booked', row.id, meeting)
  const kept = parts.store.keep({ type: 'meeting', meeting: row, delivery }).then(() => parts.webhook?.wake())
  await Promise.race([kept, longEnough(parts.clock, kept)])
}

/** The call's journal has the meeting by now, and a database out of reach gets it later: the caller need not wait for that. */
const longEnough = (clock: Clock, work: Promise<unknown>): Promise<void> =>
  new Promise(resolve => {
    const callOff = clock.after(STORED_MS, resolve)
    work.then(callOff, callOff)
  })

const E164 = /^\+[1-9]\d{6,14}$/

/** Null if no message can be sent on this call. */
function textingOn(parts: ToolsParts, call: CallOfTools): ((key: string, text: string) => Promise<Outcome>) | null {
  const { sendText } = parts
  const { callerNumber: to, ownNumber: from } = call
  if (sendText === null || to === null || from === null || !E164.test(to) || !E164.test(from)) return null
  return async (key, text) => {
    const outcome = await sendText(from, to, text)
    if (outcome.done) keepMessage(parts, call, key, text)
    return outcome
  }
}

/** It has gone out; what becomes of the note of it changes nothing for the caller. */
function keepMessage(parts: ToolsParts, call: CallOfTools, key: string, text: string): void {
  const { callId, personId } = call
  const message = { id: idOf(call, key), callId, personId, text, createdAt: parts.wallTime() }
  const delivery = newsOf(parts, call, 'message.sent', message.id, { text })
  parts.store.keep({ type: 'message', message, delivery }).then(
    () => parts.webhook?.wake(),
    () => {}, // The store has said so.
  )
}

/** The receiver can tell by the id what it was told before. The number is in it, and so kept until then. */
function newsOf(parts: ToolsParts, call: CallOfTools, type: string, id: string, data: object): DeliveryRow | null {
  if (parts.webhook === null) return null
  const { callId, callSid, callerNumber } = call
  const createdAt = parts.wallTime()
  const body = { type, timestamp: createdAt, data: { id, callId, callSid, callerNumber, ...data } }
  return { id: `msg_${id}`, callId, body: JSON.stringify(body), createdAt }
}

/** The same deed on the same call has the same id, in whichever process. */
const idOf = ({ callSid }: CallOfTools, key: string): string =>
  createHash('sha256').update(`${callSid} ${key}`).digest('hex').slice(0, 32)
