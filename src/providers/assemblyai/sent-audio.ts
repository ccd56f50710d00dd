/**
 * Where in the call each byte of a session's audio comes from. The vendor times words by the audio it was sent; padding,
 * bursts and a start in mid-call make that a different clock from the call's. Counts only; holds no audio.
 */

type Run = { readonly sessionMs: number; readonly callMs: number; lengthMs: number }

export class SentAudio {
  readonly #runs: Run[] = []
  #sessionMs = 0

  /** How much the session was sent, padding and all. */
  get lengthMs(): number {
    return this.#sessionMs
  }

  /** Audio of the call from `callMs` on was sent. */
  sent(callMs: number, lengthMs: number): void {
    const last = this.#runs.at(-1)
    const goesOn = last && last.callMs + last.lengthMs === callMs && last.sessionMs + last.lengthMs === this.#sessionMs
    if (goesOn) last.lengthMs += lengthMs
    else this.#runs.push({ sessionMs: this.#sessionMs, callMs, lengthMs })
    this.#sessionMs += lengthMs
  }

  /** Silence that is not part of the call was sent: it lasts no time in the call. */
  padded(lengthMs: number): void {
    this.#sessionMs += lengthMs
  }

  /** The moment of the call at so many milliseconds of the session; never beyond what was sent. */
  toCallMs(sessionMs: number): number {
    const run = this.#runs.findLast(one => one.sessionMs <= sessionMs) ?? this.#runs[0]
    if (!run) return 0
    return run.callMs + Math.min(Math.max(0, sessionMs - run.sessionMs), run.lengthMs)
  }
}
