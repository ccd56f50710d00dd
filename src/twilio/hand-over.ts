/**
 * Putting a caller through to a person: whom Twilio dials, what that person hears before the caller is there, and whether they
 * took the call. What they hear never stands in an address: it is read from the call's record when Twilio asks for it.
 * https://www.twilio.com/docs/voice/twiml/dial, https://www.twilio.com/docs/voice/twiml/number
 */
import { z } from 'zod'
import type { Ring } from '../calls.ts'
import type { Log } from '../log.ts'
import { callSidShape } from './media-stream.ts'
import type { Twiml } from './twiml.ts'
import type { Asked } from './voice.ts'

/** Twilio asks here once the person's telephone has been picked up; of the call to that person, whose parent is the caller's. */
export const WHISPER_PATH = '/twilio/whisper'

/** Twilio asks here once nobody took the call, or the person or the caller has hung up. */
export const AFTER_DIAL_PATH = '/twilio/after-dial'

export type Transfer = {
  /** In E.164. */
  readonly number: string
  /** Whether whoever answers is told what the call is about before the caller is there. */
  readonly manner: 'warm' | 'cold'
}

/** The TwiML that rings the person, after this leg of the call. */
export function ringPerson(
  twiml: Pick<Twiml, 'dial' | 'dialWarm'>,
  { number, manner }: Transfer,
  { leg, from, to }: Pick<Ring, 'leg' | 'from' | 'to'>,
  baseUrl: string,
): string {
  // A caller without a number of their own is shown as the number they called: Twilio wants one (error 13214).
  const caller = [from, to].find(each => each !== null && E164.test(each)) ?? ''
  const values = { number, caller, after: `${baseUrl}${AFTER_DIAL_PATH}?leg=${leg}` }
  return manner === 'cold' ? twiml.dial(values) : twiml.dialWarm({ ...values, whisper: baseUrl + WHISPER_PATH })
}

const E164 = /^\+[1-9]\d{6,14}$/

const dialForm = z.object({ DialCallStatus: z.string().max(40).catch(''), DialBridged: z.string().max(10).catch('') })

/** Whoever picks up and hangs up before the caller is there has not taken the call: it is `completed`, but was never bridged. */
export function howDialEnded(body: unknown): 'transfer-taken' | 'transfer-refused' {
  const { DialCallStatus: status, DialBridged: bridged } = dialForm.parse(body ?? {})
  const taken = (status === 'completed' || status === 'answered') && bridged !== 'false'
  return taken ? 'transfer-taken' : 'transfer-refused'
}

export type WhisperParts = {
  readonly twiml: Pick<Twiml, 'whisper' | 'connectPerson'>
  readonly findLastLeg: (callSid: string) => Promise<{ readonly brief: string | null } | null>
  readonly log: Log
}

const whisperForm = z.object({ CallSid: callSidShape, ParentCallSid: callSidShape.nullable().catch(null) })

/** Twenty seconds when spoken, in which the caller hears a telephone ring. */
const BRIEF_MAX = 300

/**
 * What the person hears; null if the form names no call. Without a brief they are connected at once: with an error instead,
 * Twilio would hang up on them.
 */
export async function whisper({ twiml, findLastLeg, log }: WhisperParts, { body }: Pick<Asked, 'body'>): Promise<string | null> {
  const form = whisperForm.safeParse(body).data
  if (form === undefined) return null
  const { CallSid: personSid, ParentCallSid: callSid } = form
  const brief = callSid === null ? null : await briefOf(callSid)
  log.info({ callSid, personSid, briefed: brief !== null }, 'a person takes a call')
  return brief === null ? twiml.connectPerson : twiml.whisper(shortened(brief))

  async function briefOf(sid: string): Promise<string | null> {
    try {
      return (await findLastLeg(sid))?.brief || null
    } catch (error) {
      log.error({ err: error, callSid: sid }, 'a person takes a call without knowing what it is about')
      return null
    }
  }
}

/** Whole words of it, if it is too long. */
export function shortened(brief: string): string {
  const text = brief.replace(/\s+/g, ' ').trim()
  if (text.length <= BRIEF_MAX) return text
  const end = text.lastIndexOf(' ', BRIEF_MAX)
  return `${text.slice(0, end > 0 ? end : BRIEF_MAX)}…`
}
