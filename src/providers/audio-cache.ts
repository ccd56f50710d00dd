/**
 * Fixed lines (greeting, apology, goodbye), spoken once and kept: the same text in the same voice is never bought twice and
 * plays without any delay. Works for every voice. An entry that is damaged in any way is no entry: it is made again,
 * never played. It is for lines known in advance; what a model says is spoken by `Speak` and not kept.
 *
 * On disk a line is `<hash>.ulaw`, raw mu-law that any audio tool plays, and `<hash>.json`, its words. The hash is of the text
 * and of all that shapes its sound, so a changed voice finds nothing and old entries may be deleted at any time.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { durationMs } from '../audio/frames.ts'
import { ProviderError } from '../ports.ts'
import type { OpenVoice, Speak, Speech } from '../ports.ts'

export type FixedLinesOptions = {
  /** Created when first needed. Several processes may share it. */
  readonly folder: string
  /** All that shapes the sound, such as service, voice, model and settings: lines of another voice are other lines. */
  readonly sound: string
  /** Told of entries that were damaged or could not be kept; for the log. */
  readonly note?: (text: string, facts: Readonly<Record<string, string>>) => void
}

export type FixedLines = {
  /** The speech of a line, in one piece, if it is at hand: at once, or null. Nobody may write to its audio. */
  readonly find: (text: string) => Speech | null
  /** The speech of a line: at hand, else from disk, else spoken now. Rejects with a ProviderError if the voice fails. */
  readonly say: (text: string) => Promise<Speech>
  /** The speech of a line that is of use once, and not to be kept. Rejects with a ProviderError if the voice fails. */
  readonly sayOnce: (text: string) => Promise<Speech>
  /** Gets all these lines at hand, and answers with those that could not be had and why. Never rejects. */
  readonly prepare: (lines: readonly string[]) => Promise<readonly { readonly text: string; readonly error: Error }[]>
}

const Entry = z.object({
  /** For whoever looks into the folder. */
  text: z.string(),
  sound: z.string(),
  sha256: z.string(),
  words: z.array(z.object({ text: z.string(), startMs: z.number().min(0), endMs: z.number().min(0) })).readonly(),
})

export function fixedLines(openVoice: OpenVoice, { folder, sound, note = () => {} }: FixedLinesOptions): FixedLines {
  const atHand = new Map<string, Speech>()
  const underWay = new Map<string, Promise<Speech>>()

  const find = (text: string): Speech | null => atHand.get(text) ?? null

  function say(text: string): Promise<Speech> {
    const ready = find(text)
    if (ready) return Promise.resolve(ready)
    // Whoever asks for a line that is being made waits for the same one: it is paid for once.
    const pending = underWay.get(text) ?? get(text).finally(() => underWay.delete(text))
    underWay.set(text, pending)
    return pending
  }

  async function get(text: string): Promise<Speech> {
    const speech = (await load(text)) ?? (await record(openVoice, text))
    if (!atHand.has(text)) atHand.set(text, speech)
    return speech
  }

  async function load(text: string): Promise<Speech | null> {
    const path = pathOf(text)
    const [entry, audio] = await Promise.all([readOrNull(`${path}.json`), readOrNull(`${path}.ulaw`)])
    if (!entry || !audio) return null
    const speech = readEntry(entry.toString(), audio, text)
    if (!speech) note('a kept line is damaged and made again', { text, path })
    return speech
  }

  async function keep(text: string, speech: Speech): Promise<void> {
    const path = pathOf(text)
    const { audio, words } = speech
    const entry = { text, sound, sha256: sha256(audio), words } satisfies z.input<typeof Entry>
    await mkdir(folder, { recursive: true })
    await writeWhole(`${path}.ulaw`, audio)
    // The words come last: without them there is no entry.
    await writeWhole(`${path}.json`, `${JSON.stringify(entry, null, 1)}\n`)
  }

  async function record(open: OpenVoice, text: string): Promise<Speech> {
    const speech = await speakOnce(open, text)
    try {
      await keep(text, speech)
    } catch (error) {
      note('a line could not be kept', { text, reason: String(error) })
    }
    return speech
  }

  async function prepare(lines: readonly string[]): Promise<readonly { readonly text: string; readonly error: Error }[]> {
    const failed: { text: string; error: Error }[] = []
    // One after another: services count requests at once, and callers come first.
    for (const text of new Set(lines)) {
      try {
        await say(text)
      } catch (error) {
        failed.push({ text, error: error instanceof Error ? error : new Error(String(error)) })
      }
    }
    return failed
  }

  const pathOf = (text: string): string => join(folder, sha256(JSON.stringify([sound, text])).slice(0, 32))

  return { find, say, sayOnce: text => speakOnce(openVoice, text), prepare }
}

/** Opens a voice of its own for the line, and closes it again. */
async function speakOnce(open: OpenVoice, text: string): Promise<Speech> {
  const call = new AbortController()
  try {
    const parts = await collect(open(call.signal), text, call.signal)
    const speech = { audio: Buffer.concat(parts.map(part => part.audio)), words: parts.flatMap(part => part.words) }
    if (!isWhole(speech, text)) throw new ProviderError('voice', 'fixed line', `said something else than "${text}"`, true)
    return speech
  } finally {
    call.abort()
  }
}

async function collect(speak: Speak, text: string, signal: AbortSignal): Promise<readonly Speech[]> {
  const parts: Speech[] = []
  for await (const part of speak(only(text), signal)) parts.push(part)
  return parts
}

async function* only(text: string): AsyncGenerator<string> {
  yield text
}

/** The entry as it was written for this text, or null if anything about it is not as it was written. */
function readEntry(json: string, audio: Buffer, text: string): Speech | null {
  const parsed = Entry.safeParse(parseOrNull(json))
  if (!parsed.success) return null
  const { words } = parsed.data
  return parsed.data.sha256 === sha256(audio) && isWhole({ audio, words }, text) ? { audio, words } : null
}

/** It says the text, nothing else, within its audio. */
function isWhole({ audio, words }: Speech, text: string): boolean {
  const totalMs = durationMs(audio.length)
  const inside = words.every(word => word.startMs <= word.endMs && word.startMs <= totalMs)
  return audio.length > 0 && inside && words.map(word => word.text).join('') === text
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch {
    // Missing or unreadable comes to the same: the line is made again.
    return null
  }
}

/** Under its name there is never half a file, whatever happens to the process. */
async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await writeFile(`${path}.part`, content)
  await rename(`${path}.part`, path)
}

function parseOrNull(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // Half a file of an older crash, or somebody's editor: not an entry.
    return null
  }
}

const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex')
