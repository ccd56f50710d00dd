/** One call to a running server, in real time, drawn as it happens, and what came of it. */
import { Certificates, isEarly, type Certificate } from '../../src/call/certificate.ts'
import type { Entry } from '../../src/call/journal.ts'
import { realClock } from '../../src/clock.ts'
import { afterReply, ScriptedCaller, type CallerLine } from '../../test/vendors/twilio/caller.ts'
import { realNetwork } from '../../test/vendors/twilio/network.ts'
import { placeCall, type CallRecord, type PhoneCall } from '../../test/vendors/twilio/phone-call.ts'
import { close, follow, newConversation } from '../../src/call/conversation.ts'
import type { ConversationView } from './conversation-view.ts'
import { followJournal } from './journal-stream.ts'
import { reach, type RunningServer } from './running-server.ts'

/** Quiet after which a reply counts as ended; and how long the caller waits for one before hanging up. */
export const REPLY_ENDED_MS = 1_000
export const REPLY_PATIENCE_MS = 15_000
/** How far the server's call time may be from the emulated Twilio's on a busy machine. */
const MOST_LAG_MS = 400
/** The journal's last entries come a moment after the call. */
const JOURNAL_PATIENCE_MS = 3_000

export type PlayedCall = {
  readonly record: CallRecord
  /** There was a stream. */
  readonly tookPlace: boolean
  readonly said: ScriptedCaller['said']
  readonly entries: readonly Entry[]
  readonly turns: readonly Certificate[]
  /** Why the journal could not be followed, if so. */
  readonly journalFault: string | null
  /** When the caller began to hear a reply: exact, by the playback buffer of the emulated Twilio. */
  heardMs(turn: Certificate): number | null
}

/** Says the lines and hangs up after the last reply. Without a view nothing is drawn. */
export async function playCall(
  server: RunningServer,
  lines: readonly CallerLine[],
  view: ConversationView | null,
): Promise<PlayedCall> {
  const caller = new ScriptedCaller(lines, afterReply(REPLY_ENDED_MS, REPLY_PATIENCE_MS))
  const call = placeCall({
    network: realNetwork(address => reach(address, server)),
    clock: realClock,
    random: Math.random,
    voiceUrl: `${server.publicUrl}/twilio/voice`,
    caller,
    lenient: true,
    ...(server.authToken === undefined ? {} : { authToken: server.authToken }),
  })
  hangUpOnInterrupt(call)
  const journal = watchJournal(server, call, view)
  const record = await call.ended
  const { entries, fault } = await journal
  const certificates = new Certificates()
  for (const entry of entries) certificates.take(entry)
  const turns = certificates.all
  return {
    record,
    tookPlace: hasBegun(call),
    said: caller.said,
    entries,
    turns,
    journalFault: fault,
    heardMs: turn => audibleSince(record, turn),
  }
}

/** Draws the conversation while the call lasts, and keeps the journal's entries. */
async function watchJournal({ url }: RunningServer, call: PhoneCall, view: ConversationView | null) {
  const entries: Entry[] = []
  let conversation = newConversation
  const abort = new AbortController()
  await call.begun
  if (!hasBegun(call)) return { entries, fault: null }
  const followed = followJournal(`${url}/api/calls/${call.identity.callSid}/events`, abort.signal, entry => {
    entries.push(entry)
    conversation = follow(conversation, entry)
    view?.draw(conversation)
  })
  const patience = call.ended.then(() => setTimeout(() => abort.abort(), JOURNAL_PATIENCE_MS))
  const fault = await followed
  clearTimeout(await patience)
  view?.draw(close(conversation))
  return { entries, fault }
}

const hasBegun = ({ events }: PhoneCall): boolean => events.some(({ type }) => type === 'stream-began')

/** The first Ctrl-C hangs up, a second one ends the program. */
function hangUpOnInterrupt(call: PhoneCall): void {
  process.once('SIGINT', () => call.hangUp())
}

/** The playback that began nearest to when the server sent the reply's first frame: its clock lags a little behind ours. */
function audibleSince({ events }: CallRecord, { firstFrameMs }: Certificate): number | null {
  if (firstFrameMs === null) return null
  const began = events.flatMap(({ type, atMs }) => (type === 'bot-audible' ? [atMs] : []))
  const nearest = began.sort((a, b) => Math.abs(a - firstFrameMs) - Math.abs(b - firstFrameMs))[0]
  return nearest !== undefined && Math.abs(nearest - firstFrameMs) < MOST_LAG_MS ? nearest : null
}

/** What is wrong, in sentences; nothing if the call went as a call should. */
export function problemsOf({ record, tookPlace, turns, journalFault }: PlayedCall): readonly string[] {
  const early = turns.filter(isEarly)
  return [
    ...(tookPlace || record.refusals.length > 0 ? [] : [`The server did not take the call: it answered ${verbsOf(record)}`]),
    ...record.refusals.map(({ code, reason }) => `Twilio would refuse this (${code}): ${reason}`),
    ...(record.refusals.some(({ reason }) => reason.includes('403')) ? [FORBIDDEN] : []),
    ...(journalFault === null || record.refusals.length > 0 ? [] : [`The journal could not be followed: ${journalFault}`]),
    ...early.map(({ said }) => `A reply came before 500 ms of silence: to "${said}"`),
  ]
}

const FORBIDDEN =
  'The server takes this for no call of Twilio. If it has a PUBLIC_URL, this program needs the same .env as the server.'

const verbsOf = ({ events }: CallRecord): string =>
  events.flatMap(event => (event.type === 'verb' ? [`<${event.verb.name}>${event.verb.text.trim()}`] : [])).join(' ')
