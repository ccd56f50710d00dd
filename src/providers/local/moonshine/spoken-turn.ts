/**
 * One turn of the caller as a whole-utterance recogniser sees it: which audio is to be recognised, what came back, and what
 * can be told of it. Bookkeeping only: it recognises nothing and tells nobody.
 *
 * A turn is a row of pieces. Usually there is one, the open piece, recognised again and again as it grows. A monologue is cut
 * before it gets too long for the recogniser; a closed piece is recognised once more and then stands.
 */
import type { TranscriptNews, Word } from '../../../ports.ts'
import { spreadWords, type Stretch } from './word-times.ts'

type WordsNews = Extract<TranscriptNews, { readonly type: 'words' }>

type Piece = {
  readonly fromMs: number
  /** Null while the piece is open. */
  toMs: number | null
  heard: Heard | null
  /** How many recognitions of it have begun, and the number of the newest that came back. */
  begun: number
  returned: number
}

/** What was recognised in a piece, up to which moment, and whether that is all of the piece. */
type Heard = { readonly words: readonly string[]; readonly toMs: number; readonly whole: boolean }

/** A recognition under way, of speech from one moment of call time to another. */
export type Attempt = {
  readonly piece: Piece
  readonly number: number
  readonly fromMs: number
  readonly toMs: number
  /** The speech begins, or ends, in silence: audio of a little more is welcome there. */
  readonly afterSilence: boolean
  readonly beforeSilence: boolean
}

export class SpokenTurn {
  readonly number: number
  readonly #pieces: Piece[]
  readonly #stretches: { readonly fromMs: number; toMs: number | null }[]
  #attemptedToMs: number
  /** The silence before which all is being recognised. */
  #finishingAtMs: number | null = null
  #givenUp = false
  #untold = false
  /** How many words have been vouched for, and to when: in later news those keep their place before that moment. */
  #vouched: { readonly words: number; readonly toMs: number } | null = null

  constructor(number: number, fromMs: number) {
    this.number = number
    this.#pieces = [newPiece(fromMs)]
    this.#stretches = [{ fromMs, toMs: null }]
    this.#attemptedToMs = fromMs
  }

  /** Since when the caller has been silent, or null while they speak. */
  get silentSinceMs(): number | null {
    return this.#stretches.at(-1)!.toMs
  }

  /** Where the open piece begins. */
  get openFromMs(): number {
    return this.#open.fromMs
  }

  /** Up to where there is no speech that the recogniser has not been given. */
  get attemptedToMs(): number {
    return this.#attemptedToMs
  }

  /** The caller is silent, and what they said before is known or on its way; false if that failed. */
  get finishing(): boolean {
    return this.silentSinceMs !== null && (this.#known || this.#finishingAtMs === this.silentSinceMs)
  }

  /** The caller is silent, and all they said in this turn is known as far as it ever will be. */
  get complete(): boolean {
    return this.silentSinceMs !== null && (this.#known || this.#givenUp)
  }

  get #known(): boolean {
    return this.#pieces.every(piece => piece.heard?.whole === true) && this.#open.heard?.toMs === this.silentSinceMs
  }

  /** There is news that has not been asked for. */
  get untold(): boolean {
    return this.#untold
  }

  /** The caller speaks again. */
  goOn(fromMs: number): void {
    const last = this.#stretches.at(-1)!
    if (last.toMs === null) return
    this.#finishingAtMs = null
    this.#attemptedToMs = Math.max(this.#attemptedToMs, fromMs)
    this.#stretches.push({ fromMs: Math.max(fromMs, last.toMs), toMs: null })
  }

  /** The caller is silent; an earlier moment than one told before corrects it, also if that takes speech back. */
  pause(sinceMs: number): void {
    while (this.#stretches.length > 1 && sinceMs <= this.#stretches.at(-1)!.fromMs) this.#stretches.pop()
    const last = this.#stretches.at(-1)!
    last.toMs = Math.max(sinceMs, last.fromMs)
  }

  /** Closes the open piece and opens the next one there. The closed piece must now be recognised. */
  cut(atMs: number): Attempt {
    const closed = this.#open
    closed.toMs = atMs
    this.#pieces.push(newPiece(atMs))
    this.#attemptedToMs = atMs
    return this.#begin(closed, atMs, false)
  }

  /** An attempt at the speech so far, which goes on. */
  glance(heardMs: number): Attempt {
    this.#attemptedToMs = heardMs
    return this.#begin(this.#open, heardMs, false)
  }

  /** An attempt at all that was said before the caller fell silent at `sinceMs`. */
  finish(sinceMs: number): Attempt {
    this.#attemptedToMs = sinceMs
    this.#finishingAtMs = sinceMs
    this.#givenUp = false
    return this.#begin(this.#open, sinceMs, true)
  }

  /** False once the caller has spoken on: the attempt need not begin. */
  wants(attempt: Attempt): boolean {
    return !attempt.beforeSilence || attempt.toMs === this.silentSinceMs
  }

  /** Takes what came back of an attempt. False if newer is known of the same piece: then nothing changes. */
  take({ piece, number, toMs, beforeSilence }: Attempt, text: string): boolean {
    const overtaken = number < piece.returned || (piece.toMs !== null && piece.toMs !== toMs)
    if (overtaken) return false
    this.#untold = true
    piece.returned = number
    piece.heard = { words: text.split(/\s+/).filter(word => word !== ''), toMs, whole: beforeSilence || piece.toMs !== null }
    return true
  }

  /** Nothing came back of an attempt. What is known of its piece then counts as all, unless another attempt is made. */
  fail(attempt: Attempt): void {
    const { piece } = attempt
    if (piece.toMs !== null) piece.heard = { words: piece.heard?.words ?? [], toMs: piece.toMs, whole: true }
    else if (!attempt.beforeSilence || attempt.toMs !== this.silentSinceMs) return
    else {
      this.#givenUp = true
      this.#finishingAtMs = null
    }
    this.#untold = true
  }

  /** Everything to be told of this turn now. */
  news(): WordsNews {
    const { complete } = this
    this.#untold = false
    const words: Word[] = []
    for (const piece of this.#pieces) {
      if (piece.heard === null) break
      words.push(...this.#timed(piece.fromMs, piece.heard, words.length, complete))
    }
    const completeToMs = complete ? this.silentSinceMs : null
    if (completeToMs !== null) this.#vouched = { words: words.length, toMs: completeToMs }
    return { type: 'words', turn: this.number, words, completeToMs }
  }

  #timed(fromMs: number, heard: Heard, wordsBefore: number, final: boolean): readonly Word[] {
    const vouched = this.#vouched
    if (vouched === null || vouched.toMs <= fromMs || vouched.toMs >= heard.toMs) {
      return spreadWords(heard.words, this.#voiced(fromMs, heard.toMs), final)
    }
    const count = Math.max(0, vouched.words - wordsBefore)
    return [
      ...spreadWords(heard.words.slice(0, count), this.#voiced(fromMs, vouched.toMs), final),
      ...spreadWords(heard.words.slice(count), this.#voiced(vouched.toMs, heard.toMs), final),
    ]
  }

  /** The stretches of speech between two moments; the whole time between them if there is none. */
  #voiced(fromMs: number, toMs: number): readonly Stretch[] {
    const voiced = this.#stretches
      .map(stretch => ({ fromMs: Math.max(stretch.fromMs, fromMs), toMs: Math.min(stretch.toMs ?? toMs, toMs) }))
      .filter(stretch => stretch.fromMs < stretch.toMs)
    return voiced.length > 0 ? voiced : [{ fromMs, toMs }]
  }

  #begin(piece: Piece, toMs: number, beforeSilence: boolean): Attempt {
    piece.begun++
    return { piece, number: piece.begun, fromMs: piece.fromMs, toMs, afterSilence: piece === this.#pieces[0], beforeSilence }
  }

  get #open(): Piece {
    return this.#pieces.at(-1)!
  }
}

const newPiece = (fromMs: number): Piece => ({ fromMs, toMs: null, heard: null, begun: 0, returned: 0 })
