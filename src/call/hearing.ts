/**
 * When the caller speaks and when not: frames and a detector's judgements in, edges out.
 *
 * Loudness places the edges, because it is exact to the frame; the detector's probability tells voice from noise, which
 * loudness cannot. Where noise hides the fading end of a word, the detector, which falls some 100 ms behind, vouches for it.
 * If no judgement comes, loudness decides alone. In doubt the caller is still speaking: an end that is placed too early makes
 * the bot interrupt, one that is placed late makes it only slower.
 *
 * All times are call time. Nothing here reads a clock or waits, so the same frames and judgements in the same order give the
 * same events. What the edges mean for the conversation is decided elsewhere.
 */
import { FRAME_MS } from '../audio/frames.ts'
import type { Frame } from '../audio/frames.ts'
import { Levels } from '../audio/levels.ts'
import { Loudness } from '../audio/loudness.ts'

/** `at` is the call time at which it became known: the end of the newest frame heard. */
export type HearingEvent =
  /** Something that may be the start of speech; told in the very frame. Soon followed by one of the other two. */
  | { readonly type: 'caller-stirred'; readonly at: number }
  /** The caller surely speaks, since `fromMs`. */
  | { readonly type: 'caller-spoke'; readonly at: number; readonly fromMs: number }
  /** The caller has been silent since `sinceMs`, the end of the last frame with voice. Takes back what was said before it. */
  | { readonly type: 'caller-paused'; readonly at: number; readonly sinceMs: number }

/** Probabilities from which a window is voice, may well be voice, and cannot be excluded to be voice. Noise stays below 0.1. */
const VOICE = 0.5
const LIKELY_VOICE = 0.35
const POSSIBLE_VOICE = 0.1
/** Three frames of voice are a syllable; a click or a knock is shorter. Three quiet ones are a pause, or a plosive's closure. */
const SYLLABLE_FRAMES = 3
const PAUSE_FRAMES = 3
/** A stirring the detector has listened to for so long without finding voice was noise; it needs up to 140 ms for a soft onset. */
const STIRRING_MAX_MS = 150
/** What was judged to be noise stirs again only when it becomes louder than it was then. In quiet that is forgotten: 50 dB a second. */
const LOUDER_THAN_IGNORED_DB = 3
const IGNORED_FADES_DB = 1
/** Voice that the detector hears without a break for so long is voice, however faint. */
const FAINT_VOICE_MS = 96
/** Loud for so long without any trace of voice: music or a machine. Longer than hums and laughs go unnoticed (350 ms measured). */
const UNVOICED_MAX_MS = 400
/** The detector's voice ends this much after the caller's: all of its lag on a good line; where noise hides ends, rather less. */
const LAG_MS = 110
const LAG_IN_NOISE_MS = 45
const LAG_MS_PER_MASKED_DB = 7
/** From here on the quiet between syllables cannot be told from the noise by loudness. */
const MASKED_DB = 5
/** Past this much quiet the detector's voice is no fading end any more but something new. */
const FADING_MAX_MS = 300
/** Without a judgement for so long the detector is taken to be lost. Windows are due every 32 ms. */
const DETECTOR_LOST_MS = 300
/** The detector judges windows of this length. */
const WINDOW_MS = 32
/** Voice over music can take the detector half a second to believe; it began with the stirring that was taken back meanwhile. */
const HESITATION_MS = 500

const nothing: readonly HearingEvent[] = []

/** Listens to one caller. */
export class Hearing {
  readonly #loudness = new Loudness()
  readonly #levels = new Levels()
  #state: 'silent' | 'stirring' | 'speaking' = 'silent'
  #nowMs = 0
  #silentSinceMs = 0
  /* What the frames say. */
  #levelDb = 0
  #loud = false
  #quietFrames = 0
  #loudEndMs = 0
  #ignoredDb = -100
  /* The stirring under way, or the last one. */
  #stirredMs = -Infinity
  #stirLoudFrames = 0
  #stirPeakDb = 0
  /* What the detector says. */
  #judgedMs = 0
  #voiceStartMs: number | null = null
  #voiceEndMs = -Infinity
  #likelyEndMs = -Infinity
  #possibleEndMs = -Infinity

  /** The caller's next 20 ms. Returns what became known with it, oldest first; mostly nothing. */
  hear(frame: Frame): readonly HearingEvent[] {
    this.#nowMs += FRAME_MS
    this.#measure(frame)
    if (this.#state === 'silent' && this.#loud && this.#levelDb > this.#ignoredDb + LOUDER_THAN_IGNORED_DB) return this.#stir()
    if (this.#state === 'stirring' && this.#loud) this.#countLoudFrame()
    return this.#weigh()
  }

  /**
   * How likely the caller spoke (0 to 1) in the detector's window that ended at `windowEndMs`. Windows follow one another; they
   * may come some frames late, or not at all. Returns what became known with it.
   */
  judge(windowEndMs: number, probability: number): readonly HearingEvent[] {
    if (probability < VOICE) this.#voiceStartMs = null
    else {
      this.#voiceStartMs ??= this.#judgedMs
      this.#voiceEndMs = windowEndMs
    }
    if (probability >= LIKELY_VOICE) this.#likelyEndMs = windowEndMs
    // What a detector that was lost has not heard may have been voice.
    if (probability >= POSSIBLE_VOICE || this.#detectorIsLost) this.#possibleEndMs = windowEndMs
    this.#judgedMs = windowEndMs
    return this.#weigh()
  }

  #weigh(): readonly HearingEvent[] {
    switch (this.#state) {
      case 'silent':
        return this.#weighSilence()
      case 'stirring':
        return this.#weighStirring()
      case 'speaking':
        return this.#weighSpeech()
      default:
        return this.#state satisfies never
    }
  }

  /* ── Silent ────────────────────────────────────────────────────────────────────────────────────────────────── */

  #weighSilence(): readonly HearingEvent[] {
    const startMs = this.#voiceStartMs
    if (startMs === null) return nothing
    if (this.#isNewVoice(startMs)) return this.#speak(this.#onsetOf(startMs))
    const fadedMs = this.#detectedEndMs()
    const isFading = this.#voiceEndMs - this.#silentSinceMs <= FADING_MAX_MS
    return isFading && fadedMs > this.#silentSinceMs ? this.#pause(fadedMs) : nothing
  }

  /** Voice that no stirring announced, or whose stirring was taken back: in what had been judged to be noise, or too faint. */
  #isNewVoice(startMs: number): boolean {
    const isFaint = !this.#loud && this.#judgedMs - startMs < FAINT_VOICE_MS
    return !isFaint && startMs >= this.#silentSinceMs
  }

  #onsetOf(startMs: number): number {
    const hadStirred = startMs - this.#stirredMs <= HESITATION_MS
    return hadStirred ? this.#stirredMs : startMs - (startMs % FRAME_MS)
  }

  #stir(): readonly HearingEvent[] {
    this.#state = 'stirring'
    this.#stirredMs = this.#nowMs - FRAME_MS
    this.#stirLoudFrames = 0
    this.#stirPeakDb = this.#levelDb
    this.#countLoudFrame()
    const stirred = { type: 'caller-stirred', at: this.#nowMs } as const
    return [stirred, ...this.#weighStirring()]
  }

  /* ── Stirring ──────────────────────────────────────────────────────────────────────────────────────────────── */

  #countLoudFrame(): void {
    this.#stirLoudFrames++
    this.#stirPeakDb = Math.max(this.#stirPeakDb, this.#levelDb)
  }

  #weighStirring(): readonly HearingEvent[] {
    if (this.#stirringIsVoice()) return this.#speak(this.#stirredMs)
    const isJudged = this.#detectorIsLost || this.#judgedMs >= this.#loudEndMs
    const isOver = isJudged && this.#quietFrames >= PAUSE_FRAMES
    if (!isOver && this.#judgedMs - this.#stirredMs < STIRRING_MAX_MS) return nothing
    if (this.#loud) this.#ignoredDb = this.#stirPeakDb
    return this.#pause(this.#silentSinceMs)
  }

  #stirringIsVoice(): boolean {
    const isSyllable = this.#stirLoudFrames >= SYLLABLE_FRAMES
    if (this.#detectorIsLost) return isSyllable
    const mostlyWithinMs = this.#stirredMs + WINDOW_MS / 2
    return this.#voiceEndMs >= mostlyWithinMs || (isSyllable && this.#likelyEndMs >= mostlyWithinMs)
  }

  #speak(fromMs: number): readonly HearingEvent[] {
    this.#state = 'speaking'
    return [{ type: 'caller-spoke', at: this.#nowMs, fromMs }]
  }

  /* ── Speaking ──────────────────────────────────────────────────────────────────────────────────────────────── */

  #weighSpeech(): readonly HearingEvent[] {
    if (this.#quietFrames >= PAUSE_FRAMES && !this.#isMaskedVoice()) {
      return this.#pause(Math.max(this.#loudEndMs, this.#detectedEndMs(), this.#silentSinceMs))
    }
    if (this.#detectorIsLost || this.#judgedMs - this.#possibleEndMs < UNVOICED_MAX_MS) return nothing
    this.#ignoredDb = this.#levelDb
    return this.#pause(Math.max(frameEnd(this.#possibleEndMs), this.#silentSinceMs))
  }

  #isMaskedVoice(): boolean {
    return !this.#detectorIsLost && this.#voiceStartMs !== null && this.#levels.maskedDb > MASKED_DB
  }

  #pause(sinceMs: number): readonly HearingEvent[] {
    this.#state = 'silent'
    this.#silentSinceMs = sinceMs
    return [{ type: 'caller-paused', at: this.#nowMs, sinceMs }]
  }

  /** When, by the detector alone, the caller's voice ended: the end of a frame. */
  #detectedEndMs(): number {
    const lagMs = LAG_MS - LAG_MS_PER_MASKED_DB * Math.max(0, this.#levels.maskedDb)
    return frameEnd(this.#voiceEndMs - Math.max(LAG_IN_NOISE_MS, lagMs))
  }

  /* ── Loudness ──────────────────────────────────────────────────────────────────────────────────────────────── */

  #measure(frame: Frame): void {
    this.#levelDb = this.#loudness.measure(frame)
    if (this.#isNoise()) this.#levels.learnNoise(this.#levelDb)
    else if (this.#detectorIsLost) this.#levels.learnUnjudged(this.#levelDb)
    this.#loud = this.#levelDb > this.#levels.thresholdDb
    if (this.#loud && this.#state === 'speaking') this.#levels.learnVoice(this.#levelDb)
    if (this.#loud) this.#loudEndMs = this.#nowMs
    this.#quietFrames = this.#loud ? 0 : this.#quietFrames + 1
    if (!this.#loud) this.#ignoredDb -= IGNORED_FADES_DB
  }

  /** Two windows without any trace of voice are noise, however loud. Without a detector, what is quiet in silence is. */
  #isNoise(): boolean {
    if (this.#detectorIsLost) return this.#state === 'silent' && this.#levelDb <= this.#levels.thresholdDb
    return this.#judgedMs - this.#possibleEndMs >= 2 * WINDOW_MS
  }

  get #detectorIsLost(): boolean {
    return this.#nowMs - this.#judgedMs > DETECTOR_LOST_MS
  }
}

/** The end of the frame in which the moment lies. */
const frameEnd = (ms: number): number => Math.ceil(ms / FRAME_MS) * FRAME_MS
