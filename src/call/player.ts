/**
 * Plays one reply at a time on the line, and knows to the word what the caller has heard of it. It is told of time by
 * `pulse`, once per 20 ms of the call, and of playback by the carrier's marks.
 *
 * The carrier buffers what it is sent, so the player runs a small, bounded lead ahead: enough that a stalled event loop is
 * not heard, little enough that nothing old is left when the caller cuts in. Marks say what was really played. `clear` makes
 * all marks come back at once (protocols.md 2.3), so each name carries a generation, and marks of a cleared one are not heard.
 */
import { fadeOut } from '../audio/fade.ts'
import { byteLength, durationMs, FRAME_BYTES, FRAME_MS, SILENCE_BYTE, silentFrame, type Frame } from '../audio/frames.ts'
import type { Line } from '../ports.ts'
import { nameOf, readMark } from './mark-name.ts'
import type { Track } from './track.ts'

/** Audio sent ahead of playback. Covers event-loop stalls several times over; see the README's figures. */
export const LEAD_MS = 300
/** Fewer, larger messages: the lead is topped up once it has shrunk by this much. Each carries a mark. */
export const TOP_UP_MS = 100
/** A reply cut off fades over this long. */
export const FADE_MS = 40
/** How much later than its audio the last mark may come before the reply counts as heard all the same. */
export const LAST_MARK_LATEST_MS = 1_000

export type PlayerNews =
  /** Its first audio has left. */
  | { readonly type: 'reply-started'; readonly id: number }
  | { readonly type: 'reply-heard'; readonly id: number; readonly text: string }
  /** It stands still; told again while it does and more of it is made. `whole`: nothing more will be. */
  | {
      readonly type: 'reply-held'
      readonly id: number
      readonly text: string
      readonly ahead: string
      readonly whole: boolean
    }
  | { readonly type: 'reply-finished'; readonly id: number; readonly text: string }

export class Player {
  readonly #line: Line
  readonly #tell: (news: PlayerNews) => void
  readonly #buffer = new CarrierBuffer()
  #nowMs = 0
  #generation = 0
  #id = 0
  #track: Track | null = null
  #held = false
  /** What had been heard when it was held. */
  #heldMs = 0
  #sentBytes = 0
  /** The newest proof of playback: this position of the track was played at that call time. */
  #proof: { readonly ms: number; readonly at: number } | null = null
  /** Heard before there is proof. */
  #floorMs = 0
  /** Where the audio paused for want of more, and it is not proven that it has gone on: nothing behind the first is heard yet. */
  #pausesMs: readonly number[] = []
  #told = ''
  #drySinceMs: number | null = null

  constructor(line: Line, tell: (news: PlayerNews) => void) {
    this.#line = line
    this.#tell = tell
  }

  /** The reply that is on, playing or held. */
  get playing(): number | null {
    return this.#track ? this.#id : null
  }

  /** Lets the caller hear a reply from its first sample on: what there is at once, the rest as it is appended (see `grew`). */
  play(id: number, track: Track): void {
    this.#id = id
    this.#track = track
    this.#told = ''
    this.#start(0)
  }

  /** Stops at once, keeps what is unheard, and tells what was heard. Does nothing if nothing is playing. */
  hold(): void {
    const track = this.#track
    if (!track || this.#held) return
    const heardMs = this.#heardMs()
    if (track.closed && heardMs >= track.lengthMs) return this.#finish(track)
    this.#silence(track, heardMs)
    this.#held = true
    this.#heldMs = heardMs
    this.#sentBytes = byteLength(track.unheardFromMs(heardMs))
    this.#tellHeld(track)
  }

  /** Goes on from the first word that was not heard whole. */
  resume(): void {
    const track = this.#track
    if (!track || !this.#held) return
    this.#start(this.#sentBytes)
    this.#finishIfHeard(track)
  }

  /** Stops at once and forgets the reply. */
  stop(): void {
    if (this.#track && !this.#held) this.#silence(this.#track, this.#heardMs())
    this.#track = null
  }

  /** 20 ms of the call have passed. Returns what the caller hears in them, for the record; sends what is due. */
  pulse(): Frame {
    this.#nowMs += FRAME_MS
    const frame = this.#buffer.playFrame()
    this.#pump()
    this.#finishWithoutMark()
    return frame
  }

  /** The track has grown, or is closed: sends what may be sent now, or tells what more lies ahead of a reply that is held. */
  grew(): void {
    const track = this.#track
    if (!track) return
    if (this.#held) return this.#tellHeld(track)
    this.#pump()
    this.#finishIfHeard(track)
  }

  /** The carrier has played everything up to this mark, or was told to throw it away. */
  marked(name: string): void {
    const mark = readMark(name)
    if (mark?.generation !== this.#generation || !this.#track || this.#held) return
    const { ms, isStart } = mark
    this.#proof = { ms, at: this.#nowMs }
    // The end of what came before a pause is not the end of the pause, though it is the same place.
    this.#pausesMs = this.#pausesMs.filter(pauseMs => pauseMs > ms || (pauseMs === ms && !isStart))
    this.#tellHeard(this.#track)
  }

  #start(fromBytes: number): void {
    this.#held = false
    this.#generation++
    this.#sentBytes = fromBytes
    this.#floorMs = durationMs(fromBytes)
    this.#pausesMs = []
    this.#proof = null
    this.#drySinceMs = null
    this.#pump()
  }

  #pump(): void {
    const track = this.#track
    if (!track || this.#held || this.#buffer.lengthMs > LEAD_MS - TOP_UP_MS) return
    const room = byteLength(LEAD_MS) - this.#buffer.length
    const available = Math.min(room, track.length - this.#sentBytes)
    const whole = available - (available % FRAME_BYTES)
    const atEnd = track.closed && this.#sentBytes + available === track.length
    this.#send(track, atEnd ? available : whole)
  }

  #send(track: Track, bytes: number): void {
    if (bytes === 0) return
    if (this.#buffer.length === 0) this.#markStart()
    const audio = track.read(this.#sentBytes, this.#sentBytes + bytes)
    if (this.#sentBytes === 0) this.#tell({ type: 'reply-started', id: this.#id })
    this.#sentBytes += bytes
    this.#play(audio)
    this.#mark()
  }

  /** Nothing is being played: a mark now comes back when playback begins, and until then nothing more is heard. */
  #markStart(): void {
    this.#pausesMs = [...this.#pausesMs, durationMs(this.#sentBytes)]
    this.#mark({ isStart: true })
  }

  #mark({ isStart } = { isStart: false }): void {
    this.#line.mark(nameOf({ generation: this.#generation, ms: durationMs(this.#sentBytes), isStart }))
  }

  /** Sends whole frames only: the last one is filled up with silence. */
  #play(audio: Uint8Array): void {
    const frames = new Uint8Array(Math.ceil(audio.length / FRAME_BYTES) * FRAME_BYTES).fill(SILENCE_BYTE)
    frames.set(audio)
    this.#line.play(frames)
    this.#buffer.append(frames)
  }

  #heardMs(): number {
    const provenMs = this.#proof ? this.#proof.ms + (this.#nowMs - this.#proof.at) : this.#floorMs
    return Math.min(provenMs, this.#pausesMs[0] ?? Infinity, durationMs(this.#sentBytes))
  }

  #tellHeard(track: Track): void {
    const heardMs = this.#heardMs()
    if (track.closed && heardMs >= track.lengthMs) return this.#finish(track)
    const text = track.textBefore(heardMs)
    if (text === this.#told) return
    this.#told = text
    this.#tell({ type: 'reply-heard', id: this.#id, text })
  }

  #tellHeld(track: Track): void {
    const [text, ahead] = [track.textBefore(this.#heldMs), track.textAfter(this.#heldMs)]
    this.#tell({ type: 'reply-held', id: this.#id, text, ahead, whole: track.closed })
  }

  #finish(track: Track): void {
    this.#track = null
    this.#tell({ type: 'reply-finished', id: this.#id, text: track.textBefore(Infinity) })
  }

  /** The last of it may have been heard before it was known to be the last. */
  #finishIfHeard(track: Track): void {
    if (track.closed && (this.#proof?.ms ?? this.#floorMs) >= track.lengthMs) this.#finish(track)
  }

  /** The last mark may be lost: the reply counts as heard a little after its length. */
  #finishWithoutMark(): void {
    const track = this.#track
    if (!track?.closed || this.#held || this.#buffer.length > 0) return
    this.#drySinceMs ??= this.#nowMs
    if (this.#nowMs - this.#drySinceMs >= LAST_MARK_LATEST_MS) this.#finish(track)
  }

  /** Throws away what the carrier has not played, and lets the voice fall instead of breaking off. */
  #silence(track: Track, heardMs: number): void {
    if (this.#buffer.length === 0) return
    this.#line.clear()
    this.#buffer.clear()
    const from = byteLength(heardMs)
    this.#play(fadeOut(track.read(from, from + byteLength(FADE_MS))))
  }
}

/** What the carrier holds for the caller, as far as it can be known from here: played in order, 20 ms in 20 ms. */
class CarrierBuffer {
  #frames: Frame[] = []

  get length(): number {
    return this.#frames.length * FRAME_BYTES
  }

  get lengthMs(): number {
    return this.#frames.length * FRAME_MS
  }

  append(audio: Uint8Array): void {
    for (let at = 0; at < audio.length; at += FRAME_BYTES) this.#frames.push(audio.subarray(at, at + FRAME_BYTES))
  }

  playFrame(): Frame {
    return this.#frames.shift() ?? silentFrame
  }

  clear(): void {
    this.#frames = []
  }
}
