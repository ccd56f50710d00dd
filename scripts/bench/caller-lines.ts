/**
 * What the bench's callers say: single utterances cut out of the recorded caller scripts, so that the last frame is voiced and
 * digital silence follows it. When the caller fell silent is then no matter of opinion.
 */
import { readFileSync } from 'node:fs'
import alawmulaw from 'alawmulaw'
import { BYTES_PER_MS, FRAME_BYTES, FRAME_MS, type Frame } from '../../src/audio/frames.ts'
import { linear } from '../../src/audio/ulaw.ts'
import { readWav } from '../../src/audio/wav.ts'
import type { RecordedSpeech } from '../../test/vendors/assemblyai/recorded.ts'

export type Line = RecordedSpeech & {
  readonly name: string
  readonly text: string
  /** Whole frames: from the first voiced one to the last. */
  readonly audio: Uint8Array
  /** May be said into a reply: nobody would take it for a "mm-hm". */
  readonly interrupts: boolean
}

type Stretch = readonly [startMs: number, endMs: number]
type Event = {
  readonly id: string
  readonly role: 'utterance' | 'backchannel' | 'barge_in'
  readonly start_ms: number
  readonly end_ms: number
  readonly transcript: string
  readonly speech_segments: readonly Stretch[]
}
type Manifest = {
  readonly caller_scripts: readonly { readonly file: string; readonly events: readonly Event[] }[]
}

const fixtures = new URL('../../test/fixtures/audio/', import.meta.url)

/** A frame is voiced from about -40 dBFS on: 20 dB below these speakers, 15 above their line. */
const VOICED = 0.01
const FADE_MS = 5

const readManifest = (): Manifest => JSON.parse(readFileSync(new URL('manifest.json', fixtures), 'utf8')) as Manifest

const readAudio = (file: string): Uint8Array => readWav(file, readFileSync(new URL(file, fixtures)))

/** The utterances whose words are known for sure, shortest first. */
export function readLines(): readonly Line[] {
  const lines = readManifest().caller_scripts.flatMap(({ file, events }) => {
    const audio = readAudio(file)
    return events
      .filter(({ role, transcript }) => role !== 'backchannel' && !transcript.includes('['))
      .map(event => lineOf(file, audio, event))
  })
  return lines.sort((a, b) => a.audio.length - b.audio.length)
}

/** The whole caller scripts, for an emulated recogniser that is to understand them. */
export const readScripts = (): readonly RecordedSpeech[] =>
  readManifest().caller_scripts.map(({ file, events }) => ({
    audio: readAudio(file),
    words: events.flatMap(({ transcript, speech_segments }) => spread(transcript, speech_segments)),
  }))

function lineOf(file: string, script: Uint8Array, { id, start_ms, end_ms, transcript, speech_segments }: Event): Line {
  const first = Math.floor(start_ms / FRAME_MS)
  const frames = framesOf(script).slice(first, Math.ceil(end_ms / FRAME_MS))
  const from = first + frames.findIndex(isVoiced)
  const to = first + frames.findLastIndex(isVoiced) + 1
  const fromMs = from * FRAME_MS
  const clip = (ms: number): number => Math.min(Math.max(ms, fromMs), to * FRAME_MS) - fromMs
  const last = speech_segments.length - 1
  // The last word ends where the voice does, also where the manifest's edge lies some milliseconds before.
  const segments = speech_segments.map(([start, end], n) => [clip(start), n === last ? clip(to * FRAME_MS) : clip(end)] as const)
  return {
    name: `${file.replace('.wav', '')} ${id}`,
    text: transcript,
    audio: fadedOut(script.slice(from * FRAME_BYTES, to * FRAME_BYTES)),
    words: spread(transcript, segments),
    interrupts: !transcript.startsWith('Yes'),
  }
}

/** Without the knack that a voice cut off in mid-swing would end with, and that would ring on into the silence. */
function fadedOut(audio: Uint8Array): Uint8Array {
  const from = audio.length - FADE_MS * BYTES_PER_MS
  return audio.map((byte, n) =>
    n < from ? byte : alawmulaw.mulaw.encodeSample((32_768 * linear[byte]! * (audio.length - n)) / (audio.length - from)),
  )
}

/** The words of a transcript over the time in which there is voice: longer words take longer. */
export function spread(transcript: string, segments: readonly Stretch[]): RecordedSpeech['words'] {
  const texts = transcript.replaceAll(/[[\]]/g, '').split(' ')
  const letters = texts.reduce((sum, text) => sum + text.length, 0)
  const voicedMs = segments.reduce((sum, [start, end]) => sum + end - start, 0)
  let before = 0
  return texts.map(text => {
    const startMs = moment(segments, (before / letters) * voicedMs, 'start')
    before += text.length
    const endMs = moment(segments, (before / letters) * voicedMs, 'end')
    return { text, startMs: Math.round(startMs), endMs: Math.round(endMs) }
  })
}

/** The moment at which there has been voice for so long; between two stretches it is the later one's start or the earlier one's end. */
function moment(segments: readonly Stretch[], voicedMs: number, edge: 'start' | 'end'): number {
  let left = voicedMs
  for (const [start, end] of segments) {
    const isHere = edge === 'start' ? left < end - start - 1e-6 : left <= end - start + 1e-6
    if (isHere) return start + left
    left -= end - start
  }
  return segments.at(-1)?.[1] ?? 0
}

const framesOf = (audio: Uint8Array): readonly Frame[] =>
  Array.from({ length: Math.floor(audio.length / FRAME_BYTES) }, (_, n) => audio.subarray(n * FRAME_BYTES, (n + 1) * FRAME_BYTES))

const isVoiced = (frame: Frame): boolean =>
  Math.sqrt(frame.reduce((sum, byte) => sum + linear[byte]! ** 2, 0) / frame.length) > VOICED

export const lengthMs = ({ audio }: { readonly audio: Uint8Array }): number => audio.length / BYTES_PER_MS
