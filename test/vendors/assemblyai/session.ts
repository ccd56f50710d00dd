/**
 * One session of the emulated service, from the accepted upgrade to the close: checks what it is sent as the service would,
 * and tells the words of the script as a model of the asked-for family tells them. The audio received is its only clock for
 * speech and silence: without audio nothing progresses. Latencies are added on the injected clock.
 */
import type { WebSocket } from 'ws'
import { BYTES_PER_MS } from '../../../src/audio/frames.ts'
import type { Clock } from '../../../src/ports.ts'
import { Ear } from './ear.ts'
import type { HeardWord } from './ear.ts'
import type { Fault } from './faults.ts'
import type { SessionQuery } from './query.ts'
import type { Script } from './script.ts'

export type Latency = {
  /** From the upgrade to Begin. */
  readonly beginMs: number
  /** From enough audio of a word to its first news, and from enough audio after it to its being final. */
  readonly partialMs: number
  readonly finalMs: number
  /** From the silence that ends a turn to the message, and from ForceEndpoint to it. */
  readonly endMs: number
  readonly forceMs: number
  /** How much later than it does a word is said to end. */
  readonly wordEndsOffMs: number
}

/** Begin and forced ends as measured against the service; a turn's end as its pages say (p50). */
export const USUAL_LATENCY: Latency = { beginMs: 1250, partialMs: 150, finalMs: 170, endMs: 121, forceMs: 267, wordEndsOffMs: 0 }

export type SessionReport = {
  /** Something the real service would have refused or ignored. */
  readonly refuse: (what: string) => void
  /** The client left without Terminate: the real session would go on, and cost, for hours. */
  readonly abandoned: () => void
  readonly log: (event: string, text: string) => void
}

/** Audio of a word until a model speaks of it, and audio after it until it is sure that it is over. */
const ENOUGH_OF_A_WORD_MS = 100
const ENOUGH_AFTER_A_WORD_MS = 80
/** Pro: continuous speech until the first partial, and how far word ends are told into the silence. */
const EARLY_PARTIAL_MS = 750
const PRO_PADDING_MS = 240
const LONGEST_SESSION_MS = 3 * 60 * 60 * 1000
/** Frames under 50 ms are borne for about a second before the session is ended. */
const MOST_SHORT_FRAMES = 49
/** Audio may run ahead of time tenfold, and by one longest message. */
const FASTEST = 10

type Stage = 'unheard' | 'partial' | 'final'

export class EmulatedSession {
  readonly #socket: WebSocket
  readonly #query: SessionQuery
  readonly #latency: Latency
  readonly #faults: readonly Fault[]
  readonly #clock: Clock
  readonly #report: SessionReport
  readonly #ear: Ear
  readonly #timers = new Set<() => void>()
  readonly #asked = new Map<HeardWord, Stage>()
  readonly #told = new Map<HeardWord, Stage>()
  #begunAtMs: number | null = null
  #lastDueMs = 0
  #shortFrames = 0
  #turnOrder = 0
  #turnStart = 0
  #endAskedFor = -1
  #pauseToldFor = -1
  #earlyPartialTold = false
  #speechStartedTold = false
  #heldBack: string | null = null
  #stalled = false
  #fired = new Set<Fault>()
  #cancelInactivity: () => void = () => {}
  terminated = false
  closed = false

  constructor(
    socket: WebSocket,
    query: SessionQuery,
    script: Script,
    latency: Latency,
    faults: readonly Fault[],
    clock: Clock,
    report: SessionReport,
  ) {
    this.#socket = socket
    this.#query = query
    this.#latency = latency
    this.#faults = faults
    this.#clock = clock
    this.#report = report
    this.#ear = new Ear(script)
    socket.on('message', (data: Buffer, isBinary) => (isBinary ? this.#hear(data) : this.#obey(data.toString())))
    socket.on('close', () => this.#leave())
    // A broken connection is followed by `close`; without a listener it would end the process.
    socket.on('error', () => {})
    for (const name of query.ignored) report.refuse(`parameter ${name} would be ignored`)
    this.#start()
  }

  /** Audio received, in milliseconds. */
  get audioMs(): number {
    return this.#ear.positionMs
  }

  /** Cuts the connection without a word. */
  drop(): void {
    this.#close()
    this.#socket.terminate()
  }

  /** Resolves once the client has taken everything sent so far, and everything it sent before that has arrived. */
  echo(): Promise<void> {
    const socket = this.#socket
    if (socket.readyState === socket.CLOSED) return Promise.resolve()
    return new Promise(resolve => {
      const done = (): void => {
        socket.off('pong', done)
        socket.off('close', done)
        resolve()
      }
      socket.on('close', done)
      if (socket.readyState === socket.OPEN) socket.on('pong', done).ping()
    })
  }

  /* ── Beginning and end ─────────────────────────────────────────────────────────────────────────────────────── */

  #start(): void {
    const noBegin = this.#fault('no-begin')
    const beginMs = this.#fault('slow-begin')?.ms ?? this.#latency.beginMs
    this.#later(beginMs, () => {
      const refusal = this.#query.refusals[0]
      if (noBegin) return this.#fail(noBegin.code, noBegin.message)
      if (refusal !== undefined) return this.#fail(3006, refusal)
      this.#begin()
    })
    this.#after(LONGEST_SESSION_MS, () => this.#fail(3008, 'Session expired: maximum session duration exceeded'))
  }

  #begin(): void {
    this.#begunAtMs = this.#clock.now()
    this.#send({
      type: 'Begin',
      id: `00000000-0000-4000-8000-${String(this.#begunAtMs).padStart(12, '0')}`,
      expires_at: 1795262400,
    })
    this.#report.log('begin', '')
    this.#watchInactivity()
  }

  #watchInactivity(): void {
    this.#cancelInactivity()
    const { inactivityMs } = this.#query
    if (inactivityMs === null) return
    const seconds = inactivityMs / 1000
    const text = `Session terminated due to inactivity: No messages received for ${seconds} seconds`
    this.#cancelInactivity = this.#after(inactivityMs, () => this.#fail(3006, text))
  }

  #fail(code: number, message: string): void {
    if (this.closed) return
    this.#send({ type: 'Error', error_code: code, error: message })
    this.#report.log('error', `${code} ${message}`)
    this.#socket.close(code, 'See Error message for details')
    this.#close()
  }

  #refuse(code: number, message: string): void {
    this.#report.refuse(`${code} ${message}`)
    this.#fail(code, message)
  }

  #terminate(): void {
    this.terminated = true
    this.#report.log('terminate', '')
    if (this.#fault('no-termination')) return
    const left = this.#ear.words.length - 1
    if (left >= this.#turnStart) this.#endTurn(left)
    this.#sendTurn(true)
    const seconds = Math.round(this.audioMs / 1000)
    this.#send({ type: 'Termination', audio_duration_seconds: seconds, session_duration_seconds: seconds })
    this.#socket.close(1000, 'Session Ended')
    this.#close()
  }

  #leave(): void {
    if (!this.closed && !this.terminated) this.#report.abandoned()
    this.#close()
  }

  #close(): void {
    this.closed = true
    for (const cancel of this.#timers) cancel()
    this.#timers.clear()
  }

  /* ── What it is sent ───────────────────────────────────────────────────────────────────────────────────────── */

  #obey(text: string): void {
    if (this.closed || this.terminated) return
    this.#watchInactivity()
    const type = messageType(text)
    this.#report.log(`received ${type ?? 'nonsense'}`, text)
    if (type === 'Terminate') return this.#terminate()
    if (type === 'ForceEndpoint') return this.#force()
    if (type === 'KeepAlive' || type === 'UpdateConfiguration') return
    this.#refuse(3006, `Invalid message: ${text}`)
  }

  #hear(audio: Uint8Array): void {
    if (this.closed) return
    if (this.#begunAtMs === null) return this.#report.refuse('audio before Begin')
    if (this.terminated) return this.#report.refuse('audio after Terminate')
    this.#watchInactivity()
    if (!this.#isLawful(audio, this.#begunAtMs)) return
    this.#ear.hear(audio)
    this.#misbehave()
    if (this.closed) return
    if (this.#query.isPro) this.#listenAsPro()
    else this.#listenAsUniversal()
  }

  #isLawful(audio: Uint8Array, begunAtMs: number): boolean {
    const lengthMs = audio.length / BYTES_PER_MS
    const told = `Input Duration Error: Input Duration Violation: ${lengthMs.toFixed(1)} ms. Expected between 50 and 1000 ms`
    if (lengthMs < 50) {
      this.#shortFrames += 1
      this.#report.refuse(`3007 ${told}`)
      if (this.#shortFrames >= MOST_SHORT_FRAMES) this.#fail(3007, told)
      return !this.closed
    }
    if (lengthMs > 1000) this.#refuse(3007, told)
    const allowedMs = (this.#clock.now() - begunAtMs + 20) * FASTEST + 1000
    if (this.audioMs + lengthMs > allowedMs) this.#refuse(3007, 'Audio Transmission Rate Exceeded')
    return !this.closed
  }

  #force(): void {
    const upTo = this.#ear.words.length - 1
    if (upTo >= this.#turnStart) this.#later(this.#latency.forceMs, () => this.#endTurn(upTo))
  }

  /* ── What it hears ─────────────────────────────────────────────────────────────────────────────────────────── */

  #listenAsUniversal(): void {
    this.#ear.words.forEach((heard, i) => {
      if (heard.ended || this.audioMs >= heard.startMs + ENOUGH_OF_A_WORD_MS) this.#askFor(heard, 'partial')
      const isSure = this.audioMs >= heard.endMs + ENOUGH_AFTER_A_WORD_MS || i < this.#ear.words.length - 1
      if (heard.ended && isSure) this.#askFor(heard, 'final')
    })
    const last = this.#lastOfTurn()
    if (!last?.ended) return
    const { minTurnSilenceMs, maxTurnSilenceMs, confidence } = this.#query
    const isConfident = (last.word.endOfTurnConfidence ?? 0.6) > confidence
    if (this.audioMs - last.endMs >= (isConfident ? minTurnSilenceMs : maxTurnSilenceMs)) this.#askForEnd()
  }

  #listenAsPro(): void {
    const first = this.#ear.words[this.#turnStart]
    const last = this.#lastOfTurn()
    if (!first || !last) return
    if (!this.#speechStartedTold && this.audioMs >= first.startMs + ENOUGH_OF_A_WORD_MS) this.#tellSpeechStarted(first.startMs)
    if (!this.#earlyPartialTold && last.endMs - first.startMs >= EARLY_PARTIAL_MS) {
      this.#earlyPartialTold = true
      this.#tellAll()
    }
    const silentMs = last.ended ? this.audioMs - last.endMs : 0
    const isFinished = /[.?!]$/.test(last.word.text)
    if (silentMs >= (isFinished ? this.#query.minTurnSilenceMs : this.#query.maxTurnSilenceMs)) return this.#askForEnd()
    const upTo = this.#ear.words.length - 1
    if (silentMs < this.#query.minTurnSilenceMs || this.#pauseToldFor === upTo) return
    this.#pauseToldFor = upTo
    this.#tellAll()
  }

  #lastOfTurn(): HeardWord | undefined {
    return this.#ear.words.length > this.#turnStart ? this.#ear.words.at(-1) : undefined
  }

  #tellSpeechStarted(atMs: number): void {
    this.#speechStartedTold = true
    this.#later(this.#latency.partialMs, () => this.#send({ type: 'SpeechStarted', timestamp: atMs, confidence: 0.93 }))
  }

  /** Pro: everything heard of the turn, to be revised. */
  #tellAll(): void {
    const words = this.#ear.words.slice(this.#turnStart)
    this.#later(this.#latency.partialMs, () => {
      for (const heard of words) this.#told.set(heard, 'partial')
      this.#sendTurn(false)
    })
  }

  #askFor(heard: HeardWord, stage: 'partial' | 'final'): void {
    const asked = this.#asked.get(heard) ?? 'unheard'
    if (asked === stage || asked === 'final') return
    this.#asked.set(heard, stage)
    this.#later(stage === 'final' ? this.#latency.finalMs : this.#latency.partialMs, () => {
      if (this.#told.get(heard) === 'final') return
      this.#told.set(heard, stage)
      if (stage === 'final') this.#report.log('word-final', heard.text)
      this.#sendTurn(false)
    })
  }

  #askForEnd(): void {
    const upTo = this.#ear.words.length - 1
    if (this.#endAskedFor === upTo) return
    this.#endAskedFor = upTo
    this.#later(this.#latency.endMs, () => this.#endTurn(upTo))
  }

  /** Ends the turn with the word at this index, unless something else has ended it meanwhile. */
  #endTurn(upTo: number): void {
    if (upTo < this.#turnStart) return
    for (const heard of this.#ear.words.slice(this.#turnStart, upTo + 1)) {
      if (this.#told.get(heard) !== 'final') this.#report.log('word-final', heard.text)
      this.#asked.set(heard, 'final')
      this.#told.set(heard, 'final')
      // A word that an end on demand has cut in two: what is still to come of it begins the next turn.
      heard.ended = true
    }
    this.#sendTurn(true, upTo)
    this.#turnStart = upTo + 1
    this.#turnOrder += 1
    this.#speechStartedTold = false
    this.#earlyPartialTold = false
  }

  /* ── What it says ──────────────────────────────────────────────────────────────────────────────────────────── */

  #sendTurn(ends: boolean, upTo = this.#ear.words.length - 1): void {
    const heard = this.#ear.words.slice(this.#turnStart, upTo + 1).filter(one => this.#told.has(one))
    const words = heard.map(one => this.#wireWord(one, ends))
    const shown = this.#query.isPro ? words : words.filter(word => word.word_is_final)
    const transcript = shown.map(word => word.text).join(' ')
    const confidence = this.#query.isPro ? Number(ends) : ends ? (heard.at(-1)?.word.endOfTurnConfidence ?? 0.6) : 0.001
    this.#sendTurnMessage({
      turn_order: this.#turnOrder,
      turn_is_formatted: this.#query.isPro && ends,
      end_of_turn: ends,
      transcript,
      end_of_turn_confidence: confidence,
      words,
      utterance: ends ? transcript : '',
      type: 'Turn',
    })
    this.#report.log(ends ? 'end-of-turn' : 'partial', words.map(word => word.text).join(' '))
  }

  #wireWord(heard: HeardWord, ends: boolean) {
    const isFinal = this.#query.isPro ? ends : this.#told.get(heard) === 'final'
    const gapMs = (this.#ear.words[this.#ear.words.indexOf(heard) + 1]?.startMs ?? Infinity) - heard.endMs
    const paddingMs = this.#query.isPro ? Math.min(PRO_PADDING_MS, gapMs) : 0
    const toldEndMs = heard.endMs + (heard.ended ? paddingMs + this.#latency.wordEndsOffMs : 0)
    return {
      start: heard.startMs,
      end: Math.min(toldEndMs, this.audioMs),
      text: isFinal ? heard.text : this.#query.isPro ? (heard.word.mistakenFor ?? heard.text) : heard.text,
      confidence: isFinal ? 0.99 : 0.6,
      word_is_final: isFinal,
    }
  }

  #sendTurnMessage(message: object): void {
    const text = JSON.stringify(message)
    if (this.#fault('reorder') && this.#heldBack === null) {
      this.#heldBack = text
      return
    }
    this.#sendText(text)
    if (this.#fault('duplicate')) this.#sendText(text)
    if (this.#heldBack !== null) this.#sendText(this.#heldBack)
    this.#heldBack = null
  }

  #send(message: object): void {
    this.#sendText(JSON.stringify(message))
  }

  #sendText(text: string): void {
    if (!this.closed && !this.#stalled) this.#socket.send(text)
  }

  /* ── Faults and time ───────────────────────────────────────────────────────────────────────────────────────── */

  #fault<T extends Fault['type']>(type: T): Extract<Fault, { type: T }> | undefined {
    return this.#faults.find((fault): fault is Extract<Fault, { type: T }> => fault.type === type)
  }

  #misbehave(): void {
    for (const fault of this.#faults) {
      if (!('atMs' in fault) || fault.atMs > this.audioMs || this.#fired.has(fault)) continue
      this.#fired.add(fault)
      if (fault.type === 'drop') this.drop()
      else if (fault.type === 'error') this.#fail(fault.code, fault.message)
      else if (fault.type === 'close') this.#closeWith(fault.code)
      else if (fault.type === 'stall') this.#stalled = true
      else this.#sendText(fault.text)
    }
  }

  #closeWith(code: number): void {
    this.#socket.close(code)
    this.#close()
  }

  /** Like `after`, but never overtakes what was scheduled before: a socket keeps order. */
  #later(delayMs: number, happen: () => void): void {
    const now = this.#clock.now()
    this.#lastDueMs = Math.max(this.#lastDueMs, now + delayMs)
    this.#after(this.#lastDueMs - now, happen)
  }

  #after(delayMs: number, happen: () => void): () => void {
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(cancel)
      happen()
    })
    this.#timers.add(cancel)
    return cancel
  }
}

function messageType(text: string): string | null {
  try {
    const message: unknown = JSON.parse(text)
    const type = typeof message === 'object' && message !== null && 'type' in message ? message.type : null
    return typeof type === 'string' ? type : null
  } catch {
    return null
  }
}
