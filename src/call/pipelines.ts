/**
 * From a reply's text to its speech, in the three ways that can be compared. They differ in when each part is handed on, never
 * in what is said: the texts given to the voice, joined, are the same to the byte.
 */
import type { Speech } from '../ports.ts'
import type { Pipeline } from './facts.ts'
import { spokenPhrases } from './spoken.ts'

/** The text of a reply in parts. Parts come one after another; at the end of each, what there is is spoken. */
export type Parts = AsyncIterable<AsyncIterable<string>>

/** Gives phrases to the voice. */
export type Say = (phrases: AsyncIterable<string>) => AsyncIterable<Speech>

export function speechOf(pipeline: Pipeline, parts: Parts, say: Say): AsyncIterable<Speech> {
  switch (pipeline) {
    case 'plain':
      return atOnce(say(asOne(inParts(parts, spokenPhrases))))
    case 'streamed':
      return say(inParts(parts, part => bySentence(spokenPhrases(part))))
    case 'draft':
      return say(inParts(parts, spokenPhrases))
    default:
      return pipeline satisfies never
  }
}

type Cut = (part: AsyncIterable<string>) => AsyncIterable<string>

async function* inParts(parts: Parts, cut: Cut): AsyncIterable<string> {
  for await (const part of parts) yield* cut(part)
}

/** The whole text, once it is all there. */
async function* asOne(phrases: AsyncIterable<string>): AsyncIterable<string> {
  let whole = ''
  for await (const phrase of phrases) whole += phrase
  if (whole !== '') yield whole
}

/** The pieces of a sentence together. */
async function* bySentence(phrases: AsyncIterable<string>): AsyncIterable<string> {
  let sentence = ''
  for await (const phrase of phrases) {
    sentence += phrase
    if (!/[.?!…]["'”’)]*\s*$/u.test(sentence)) continue
    yield sentence
    sentence = ''
  }
  if (sentence !== '') yield sentence
}

/** All the speech, once it is all there. */
async function* atOnce(speech: AsyncIterable<Speech>): AsyncIterable<Speech> {
  const pieces: Speech[] = []
  for await (const piece of speech) pieces.push(piece)
  if (pieces.length === 0) return
  yield { audio: joined(pieces.map(({ audio }) => audio)), words: pieces.flatMap(({ words }) => words) }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
