/**
 * What Twilio tells about a call beside its stream: that it is over, that its stream had an error, that a machine picked up the
 * phone. Forms are believed, since the gate has seen their signature.
 * https://www.twilio.com/docs/voice/api/call-resource#statuscallback, https://www.twilio.com/docs/voice/answering-machine-detection
 */
import { z } from 'zod'
import type { Calls } from '../calls.ts'
import type { Log } from '../log.ts'
import { callSidShape } from './media-stream.ts'
import type { Voicemails } from './voicemails.ts'

export const CALLBACK_PATHS = {
  status: '/twilio/status',
  streamStatus: '/twilio/stream-status',
  amd: '/twilio/amd',
} as const

/** What becomes of an answering machine that was dialled. */
export type VoicemailPlan = 'hang-up' | 'message'

export type CallbackParts = {
  readonly calls: Pick<Calls, 'end'>
  readonly log: Log
  readonly voicemail: VoicemailPlan
  readonly voicemails: Voicemails
}

const text = z.string().max(200).nullable().catch(null)

const statusForm = z.object({ CallSid: callSidShape, CallStatus: z.string().max(40), CallDuration: text })
const streamForm = z.object({ CallSid: callSidShape, StreamSid: text, StreamEvent: z.string().max(40), StreamError: text })
const amdForm = z.object({ CallSid: callSidShape, AnsweredBy: z.string().max(40), MachineDetectionDuration: text })

/** After these a call does not come back. */
const FINAL = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled'])

/** Each takes a form, and is false if it is not what Twilio sends there. */
export function takeStatus({ calls, log }: CallbackParts, body: unknown): boolean {
  const form = statusForm.safeParse(body).data
  if (form === undefined) return false
  const { CallSid: callSid, CallStatus: status, CallDuration: seconds } = form
  // Normally the stream has told so first. If its end got lost, this call would otherwise go on talking to nobody.
  const ended = FINAL.has(status) && calls.end(callSid, 'over-at-twilio')
  log.info({ callSid, status, seconds, ended }, 'Twilio tells how a call is')
  return true
}

export function takeStreamStatus({ log }: CallbackParts, body: unknown): boolean {
  const form = streamForm.safeParse(body).data
  if (form === undefined) return false
  const { CallSid: callSid, StreamSid: streamSid, StreamEvent: event, StreamError: error } = form
  if (error === null) log.debug({ callSid, streamSid, event }, 'Twilio tells how a stream is')
  else log.warn({ callSid, streamSid, event, error }, 'Twilio tells of an error on a stream')
  return true
}

/** A machine picked up: the assistant stops talking to it, and leaves a message if that is the plan. */
export function takeAnsweredBy({ calls, log, voicemail, voicemails }: CallbackParts, body: unknown): boolean {
  const form = amdForm.safeParse(body).data
  if (form === undefined) return false
  const { CallSid: callSid, AnsweredBy: answeredBy, MachineDetectionDuration: tookMs } = form
  const isMachine = answeredBy.startsWith('machine_')
  // Only these say that the machine's own words are over: earlier, a message would be spoken over them.
  if (voicemail === 'message' && answeredBy.startsWith('machine_end_')) voicemails.note(callSid)
  const ended = (isMachine || answeredBy === 'fax') && calls.end(callSid, 'machine-answered')
  log.info({ callSid, answeredBy, tookMs, ended }, 'Twilio tells who answered')
  return true
}
