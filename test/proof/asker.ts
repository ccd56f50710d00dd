/** A caller who asks up to three things, each when the one before has been answered, or into the first answer. */
import { FRAME_MS } from '../../src/audio/frames.ts'
import { markedSpeech, type ScriptedWord } from '../vendors/assemblyai/script.ts'
import type { CallerLine, CloudCaller } from './cloud-call.ts'

const questions = ['what does it cost', 'and who is using it', 'when could we start with that']
/** No word occurs twice: what is heard twice was said twice. The last is also the answer to a question half heard. */
export const answers = [
  'Alpha bravo charlie delta echo. Foxtrot golf hotel india juliet kilo lima mike.',
  'November oscar papa quebec romeo. Sierra tango uniform victor.',
  'Whiskey xray yankee zulu.',
]

const WORD_MS = 200
const WORD_EVERY_MS = 240

/** `cutsInAfterMs`: the second question is asked when so much of the first answer has been heard. */
export function asker(count: number, cutsInAfterMs: number | null): CloudCaller {
  const words = questions
    .flatMap(question => question.split(' '))
    .map((text, n): ScriptedWord => ({ text, startMs: n * WORD_EVERY_MS, endMs: n * WORD_EVERY_MS + WORD_MS }))
  const frames = markedSpeech(words, words.at(-1)!.endMs)
  let firstWord = 0
  const lines = questions.slice(0, count).map((question, n): CallerLine => {
    const fromMs = firstWord * WORD_EVERY_MS
    firstWord += question.split(' ').length
    const toMs = firstWord * WORD_EVERY_MS - (WORD_EVERY_MS - WORD_MS)
    const spoken = frames.slice(fromMs / FRAME_MS, toMs / FRAME_MS)
    return { frames: spoken, speech: [{ fromMs: 0, toMs: toMs - fromMs }], intoMs: n === 1 ? cutsInAfterMs : null }
  })
  return { script: { words, by: 'marked' }, lines, answer: answerTo }
}

/** Each question has its own answer, however often it is asked. */
function answerTo(messages: readonly { readonly content: string }[]): string {
  const last = messages.at(-1)?.content ?? ''
  return answers[last.includes('cost') ? 0 : last.includes('using') ? 1 : 2]!
}
