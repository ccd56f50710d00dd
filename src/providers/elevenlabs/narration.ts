/**
 * Keeps account of one reply: which words it has, which were handed to the service, which of them can be heard in the audio
 * received so far, and when. It owns the promise that no word is lost and none is told twice, however often the
 * connection is lost in between. It knows audio by its length only and does no input or output.
 *
 * Words come from the phrases, never from the service: the service's alignment only says when the next word is heard. Where it
 * says nothing, or speaks of a text it has normalised beyond recognition, times are estimated from the length of the words.
 */
import { durationMs } from '../../audio/frames.ts'
import type { Speech, SpokenWord } from '../../ports.ts'
import type { Alignment } from './wire.ts'

/**
 * Only used where the service gives no times. The brisk pace tells words a little early rather than after the audio is over; the
 * calm one decides what was surely spoken when a connection is lost: a word said twice is better than one never said.
 */
const BRISK_MS_PER_CHARACTER = 55
const CALM_MS_PER_CHARACTER = 80
/** At the end of a sentence the service is silent for about so long: such audio says nothing. */
const PAUSE_MS = 150
/** By so much a word's told end may outlast its audio: the fading of its last sound. */
const TRAILING_MS = 100
/** The service tells times in whole milliseconds. */
const ROUNDING_MS = 1
/** How many words ahead to look for the service's next word when it speaks of another text than ours. */
const LOOK_AHEAD_WORDS = 6

type Word = {
  readonly text: string
  /** Its letters and digits, lower case: what an alignment is compared by. */
  readonly sound: string
  startMs: number | null
  endMs: number
  /** All of it is placed in time; whether its audio has come is another question. */
  whole: boolean
}

export class Narration {
  readonly #words: Word[] = []
  /** Text with nothing to pronounce that belongs to the next word. */
  #prefix = ''
  /** Words before this one have been handed to the service. */
  #sent = 0
  #charactersSent = 0
  /** The first word of the latest piece handed over. */
  #lastPiece = 0
  /** Words before this one have been told to the listener. */
  #told = 0
  #toldMs = 0
  #audioMs = 0
  /** The audio now coming began here, and its first word was this one: since the last (re)connection. */
  #stretch = { fromMs: 0, word: 0 }
  /** Where the alignment stands: letters of the word at the cursor that have been placed. */
  #cursor = { word: 0, letter: 0 }
  #alignment: 'none yet' | 'in step' | 'out of step' = 'none yet'
  /** What the alignment has said since it fell out of step, up to the next space. */
  #stray = { sound: '', fromMs: 0, toMs: 0 }

  /** The next phrase of the reply, in the caller's own spacing. */
  add(phrase: string): void {
    for (const text of wordsOf(this.#prefix + phrase)) {
      if (soundOf(text)) this.#words.push({ text, sound: soundOf(text), startMs: null, endMs: 0, whole: false })
      else {
        this.#prefix = text
        return
      }
    }
    this.#prefix = ''
  }

  /** Text added and not yet handed to the service, or '' if there is none; it is marked as handed over. */
  take(): string {
    const text = this.#textFrom(this.#sent)
    if (!text) return ''
    this.#lastPiece = this.#sent
    this.#sent = this.#words.length
    this.#charactersSent += text.length
    return text
  }

  /** What of the words handed over has been spoken so far, for a service that wants to know how to go on. */
  get spokenText(): string {
    return this.#textFrom(0, this.#firstUnspoken())
  }

  /** What was handed over, and is paid for; what was handed over twice counts twice. */
  get charactersSent(): number {
    return this.#charactersSent
  }

  get hasUnsent(): boolean {
    return this.#sent < this.#words.length
  }

  /** Whether words handed over cannot have been spoken in the audio received. */
  get owesAudio(): boolean {
    const handedOver = this.#words.slice(this.#stretch.word, this.#sent)
    if (this.#alignment !== 'in step')
      return this.#audioMs - this.#stretch.fromMs < (length(handedOver) * BRISK_MS_PER_CHARACTER) / 3
    // A word that has begun is not spoken yet: the audio may have stopped in the middle of it.
    if (handedOver.some(word => word.whole && word.endMs > this.#audioMs + TRAILING_MS)) return true
    const heard = handedOver.filter(word => word.whole && word.startMs !== null && word.startMs < this.#audioMs)
    if (heard.length === handedOver.length) return false
    // The service may have spoken a text without giving its times: then there is audio enough for it after the last word.
    const sinceMs = Math.min(this.#audioMs, heard.at(-1)?.endMs ?? this.#stretch.fromMs)
    const neededMs = PAUSE_MS + (length(handedOver.slice(heard.length)) * BRISK_MS_PER_CHARACTER) / 2
    return this.#audioMs - sinceMs < neededMs
  }

  /** Whether audio of the piece handed over last has come, so that everything before it has been taken up by the service. */
  get lastPieceBegun(): boolean {
    if (this.#alignment === 'in step') return this.#words[this.#lastPiece]?.startMs != null
    return this.#audioMs > this.#estimatedMs(this.#lastPiece, BRISK_MS_PER_CHARACTER)
  }

  /** Starts again with the first word that was not heard to its end: the next `take` begins there. */
  restart(): void {
    const first = this.#firstUnspoken()
    this.#untime(first)
    this.#sent = this.#lastPiece = first
    this.#begin(first)
  }

  /** Audio just received, and the times that came with it: what to hand to the listener. */
  hear(audio: Uint8Array, alignment: Alignment | null): Speech {
    const fromMs = this.#audioMs
    this.#audioMs += durationMs(audio.length)
    if (alignment?.chars.length) this.#place(alignment, fromMs)
    if (this.#alignment === 'none yet') this.#estimate()
    return { audio, words: this.#tell(word => word.startMs !== null && word.startMs < this.#audioMs) }
  }

  /**
   * The service says that it has spoken everything handed over. Words that cannot have been are unspoken still: `missing`. All
   * others are told now at the latest.
   */
  settle(): { readonly missing: boolean; readonly rest: Speech | null } {
    if (this.owesAudio) return { missing: true, rest: null }
    this.#spread(this.#sent)
    const words = this.#tell((_, index) => index < this.#sent)
    this.#begin(this.#sent)
    return { missing: false, rest: words.length ? { audio: new Uint8Array(0), words } : null }
  }

  /** At the end of the reply: what was never a word but must not be lost, such as a closing dash. */
  closing(): Speech | null {
    const text = this.#prefix
    this.#prefix = ''
    const words = [{ text, startMs: this.#audioMs, endMs: this.#audioMs }]
    return text ? { audio: new Uint8Array(0), words } : null
  }

  #untime(first: number): void {
    for (const word of this.#words.slice(first)) Object.assign(word, { startMs: null, endMs: 0, whole: false })
  }

  #begin(word: number): void {
    this.#stretch = { fromMs: this.#audioMs, word }
    this.#cursor = { word, letter: 0 }
    this.#alignment = 'none yet'
    this.#stray = { sound: '', fromMs: 0, toMs: 0 }
  }

  #textFrom(first: number, end = this.#words.length): string {
    const words = this.#words.slice(first, end)
    return words.map(word => word.text).join('')
  }

  /** Walks the alignment's characters along our words. Spaces and punctuation say nothing: the service may change them. */
  #place({ chars, startsMs, durationsMs }: Alignment, fromMs: number): void {
    if (this.#alignment === 'none yet') {
      this.#alignment = 'in step'
      this.#untime(this.#stretch.word)
    }
    for (const [index, char] of chars.entries()) {
      const startMs = fromMs + (startsMs[index] ?? 0)
      const endMs = startMs + (durationsMs[index] ?? 0)
      const sound = soundOf(char)
      if (!sound) {
        if (/\s/.test(char)) this.#strayWordEnds()
      } else if (this.#alignment === 'in step' && this.#letterFits(sound)) this.#placeLetter(sound, startMs, endMs)
      else this.#strayLetter(sound, startMs, endMs)
    }
  }

  #letterFits(sound: string): boolean {
    return this.#words[this.#cursor.word]?.sound.startsWith(sound, this.#cursor.letter) === true
  }

  #placeLetter(sound: string, startMs: number, endMs: number): void {
    const word = this.#words[this.#cursor.word]
    if (!word) return
    word.startMs ??= startMs
    word.endMs = endMs
    this.#cursor.letter += sound.length
    word.whole = this.#cursor.letter >= word.sound.length
    if (word.whole) this.#cursor = { word: this.#cursor.word + 1, letter: 0 }
  }

  #strayLetter(sound: string, startMs: number, endMs: number): void {
    this.#alignment = 'out of step'
    if (!this.#stray.sound) this.#stray.fromMs = startMs
    this.#stray.sound += sound
    this.#stray.toMs = endMs
  }

  /** The alignment's own word is complete: if it is one of our next words, we are in step again. */
  #strayWordEnds(): void {
    const { sound, fromMs, toMs } = this.#stray
    this.#stray.sound = ''
    if (this.#alignment !== 'out of step' || !sound) return
    const ahead = this.#words.slice(this.#cursor.word, this.#cursor.word + LOOK_AHEAD_WORDS)
    const found = ahead.findIndex(word => word.sound === sound)
    const word = ahead[found]
    if (!word) return
    this.#spread(this.#cursor.word + found, fromMs)
    Object.assign(word, { startMs: fromMs, endMs: toMs, whole: true })
    this.#cursor = { word: this.#cursor.word + found + 1, letter: 0 }
    this.#alignment = 'in step'
  }

  /** Gives the words before `end` that have no times the time there is, by their length. */
  #spread(end: number, untilMs = this.#audioMs): void {
    const timed = this.#words.findLastIndex((word, index) => index < end && word.whole)
    const first = Math.max(timed + 1, this.#stretch.word)
    const fromMs = Math.max(this.#words[timed]?.endMs ?? 0, this.#stretch.fromMs)
    const msPerCharacter = Math.max(0, untilMs - fromMs) / Math.max(1, length(this.#words.slice(first, end)))
    let atMs = fromMs
    for (const word of this.#words.slice(first, end)) {
      word.startMs ??= Math.min(atMs, this.#audioMs)
      atMs += word.text.length * msPerCharacter
      Object.assign(word, { endMs: Math.max(atMs, word.startMs), whole: true })
    }
  }

  /** Where there is no alignment at all, speech is taken to run at an ordinary pace from where it began. */
  #estimate(): void {
    for (const [index, word] of this.#words.slice(0, this.#sent).entries()) {
      if (index < this.#stretch.word) continue
      word.startMs = this.#estimatedMs(index, BRISK_MS_PER_CHARACTER)
      word.endMs = this.#estimatedMs(index + 1, BRISK_MS_PER_CHARACTER)
      word.whole = true
    }
  }

  #estimatedMs(index: number, msPerCharacter: number): number {
    return this.#stretch.fromMs + length(this.#words.slice(this.#stretch.word, index)) * msPerCharacter
  }

  /** The first word whose audio has not been received to its end, as far as one can tell. */
  #firstUnspoken(): number {
    for (let index = this.#stretch.word; index < this.#sent; index++) {
      const word = this.#words[index]
      const endMs = this.#alignment === 'none yet' ? this.#estimatedMs(index + 1, CALM_MS_PER_CHARACTER) : word?.endMs
      if (!word?.whole || endMs === undefined || endMs > this.#audioMs + ROUNDING_MS) return index
    }
    return this.#sent
  }

  #tell(due: (word: Word, index: number) => boolean): readonly SpokenWord[] {
    const words: SpokenWord[] = []
    for (let word = this.#words[this.#told]; word && due(word, this.#told); word = this.#words[this.#told]) {
      const startMs = Math.max(word.startMs ?? this.#audioMs, this.#toldMs)
      const endMs = word.whole ? word.endMs : (word.startMs ?? 0) + word.sound.length * BRISK_MS_PER_CHARACTER
      words.push({ text: word.text, startMs, endMs: Math.max(startMs, endMs) })
      this.#toldMs = startMs
      this.#told++
    }
    return words
  }
}

const length = (words: readonly Word[]): number => words.reduce((sum, word) => sum + word.text.length, 0)

/** Letters and digits, lower case. */
const soundOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/**
 * A phrase in pieces that joined are the phrase: words with what follows them, where what cannot be pronounced belongs to the
 * word before it (or to the first word). Only a phrase without any word comes back as one such piece.
 */
export function wordsOf(phrase: string): readonly string[] {
  const words: string[] = []
  let before = ''
  for (const token of phrase.match(/^\s+|\S+\s*/g) ?? []) {
    if (soundOf(token)) {
      words.push(before + token)
      before = ''
    } else if (words.length) words[words.length - 1] += token
    else before += token
  }
  return before ? [before] : words
}
