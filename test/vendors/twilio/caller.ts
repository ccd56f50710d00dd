/**
 * The person on the phone: asked for 20 ms at a time, says lines at moments that depend on the time or on what the bot does.
 * Hears the bot only as audible or quiet; reads no words.
 */
import { FRAME_BYTES, FRAME_MS, SILENCE_BYTE, silentFrame, type Frame } from '../../../src/audio/frames.ts'

/** What a caller knows when the next 20 ms are due. */
export type Moment = {
  /** When these 20 ms begin, in milliseconds since the first media stream of the call began. */
  readonly atMs: number
  /** How long the bot has been audible, or has been quiet, without a break; one of the two is always 0. */
  readonly botAudibleMs: number
  readonly botQuietMs: number
}

export interface Caller {
  /** The caller's next 20 ms, asked for once and in order, or the end of the call. */
  speak(moment: Moment): Frame | 'hang-up'
}

/** What a scripted caller knows besides. */
export type CallerMoment = Moment & {
  /** Since the caller's last line ended, or since the call began. */
  readonly silentMs: number
  /** Whether the bot has been audible since the caller's last loud frame: also in the silence that ends a recording. */
  readonly answered: boolean
}

/** Whether it is the moment to speak (or to hang up). Not asked while the caller speaks. */
export type When = (moment: CallerMoment) => boolean

export type CallerLine = {
  readonly name: string
  /** 8 kHz mu-law; the last frame is filled up with silence. */
  readonly audio: Uint8Array
  readonly when: When
}

/** At this time of the call. */
export const at =
  (ms: number): When =>
  ({ atMs }) =>
    atMs >= ms

/** So long after the caller's last line ended, whatever the bot does. */
export const after =
  (ms: number): When =>
  ({ silentMs }) =>
    silentMs >= ms

/** Once the bot has replied and has been quiet for so long; after `patienceMs` without a reply the caller goes on anyway. */
export const afterReply =
  (quietMs = 1000, patienceMs = 15_000): When =>
  ({ answered, botQuietMs, botAudibleMs, silentMs }) =>
    answered ? botQuietMs >= quietMs : botAudibleMs === 0 && silentMs >= patienceMs

/** While the bot speaks, once it has been audible for so long. */
export const interrupting =
  (audibleMs: number): When =>
  ({ botAudibleMs }) =>
    botAudibleMs >= audibleMs

export const never: When = () => false

/** Where a line lies in the call: its first sample, and the end of its last. */
export type Said = { readonly name: string; readonly fromMs: number; readonly toMs: number }

/** Says its lines in order, each when its moment has come; hangs up when that moment has come after the last line. */
export class ScriptedCaller implements Caller {
  readonly said: Said[] = []
  readonly #lines: CallerLine[]
  readonly #hangsUp: When
  #speaking: Uint8Array = new Uint8Array(0)
  #fellSilentMs = 0
  #answered = false

  constructor(lines: readonly CallerLine[], hangsUp: When = never) {
    this.#lines = [...lines]
    this.#hangsUp = hangsUp
  }

  speak(moment: Moment): Frame | 'hang-up' {
    this.#answered ||= moment.botAudibleMs > 0
    if (this.#speaking.length === 0) {
      const line = this.#lines[0]
      const now = { ...moment, silentMs: moment.atMs - this.#fellSilentMs, answered: this.#answered }
      if (!line && this.#hangsUp(now)) return 'hang-up'
      if (line?.when(now)) this.#begin(line, moment.atMs)
    }
    return this.#speaking.length === 0 ? silentFrame : this.#nextFrame(moment.atMs)
  }

  /** Adds a line; without `when` it is said with the next frame, or right after what is being said. */
  say(name: string, audio: Uint8Array, when: When = after(0)): void {
    this.#lines.push({ name, audio, when })
  }

  #begin(line: CallerLine, atMs: number): void {
    this.#lines.shift()
    this.#speaking = line.audio
    this.said.push({ name: line.name, fromMs: atMs, toMs: atMs + line.audio.length / 8 })
  }

  #nextFrame(atMs: number): Frame {
    const frame = new Uint8Array(FRAME_BYTES).fill(SILENCE_BYTE)
    frame.set(this.#speaking.subarray(0, FRAME_BYTES))
    this.#speaking = this.#speaking.subarray(FRAME_BYTES)
    if (this.#speaking.length === 0) this.#fellSilentMs = atMs + FRAME_MS
    if (isLoud(frame)) this.#answered = false
    return frame
  }
}

/** About -31 dBFS: the peaks of speech are above it, the noise of a line is below. Mu-law's lower seven bits count downwards. */
const LOUD_BELOW = 0x50

const isLoud = (frame: Frame): boolean => frame.some(byte => (byte & 0x7f) < LOUD_BELOW)
