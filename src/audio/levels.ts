/**
 * How loud the line's noise and the caller's voice are, learnt as the call goes on, and where between the two a frame begins to
 * count as voice. Which frames are noise and which are voice is told by whoever listens; this only keeps the averages.
 */

/** Voice stands out by this much, or by so many standard deviations where the noise itself comes and goes (kitchens, music). */
const ABOVE_NOISE_DB = 5.5
const ABOVE_NOISE_DEVIATIONS = 1.7
const DEVIATION_MAX_DB = 6
/** Voice fades by about 30 dB into breath and the room's echo; what is fainter than that, below loud syllables, is not waited for. */
const VOICE_RANGE_DB = 31
/** Just below the smallest step of mu-law: what is less is digital silence, which says nothing about the noise between words. */
const NOISE_MIN_DB = -74
/** A twentieth a frame learns a new noise in 400 ms. In the first half second of a call it is the plain average. */
const NOISE_RATE = 0.05
const FIRST_FRAMES = 25
/** Each onset has a frame or two that are taken for noise before the voice is known; they must not spoil the average. */
const NOISE_RISE_MAX_DB = 6
const NOISE_FALL_MAX_DB = 10
/** Where nobody tells noise from voice, the quiet between words bounds the noise, and what never is quiet is noise: 1.5 dB a second. */
const UNJUDGED_RISE_DB = 0.03
const UNJUDGED_FALL_RATE = 0.1
const WELL_BELOW_NOISE_DB = 6

/** The levels of one call, in dB (0 is full scale). */
export class Levels {
  /** A good line's, believed like two frames: a caller who speaks from the first frame on must not be taken for the line's noise. */
  #noiseDb = -60
  #noiseFrames = 2
  #noiseVariance = 1
  /** Of a very quiet caller: while the voice is unknown, nothing that may be voice is missed. */
  #voiceDb = -40

  /** What a frame must be louder than to count as voice. */
  get thresholdDb(): number {
    return Math.max(this.#noiseLimitDb, this.#voiceLimitDb)
  }

  /** How many dB of the voice's fading ends are lost in the noise; none, or a negative number, on a good line. */
  get maskedDb(): number {
    return this.#noiseLimitDb - this.#voiceLimitDb
  }

  /** A frame that is surely noise. */
  learnNoise(levelDb: number): void {
    this.#noiseFrames++
    const rate = Math.max(NOISE_RATE, 1 / this.#noiseFrames)
    const stepDb = Math.max(-NOISE_FALL_MAX_DB, Math.min(NOISE_RISE_MAX_DB, levelDb - this.#noiseDb))
    const isFirst = this.#noiseFrames <= FIRST_FRAMES
    this.#noiseDb = Math.max(NOISE_MIN_DB, this.#noiseDb + rate * (isFirst ? levelDb - this.#noiseDb : stepDb))
    this.#noiseVariance += rate * (stepDb * stepDb - this.#noiseVariance)
  }

  /** A frame that may be anything, and nobody will say what. */
  learnUnjudged(levelDb: number): void {
    const aboveDb = levelDb - this.#noiseDb
    if (aboveDb > 0) this.#noiseDb += Math.min(UNJUDGED_RISE_DB, aboveDb)
    if (aboveDb < -WELL_BELOW_NOISE_DB) this.#noiseDb = Math.max(NOISE_MIN_DB, this.#noiseDb + UNJUDGED_FALL_RATE * aboveDb)
  }

  /** A frame of the caller's voice: quick to learn that it is louder, slow to forget (2.5 dB a second of speech). */
  learnVoice(levelDb: number): void {
    this.#voiceDb += levelDb > this.#voiceDb ? (levelDb - this.#voiceDb) * 0.3 : -0.05
  }

  get #noiseLimitDb(): number {
    const deviationDb = Math.min(DEVIATION_MAX_DB, Math.sqrt(this.#noiseVariance))
    return this.#noiseDb + Math.max(ABOVE_NOISE_DB, ABOVE_NOISE_DEVIATIONS * deviationDb)
  }

  get #voiceLimitDb(): number {
    return this.#voiceDb - VOICE_RANGE_DB
  }
}
