/**
 * The proof of each turn: when the caller fell silent, when the silence was complete, when the words were settled and on what
 * ground, when the reply was begun, ready, released, heard. Folded from the journal, so a replay gives the same table.
 */
import { WORDS_REACH_MS, type Basis, type LineName, type ReplyId } from './facts.ts'
import type { Entry, Input, ToldEvent } from './journal.ts'
import type { Command } from './rules.ts'

/** All times are call time in milliseconds, to the frame; null where it did not happen. */
export type Certificate = {
  readonly id: ReplyId
  /** Null for an answer by the model. */
  readonly line: LineName | 'operator' | null
  readonly said: string
  readonly silentSinceMs: number | null
  /** `silentSinceMs` + 500. */
  readonly completeMs: number | null
  readonly settledMs: number | null
  readonly basis: Basis | null
  readonly draftMs: number
  /** Replies begun for this turn before, and thrown away. */
  readonly discarded: number
  readonly firstTokenMs: number | null
  readonly firstAudioMs: number | null
  readonly releasedMs: number | null
  readonly firstFrameMs: number | null
  readonly firstMarkMs: number | null
  readonly endedMs: number | null
  /** What was given to the voice, and what of it the caller heard. */
  readonly text: string
  readonly heard: string
  readonly outcome: Outcome
  readonly amended: boolean
  /** How often it was stopped for a sound, and what the caller said then that did not stop it for good. */
  readonly holds: number
  readonly asides: readonly string[]
}

export type Outcome = 'under-way' | 'heard' | (Command & { type: 'drop' })['why']

/** The silence at which a reply is due. Stated here again, so that a certificate does not take the code's word for it. */
const DUE_MS = 500

export class Certificates {
  readonly #turns = new Map<ReplyId, Certificate>()
  #discarded = 0
  #words: { readonly at: number; readonly said: string; readonly toMs: number | null } = { at: 0, said: '', toMs: null }

  /** Every reply that was begun and not thrown away unheard, in order. */
  get all(): readonly Certificate[] {
    return [...this.#turns.values()].filter(turn => turn.releasedMs !== null)
  }

  /** Takes an entry into account. Returns the turn that came to its end with it, if one did. */
  take(entry: Entry): Certificate | null {
    switch (entry.type) {
      case 'command':
        return this.#obey(entry.at, entry.command)
      case 'event':
        return this.#hear(entry.at, entry.event)
      case 'input':
        this.#receive(entry.at, entry.input)
        return null
      case 'first-frame':
        this.#change(entry.id, turn => ({ ...turn, firstFrameMs: entry.at }))
        return null
      case 'call':
      case 'stood-in':
      case 'recording':
      case 'usage':
      case 'trouble':
      case 'stalled':
      case 'refused':
      case 'broken':
        return null
      default:
        return entry satisfies never
    }
  }

  #obey(at: number, command: (Entry & { type: 'command' })['command']): Certificate | null {
    switch (command.type) {
      case 'prepare':
        this.#begin(command.id, at, command.said, null)
        return null
      case 'say':
        return this.#say(at, command.id, command.line, command.said)
      case 'speak':
        return this.#say(at, command.id, 'operator', command.said)
      case 'release':
        this.#release(at, command)
        return null
      case 'hold':
        this.#change(command.id, turn => ({ ...turn, holds: turn.holds + 1 }))
        return null
      case 'resume':
        if (command.aside !== '') this.#change(command.id, turn => ({ ...turn, asides: [...turn.asides, command.aside] }))
        return null
      case 'drop':
        return this.#drop(at, command)
      case 'amend':
        this.#change(command.id, turn => ({ ...turn, amended: true, said: `${turn.said} ${command.late}` }))
        return null
      case 'settle':
      case 'hand-over':
      case 'rated':
      case 'hang-up':
        return null
      default:
        return command satisfies never
    }
  }

  #hear(at: number, event: ToldEvent): Certificate | null {
    if (event.type === 'words') this.#hearWords(at, event.said, event.settled?.toMs ?? null)
    if (event.type === 'reply-heard' || event.type === 'reply-held')
      this.#change(event.id, turn => ({ ...turn, heard: event.text }))
    if (event.type !== 'reply-finished') return null
    return this.#change(event.id, turn => ({ ...turn, heard: event.text, endedMs: at, outcome: 'heard' }))
  }

  #receive(at: number, input: Input): void {
    if (input.type === 'mark') return this.#mark(at)
    if (input.type !== 'reply') return
    const { news } = input
    this.#change(input.id, turn => {
      if (news.type === 'thinking-aloud') return { ...turn, firstTokenMs: at }
      if (news.type === 'speech' && news.bytes > 0) return { ...turn, firstAudioMs: turn.firstAudioMs ?? at }
      return news.type === 'phrase' ? { ...turn, text: turn.text + news.text } : turn
    })
  }

  /** The first mark after the first frame says that playback has begun. */
  #mark(at: number): void {
    const waiting = this.all.at(-1)
    if (!waiting || waiting.firstFrameMs === null || waiting.firstMarkMs !== null) return
    this.#change(waiting.id, turn => ({ ...turn, firstMarkMs: at }))
  }

  /** The time counts from which the words have been what they are and as settled as they are. */
  #hearWords(at: number, said: string, toMs: number | null): void {
    const same = said === this.#words.said && (toMs !== null) === (this.#words.toMs !== null)
    this.#words = { at: same ? this.#words.at : at, said, toMs }
  }

  #say(at: number, id: ReplyId, line: LineName | 'operator', said: string): null {
    this.#begin(id, at, said, line)
    this.#discarded = 0
    this.#change(id, turn => ({ ...turn, releasedMs: at }))
    return null
  }

  #begin(id: ReplyId, at: number, said: string, line: LineName | 'operator' | null): void {
    this.#turns.set(id, { ...blank, id, line, said, draftMs: at, discarded: this.#discarded })
  }

  #release(at: number, { id, silentSince, basis }: Command & { type: 'release' }): void {
    const settled = this.#words.toMs !== null && this.#words.toMs >= silentSince - WORDS_REACH_MS.declared
    this.#discarded = 0
    this.#change(id, turn => ({
      ...turn,
      silentSinceMs: silentSince,
      completeMs: silentSince + DUE_MS,
      settledMs: settled ? this.#words.at : null,
      basis,
      releasedMs: at,
    }))
  }

  #drop(at: number, { id, why }: Command & { type: 'drop' }): Certificate | null {
    const turn = this.#turns.get(id)
    if (!turn) return null
    if (turn.releasedMs !== null) return this.#change(id, dropped => ({ ...dropped, endedMs: at, outcome: why }))
    this.#turns.delete(id)
    this.#discarded++
    return null
  }

  #change(id: ReplyId, to: (turn: Certificate) => Certificate): Certificate | null {
    const turn = this.#turns.get(id)
    if (!turn) return null
    const changed = to(turn)
    this.#turns.set(id, changed)
    return changed
  }
}

const blank: Omit<Certificate, 'id' | 'line' | 'said' | 'draftMs' | 'discarded'> = {
  silentSinceMs: null,
  completeMs: null,
  settledMs: null,
  basis: null,
  firstTokenMs: null,
  firstAudioMs: null,
  releasedMs: null,
  firstFrameMs: null,
  firstMarkMs: null,
  endedMs: null,
  text: '',
  heard: '',
  outcome: 'under-way',
  amended: false,
  holds: 0,
  asides: [],
}

/** Whether a reply was let out before the caller had been silent for 500 ms. The product's one rule; never true. */
export const isEarly = ({ releasedMs, silentSinceMs, firstFrameMs }: Certificate): boolean =>
  silentSinceMs !== null && Math.min(releasedMs ?? Infinity, firstFrameMs ?? Infinity) < silentSinceMs + DUE_MS
