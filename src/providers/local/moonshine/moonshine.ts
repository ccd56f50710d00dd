/**
 * Transcribe with Moonshine, a recogniser that only knows whole utterances.
 *
 * It keeps the caller's audio and has the current turn recognised over and over: now and then while the caller speaks (words
 * that may still change), and at once when the caller pauses (words that stand unless the caller goes on within half a
 * second). It relies on `callerSpoke` and `callerPaused` to know where speech is, and never listens by itself.
 */
import { ProviderError, type Transcribe, type Transcription, type TranscriptNews } from '../../../ports.ts'
import type { Frame } from '../../../audio/frames.ts'
import { CallerAudio } from './caller-audio.ts'
import type { Recogniser } from './engine.ts'
import { plausibleText } from './plausible-text.ts'
import { SpokenTurn, type Attempt } from './spoken-turn.ts'
import type { WorkQueue } from '../work-queue.ts'

/** Audio given before the speech and after it. The model loses words of audio cut too tight, and all of them to long silence. */
const LEAD_MS = 120
const TAIL_MS = 100
/** A pause this long ends the recogniser's turn; after a shorter one the turn is recognised as a whole again. */
const TURN_GAP_MS = 500
/** While the caller speaks: not before there is this much new audio... */
const GLANCE_EVERY_MS = 600
/** ...nor before the turn has grown by this share, so that long turns cost no more per second than short ones. */
const GLANCE_GROWTH = 1 / 6
/** Moonshine loses words in long audio: a piece that gets this long is cut, no earlier in it than `CUT_FROM_MS`. */
const PIECE_LIMIT_MS = 14_000
const CUT_FROM_MS = 7000
/** The cut is made in the quietest stretch of this length, and not in the newest audio, whose word may be unfinished. */
const CUT_QUIET_MS = 160
const CUT_MARGIN_MS = 400
/** Longer than a piece can get, with its lead and with the hint of its beginning late. */
const KEEP_MS = PIECE_LIMIT_MS + 6000
/** A failed recognition is tried once more: the engine may have been started anew. */
const TRIES = 2

/**
 * The port on a shared engine. `recogniser` is shared through `queue`; `correct` may mend what was recognised (product names).
 */
export function createMoonshine(recogniser: Recogniser, queue: WorkQueue, correct: (text: string) => string): Transcribe {
  return (tell, signal) => new MoonshineTranscription(recogniser, queue, correct, tell, signal)
}

class MoonshineTranscription implements Transcription {
  readonly #recogniser: Recogniser
  readonly #queue: WorkQueue
  readonly #correct: (text: string) => string
  readonly #tell: (news: TranscriptNews) => void
  readonly #signal: AbortSignal
  readonly #audio = new CallerAudio(KEEP_MS)
  /** The turn in which the caller speaks or spoke last, and before it those not yet told completely. */
  readonly #turns: SpokenTurn[] = []
  #turnCount = 0
  #deaf = false
  /** Recognition of unfinished speech waits or is under way; there is never more than one. */
  #glancing = false

  constructor(
    recogniser: Recogniser,
    queue: WorkQueue,
    correct: (text: string) => string,
    tell: (news: TranscriptNews) => void,
    signal: AbortSignal,
  ) {
    this.#recogniser = recogniser
    this.#queue = queue
    this.#correct = correct
    this.#tell = tell
    this.#signal = signal
  }

  hear(frame: Frame): void {
    if (this.#signal.aborted) return
    this.#audio.hear(frame)
    const turn = this.#turns.at(-1)
    if (!turn || turn.silentSinceMs !== null) return
    const pieceMs = this.#audio.heardMs - turn.openFromMs
    const newMs = this.#audio.heardMs - turn.attemptedToMs
    if (pieceMs >= PIECE_LIMIT_MS) this.#cut(turn)
    else if (newMs >= Math.max(GLANCE_EVERY_MS, pieceMs * GLANCE_GROWTH)) this.#glance(turn)
  }

  callerSpoke(fromMs: number): void {
    if (this.#signal.aborted) return
    const turn = this.#turns.at(-1)
    const silentSinceMs = turn?.silentSinceMs ?? null
    if (!turn || (silentSinceMs !== null && fromMs - silentSinceMs >= TURN_GAP_MS)) this.#beginTurn(fromMs)
    else turn.goOn(fromMs)
  }

  callerPaused(sinceMs: number): void {
    if (this.#signal.aborted) return
    const turn = this.#turns.at(-1) ?? this.#beginTurn(Math.max(0, sinceMs - PIECE_LIMIT_MS))
    turn.pause(sinceMs)
    this.#finish(turn)
  }

  settle(): void {
    const turn = this.#turns.at(-1)
    if (turn && !this.#signal.aborted) this.#finish(turn)
  }

  #beginTurn(fromMs: number): SpokenTurn {
    const turn = new SpokenTurn(this.#turnCount++, fromMs)
    this.#turns.push(turn)
    this.#tellWhatIsKnown()
    return turn
  }

  /** Recognises all the caller said before falling silent, unless that is known or on its way. */
  #finish(turn: SpokenTurn): void {
    if (turn.silentSinceMs !== null && !turn.finishing) this.#recogniseUrgently(turn, turn.finish(turn.silentSinceMs))
  }

  #cut(turn: SpokenTurn): void {
    const atMs = this.#audio.quietestMs(turn.openFromMs + CUT_FROM_MS, this.#audio.heardMs - CUT_MARGIN_MS, CUT_QUIET_MS)
    this.#recogniseUrgently(turn, turn.cut(atMs))
  }

  #recogniseUrgently(turn: SpokenTurn, attempt: Attempt): void {
    const accepted = this.#queue.add('urgent', async () => {
      if (turn.wants(attempt)) await this.#recognise(turn, attempt)
    })
    if (accepted === null) this.#fail(turn, attempt, overloaded())
  }

  /** Recognises unfinished speech if the engine has time for it; of the audio there is when it comes to it. */
  #glance(turn: SpokenTurn): void {
    if (this.#glancing) return
    const accepted = this.#queue.add('idle', async () => {
      if (turn.silentSinceMs === null) await this.#recognise(turn, turn.glance(this.#audio.heardMs))
      this.#glancing = false
    })
    this.#glancing = accepted !== null
  }

  /** Of one attempt: gives the audio to the engine, again if it fails, and tells what came of it. Never rejects. */
  async #recognise(turn: SpokenTurn, attempt: Attempt): Promise<void> {
    const fromMs = attempt.fromMs - (attempt.afterSilence ? LEAD_MS : 0)
    const toMs = attempt.toMs + (attempt.beforeSilence ? TAIL_MS : 0)
    const audio = this.#audio.between(fromMs, toMs)
    for (let tries = 1; !this.#signal.aborted; tries++) {
      try {
        const text = await this.#recogniser.recognise(audio)
        return this.#take(turn, attempt, this.#correct(plausibleText(text, audio.length)))
      } catch (error) {
        if (tries === TRIES) return this.#fail(turn, attempt, error)
      }
    }
  }

  #take(turn: SpokenTurn, attempt: Attempt, text: string): void {
    if (this.#signal.aborted) return
    if (this.#deaf) this.#tell({ type: 'hearing' })
    this.#deaf = false
    if (turn.take(attempt, text)) this.#tellWhatIsKnown()
  }

  #fail(turn: SpokenTurn, attempt: Attempt, error: unknown): void {
    turn.fail(attempt)
    if (this.#signal.aborted || this.#deaf) return
    this.#deaf = true
    this.#tell({ type: 'deaf', error: error instanceof ProviderError ? error : unexpected(error) })
  }

  /** Tells the turns in order: nothing of a turn before all of the one before it. */
  #tellWhatIsKnown(): void {
    for (let turn = this.#turns[0]; turn; turn = this.#turns[0]) {
      if (turn.untold) this.#tell(turn.news())
      if (!turn.complete || this.#turns.length === 1) return
      this.#turns.shift()
    }
  }
}

const overloaded = (): ProviderError =>
  new ProviderError('moonshine', 'recognising', 'too many callers are waiting for their words', true)

const unexpected = (cause: unknown): ProviderError =>
  new ProviderError('moonshine', 'recognising', cause instanceof Error ? cause.message : String(cause), true, { cause })
