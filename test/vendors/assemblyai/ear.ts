/** Finds a script's words in the audio of one session. Knows nothing of turns or messages. */
import { BYTES_PER_MS } from '../../../src/audio/frames.ts'
import { readMark } from './script.ts'
import type { FindWord, Found, Script, ScriptedWord } from './script.ts'

/** A word as it comes in. A part of a word is heard as that part of its letters. */
export type HeardWord = {
  readonly word: ScriptedWord
  text: string
  readonly startMs: number
  endMs: number
  ended: boolean
}

export class Ear {
  readonly #script: Script
  readonly #find: FindWord
  readonly words: HeardWord[] = []
  positionMs = 0
  #firstMs = 0
  #index = -1

  constructor(script: Script) {
    this.#script = script
    this.#find = this.#finder(script)
  }

  hear(audio: Uint8Array): void {
    for (let at = 0; at < audio.length; at += BYTES_PER_MS) {
      this.#note(this.#find(audio, at))
      this.positionMs += 1
    }
  }

  #finder(script: Script): FindWord {
    switch (script.by) {
      case 'marked':
        return readMark
      case 'timed':
        return () => this.#scriptedAt(this.positionMs)
      case 'found':
        return script.listen()
      default:
        return script satisfies never
    }
  }

  #scriptedAt(sessionMs: number): Found {
    const index = this.#script.words.findIndex(word => word.startMs <= sessionMs && sessionMs < word.endMs)
    return index < 0 ? null : { index, ms: sessionMs - (this.#script.words[index]?.startMs ?? 0) }
  }

  #note(found: Found): void {
    if (found === 'padding') return
    const current = this.words.at(-1)
    const goesOn =
      current && !current.ended && found?.index === this.#index && this.#firstMs + (current.endMs - current.startMs) === found.ms
    if (goesOn && found) {
      current.endMs += 1
      current.text = partOf(current.word, this.#firstMs, found.ms + 1)
      return
    }
    if (current) current.ended = true
    const word = found && this.#script.words[found.index]
    if (!word) return
    this.#index = found.index
    this.#firstMs = found.ms
    const text = partOf(word, found.ms, found.ms + 1)
    this.words.push({ word, text, startMs: this.positionMs, endMs: this.positionMs + 1, ended: false })
  }
}

/** The letters of a word that lie between two of its milliseconds; all of them if hardly anything is missing. */
function partOf(word: ScriptedWord, fromMs: number, toMs: number): string {
  const lengthMs = word.endMs - word.startMs
  if (toMs - fromMs >= lengthMs * 0.9) return word.text
  const letters = (ms: number): number => Math.round((ms / lengthMs) * word.text.length)
  return word.text.slice(letters(fromMs), Math.max(letters(fromMs) + 1, letters(toMs)))
}
