/**
 * The sound of the emulated voice: mu-law that says, byte by byte, which character it speaks, so that a test can read from
 * the audio alone what was said, in which order, and where it was cut. It buzzes; it is not meant to please.
 */
import { BYTES_PER_MS, SILENCE_BYTE } from '../../../src/audio/frames.ts'

/** A calm speaking voice: about 16 characters a second. */
export const MS_PER_CHARACTER = 60
const CHARACTER_BYTES = MS_PER_CHARACTER * BYTES_PER_MS
/** After a sentence the voice pauses. */
const SENTENCE_PAUSE_MS = 120
/** The first byte of each character, whatever its sign bit; no character uses it. */
const BEGIN = 0x7e
const SILENCE = SILENCE_BYTE & 0x7f

/** Which characters are spoken when, in milliseconds from the first sample. */
export type Alignment = {
  readonly chars: readonly string[]
  readonly startsMs: readonly number[]
  readonly durationsMs: readonly number[]
}

export type Spoken = { readonly audio: Buffer; readonly alignment: Alignment }

/** The audio of a text: the same text always sounds the same. */
export function synthesise(text: string): Spoken {
  const chars = [...text]
  const pauseMs = /[.?!]\W*$/.test(text) ? SENTENCE_PAUSE_MS : 0
  return {
    audio: Buffer.concat([...chars.map(buzz), Buffer.alloc(pauseMs * BYTES_PER_MS, SILENCE_BYTE)]),
    alignment: {
      chars,
      startsMs: chars.map((_, index) => index * MS_PER_CHARACTER),
      durationsMs: chars.map(() => MS_PER_CHARACTER),
    },
  }
}

/** A square wave of 500 Hz whose level is the character; the sign bit carries the wave, the other seven bits the character. */
function buzz(char: string): Buffer {
  const code = char.charCodeAt(0)
  const level = code >= 0x20 && code < BEGIN ? code : '?'.charCodeAt(0)
  const bytes = Buffer.alloc(CHARACTER_BYTES)
  for (let index = 0; index < CHARACTER_BYTES; index++) bytes[index] = level | (Math.floor(index / 8) % 2 ? 0x80 : 0)
  bytes[0] = BEGIN
  return bytes
}

export type HeardCharacter = { readonly char: string; readonly whole: boolean }

/** What a listener hears in audio of this voice: its characters in order, and whether each was heard to its last millisecond. */
export function charactersHeard(audio: Uint8Array): readonly HeardCharacter[] {
  const heard: { char: string; bytes: number }[] = []
  for (const byte of audio) {
    const level = byte & 0x7f
    const last = heard.at(-1)
    if (level === BEGIN) heard.push({ char: '', bytes: 1 })
    else if (level === SILENCE) continue
    else if (!last) throw new Error('this is not audio of the emulated voice')
    else {
      last.char ||= String.fromCharCode(level)
      if (last.char !== String.fromCharCode(level)) throw new Error(`noise inside "${last.char}"`)
      last.bytes++
    }
  }
  return heard.map(({ char, bytes }) => ({ char, whole: bytes >= CHARACTER_BYTES - BYTES_PER_MS }))
}

/** The text of audio of this voice, cut characters left out. */
export const textHeard = (audio: Uint8Array): string =>
  charactersHeard(audio)
    .filter(character => character.whole)
    .map(character => character.char)
    .join('')

/** The part of an alignment whose characters begin in [fromMs, toMs), with times counted from `fromMs`. */
export function alignmentBetween(alignment: Alignment, fromMs: number, toMs: number): Alignment {
  const indexes = [...alignment.chars.keys()].filter(index => {
    const startMs = alignment.startsMs[index] ?? 0
    return startMs >= fromMs && startMs < toMs
  })
  return {
    chars: indexes.map(index => alignment.chars[index] ?? ''),
    startsMs: indexes.map(index => Math.round((alignment.startsMs[index] ?? 0) - fromMs)),
    durationsMs: indexes.map(index => alignment.durationsMs[index] ?? 0),
  }
}

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']

/** The alignment of what the service made of the text before speaking it: digits in words, symbols gone. */
export function normalised(alignment: Alignment): Alignment {
  const pieces = alignment.chars.map((char, index) => {
    const startMs = alignment.startsMs[index] ?? 0
    const text = /\d/.test(char) ? ` ${DIGITS[Number(char)] ?? ''} ` : /[$%"]/.test(char) ? '' : char
    return { chars: [...text], startMs, durationMs: (alignment.durationsMs[index] ?? 0) / Math.max(1, text.length) }
  })
  return {
    chars: pieces.flatMap(piece => piece.chars),
    startsMs: pieces.flatMap(piece => piece.chars.map((_, index) => piece.startMs + index * piece.durationMs)),
    durationsMs: pieces.flatMap(piece => piece.chars.map(() => piece.durationMs)),
  }
}
