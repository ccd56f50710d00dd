/**
 * One multi-context WebSocket: its life, its one writer, its ledger. It says when it opened, when it was lost and what came
 * for each context; it never opens itself again and knows nothing of replies. Nothing thrown here leaves a listener of `ws`.
 */
import { WebSocket } from 'ws'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { ProviderError } from '../../ports.ts'
import type { Clock } from '../../ports.ts'
import { ContextLedger } from './contexts.ts'
import { PROVIDER, httpRefusal, refusal } from './errors.ts'
import { INACTIVITY_TIMEOUT_MS, socketUrl } from './settings.ts'
import type { VoiceChoice } from './settings.ts'
import { closing, closingSocket, flushing, keepingAlive, opening, readFrame, saying } from './wire.ts'
import type { Alignment } from './wire.ts'

/** TCP, TLS and upgrade took about 200 ms from the same continent; after this it is not going to happen. */
const CONNECT_TIMEOUT_MS = 5_000
/** Below the service's default of 20 s, in case it does not heed the longer one asked for. */
const KEEP_ALIVE_MS = 15_000
/** A socket without contexts cannot be kept alive by any documented message: it is replaced before the service closes it. */
const STALE_MS = INACTIVITY_TIMEOUT_MS - 2 * KEEP_ALIVE_MS
/** How long a polite close may take before the connection is torn down. */
const CLOSE_TIMEOUT_MS = 1_000
/** A frame holds at most some seconds of audio; anything near this is not speech. */
const MAX_FRAME_BYTES = 8 * 1024 * 1024
/** How much of an error page is worth reading. */
const MAX_ERROR_BYTES = 2_048

export type ContextNews =
  | { readonly type: 'audio'; readonly audio: Uint8Array; readonly alignment: Alignment | null }
  /** All that was handed over has been spoken; nothing more comes. */
  | { readonly type: 'final' }
  /** The socket is gone; nothing more comes. */
  | { readonly type: 'lost'; readonly error: ProviderError }

/** One reply's place on the socket. All methods do nothing once it is closed or the socket is lost. */
export interface SpeechContext {
  say(text: string): void
  flush(): void
  /** Lets the service finish what was flushed and then tell `final`. */
  close(): void
  /** Closes at once; no more news. */
  drop(): void
}

export type SocketNews =
  | { readonly type: 'open' }
  /** A context has ended. */
  | { readonly type: 'room' }
  /** No context uses it and the service will close it soon. */
  | { readonly type: 'stale' }
  | { readonly type: 'lost'; readonly error: ProviderError; readonly wasOpen: boolean }

type Listener = (news: ContextNews) => void

export class SpeechSocket {
  readonly #voice: VoiceChoice
  readonly #clock: Clock
  readonly #tell: (news: SocketNews) => void
  readonly #socket: WebSocket
  readonly #contexts = new ContextLedger<Listener>()
  #state: 'opening' | 'open' | 'closing' | 'lost' = 'opening'
  #nextContext = 0
  #lastInputMs: number
  #served = false
  #cancelTimer: () => void

  constructor(voice: VoiceChoice, clock: Clock, tell: (news: SocketNews) => void) {
    this.#voice = voice
    this.#clock = clock
    this.#tell = tell
    this.#lastInputMs = clock.now()
    this.#socket = new WebSocket(socketUrl(voice), {
      headers: { 'xi-api-key': voice.apiKey },
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
    })
    this.#socket.on('open', () => this.#guarded(() => this.#opened()))
    this.#socket.on('message', (data, binary) => this.#guarded(() => this.#receive(binary ? '' : asString(data))))
    this.#socket.on('unexpected-response', (request, response) => this.#guarded(() => this.#refused(request, response)))
    this.#socket.on('error', error =>
      this.#guarded(() => this.#lose(refusal('connection', error.message, { secret: voice.apiKey }))),
    )
    this.#socket.on('close', (code, reason) =>
      this.#guarded(() => this.#lose(refusal('connection', String(reason), { code, secret: voice.apiKey }))),
    )
    this.#cancelTimer = clock.after(CONNECT_TIMEOUT_MS, () =>
      this.#lose(new ProviderError(PROVIDER, 'connection', `no answer within ${CONNECT_TIMEOUT_MS} ms`, true)),
    )
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** Whether it has ever delivered speech. */
  get served(): boolean {
    return this.#served
  }

  get hasRoom(): boolean {
    return this.#contexts.hasRoom
  }

  /** Opens a context with its first text, or null if the socket is not open or has no room. */
  begin(text: string, listener: Listener): SpeechContext | null {
    if (!this.isOpen || !this.hasRoom) return null
    const id = `reply-${this.#nextContext++}`
    this.#contexts.add(id, listener)
    this.#send(opening(id, this.#voice.voiceSettings))
    this.#send(saying(id, text))
    return {
      say: more => this.#sendTo(id, saying(id, more)),
      flush: () => this.#sendTo(id, flushing(id)),
      close: () => this.#close(id),
      drop: () => {
        this.#contexts.abandon(id)
        this.#close(id)
      },
    }
  }

  /** Gives the socket up for this reason, which every context is told. */
  fail(error: ProviderError): void {
    this.#lose(error)
  }

  /** Ends it politely; nobody is told anything any more. */
  end(): void {
    if (this.#state === 'lost' || this.#state === 'closing') return
    if (this.#state === 'opening') return this.#discard()
    this.#send(closingSocket())
    this.#state = 'closing'
    this.#cancelTimer()
    this.#socket.close(1000)
    this.#cancelTimer = this.#clock.after(CLOSE_TIMEOUT_MS, () => this.#discard())
  }

  #opened(): void {
    if (this.#state !== 'opening') return
    this.#cancelTimer()
    this.#state = 'open'
    this.#lastInputMs = this.#clock.now()
    this.#tick()
    this.#tell({ type: 'open' })
  }

  #tick(): void {
    this.#cancelTimer = this.#clock.after(KEEP_ALIVE_MS, () => {
      for (const id of this.#contexts.open) this.#send(keepingAlive(id))
      this.#tick()
      if (this.#contexts.isEmpty && this.#clock.now() - this.#lastInputMs >= STALE_MS) this.#tell({ type: 'stale' })
    })
  }

  #receive(data: string): void {
    const frame = readFrame(data)
    switch (frame.type) {
      case 'speech':
        if (frame.contextId === null) return
        return this.#hear(frame.contextId, frame.audio, frame.alignment, frame.final)
      case 'error':
        // It names no context and is followed by a close: whoever speaks on this socket goes on elsewhere.
        return this.#lose(refusal('speech', `${frame.error} ${frame.message}`, { secret: this.#voice.apiKey }))
      case 'unreadable':
        return this.#lose(new ProviderError(PROVIDER, 'speech', 'sent something that is neither audio nor news', true))
      case 'other':
        return
      default:
        frame satisfies never
    }
  }

  #hear(id: string, audio: Uint8Array | null, alignment: Alignment | null, final: boolean): void {
    // Audio of an abandoned or ended context may still come, for seconds: it is dropped here, by its id.
    const listener = this.#contexts.listener(id)
    if (audio) {
      this.#served = true
      listener?.({ type: 'audio', audio, alignment })
    }
    if (!final) return
    this.#contexts.remove(id)
    listener?.({ type: 'final' })
    this.#tell({ type: 'room' })
  }

  #refused(request: ClientRequest, response: IncomingMessage): void {
    let body = ''
    response.on('data', (chunk: Buffer) => {
      if (body.length < MAX_ERROR_BYTES) body += chunk.toString()
    })
    const done = (): void =>
      this.#guarded(() => this.#lose(httpRefusal('connection', response.statusCode ?? 0, body, this.#voice.apiKey)))
    response.on('end', done)
    response.on('error', done)
    request.on('error', done)
  }

  #close(id: string): void {
    if (this.#contexts.close(id)) this.#send(closing(id))
  }

  #sendTo(id: string, message: string): void {
    if (this.#contexts.isOpen(id)) this.#send(message)
  }

  #send(message: string): void {
    if (this.#state !== 'open') return
    this.#lastInputMs = this.#clock.now()
    this.#socket.send(message)
  }

  #lose(error: ProviderError): void {
    if (this.#state === 'lost') return
    const { listeners } = this.#contexts
    const wasOpen = this.#state === 'open'
    const wasClosing = this.#state === 'closing'
    this.#discard()
    if (wasClosing) return
    this.#tell({ type: 'lost', error, wasOpen })
    for (const listener of listeners) listener({ type: 'lost', error })
  }

  #discard(): void {
    this.#state = 'lost'
    this.#cancelTimer()
    // A socket that is torn down while it connects reports an error, which its listener above takes for old news.
    this.#socket.terminate()
  }

  /** A throw inside a listener of `ws` would end the process, and every other call with it. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      this.#lose(new ProviderError(PROVIDER, 'speech', `our own mistake: ${words}`, false, { cause: error }))
    }
  }
}

const asString = (data: unknown): string => (Buffer.isBuffer(data) ? data.toString('utf8') : '')
