/** A recorded caller's call in a store, both legs of audio with it: the bot's is a hum where its words were. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FRAME_BYTES, FRAME_MS, silentFrame } from '../../src/audio/frames.ts'
import type { Heading } from '../../src/call/journal.ts'
import { entryOf } from '../../src/call/replay.ts'
import { timedCallOf } from '../../src/call/timed-words.ts'
import type { TestStore } from '../store/databases.ts'
import { journalFor } from '../store/played-call.ts'

const folder = join(import.meta.dirname, '../fixtures/calls/loan')
const entries = readFileSync(join(folder, 'journal.ndjson'), 'utf8').trim().split('\n').map(entryOf)
const callerAudio = readFileSync(join(folder, 'caller.ulaw'))

export const storedHeading = entries[0] as Heading & (typeof entries)[0]
export const storedLengthMs = (callerAudio.length / FRAME_BYTES) * FRAME_MS

/** A square wave of 200 Hz, well below full scale. */
const hum = Uint8Array.from({ length: FRAME_BYTES }, (_, n) => (n % 40 < 20 ? 0x9f : 0x1f))

export async function storeCall(store: TestStore): Promise<void> {
  const journal = journalFor(store.callsDir, storedHeading, store)
  for (const entry of entries) journal.write(entry)
  const spoken = timedCallOf(entries).words.filter(({ who, startMs }) => who === 'bot' && startMs !== null)
  for (let at = 0; at + FRAME_BYTES <= callerAudio.length; at += FRAME_BYTES) {
    const ms = (at / FRAME_BYTES) * FRAME_MS
    const isSpoken = spoken.some(({ startMs, endMs }) => startMs! <= ms && ms < endMs!)
    journal.audio(callerAudio.subarray(at, at + FRAME_BYTES), isSpoken ? hum : silentFrame)
  }
  await journal.close()
  while (store.state().waiting > 0) await new Promise(setImmediate)
}
