/**
 * A whole call of 13 s, as the heart once wrote its journal (played-call.ndjson, without the heading): the greeting; a draft that
 * was thrown away when more words came; the answer to all of them, cut off by the caller; the answer to that; the end.
 */
import { readFileSync } from 'node:fs'
import type { Entry, Heading, Journal } from '../../src/call/journal.ts'
import { entryOf } from '../../src/call/replay.ts'
import { CallFolder } from '../../src/store/call-folder.ts'
import type { Store } from '../../src/store/store.ts'

export const headingOf = (n: number, changes: Partial<Heading> = {}): Heading => ({
  version: 1,
  callSid: `CA${String(n).padStart(32, '0')}`,
  startedAt: '2026-11-20T10:00:00.000Z',
  assistant: 'nooks',
  providers: {
    stt: 'AssemblyAI universal-streaming-english',
    llm: 'gpt-4',
    tts: 'ElevenLabs eleven_flash_v2_5, voice JBFqnCBsd6RMkjVDRZzb',
    vad: 'Silero v6',
  },
  rules: { pipeline: 'draft', longestMs: 600_000 },
  ...changes,
})

const played = readFileSync(new URL('played-call.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map(entryOf)

/** With a heading before it. */
export const entriesOf = (heading: Heading): readonly Entry[] => [{ at: 0, ms: 0, type: 'call', ...heading }, ...played]

/** Writes it into a folder as the product does, and into the database where there is a store. */
export function journalFor(
  callsDir: string,
  heading: Heading,
  store?: Pick<Store, 'record'>,
  from: string | null = null,
  conversationId: string | null = null,
): Journal {
  const { callSid, startedAt } = heading
  const failed = (error: Error): never => {
    throw error
  }
  const folder = new CallFolder({ calls: callsDir, name: callSid, failed })
  return store ? store.record(folder, { callSid, startedAt, from, conversationId, folder: folder.made }) : folder
}

export async function recordCall(store: Store, heading: Heading, from: string | null = null, conversation: string | null = null) {
  const journal = journalFor(store.callsDir, heading, store, from, conversation)
  for (const entry of entriesOf(heading)) journal.write(entry)
  await journal.close()
}
