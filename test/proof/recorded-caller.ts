/** A recorded caller on the telephone: says the lines of a script, each when the bot has replied, or into its reply. */
import { createHash } from 'node:crypto'
import { byteLength, FRAME_BYTES, FRAME_MS, SILENCE_BYTE, type Frame } from '../../src/audio/frames.ts'
import { callerScript, type ScriptEvent } from '../support/phone.ts'
import { recordedScript, type RecordedSpeech } from '../vendors/assemblyai/recorded.ts'
import { MS_PER_CHARACTER } from '../vendors/elevenlabs/speech.ts'
import type { CallerLine, CloudCaller } from './cloud-call.ts'

/** All of ten letters: with the blank, each sounds for 660 ms, so that it is known in which word a caller cuts in. */
const vocabulary =
  'absolutely background department everything frequently generation individual laboratory management percentage'.split(' ')
const WORD_MS = 11 * MS_PER_CHARACTER
const WORDS = 7
/** A little into the word: hearing takes 60 to 140 ms to be sure, and the connection has its delay. */
const INTO_WORD_MS = 200

export function recordedCaller(file: string): CloudCaller {
  const { audio, events } = callerScript(file)
  const speeches = events.map((event): RecordedSpeech => ({ audio: cutOut(audio, event), words: wordsOf(event) }))
  const lines = events.map((event, n): CallerLine => ({
    frames: framesOf(speeches[n]!.audio),
    speech: [{ fromMs: 0, toMs: event.end_ms - event.start_ms }],
    intoMs: event.role === 'utterance' ? null : (1 + (n % 3)) * WORD_MS + INTO_WORD_MS,
  }))
  return { script: recordedScript(speeches), lines, answer: answerTo }
}

/** One sentence that follows from the whole request: a single other byte in it, and the caller hears something else. */
function answerTo(messages: readonly { readonly role: string; readonly content: string }[]): string {
  const hash = createHash('sha256').update(JSON.stringify(messages)).digest()
  const words = Array.from({ length: WORDS }, (_, n) => vocabulary[hash[n]! % vocabulary.length]!)
  return `${words.join(' ')}.`
}

function cutOut(audio: Uint8Array, { start_ms, end_ms }: ScriptEvent): Uint8Array {
  const frames = Math.ceil((end_ms - start_ms) / FRAME_MS)
  const cut = new Uint8Array(frames * FRAME_BYTES).fill(SILENCE_BYTE)
  cut.set(audio.subarray(byteLength(start_ms), byteLength(end_ms)))
  return cut
}

function wordsOf({ transcript, start_ms, end_ms }: ScriptEvent): RecordedSpeech['words'] {
  const texts = transcript.split(' ')
  const eachMs = (end_ms - start_ms) / texts.length
  return texts.map((text, n) => ({ text, startMs: Math.round(n * eachMs), endMs: Math.round((n + 1) * eachMs) }))
}

const framesOf = (audio: Uint8Array): readonly Frame[] =>
  Array.from({ length: audio.length / FRAME_BYTES }, (_, n) => audio.subarray(n * FRAME_BYTES, (n + 1) * FRAME_BYTES))
