/**
 * Makes one steady stream of frames, 20 ms each, out of what the network delivers: payloads of any length with the carrier's
 * timestamps, gaps where the carrier sent no silence, and nothing at all for a while. Call time is the number of frames out.
 *
 * Twilio sends no silent chunks on some calls (protocols.md 2.1), so time must go on without audio: where timestamps jump,
 * silence is filled in; where nothing arrives, the call asks for silence to stand in. Audio that turns out to have been late,
 * not missing, is heard after the silence that stood in for it; nothing the caller said is ever thrown away.
 */
import { durationMs, FRAME_BYTES, FRAME_MS, SILENCE_BYTE, type Frame } from '../audio/frames.ts'

/** A longer jump of timestamps is a broken clock, not a silence. The same bound as OpenAI's Twilio transport has. */
export const GAP_MAX_MS = 10_000

export class MediaTime {
  #rest: Uint8Array = new Uint8Array(0)
  /** The carrier's timestamp of the next sample; null before the first. */
  #nextMs: number | null = null
  /** Silence that has stood in for audio since the last that arrived. */
  #stoodInMs = 0

  /** The frames that are complete with this audio, silence for a gap before it included. `timestampMs` is of its first sample. */
  take(audio: Uint8Array, timestampMs: number): readonly Frame[] {
    const gapMs = this.#nextMs === null ? 0 : timestampMs - this.#nextMs
    const missingMs = Math.min(GAP_MAX_MS, gapMs - this.#stoodInMs)
    this.#nextMs = timestampMs + durationMs(audio.length)
    this.#stoodInMs = 0
    return this.#cut(missingMs >= FRAME_MS ? join(silence(missingMs * 8), audio) : audio)
  }

  /** One frame of silence in place of audio that has not arrived. */
  standIn(): readonly Frame[] {
    this.#stoodInMs += FRAME_MS
    return this.#cut(silence(FRAME_BYTES))
  }

  #cut(audio: Uint8Array): readonly Frame[] {
    const all = this.#rest.length === 0 ? audio : join(this.#rest, audio)
    const whole = all.length - (all.length % FRAME_BYTES)
    this.#rest = all.subarray(whole)
    return Array.from({ length: whole / FRAME_BYTES }, (_, n) => all.subarray(n * FRAME_BYTES, (n + 1) * FRAME_BYTES))
  }
}

const silence = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(SILENCE_BYTE)

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
