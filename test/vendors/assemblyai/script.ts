/** What callers say to the emulator, and how audio carries it. */
import { BYTES_PER_MS, FRAME_BYTES, FRAME_MS, silentFrame } from '../../../src/audio/frames.ts'
import type { Frame } from '../../../src/audio/frames.ts'

export type ScriptedWord = {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
  /** What a Pro model takes it for until the turn ends. */
  readonly mistakenFor?: string
  /** How sure universal-streaming is, after this word, that the turn is over. 0.6 unless said. */
  readonly endOfTurnConfidence?: number
}

/** Which word a millisecond of audio belongs to, and which millisecond of that word it is. Padding neither goes on nor ends a word. */
export type Found = { readonly index: number; readonly ms: number } | 'padding' | null

/** Looks at the millisecond that begins at this byte. Asked for each once, in order, message by message. */
export type FindWord = (message: Uint8Array, at: number) => Found

/**
 * How the emulator finds the words. `marked`: each millisecond of a word's audio says which word it is and how far into it, as
 * `markedSpeech` makes it; so it hears exactly the audio it is sent, whatever was cut, sent again or padded. `timed`: the
 * words lie where the script says, counted from a session's first byte. `found`: whatever `listen` makes; it is asked once a
 * session, see recorded.ts.
 */
export type Script = { readonly words: readonly ScriptedWord[] } & (
  { readonly by: 'marked' | 'timed' } | { readonly by: 'found'; readonly listen: () => FindWord }
)

/** Loud samples that frame a mark; no other audio of the tests holds this pair. */
const MARK = [0x1d, 0x9d] as const

/** A caller's audio in which the words are marked; silent elsewhere. Word times must be whole milliseconds. */
export function markedSpeech(words: readonly ScriptedWord[], lengthMs: number): readonly Frame[] {
  const audio = new Uint8Array(Math.ceil(lengthMs / FRAME_MS) * FRAME_BYTES).fill(0xff)
  words.forEach((word, index) => {
    for (let ms = word.startMs; ms < word.endMs; ms++) audio.set(markOf(index, ms - word.startMs), ms * BYTES_PER_MS)
  })
  return Array.from({ length: audio.length / FRAME_BYTES }, (_, i) => {
    const frame = audio.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES)
    return frame.every(byte => byte === 0xff) ? silentFrame : frame
  })
}

function markOf(index: number, ms: number): readonly number[] {
  return [...MARK, index & 0x7f, index >> 7, ms & 0x7f, ms >> 7, ...MARK]
}

/** The word and the millisecond in it that a millisecond of audio carries. */
export function readMark(audio: Uint8Array, at: number): Found {
  const [a, b, low, high, msLow, msHigh, c, d] = audio.subarray(at, at + BYTES_PER_MS)
  if (a !== MARK[0] || b !== MARK[1] || c !== MARK[0] || d !== MARK[1]) return null
  return { index: (low ?? 0) | ((high ?? 0) << 7), ms: (msLow ?? 0) | ((msHigh ?? 0) << 7) }
}
