/**
 * One connection to AssemblyAI, through its SDK, from opening to the last byte. Reports what arrives and how it ends; knows
 * no call, decides nothing, and lets nothing that the server or a listener does reach the process:
 *
 * The SDK parses messages and calls listeners inside the socket's `onmessage`, where any throw is an uncaught exception (a
 * frame that is not JSON is enough). So the handlers it puts on the socket are wrapped here as soon as it has put them there.
 */
import { StreamingTranscriber } from 'assemblyai/streaming'
import { WebSocket } from 'ws'
import type { MessageEvent } from 'ws'
import { ProviderError } from '../../ports.ts'
import type { Clock } from '../../ports.ts'
import { isOneTooMany, PROVIDER, sessionError } from './failure.ts'
import { transcriberParams } from './settings.ts'
import type { SessionSettings } from './settings.ts'
import { frameKind, parseTurn } from './wire.ts'
import type { WireTurn } from './wire.ts'

export type SessionNews =
  /** The socket is open; the session is not. */
  | { readonly type: 'connected' }
  /** Audio may be sent. */
  | { readonly type: 'begun' }
  | { readonly type: 'turn'; readonly turn: WireTurn }
  /** It said something else: it lives. */
  | { readonly type: 'alive' }
  /** Something to be noted; the session goes on. */
  | { readonly type: 'oddity'; readonly error: ProviderError }
  /** It is over, and nothing follows. */
  | { readonly type: 'lost'; readonly error: ProviderError; readonly isOneTooMany: boolean }

/** From connecting to Begin took 1.2 to 1.3 s when measured (vendor's notes of Sep 2026); the SDK's default of 1 s fails. */
const CONNECT_WITHIN_MS = 5000
/** How long the server may take to say goodbye before the socket is cut. */
const CLOSE_WITHIN_MS = 5000
/** Audio the socket has not taken yet: two seconds. A connection that far behind answers too late to be of use. */
const MOST_WAITING_BYTES = 16_000

export class Session {
  readonly #tell: (news: SessionNews) => void
  readonly #clock: Clock
  readonly #transcriber: StreamingTranscriber
  readonly #stopConnecting: () => void
  #socket: WebSocket | null = null
  #begun = false
  #over = false

  constructor(settings: SessionSettings, clock: Clock, tell: (news: SessionNews) => void) {
    this.#clock = clock
    this.#tell = tell
    this.#transcriber = new StreamingTranscriber(transcriberParams(settings))
    this.#stopConnecting = clock.after(CONNECT_WITHIN_MS, () => this.#lose({ code: null, reason: 'no answer in 5 seconds' }))
    this.#listen()
    // Resolves with Begin, of which the `open` listener has told already; makes the socket before it first waits.
    this.#transcriber.connect().catch((error: unknown) => this.#lose(asLoss(error)))
    this.#guard(this.#transcriber['socket'])
  }

  get begun(): boolean {
    return this.#begun && !this.#over
  }

  /** Sends 50 to 1000 ms of audio: all of the buffer behind it. */
  send(audio: Uint8Array<ArrayBuffer>): void {
    this.#ask(() => this.#transcriber.sendAudio(audio.buffer))
    if ((this.#socket?.bufferedAmount ?? 0) > MOST_WAITING_BYTES) this.#lose({ code: null, reason: 'the connection is stuck' })
  }

  forceEndpoint(): void {
    this.#ask(() => this.#transcriber.forceEndpoint())
  }

  /** Gives the session up: it is told as lost. */
  abandon(reason: string): void {
    this.#lose({ code: null, reason })
  }

  /** Ends the session and tells nothing more. Returns at once; the goodbye takes its time behind it. */
  end(): void {
    if (this.#over) return
    this.#over = true
    this.#stopConnecting()
    void this.#sayGoodbye()
  }

  #ask(action: () => void): void {
    if (!this.begun) return
    try {
      action()
    } catch (error) {
      this.#lose(asLoss(error))
    }
  }

  #listen(): void {
    const transcriber = this.#transcriber
    transcriber.on('open', () => this.#begin())
    transcriber.on('turn', message => {
      const turn = parseTurn(message)
      if (turn) this.#say({ type: 'turn', turn })
      else this.#noteOddity('a turn without its fields')
    })
    transcriber.on('error', error => this.#lose(asLoss(error)))
    transcriber.on('close', (code, reason) => this.#lose({ code, reason }))
  }

  #begin(): void {
    this.#stopConnecting()
    if (this.#over) return
    this.#begun = true
    this.#say({ type: 'begun' })
  }

  #lose({ code, reason }: { readonly code: number | null; readonly reason: string }): void {
    if (this.#over) return
    const loss = { code, reason, begun: this.#begun }
    this.end()
    this.#tell({ type: 'lost', error: sessionError(loss), isOneTooMany: isOneTooMany(loss) })
  }

  #say(news: SessionNews): void {
    if (!this.#over) this.#tell(news)
  }

  #noteOddity(what: string): void {
    this.#say({ type: 'oddity', error: new ProviderError(PROVIDER, 'listening', what, true) })
  }

  /** Wraps the handlers that the SDK has just put on its socket. */
  #guard(socket: unknown): void {
    if (!(socket instanceof WebSocket)) throw new Error('The AssemblyAI SDK no longer keeps its ws socket where it did')
    this.#socket = socket
    const { onmessage, onclose, onerror } = socket
    socket.onopen = () => this.#say({ type: 'connected' })
    socket.onmessage = event => this.#contain(() => this.#admit(event, () => onmessage?.call(socket, event)))
    socket.onclose = event => this.#contain(() => onclose?.call(socket, event))
    socket.onerror = event => this.#contain(() => onerror?.call(socket, event))
  }

  /** Lets the SDK see only what it can bear, and keeps warnings from its console. */
  #admit({ data }: MessageEvent, pass: () => void): void {
    const frame = frameKind(textOf(data))
    if (frame.kind === 'malformed') return this.#noteOddity('a message that is not a JSON object')
    if (frame.kind === 'warning') return this.#noteOddity(`warning: ${frame.text}`)
    this.#say({ type: 'alive' })
    pass()
  }

  #contain(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#lose(asLoss(error))
    }
  }

  /**
   * Sends Terminate if the session is open (one that is not terminated runs, and is billed, up to three hours) and waits for
   * the answer on the injected clock; the SDK's own wait would keep a timer for five seconds.
   */
  async #sayGoodbye(): Promise<void> {
    const socket = this.#socket
    const cancel = this.#clock.after(CLOSE_WITHIN_MS, () => socket?.terminate())
    await this.#transcriber.close(true, 0)
    if (!socket || socket.readyState === WebSocket.CLOSED) cancel()
    else socket.once('close', cancel)
  }
}

const textOf = (data: MessageEvent['data']): string =>
  typeof data === 'string' ? data : new TextDecoder().decode(Array.isArray(data) ? Buffer.concat(data) : data)

function asLoss(error: unknown): { readonly code: number | null; readonly reason: string } {
  if (!(error instanceof Error)) return { code: null, reason: String(error) }
  const code = 'code' in error && typeof error.code === 'number' ? error.code : null
  return { code, reason: error.message }
}
