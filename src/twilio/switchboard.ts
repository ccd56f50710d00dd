/**
 * What Twilio asks once a stream is closed, or a transfer is over. A stream also closes when its server is killed or the network breaks: then the call is
 * connected again, to whichever process gets it, and goes on from its record.
 * https://www.twilio.com/docs/voice/twiml/connect
 */
import { z } from 'zod'
import type { Calls, Ring } from '../calls.ts'
import type { Log } from '../log.ts'
import { connectTo, type ConnectParts } from './connect.ts'
import { howDialEnded, ringPerson, type Transfer } from './hand-over.ts'
import { callSidShape } from './media-stream.ts'
import type { Twiml } from './twiml.ts'
import type { Asked } from './voice.ts'
import type { Voicemails } from './voicemails.ts'
import { whatNext, type LastLeg, type Next, type Question } from './what-next.ts'

/** A leg as its record tells of it, on whichever process it was. */
export type RecordedLeg = LastLeg & {
  readonly conversationId: string | null
  /** What a person who takes the call should know; null: it was not handed over. */
  readonly brief: string | null
  /** Lays down what the next leg goes on from, for whichever process gets its stream. */
  readonly goOn: (opening: 'resume' | 'nobody-free', nextLeg: number) => Promise<void>
}

/** The newest leg of a call that a stream has come for; else one that only rang; null: no record. Rejects if it cannot be read. */
export type FindLastLeg = (callSid: string) => Promise<RecordedLeg | null>

export type SwitchboardParts = ConnectParts & {
  readonly calls: Pick<Calls, 'finish' | 'admission'>
  readonly findLastLeg: FindLastLeg
  readonly twiml: Pick<Twiml, 'answer' | 'voicemail' | 'hangUp' | 'busy' | 'overflow' | 'sorry' | 'dial' | 'dialWarm'>
  readonly voicemails: Voicemails
  readonly overflowNumber: string | null
  /** Whom callers are put through to; null: there is nobody. */
  readonly transfer: Transfer | null
  readonly log: Log
}

const form = z.object({
  CallSid: callSidShape,
  From: z.string().nullable().catch(null),
  To: z.string().nullable().catch(null),
})

const query = z.object({ leg: z.coerce.number().int().min(1).max(1000).catch(1) })

/** The TwiML for a call whose stream is closed; null if the form names no call. */
export async function afterStream(parts: SwitchboardParts, asked: Asked): Promise<string | null> {
  const callSid = form.safeParse(asked.body).data?.CallSid
  if (callSid !== undefined && parts.voicemails.take(callSid)) return parts.twiml.voicemail
  // Who was promised a person where there is none hears so.
  return goOn(parts, asked, parts.transfer === null ? 'transfer-refused' : 'stream')
}

/** The TwiML for a call whose transfer is over; null if the form names no call. */
export const afterDial = (parts: SwitchboardParts, asked: Asked): Promise<string | null> =>
  goOn(parts, asked, howDialEnded(asked.body))

async function goOn(parts: SwitchboardParts, asked: Asked, over: Question['over']): Promise<string | null> {
  const fields = form.safeParse(asked.body).data
  if (fields === undefined) return null
  const { CallSid: callSid, From: from, To: to } = fields
  const { leg } = query.parse(asked.query ?? {})
  const log = parts.log.child({ callSid, leg })
  try {
    // A later leg is here: this one is asked about again, by whomever.
    if (!(await parts.calls.finish(callSid, leg))) return parts.twiml.hangUp
    const last = await parts.findLastLeg(callSid)
    const next = whatNext({ over, leg, last, room: hasRoom(parts) })
    log.info({ over, how: last?.how, next }, 'a stream or a transfer is over')
    if (next.do !== 'connect' || last === null) return refer(parts, next, { leg, from, to }, asked.baseUrl)
    if (next.opening !== 'greeting') await last.goOn(next.opening, next.leg)
    const { conversationId } = last
    return connectTo(parts, { callSid, from, to, leg: next.leg, conversationId }, asked.baseUrl)
  } catch (error) {
    log.error({ err: error }, 'nobody can tell how the call was, so it does not go on')
    return parts.twiml.sorry
  }
}

/** While this process is to stop, the next stream goes elsewhere. */
const hasRoom = ({ calls: { admission } }: SwitchboardParts): boolean => admission !== 'full'

function refer(
  { twiml, overflowNumber, transfer }: SwitchboardParts,
  next: Next,
  over: Pick<Ring, 'leg' | 'from' | 'to'>,
  baseUrl: string,
): string {
  switch (next.do) {
    case 'busy':
      return overflowNumber === null ? twiml.busy : twiml.overflow(overflowNumber)
    case 'apologise':
      return twiml.sorry
    case 'dial':
      return transfer === null ? twiml.hangUp : ringPerson(twiml, transfer, over, baseUrl)
    case 'hang-up':
    case 'connect':
      return twiml.hangUp
    default:
      return next satisfies never
  }
}
