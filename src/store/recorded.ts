/**
 * A journal that is also kept in the database: everything goes to the journal behind it first, and what belongs in the database
 * is handed to the queue. Takes no time of the call and cannot fail it.
 */
import { join } from 'node:path'
import type { Entry, Journal } from '../call/journal.ts'
import type { Redact } from '../redact/redact.ts'
import { writeOrigin, type KeptOrigin } from './call-origin.ts'
import { CallRecord, certificateOf, type Writing } from './call-record.ts'
import type { Database } from './database.ts'
import type { LiveCalls } from './live-calls.ts'
import { writeAll } from './write-records.ts'
import type { WriteQueue } from './write-queue.ts'

export type RecordedParts = {
  readonly database: Database
  readonly queue: Pick<WriteQueue, 'add'>
  readonly callsDir: string
  /** The name of the call's folder once it exists; null if it could not be made. */
  readonly folder: Promise<string | null>
  readonly origin: KeptOrigin
  readonly redact: Redact
  /** The conversation to which the call belongs, once that is known. Never rejects. */
  readonly conversation: Promise<string>
  readonly note: (text: string, facts: object) => void
  /** Told once everything of the call is stored. */
  readonly stored: (callId: string) => void
  /** Told at every change. */
  readonly live: Pick<LiveCalls, 'set' | 'turn' | 'delete'>
}

export function recorded(kept: Journal, parts: RecordedParts): Journal {
  const { database, queue, folder, origin, conversation } = parts
  let { conversationId } = origin
  const record = new CallRecord({ folder: '', personId: origin.personId, conversationId: conversationId }, parts.redact)
  let whole = true
  const write = async (writings: readonly Writing[]): Promise<void> => {
    const place = { folder: (await folder) ?? '', conversationId: await conversation }
    // A call that lacks a part must not look complete: the next start takes it in from its folder.
    const due = whole ? writings : writings.filter(({ type }) => type !== 'end')
    await writeAll(
      database,
      due.map(writing => placed(writing, place)),
    )
    const end = due.find(({ type }) => type === 'end')
    if (end?.type === 'end') parts.stored(end.callId)
  }
  const keep = (writings: readonly Writing[]): void => {
    if (writings.length === 0) return
    queue.add(
      () => write(writings),
      () => {
        whole = false
      },
    )
  }
  const tellLive = (lengthMs: number): void => {
    const { callSid, personId, startedAt } = origin
    parts.live.set(origin, { callSid, conversationId, personId, startedAt, lengthMs, replies })
  }
  let replies = 0
  void keepOrigin(parts)
  void conversation.then(id => {
    conversationId = id
  })
  return {
    write(entry: Entry) {
      kept.write(entry)
      const writings = record.take(entry)
      keep(writings)
      if (entry.type === 'first-frame') replies++
      tellLive(entry.at)
      for (const writing of writings) if (writing.type === 'turn') parts.live.turn(origin, certificateOf(writing.turn))
    },
    audio: (caller, bot) => kept.audio(caller, bot),
    async close() {
      keep(record.end())
      parts.live.delete(origin)
      await kept.close()
    },
  }
}

const placed = (writing: Writing, place: { readonly folder: string; readonly conversationId: string }): Writing =>
  writing.type === 'call' ? { ...writing, call: { ...writing.call, ...place } } : writing

async function keepOrigin({ callsDir, folder, origin, conversation, note }: RecordedParts): Promise<void> {
  try {
    const name = await folder
    const conversationId = await conversation
    if (name !== null) await writeOrigin(join(callsDir, name), { ...origin, conversationId })
  } catch (error) {
    note('whose call it is cannot be kept in its folder', { err: error, callSid: origin.callSid })
  }
}
