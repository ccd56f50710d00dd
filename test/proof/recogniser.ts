/**
 * A recogniser that hears what a caller decides to say only as he says it, and tells it the way recognisers do: bit by bit,
 * wrongly at first, late, twice, with one turn's end after the next one's beginning. Its delays count from the audio and are
 * drawn word by word from the seed, so they are the same for every bot the caller talks to.
 */
import { FRAME_MS } from '../../src/audio/frames.ts'
import type { Clock, Transcribe, TranscriptNews, Transcription, Word } from '../../src/ports.ts'
import { between, chanceOf, type Nature } from './plan.ts'

export type SaidWord = { readonly text: string; readonly startMs: number; readonly endMs: number }

type HeardWord = SaidWord & {
  readonly partialAfterMs: number
  readonly finalAfterMs: number
  readonly mistakenFor: string
  /** Taken together with the word before it until it is known better. */
  readonly swallowed: boolean
  /** Some news comes twice. */
  readonly echoAfterMs: number | null
  known: 'not yet' | 'partly' | 'surely'
}

type Turn = { readonly number: number; readonly words: HeardWord[]; completeToMs: number | null; closed: boolean }

export class ProofRecogniser {
  readonly #clock: Clock
  readonly #nature: Nature
  readonly #seed: number
  readonly #coming: HeardWord[] = []
  readonly #timers = new Set<() => void>()
  #tell: (news: TranscriptNews) => void = () => {}
  #words = 0
  #heardMs = 0
  #turn: Turn = { number: 0, words: [], completeToMs: null, closed: false }
  #open = false

  constructor(clock: Clock, nature: Nature, seed: number) {
    this.#clock = clock
    this.#nature = nature
    this.#seed = seed
  }

  /** Timers it still holds: none once the call has ended. */
  get held(): number {
    return this.#timers.size
  }

  /** The caller is about to say these words. */
  expect(words: readonly SaidWord[]): void {
    for (const word of words) this.#coming.push(this.#heardAs(word))
  }

  readonly transcribe: Transcribe = (tell, signal): Transcription => {
    this.#tell = tell
    this.#open = true
    signal.addEventListener('abort', () => this.#close(), { once: true })
    return {
      hear: () => {
        this.#heardMs += FRAME_MS
        if (this.#open) this.#listen()
      },
      callerSpoke() {},
      callerPaused() {},
      settle: () => this.#settle(),
    }
  }

  #heardAs(word: SaidWord): HeardWord {
    const random = chanceOf(this.#seed, 1000 + this.#words++)
    const { partialAfterMs, finalAfterMs } = this.#nature
    const finalMs = between(random, ...finalAfterMs)
    return {
      ...word,
      partialAfterMs: Math.min(finalMs, between(random, ...partialAfterMs)),
      finalAfterMs: finalMs,
      mistakenFor: random() < 0.4 ? `${word.text.slice(0, 2)}uh` : word.text,
      swallowed: random() < 0.2,
      echoAfterMs: random() < 0.15 ? between(random, 10, 300) : null,
      known: 'not yet',
    }
  }

  #listen(): void {
    while (this.#coming[0] && this.#coming[0].endMs <= this.#heardMs) this.#hearWord(this.#coming.shift()!)
    const { turnEndsAfterMs, declaresAfterMs } = this.#nature
    const last = this.#turn.words.at(-1)
    const next = this.#coming[0]
    if (turnEndsAfterMs === null || !last || this.#turn.closed || (next && next.startMs < this.#heardMs)) return
    if (this.#heardMs - last.endMs >= turnEndsAfterMs) this.#end(declaresAfterMs)
  }

  #hearWord(word: HeardWord): void {
    if (this.#turn.closed) this.#turn = { number: this.#turn.number + 1, words: [], completeToMs: null, closed: false }
    const turn = this.#turn
    turn.words.push(word)
    this.#after(word.partialAfterMs, () => this.#learn(turn, word, 'partly'))
    if (this.#nature.type === 'immutable') this.#after(word.finalAfterMs, () => this.#learn(turn, word, 'surely'))
  }

  #learn(turn: Turn, word: HeardWord, known: 'partly' | 'surely'): void {
    if (word.known === 'surely' || word.known === known || turn.completeToMs !== null) return
    word.known = known
    this.#say(turn)
    if (word.echoAfterMs !== null) this.#after(word.echoAfterMs, () => this.#say(turn))
  }

  /** The turn is over; it is told a little later, by which time the next one may have begun. */
  #end(afterMs: number): void {
    const turn = this.#turn
    const completeToMs = this.#heardMs
    turn.closed = true
    const slowestMs = Math.max(0, ...turn.words.map(({ endMs, finalAfterMs }) => endMs + finalAfterMs - this.#heardMs))
    this.#after(Math.max(afterMs, slowestMs), () => {
      for (const word of turn.words) word.known = 'surely'
      turn.completeToMs = completeToMs
      this.#say(turn)
    })
  }

  #settle(): void {
    if (this.#open && this.#turn.words.length > 0 && !this.#turn.closed) this.#end(this.#nature.settlesAfterMs)
  }

  #say(turn: Turn): void {
    const words = this.#nature.type === 'immutable' ? this.#growing(turn) : this.#revised(turn)
    if (this.#open) this.#tell({ type: 'words', turn: turn.number, words, completeToMs: turn.completeToMs })
  }

  /** Words are final from the first on; only those behind them may change. */
  #growing({ words }: Turn): readonly Word[] {
    const known = upTo(words, word => word.known === 'not yet')
    const final = upTo(known, word => word.known !== 'surely')
    return [...final.map(word => this.#wire(word, true)), ...known.slice(final.length).map(word => this.#wire(word, false))]
  }

  /** Until the turn is declared ended every word may be another, and two may be one. */
  #revised({ words, completeToMs }: Turn): readonly Word[] {
    if (completeToMs !== null) return words.map(word => this.#wire(word, true))
    const told: Word[] = []
    for (const word of upTo(words, ({ known }) => known === 'not yet')) {
      const before = told.at(-1)
      if (before && word.swallowed) told.splice(-1, 1, { ...before, text: `${before.text}${word.text}`, endMs: word.endMs })
      else told.push(this.#wire(word, false))
    }
    return told
  }

  #wire(word: HeardWord, final: boolean): Word {
    const { startMs, endMs } = word
    const toldEndMs = Math.max(startMs + 1, endMs - this.#nature.wordsEndEarlyMs)
    return { text: final ? word.text : word.mistakenFor, startMs, endMs: toldEndMs, final, confidence: null }
  }

  #after(delayMs: number, happen: () => void): void {
    const callOff = this.#clock.after(delayMs, () => {
      this.#timers.delete(callOff)
      happen()
    })
    this.#timers.add(callOff)
  }

  #close(): void {
    this.#open = false
    for (const callOff of this.#timers) callOff()
    this.#timers.clear()
  }
}

function upTo<T>(items: readonly T[], isEnd: (item: T) => boolean): readonly T[] {
  const end = items.findIndex(isEnd)
  return end < 0 ? items : items.slice(0, end)
}
