/**
 * A script for recorded callers: the emulator finds their words by the recordings' own bytes, 20 ms at a time, wherever and
 * however often they come; the line between caller and recogniser changes none. Audio it does not know becomes placeholder
 * words, as long as it is loud, if there are any; it understands nothing.
 */
import { BYTES_PER_MS, FRAME_BYTES, FRAME_MS, SILENCE_BYTE, type Frame } from '../../../src/audio/frames.ts'
import { linear } from '../../../src/audio/ulaw.ts'
import type { FindWord, Script, ScriptedWord } from './script.ts'

export type RecordedSpeech = {
  /** Mu-law, as it will be sent: from a frame's first byte on. */
  readonly audio: Uint8Array
  /** In milliseconds of the recording; not overlapping. */
  readonly words: readonly { readonly text: string; readonly startMs: number; readonly endMs: number }[]
}

/** Whole milliseconds per placeholder word, and the level (0 to 1) above which a frame may be speech: about -34 dBFS. */
const PLACEHOLDER_MS = 300
const LOUD = 0.02

type Place = { readonly speech: number; readonly frame: number }

export function recordedScript(speeches: readonly RecordedSpeech[], placeholders: readonly string[] = []): Script {
  const words: ScriptedWord[] = speeches.flatMap(speech => speech.words.map(wholeWord))
  const firstPlaceholder = words.length
  words.push(...placeholders.map(text => ({ text, startMs: 0, endMs: PLACEHOLDER_MS })))
  const index = new SpeechIndex(speeches)
  return {
    words,
    by: 'found',
    listen: () => listenTo(index, placeholders.length === 0 ? null : { firstPlaceholder, count: placeholders.length }),
  }
}

type Placeholders = { readonly firstPlaceholder: number; readonly count: number }

function listenTo(index: SpeechIndex, placeholders: Placeholders | null): FindWord {
  let place: Place | null = null
  /** Messages of whole frames are the caller's; others were filled up with silence to the length that the service wants. */
  let padding = false
  let unknown = false
  let unknownMs = 0
  return (message, at) => {
    const inFrame = at % FRAME_BYTES
    if (inFrame === 0) {
      const frame = message.subarray(at, at + FRAME_BYTES)
      padding = message.length % FRAME_BYTES !== 0 && isSilent(frame)
      if (!padding) place = index.find(frame, place)
      unknown = place === null && isLoud(frame)
    }
    if (padding) return 'padding'
    if (place) return index.wordAt(place, inFrame / BYTES_PER_MS)
    if (!unknown || !placeholders) return null
    const word = Math.floor(unknownMs / PLACEHOLDER_MS) % placeholders.count
    return { index: placeholders.firstPlaceholder + word, ms: unknownMs++ % PLACEHOLDER_MS }
  }
}

/** Where in the recordings a frame lies, and which word that is. */
class SpeechIndex {
  readonly #speeches: readonly RecordedSpeech[]
  readonly #places = new Map<string, Place>()
  /** For each millisecond of each recording. */
  readonly #words: readonly (readonly ({ readonly index: number; readonly ms: number } | null)[])[]

  constructor(speeches: readonly RecordedSpeech[]) {
    this.#speeches = speeches
    speeches.forEach(({ audio }, speech) => {
      for (let frame = 0; (frame + 1) * FRAME_BYTES <= audio.length; frame++) {
        const key = keyOf(frameOf(audio, frame))
        if (!this.#places.has(key)) this.#places.set(key, { speech, frame })
      }
    })
    let first = 0
    this.#words = speeches.map(({ audio, words }) => {
      const byMs = timeline(words, audio.length / BYTES_PER_MS, first)
      first += words.length
      return byMs
    })
  }

  /** The frame after the one found last is preferred: a recording may hold the same frame twice. */
  find(frame: Frame, before: Place | null): Place | null {
    if (before) {
      const next = { speech: before.speech, frame: before.frame + 1 }
      if (isSame(frame, frameOf(this.#speeches[next.speech]!.audio, next.frame))) return next
    }
    return this.#places.get(keyOf(frame)) ?? null
  }

  wordAt({ speech, frame }: Place, ms: number): { readonly index: number; readonly ms: number } | null {
    return this.#words[speech]![frame * FRAME_MS + ms] ?? null
  }
}

function timeline(words: RecordedSpeech['words'], lengthMs: number, first: number) {
  const byMs = Array.from({ length: Math.ceil(lengthMs) }, (): { index: number; ms: number } | null => null)
  words.map(wholeWord).forEach(({ startMs, endMs }, n) => {
    for (let ms = startMs; ms < endMs; ms++) byMs[ms] = { index: first + n, ms: ms - startMs }
  })
  return byMs
}

const wholeWord = <W extends { readonly startMs: number; readonly endMs: number }>(word: W): W => ({
  ...word,
  startMs: Math.round(word.startMs),
  endMs: Math.round(word.endMs),
})

const frameOf = (audio: Uint8Array, frame: number): Frame => audio.subarray(frame * FRAME_BYTES, (frame + 1) * FRAME_BYTES)

const keyOf = (frame: Frame): string => Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('latin1')

const isSame = (one: Frame, other: Frame): boolean => Buffer.compare(one, other) === 0

const isSilent = (frame: Frame): boolean => frame.every(byte => byte === SILENCE_BYTE)

const isLoud = (frame: Frame): boolean =>
  Math.sqrt(frame.reduce((sum, byte) => sum + linear[byte]! ** 2, 0) / Math.max(1, frame.length)) > LOUD
