/**
 * Keeps one call in a folder of files, each written as it happens: journal.ndjson, caller.ulaw, bot.ulaw, mixed.wav (stereo:
 * left caller, right bot; one clock), turns.jsonl, transcript.md. A process killed at any moment loses the last 100 ms at most,
 * and everything before stays readable. If the disk fails, the call goes on and the failure is told once.
 */
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Frame } from '../audio/frames.ts'
import { interleave, wavHeader } from '../audio/wav.ts'
import { Certificates, type Certificate } from '../call/certificate.ts'
import type { Entry, Journal } from '../call/journal.ts'
import { redact as withoutPersonal, type Redact } from '../redact/redact.ts'
import { redactedTurn } from '../redact/turn.ts'
import { AppendedFile } from './appended-file.ts'
import { transcriptHeading, transcriptOf } from './transcript-page.ts'

/** Both legs are written in pieces of so many frames: 60 ms, well inside the 100 ms that may be lost. */
const FRAMES_PER_WRITE = 3
/** A call that was broken off and comes back under its old name gets a folder of its own, up to so many. */
const FOLDERS_MAX = 100

export const fileNames = {
  journal: 'journal.ndjson',
  caller: 'caller.ulaw',
  bot: 'bot.ulaw',
  mixed: 'mixed.wav',
  turns: 'turns.jsonl',
  transcript: 'transcript.md',
} as const

export type CallFolderParts = {
  /** The folder of all calls, and the name of this one's. */
  readonly calls: string
  readonly name: string
  /** Told once for each file that cannot be written. */
  readonly failed: (error: Error) => void
  /** What is left out of transcript and turns; the journal is whole, or the call could not be run again. */
  readonly redact?: Redact
}

export class CallFolder implements Journal {
  /** The folder's name once it exists; null if it could not be made. */
  readonly made: Promise<string | null>
  readonly #files: Readonly<Record<keyof typeof fileNames, AppendedFile>>
  readonly #certificates = new Certificates()
  readonly #redact: Redact
  readonly #written = new Set<number>()
  #caller: Frame[] = []
  #bot: Frame[] = []

  /** Returns at once; the files are opened behind it, and what comes before they are is kept. */
  constructor({ calls, name, failed, redact = withoutPersonal }: CallFolderParts) {
    this.#redact = redact
    const folder = makeFolder(calls, name)
    this.made = folder.then(basename, () => null)
    const file = (key: keyof typeof fileNames, header?: (bodyBytes: number) => Uint8Array): AppendedFile =>
      new AppendedFile({ path: folder.then(path => join(path, fileNames[key])), failed, ...(header && { header }) })
    this.#files = {
      journal: file('journal'),
      caller: file('caller'),
      bot: file('bot'),
      mixed: file('mixed', bytes => wavHeader(2, bytes)),
      turns: file('turns'),
      transcript: file('transcript'),
    }
  }

  write(entry: Entry): void {
    this.#files.journal.append(`${JSON.stringify(entry)}\n`)
    if (entry.type === 'call') this.#files.transcript.append(transcriptHeading(entry))
    const ended = this.#certificates.take(entry)
    if (ended) this.#writeTurn(ended)
  }

  audio(caller: Frame, bot: Frame): void {
    this.#caller.push(caller)
    this.#bot.push(bot)
    if (this.#caller.length >= FRAMES_PER_WRITE) this.#writeAudio()
  }

  /** Resolves once the journal has everything written to it so far, also if this process is killed then. */
  kept(): Promise<void> {
    return this.#files.journal.written()
  }

  async close(): Promise<void> {
    this.#writeAudio()
    for (const turn of this.#certificates.all) this.#writeTurn(turn)
    await Promise.all(Object.values(this.#files).map(file => file.close()))
  }

  #writeTurn(turn: Certificate): void {
    if (this.#written.has(turn.id)) return
    this.#written.add(turn.id)
    const shown = redactedTurn(turn, this.#redact)
    this.#files.turns.append(`${JSON.stringify(shown)}\n`)
    this.#files.transcript.append(transcriptOf(shown))
  }

  #writeAudio(): void {
    const caller = Buffer.concat(this.#caller)
    const bot = Buffer.concat(this.#bot)
    this.#caller = []
    this.#bot = []
    this.#files.caller.append(caller)
    this.#files.bot.append(bot)
    this.#files.mixed.append(interleave(caller, bot))
  }
}

/** What the folders of a call may be called, in the order in which they are made. */
export const folderNames = (name: string): readonly string[] =>
  Array.from({ length: FOLDERS_MAX }, (_, n) => (n === 0 ? name : `${name}-${n + 1}`))

async function makeFolder(calls: string, name: string): Promise<string> {
  await mkdir(calls, { recursive: true })
  for (const folder of folderNames(name).map(each => join(calls, each))) {
    const made = await mkdir(folder).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
        throw error
      },
    )
    if (made) return folder
  }
  throw new Error(`${join(calls, name)} exists ${FOLDERS_MAX} times`)
}
