/**
 * What Twilio asks once a stream is closed. A stream also closes when its server is killed or the network breaks: then the call is
 * connected again, to whichever process gets it, and goes on from its record.
 * https://www.twilio.com/docs/voice/twiml/connect
 */
import { z } from 'zod'
import type { Calls } from '../calls.ts'
import type { Log } from '../log.ts'
import { connectTo, type ConnectParts } from './connect.ts'
import { callSidShape } from './media-stream.ts'
import type { Twiml } from './twiml.ts'
import type { Asked } from './voice.ts'
import type { Voicemails } from './voicemails.ts'
import { whatNext, type LastLeg, type Next } from './what-next.ts'

/** A leg as its record tells of it, on whichever process it was. */
export type RecordedLeg = LastLeg & {
  readonly conversationId: string | null
  /** Lays down what the next leg goes on from, for whichever process gets its stream. */
  readonly goOn: (opening: 'resume' | 'nobody-free', nextLeg: number) => Promise<void>
}

/** The newest leg of a call that a stream has come for; else one that only rang; null: no record. Rejects if it cannot be read. */
export type FindLastLeg = (callSid: string) => Promise<RecordedLeg | null>

export type SwitchboardParts = ConnectParts & {
  readonly calls: Pick<Calls, 'finish' | 'admission'>
  readonly findLastLeg: FindLastLeg
  readonly twiml: Pick<Twiml, 'answer' | 'voicemail' | 'hangUp' | 'busy' | 'overflow' | 'sorry'>
  readonly voicemails: Voicemails
  readonly overflowNumber: string | null
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
  const fields = form.safeParse(asked.body).data
  if (fields === undefined) return null
  const { CallSid: callSid, From: from, To: to } = fields
  const { leg } = query.parse(asked.query ?? {})
  const log = parts.log.child({ callSid, leg })
  if (parts.voicemails.take(callSid)) return parts.twiml.voicemail
  try {
    // A later leg is here: this one is asked about again, by whomever.
    if (!(await parts.calls.finish(callSid, leg))) return parts.twiml.hangUp
    const last = await parts.findLastLeg(callSid)
    const next = whatNext({ over: 'stream', leg, last, room: hasRoom(parts) })
    log.info({ how: last?.how, next }, 'a stream is over')
    if (next.do !== 'connect' || last === null) return refer(parts, next)
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

function refer({ twiml, overflowNumber }: SwitchboardParts, next: Next): string {
  switch (next.do) {
    case 'busy':
      return overflowNumber === null ? twiml.busy : twiml.overflow(overflowNumber)
    case 'apologise':
      return twiml.sorry
    case 'hang-up':
    case 'dial':
    case 'connect':
      return twiml.hangUp
    default:
      return next satisfies never
  }
}
