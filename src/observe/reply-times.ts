/**
 * When what happened to each reply of a call, in real time: milliseconds since the call was set up, finer than the frames that
 * certificates count in. Folded from the journal; the one source of metrics, traces and explanations. Pure.
 */
import { WORDS_REACH_MS, type Basis } from '../call/facts.ts'
import type { Entry, Input, ToldEvent } from '../call/journal.ts'

/** The caller's silence at which a reply is due. Stated here again, so as not to take the code's word for it. */
export const DUE_MS = 500

/** A sound of the caller stopped the reply; `goneOnMs` is null if it did not go on. */
export type Hold = { readonly atMs: number; readonly goneOnMs: number | null; readonly aside: string }

/** Null where it did not happen. */
export type ReplyTimes = {
  readonly id: number
  /** The name of a line that needs no thinking; null for an answer by the model. */
  readonly line: string | null
  readonly begunMs: number
  /** Since when the caller had been silent, and when the words were settled, on what ground: known once it is released. */
  readonly silentSinceMs: number | null
  readonly settledMs: number | null
  readonly basis: Basis | null
  /** The model's first word; the first words given to the voice; its first sound. */
  readonly tokenMs: number | null
  readonly phraseMs: number | null
  readonly audioMs: number | null
  readonly releasedMs: number | null
  readonly firstFrameMs: number | null
  readonly markMs: number | null
  readonly endedMs: number | null
  /** 'heard', or why it was dropped; null while it is under way. */
  readonly outcome: string | null
  readonly failure: string | null
  readonly holds: readonly Hold[]
}

type Command = (Entry & { readonly type: 'command' })['command']

export class RepliesInTime {
  readonly #replies = new Map<number, ReplyTimes>()
  #words = { ms: 0, said: '', toMs: null as number | null }
  /** The reply that was let out last: marks are its. */
  #audible: number | null = null

  /** All replies that were ever begun, in order. */
  get all(): readonly ReplyTimes[] {
    return [...this.#replies.values()]
  }

  /** Takes an entry into account; gives the reply that it is about, as it is now, or null. */
  take(entry: Entry): ReplyTimes | null {
    if (entry.type === 'command') return this.#obey(entry, entry.command)
    if (entry.type === 'event') return this.#hear(entry.ms, entry.event)
    if (entry.type === 'input') return this.#receive(entry.ms, entry.input)
    if (entry.type === 'first-frame') return this.#change(entry.id, { firstFrameMs: entry.ms })
    return null
  }

  /** Gives it up: nothing more is to be expected of it. */
  forget(id: number): void {
    this.#replies.delete(id)
  }

  #obey({ at, ms }: Entry, command: Command): ReplyTimes | null {
    if (command.type === 'prepare') return this.#begin(command.id, ms, null)
    if (command.type === 'hold') return this.#hold(command.id, ms)
    if (command.type === 'resume') return this.#goOn(command.id, ms, command.aside)
    if (command.type === 'drop') return this.#change(command.id, { endedMs: ms, outcome: command.why })
    if (command.type === 'say' || command.type === 'speak') {
      this.#begin(command.id, ms, command.type === 'say' ? command.line : 'operator')
      this.#audible = command.id
      return this.#change(command.id, { releasedMs: ms })
    }
    if (command.type !== 'release') return null
    const { id, silentSince, basis } = command
    const { toMs } = this.#words
    const settled = toMs !== null && toMs >= silentSince - WORDS_REACH_MS.declared
    this.#audible = id
    return this.#change(id, {
      silentSinceMs: ms - (at - silentSince),
      settledMs: settled ? this.#words.ms : null,
      basis,
      releasedMs: ms,
    })
  }

  #hear(ms: number, event: ToldEvent): ReplyTimes | null {
    if (event.type === 'reply-finished') return this.#change(event.id, { endedMs: ms, outcome: 'heard' })
    if (event.type !== 'words') return null
    const toMs = event.settled?.toMs ?? null
    const same = event.said === this.#words.said && (toMs !== null) === (this.#words.toMs !== null)
    this.#words = { ms: same ? this.#words.ms : ms, said: event.said, toMs }
    return null
  }

  #receive(ms: number, input: Input): ReplyTimes | null {
    if (input.type === 'mark') {
      const reply = this.#audible === null ? undefined : this.#replies.get(this.#audible)
      return reply?.firstFrameMs != null && reply.markMs === null ? this.#change(reply.id, { markMs: ms }) : null
    }
    if (input.type !== 'reply') return null
    const { id, news } = input
    const reply = this.#replies.get(id)
    if (!reply) return null
    if (news.type === 'thinking-aloud') return this.#change(id, { tokenMs: reply.tokenMs ?? ms })
    if (news.type === 'phrase') return this.#change(id, { phraseMs: reply.phraseMs ?? ms })
    if (news.type === 'speech' && news.bytes > 0) return this.#change(id, { audioMs: reply.audioMs ?? ms })
    return news.type === 'failed' ? this.#change(id, { failure: news.why }) : null
  }

  #begin(id: number, begunMs: number, line: string | null): ReplyTimes {
    const reply = { ...blank, id, line, begunMs }
    this.#replies.set(id, reply)
    return reply
  }

  #hold(id: number, atMs: number): ReplyTimes | null {
    const holds = this.#replies.get(id)?.holds ?? []
    return this.#change(id, { holds: [...holds, { atMs, goneOnMs: null, aside: '' }] })
  }

  #goOn(id: number, goneOnMs: number, aside: string): ReplyTimes | null {
    const holds = this.#replies.get(id)?.holds ?? []
    return this.#change(id, { holds: holds.map((hold, n) => (n === holds.length - 1 ? { ...hold, goneOnMs, aside } : hold)) })
  }

  #change(id: number, to: Partial<ReplyTimes>): ReplyTimes | null {
    const reply = this.#replies.get(id)
    if (!reply) return null
    const changed = { ...reply, ...to }
    this.#replies.set(id, changed)
    return changed
  }
}

const blank: Omit<ReplyTimes, 'id' | 'line' | 'begunMs'> = {
  silentSinceMs: null,
  settledMs: null,
  basis: null,
  tokenMs: null,
  phraseMs: null,
  audioMs: null,
  releasedMs: null,
  firstFrameMs: null,
  markMs: null,
  endedMs: null,
  outcome: null,
  failure: null,
  holds: [],
}
