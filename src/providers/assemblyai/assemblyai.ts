/**
 * AssemblyAI's streaming recogniser behind the port `Transcribe`: keeps a session open for as long as the call lasts, sends it
 * the caller's audio with the least delay the vendor allows, and opens another when one is lost, so that no word is missed.
 *
 * It refuses to judge turns: the vendor's ends of turns only say which words are final. It paces itself by the frames it is
 * given (20 ms each) and by the injected clock, never by a clock of its own.
 */
import { FRAME_MS, SILENCE_BYTE, byteLength } from '../../audio/frames.ts'
import type { Frame } from '../../audio/frames.ts'
import { ProviderError } from '../../ports.ts'
import type { Allow, Clock, Transcribe, TranscriptNews, Transcription } from '../../ports.ts'
import { PROVIDER } from './failure.ts'
import { hearTurn, inNewSession, isTurnOpen, nothingHeard, settledToMs, unsettledFromMs } from './heard-turns.ts'
import { Outage } from './outage.ts'
import { PendingSpeech } from './pending-speech.ts'
import { RecentAudio } from './recent-audio.ts'
import { SentAudio } from './sent-audio.ts'
import { Session } from './session.ts'
import type { SessionNews } from './session.ts'
import { DEFAULT_MODEL, ENDPOINTING, familyOf } from './settings.ts'
import type { SessionSettings } from './settings.ts'
import type { WireTurn } from './wire.ts'

export type AssemblyAIOptions = {
  readonly apiKey: string
  /** A wss address: the nearest region unless said. */
  readonly url?: string
  readonly model?: string
  /** Names and terms the caller may say; the vendor takes the first 100 of up to 50 characters. */
  readonly keyTerms?: readonly string[]
  readonly clock: Clock
  /** Told what becomes of the sessions, for the log. Must not throw. */
  readonly note: (note: AssemblyAINote) => void
  /** Told of sessions asked for and refused; the service limits them for all calls together. */
  readonly allow?: Allow
}

export type AssemblyAINote =
  | { readonly type: 'connecting' | 'connected' | 'begun' | 'ended' }
  | { readonly type: 'lost' | 'oddity'; readonly error: ProviderError }

const NEAREST_REGION = 'wss://streaming.assemblyai.com/v3/ws'

/** The vendor refuses audio messages under 50 ms (code 3007): three frames are the fewest that need no padding. */
const BATCH_MS = 3 * FRAME_MS
const SHORTEST_MS = 50
/**
 * What waited is sent at eight times its speed, by the clock and not by the frames, which come in bursts where a machine is
 * busy: the vendor was seen to accept ten times, and more it may refuse (3007).
 */
const CATCH_UP = 8
/** The longest message the vendor takes: the first one after a wait. */
const LONGEST_MS = 1000

/** Heard again before the first word wanted, so that its beginning is not cut. */
const LEAD_MS = 300
/** For so long after it was sent audio may be lost with a session before anything is heard of it. */
const UNSEEN_MS = 1500
/** A forced end took 315 ms (p90) when measured. One that has not come after so long does not come. */
const FORCED_WITHIN_MS = 1500

type Forced = { readonly askedAtMs: number; readonly sinceMs: number | null; sentAtMs: number | null }

/** Makes a recogniser out of AssemblyAI. Throws if it could never connect: no key, or an address that is not wss. */
export function assemblyAI(options: AssemblyAIOptions): Transcribe {
  const { apiKey, url = NEAREST_REGION, model = DEFAULT_MODEL, keyTerms = [], clock, note, allow = () => {} } = options
  if (apiKey === '') throw new Error('AssemblyAI needs an API key')
  if (new URL(url).protocol !== 'wss:') throw new Error(`AssemblyAI is reached by wss only, not ${url}`)
  return (tell, signal, record = () => {}) => {
    const noteAndRecord = (told: AssemblyAINote): void => {
      note(told)
      if ('error' in told) record(told.error)
    }
    return new ListenedCall({ apiKey, url, model, keyTerms }, clock, { note: noteAndRecord, allow }, tell, signal)
  }
}

class ListenedCall implements Transcription {
  readonly #settings: SessionSettings
  readonly #clock: Clock
  readonly #note: (note: AssemblyAINote) => void
  readonly #allow: Allow
  readonly #tell: (news: TranscriptNews) => void
  readonly #audio = new RecentAudio()
  readonly #speech: PendingSpeech
  readonly #outage: Outage
  #session: Session | null = null
  #sent = new SentAudio()
  /** On the clock: when the present session began. */
  #begunMs = 0
  /** Call time up to which the present session has the audio; where the next one begins while there is none. */
  #sentToMs = 0
  /** `#sentToMs` after each of the session's latest frames, as far back as audio may be unseen. */
  #sentBefore: number[] = []
  #heard = nothingHeard
  #forced: Forced | null = null
  #over = false

  constructor(
    settings: SessionSettings,
    clock: Clock,
    { note, allow }: { readonly note: (note: AssemblyAINote) => void; readonly allow: Allow },
    tell: (news: TranscriptNews) => void,
    signal: AbortSignal,
  ) {
    this.#settings = settings
    this.#clock = clock
    this.#note = note
    this.#allow = allow
    this.#tell = tell
    this.#speech = new PendingSpeech(familyOf(settings.model))
    this.#outage = new Outage(clock, { deaf: error => this.#say({ type: 'deaf', error }), retry: () => this.#open() })
    if (signal.aborted) {
      this.#over = true
      return
    }
    signal.addEventListener('abort', () => this.#end(), { once: true })
    this.#open()
  }

  hear(frame: Frame): void {
    if (this.#over) return
    this.#audio.add(frame)
    this.#send()
    this.#forceIfDue()
    this.#speech.heardTo(this.#audio.toMs, settledToMs(this.#heard))
    if (!this.#session?.begun) return
    this.#sentBefore.push(this.#sentToMs)
    if (this.#sentBefore.length > UNSEEN_MS / FRAME_MS) this.#sentBefore.shift()
    this.#audio.forgetBefore(this.#neededFromMs())
    if (this.#speech.goesUnheard) this.#abandon('silent while the caller speaks')
    else if (this.#endIsOverdue) {
      this.#forced = null
      this.#abandon('does not end the turn')
    }
  }

  callerSpoke(fromMs: number): void {
    this.#speech.began(fromMs)
    if (this.#forced?.sentAtMs === null) this.#forced = null
  }

  callerPaused(sinceMs: number): void {
    this.#speech.paused(sinceMs)
    this.#flush()
  }

  settle(): void {
    if (this.#over) return
    this.#flush()
    this.#forced = { askedAtMs: this.#audio.toMs, sinceMs: this.#speech.silentSinceMs, sentAtMs: null }
    this.#forceIfDue()
  }

  /* ── Sending ───────────────────────────────────────────────────────────────────────────────────────────────── */

  get #waitingMs(): number {
    return this.#audio.toMs - this.#sentToMs
  }

  #send(): void {
    this.#passOverForgotten()
    if (!this.#session?.begun || this.#waitingMs < BATCH_MS) return
    const lengthMs = Math.min(this.#waitingMs, this.#allowedMs)
    if (lengthMs >= BATCH_MS) this.#sendNext(lengthMs)
  }

  /** How much may be sent now: whole frames, no more than the vendor takes in one message, and no faster than it bears. */
  get #allowedMs(): number {
    const allowedMs = LONGEST_MS + (this.#clock.now() - this.#begunMs) * CATCH_UP - this.#sent.lengthMs
    return Math.floor(Math.min(LONGEST_MS, allowedMs) / FRAME_MS) * FRAME_MS
  }

  /** What the memory had to let go of cannot be sent any more. */
  #passOverForgotten(): void {
    this.#sentToMs = Math.max(this.#sentToMs, this.#audio.fromMs)
  }

  /** Sends what is too little for a message, filled up with silence: the caller pauses, and what it says is wanted now. */
  #flush(): void {
    if (this.#session?.begun && this.#waitingMs > 0 && this.#waitingMs < BATCH_MS) this.#sendNext(this.#waitingMs)
  }

  #sendNext(lengthMs: number): void {
    const fromMs = this.#sentToMs
    const paddingMs = Math.max(0, SHORTEST_MS - lengthMs)
    const message = this.#audio.copy(fromMs, fromMs + lengthMs, byteLength(paddingMs))
    message.fill(SILENCE_BYTE, byteLength(lengthMs))
    this.#sentToMs += lengthMs
    this.#sent.sent(fromMs, lengthMs)
    this.#sent.padded(paddingMs)
    this.#session?.send(message)
  }

  /** The end of the turn is asked for once the audio up to the asking is sent: it may have to wait for a session. */
  #forceIfDue(): void {
    const forced = this.#forced
    if (!forced || forced.sentAtMs !== null || !this.#session?.begun || this.#sentToMs < forced.askedAtMs) return
    forced.sentAtMs = this.#audio.toMs
    this.#session.forceEndpoint()
  }

  get #endIsOverdue(): boolean {
    const sentAtMs = this.#forced?.sentAtMs ?? null
    return sentAtMs !== null && this.#audio.toMs - sentAtMs > FORCED_WITHIN_MS && isTurnOpen(this.#heard)
  }

  /** From where the audio would have to be sent again if the session were lost now. */
  #neededFromMs(): number {
    const unseenFromMs = this.#sentBefore[0] ?? this.#sentToMs
    const unsettledMs = Math.min(this.#speech.fromMs ?? Infinity, unsettledFromMs(this.#heard) ?? Infinity)
    const neededMs = Math.max(settledToMs(this.#heard), Math.min(unseenFromMs, unsettledMs)) - LEAD_MS
    return Math.max(this.#audio.fromMs, Math.floor(neededMs / FRAME_MS) * FRAME_MS)
  }

  /* ── Sessions ──────────────────────────────────────────────────────────────────────────────────────────────── */

  #open(): void {
    this.#note({ type: 'connecting' })
    this.#allow({ type: 'session-asked' })
    this.#session = new Session(this.#settings, this.#clock, news => this.#on(news))
  }

  #on(news: SessionNews): void {
    switch (news.type) {
      case 'connected':
        return this.#note({ type: 'connected' })
      case 'begun':
        return this.#begin()
      case 'alive':
        return this.#speech.answered()
      case 'turn':
        return this.#hearTurn(news.turn)
      case 'oddity':
        return this.#note(news)
      case 'lost':
        if (news.isOneTooMany) this.#allow({ type: 'refused', what: 'sessions', retryMs: null })
        return this.#lose(news.error)
      default:
        news satisfies never
    }
  }

  #begin(): void {
    this.#note({ type: 'begun' })
    this.#allow({ type: 'served' })
    this.#passOverForgotten()
    this.#heard = inNewSession(this.#heard, this.#sentToMs)
    this.#sent = new SentAudio()
    this.#begunMs = this.#clock.now()
    this.#sentBefore = [this.#sentToMs]
    if (this.#outage.end()) this.#say({ type: 'hearing' })
    this.#send()
    this.#forceIfDue()
  }

  #hearTurn(turn: WireTurn): void {
    const family = familyOf(this.#settings.model)
    const [heard, news] = hearTurn(this.#heard, turn, {
      family,
      minSilenceMs: ENDPOINTING[family].minSilenceMs,
      toCallMs: ms => this.#sent.toCallMs(ms),
      sentToMs: this.#sentToMs,
      forcedToMs: this.#forced?.sentAtMs == null ? null : this.#forced.sinceMs,
    })
    this.#heard = heard
    this.#speech.understood()
    // An end asked for and not yet sent is still wanted: this one is of what was said before.
    if (turn.end_of_turn && this.#forced?.sentAtMs != null) this.#forced = null
    for (const item of news) this.#say(item)
  }

  #abandon(reason: string): void {
    this.#session?.abandon(reason)
  }

  #lose(error: ProviderError): void {
    if (this.#over) return
    this.#note({ type: 'lost', error })
    // A session that had begun had the audio; what is not settled is sent to the next one again.
    if (error.stage === 'listening') this.#sentToMs = this.#neededFromMs()
    this.#forced = this.#forced && this.#speech.silentSinceMs !== null ? { ...this.#forced, sentAtMs: null } : null
    this.#session = null
    this.#speech.answered()
    this.#outage.begin(error)
    if (!error.retryable) this.#end()
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#outage.end()
    this.#session?.end()
    this.#note({ type: 'ended' })
  }

  /** A listener that throws must not reach the socket's handlers nor the frame's sender. */
  #say(news: TranscriptNews): void {
    if (this.#over) return
    try {
      this.#tell(news)
    } catch (error) {
      this.#note({ type: 'oddity', error: new ProviderError(PROVIDER, 'telling', 'the listener threw', true, { cause: error }) })
    }
  }
}
