/**
 * One reply: takes its phrases as they come, has them spoken, and goes on elsewhere with the unspoken rest when a connection is
 * lost in the middle. It ends when everything was spoken, when it is aborted, or when nobody can speak it.
 */
import { ProviderError } from '../../ports.ts'
import type { Allow, Clock, Speech } from '../../ports.ts'
import { refusalIn } from './allowances.ts'
import type { HttpSpeech } from './http-speech.ts'
import { Narration } from './narration.ts'
import { HttpRoute, SocketRoute } from './routes.ts'
import type { ReplyDesk, Route } from './routes.ts'
import { SpeechQueue } from './speech-queue.ts'
import type { Note, Voice } from './voice.ts'

/** Failures in a row, without one more word spoken, before the sockets are given up for HTTP. */
const SOCKET_FAILURES = 2
/** And before the reply is given up; two HTTP requests with pauses in between, for a service that is busy. */
const FAILURES = 4
const RETRY_PAUSE_MS = 300

export type ReplyTools = {
  readonly voice: Voice
  readonly http: HttpSpeech
  readonly clock: Clock
  readonly note: Note
  /** Told why a reply had to be spoken on elsewhere. */
  readonly record: (trouble: ProviderError) => void
  readonly allow: Allow
}

/** Speaks one reply; ends quietly when any of the signals is aborted (the reply's own, the call's). */
export async function* speakReply(
  phrases: AsyncIterable<string>,
  signals: readonly AbortSignal[],
  tools: ReplyTools,
): AsyncGenerator<Speech> {
  if (signals.some(signal => signal.aborted)) return
  const reply = new Reply(phrases, tools)
  const end = (): void => reply.end()
  for (const signal of signals) signal.addEventListener('abort', end)
  try {
    yield* reply.speech
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', end)
    end()
  }
}

class Reply {
  readonly speech = new SpeechQueue()
  readonly #tools: ReplyTools
  readonly #phrases: AsyncIterator<string>
  readonly #narration = new Narration()
  readonly #desk: ReplyDesk
  /** Aborted when the reply is over for any reason. */
  readonly #over = new AbortController()
  #phrasesEnded = false
  #route: Route | null = null
  #wake = (): void => {}

  constructor(phrases: AsyncIterable<string>, tools: ReplyTools) {
    this.#tools = tools
    this.#phrases = phrases[Symbol.asyncIterator]()
    this.#desk = {
      clock: tools.clock,
      narration: this.#narration,
      phrasesEnded: () => this.#phrasesEnded,
      say: speech => this.speech.push(speech),
    }
    void this.#attempt(() => this.#read())
    void this.#attempt(() => this.#speak())
  }

  /** Ends at once and quietly, or does nothing if it has ended already. */
  end(): void {
    if (this.#over.signal.aborted) return
    this.speech.abort()
    this.#release()
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.speech.fail(error)
      this.#release()
    }
  }

  #release(): void {
    if (!this.#over.signal.aborted) this.#tools.allow({ type: 'spoken', characters: this.#narration.charactersSent })
    this.#over.abort()
    this.#route?.drop()
    this.#wake()
    // Not waited for: whoever makes the phrases may itself be waiting. If it fails now, that is nobody's concern any more.
    if (!this.#phrasesEnded) void Promise.resolve(this.#phrases.return?.()).catch(() => {})
  }

  async #read(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const next = await this.#phrases.next()
      if (this.#over.signal.aborted) return
      if (next.done) this.#phrasesEnded = true
      else this.#narration.add(next.value)
      this.#route?.more()
      this.#wake()
      if (next.done) return
    }
  }

  async #speak(): Promise<void> {
    let failures = 0
    let spoken = ''
    while (await this.#hasMore()) {
      const error = await this.#speakOnce(failures)
      if (this.#over.signal.aborted) return
      if (!error) {
        this.#tools.allow({ type: 'served' })
        continue
      }
      this.#tellRefusal(error)
      this.#narration.restart()
      failures = this.#narration.spokenText.length > spoken.length ? 1 : failures + 1
      spoken = this.#narration.spokenText
      if (!error.retryable || failures >= FAILURES) throw error
      this.#tools.note('voice goes on after a failure', { reason: error.message, failures })
      this.#tools.record(error)
      if (failures > SOCKET_FAILURES) await this.#pause(RETRY_PAUSE_MS)
    }
    const closing = this.#narration.closing()
    if (closing) this.speech.push(closing)
    this.speech.end()
    this.#release()
  }

  /** Waits until there is something to say: true; or nothing more will come: false. */
  async #hasMore(): Promise<boolean> {
    while (!this.#over.signal.aborted) {
      if (this.#narration.hasUnsent) return true
      if (this.#phrasesEnded) return false
      await new Promise<void>(resolve => (this.#wake = resolve))
    }
    return false
  }

  async #speakOnce(failures: number): Promise<ProviderError | null> {
    const { voice, http, note, record } = this.#tools
    const socket = failures >= SOCKET_FAILURES ? null : await voice.socket(this.#over.signal)
    if (this.#over.signal.aborted) return null
    if (socket instanceof ProviderError) {
      if (!socket.retryable) return socket
      note('voice speaks by HTTP', { reason: socket.message })
      this.#tellRefusal(socket)
      record(socket)
    }
    const byHttp = socket === null || socket instanceof ProviderError
    this.#route = byHttp ? new HttpRoute(http, this.#desk) : new SocketRoute(socket, this.#desk)
    const error = await this.#route.done
    this.#route = null
    return error
  }

  #tellRefusal(error: ProviderError): void {
    const news = refusalIn(error)
    if (news) this.#tools.allow(news)
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>(resolve => {
      const cancel = this.#tools.clock.after(ms, resolve)
      this.#wake = () => {
        if (!this.#over.signal.aborted) return
        cancel()
        resolve()
      }
    })
  }
}
