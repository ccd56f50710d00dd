/**
 * The caller's latest audio, kept because it has not been sent yet or might have to be sent again. Addressed by call time;
 * decides nothing about what is still needed.
 */
import { FRAME_BYTES, FRAME_MS } from '../../audio/frames.ts'
import type { Frame } from '../../audio/frames.ts'

/**
 * The most that is kept: as long as a caller may be expected to talk on in one turn, or a lost recogniser to stay away, and
 * then be heard again. 240 kB a call, and only while a service is down; usually it is two seconds.
 */
export const LONGEST_MEMORY_MS = 30_000

/** Old frames are let go this many at a time, so that no frame pays for moving the rest. */
const FORGET_FRAMES = 50

export class RecentAudio {
  readonly #frames: Frame[] = []
  #fromMs = 0

  /** Call time of the oldest audio kept, and where the newest ends. Both are whole frames. */
  get fromMs(): number {
    return this.#fromMs
  }
  get toMs(): number {
    return this.#fromMs + this.#frames.length * FRAME_MS
  }

  add(frame: Frame): void {
    this.#frames.push(frame)
    if (this.toMs - this.#fromMs > LONGEST_MEMORY_MS + FORGET_FRAMES * FRAME_MS) this.forgetBefore(this.toMs - LONGEST_MEMORY_MS)
  }

  /** Audio before this moment will not be asked for again. */
  forgetBefore(ms: number): void {
    const frames = Math.floor((ms - this.#fromMs) / FRAME_MS)
    if (frames < FORGET_FRAMES) return
    this.#frames.splice(0, frames)
    this.#fromMs += frames * FRAME_MS
  }

  /** A copy of the audio between two moments, both whole frames of what is kept, with room for `extraBytes` after it. */
  copy(fromMs: number, toMs: number, extraBytes: number): Uint8Array<ArrayBuffer> {
    const frames = this.#frames.slice((fromMs - this.#fromMs) / FRAME_MS, (toMs - this.#fromMs) / FRAME_MS)
    const audio = new Uint8Array(frames.length * FRAME_BYTES + extraBytes)
    frames.forEach((frame, i) => audio.set(frame, i * FRAME_BYTES))
    return audio
  }
}
