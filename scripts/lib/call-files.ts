/** Writes what a played call leaves behind into a folder: the audio of both sides, the transcript, the journal. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWav } from '../../src/audio/wav.ts'
import type { Certificate } from '../../src/call/certificate.ts'
import type { Entry } from '../../src/call/journal.ts'
import { transcriptHeading, transcriptOf } from '../../src/store/transcript-page.ts'

export type CallToKeep = {
  /** Mu-law on one clock. */
  readonly legs: { readonly caller: Uint8Array; readonly bot: Uint8Array }
  readonly entries: readonly Entry[]
  readonly turns: readonly Certificate[]
}

/** Where they are. */
export type CallFiles = { readonly audio: string; readonly transcript: string; readonly journal: string }

/** Makes the folder if need be, and overwrites what it holds of an earlier call. */
export async function writeCallFiles(folder: string, { legs, entries, turns }: CallToKeep): Promise<CallFiles> {
  const files: CallFiles = {
    audio: join(folder, 'call.wav'),
    transcript: join(folder, 'transcript.md'),
    journal: join(folder, 'journal.ndjson'),
  }
  const heading = entries.find(entry => entry.type === 'call')
  await mkdir(folder, { recursive: true })
  await Promise.all([
    writeFile(files.audio, writeWav(legs.caller, legs.bot)),
    writeFile(files.transcript, `${heading ? transcriptHeading(heading) : ''}${turns.map(transcriptOf).join('')}`),
    writeFile(files.journal, entries.map(entry => `${JSON.stringify(entry)}\n`).join('')),
  ])
  return files
}
