/**
 * The two ways of speaking the text of a reply: on the call's socket, phrase by phrase as they come, or by an HTTP request for
 * what is known already. A route speaks until it is done or lost; what then is the reply's decision.
 */
import { ProviderError } from '../../ports.ts'
import type { Clock, Speech } from '../../ports.ts'
import { PROVIDER } from './errors.ts'
import type { HttpSpeech } from './http-speech.ts'
import type { Narration } from './narration.ts'
import type { ContextNews, SpeechContext, SpeechSocket } from './socket.ts'

/** First audio takes about 250 ms and audio comes several times faster than it plays: this long without any is a failure. */
const STALL_MS = 2_500

/** What a route needs of its reply. */
export type ReplyDesk = {
  readonly clock: Clock
  readonly narration: Narration
  readonly phrasesEnded: () => boolean
  readonly say: (speech: Speech) => void
}

export interface Route {
  /** Null once everything handed over has been spoken; otherwise why it was not. Never rejects. */
  readonly done: Promise<ProviderError | null>
  /** There is more text, or there will be no more. */
  more(): void
  /** Stops at once, whatever it is doing. */
  drop(): void
}

/** Speaks on a context of the socket, until the phrases end. */
export class SocketRoute implements Route {
  readonly done: Promise<ProviderError | null>
  readonly #desk: ReplyDesk
  readonly #socket: Pick<SpeechSocket, 'begin' | 'fail'>
  readonly #context: SpeechContext | null
  #resolve: (error: ProviderError | null) => void = () => {}
  #flushed = false
  #closing = false
  #finished = false
  #cancelWatch = (): void => {}

  constructor(socket: Pick<SpeechSocket, 'begin' | 'fail'>, desk: ReplyDesk) {
    this.#socket = socket
    this.#desk = desk
    this.done = new Promise(resolve => (this.#resolve = resolve))
    this.#context = socket.begin(desk.narration.take(), news => this.#heed(news))
    if (this.#context) this.#watch()
    else this.#finish(failure('the socket has no room'))
    this.more()
  }

  more(): void {
    // Text taken now would be lost: the reply takes it to its next route.
    if (this.#finished) return
    const { narration, phrasesEnded } = this.#desk
    const text = narration.take()
    if (text) {
      this.#context?.say(text)
      this.#watch()
    }
    if (phrasesEnded() && !this.#flushed) {
      this.#flushed = true
      this.#context?.flush()
    }
    this.#closeWhenSafe()
  }

  drop(): void {
    this.#finish(null)
  }

  #heed(news: ContextNews): void {
    switch (news.type) {
      case 'audio':
        this.#desk.say(this.#desk.narration.hear(news.audio, news.alignment))
        this.#watch()
        return this.#closeWhenSafe()
      case 'final':
        return this.#settle(failure('words were left unspoken'))
      case 'lost':
        return this.#finish(news.error)
      default:
        news satisfies never
    }
  }

  /**
   * The end of a context is only told after it is closed, and a context that is closed before the service has begun to speak its
   * last text may lose it (pipecat #4681, #5271): so it is closed when audio of the last piece has come.
   */
  #closeWhenSafe(): void {
    if (this.#flushed && this.#desk.narration.lastPieceBegun) this.#close()
  }

  #close(): void {
    if (this.#closing) return
    this.#closing = true
    this.#context?.close()
  }

  #watch(): void {
    this.#cancelWatch()
    this.#cancelWatch = this.#desk.clock.after(STALL_MS, () => this.#stalled())
  }

  #stalled(): void {
    const { narration, phrasesEnded } = this.#desk
    const error = failure(`no audio for ${STALL_MS} ms`)
    // A socket that owes audio is not trusted any more; its loss is told to this route as to every other.
    if (narration.owesAudio) this.#socket.fail(error)
    else if (this.#closing) this.#settle(error)
    else if (phrasesEnded()) {
      this.#close()
      this.#watch()
    }
  }

  #settle(error: ProviderError): void {
    const { missing, rest } = this.#desk.narration.settle()
    if (rest) this.#desk.say(rest)
    this.#finish(missing ? error : null)
  }

  #finish(error: ProviderError | null): void {
    this.#finished = true
    this.#cancelWatch()
    this.#context?.drop()
    this.#resolve(error)
  }
}

/** Speaks by one HTTP request what is known when it begins. */
export class HttpRoute implements Route {
  readonly done: Promise<ProviderError | null>
  readonly #abort = new AbortController()

  constructor(speech: HttpSpeech, desk: ReplyDesk) {
    this.done = this.#speak(speech, desk)
  }

  more(): void {
    // What comes meanwhile is for the next request.
  }

  drop(): void {
    this.#abort.abort()
  }

  async #speak(speech: HttpSpeech, { narration, say }: ReplyDesk): Promise<ProviderError | null> {
    const { signal } = this.#abort
    try {
      const before = narration.spokenText
      for await (const piece of speech(narration.take(), before, signal)) say(narration.hear(piece.audio, piece.alignment))
    } catch (error) {
      return error instanceof ProviderError ? error : failure(String(error))
    }
    if (signal.aborted) return null
    const { missing, rest } = narration.settle()
    if (rest) say(rest)
    return missing ? failure('words were left unspoken') : null
  }
}

const failure = (words: string): ProviderError => new ProviderError(PROVIDER, 'speech', words, true)
