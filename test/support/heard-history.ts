/**
 * Compares what a model is told with what a caller heard: the letters in the emulated voice's audio, in order, against the
 * assistant's messages. Every letter heard has to be in a message, but for the word that was in the air when the reply was cut.
 */
import { BYTES_PER_MS } from '../../src/audio/frames.ts'
import { MS_PER_CHARACTER } from '../vendors/elevenlabs/speech.ts'

const BEGIN = 0x7e
const CHARACTER_BYTES = MS_PER_CHARACTER * BYTES_PER_MS

export type HeardLetter = { readonly letter: string; readonly endMs: number }

/** The letters that were heard whole, also where the sound paused in them; what was faded out or cut off is none. */
export function lettersHeard(audio: Uint8Array): readonly HeardLetter[] {
  const heard: HeardLetter[] = []
  let level = 0
  let bytes = 0
  audio.forEach((byte, at) => {
    const now = byte & 0x7f
    if (now === BEGIN) {
      level = audio[at + 1]! & 0x7f
      bytes = 1
    } else if (now === level && ++bytes === CHARACTER_BYTES - BYTES_PER_MS) {
      const letter = letters(String.fromCharCode(level))
      if (letter !== '') heard.push({ letter, endMs: at / BYTES_PER_MS })
    }
  })
  return heard
}

export const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '')

export type Told = { readonly text: string; readonly interrupted: boolean }

/** What was said in full; none begins as another does. */
export type Known = readonly string[]

/** Null if the messages are what was heard; else what is wrong, in words. */
export function whyNotHeard(messages: readonly Told[], heard: string, known: Known): string | null {
  let furthest = { at: -1, why: '' }
  const fail = (at: number, why: string): false => {
    if (at > furthest.at) furthest = { at, why }
    return false
  }
  const failed = new Set<string>()
  const fits = (n: number, at: number): boolean => {
    const place = `${n} ${at}`
    if (failed.has(place)) return false
    failed.add(place)
    const message = messages[n]
    // A reply of which not even a word was heard is in no message.
    const rest = heard.slice(at)
    if (message === undefined && rest === '') return true
    const unheard = unheardEnds(rest, known)
    if (unheard.some(length => fits(n, at + length))) return true
    if (message === undefined)
      return fail(at, `after "${heard.slice(Math.max(0, at - 40), at)}" heard and not told: "${rest.slice(0, 60)}"`)
    const said = letters(message.text)
    const full = known.find(text => letters(text).startsWith(said))
    const ends = endsOf(message.text, rest)
    if (full === undefined || ends.length === 0) {
      return fail(
        at,
        `told "${message.text.slice(-60)}" (known: ${full !== undefined}), heard "${rest.slice(0, said.length + 30).slice(-90)}"`,
      )
    }
    return ends.some(end => {
      const more = message.interrupted ? withStray(tailsInTheAir(full, said, rest.slice(end))) : [0]
      return more.some(length => fits(n + 1, at + end + length))
    })
  }
  return fits(0, 0) ? null : furthest.why
}

/** Where the text may end in what was heard: a reply that was held for a noise goes on with the word that was not heard whole. */
function endsOf(text: string, rest: string): readonly number[] {
  return wordsOf(text).reduce<readonly number[]>(
    (ends, word) => [
      ...new Set(
        ends.flatMap(end =>
          Array.from({ length: word.length + 1 }, (_, again) => again).flatMap(again =>
            rest.startsWith(word.slice(0, again) + word, end) ? [end + again + word.length] : [],
          ),
        ),
      ),
    ],
    [0],
  )
}

/** How much of the next word, or of it and a part of the one after, may have been heard besides; the longest first. */
function tailsInTheAir(full: string, said: string, rest: string): readonly number[] {
  const left = letters(full).slice(said.length)
  const ends = wordsOf(full).map((_, n, words) => words.slice(0, n + 1).join('').length - said.length)
  const next = ends.findIndex(end => end > 0)
  const most = Math.max(ends[next] ?? 0, (ends[next + 1] ?? 1) - 1)
  let common = 0
  while (common < Math.min(most, left.length) && left[common] === rest[common]) common++
  return Array.from({ length: common + 1 }, (_, n) => common - n)
}

/** The fall of the voice where it was cut says up to 40 ms again of what was just heard, which may make a letter of it whole. */
const withStray = (lengths: readonly number[]): readonly number[] => [...lengths, ...lengths.map(length => length + 1)]

/** How long a piece at the front is, if it is the beginning of a reply's first word or two that was cut before its mark came. */
function unheardEnds(rest: string, known: Known): readonly number[] {
  return known.flatMap(text => tailsInTheAir(text, '', rest).filter(length => length > 0))
}

const wordsOf = (text: string): readonly string[] => text.split(/\s+/).map(letters).filter(Boolean)
