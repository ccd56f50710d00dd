/** What of a call is in view, and where on it each thing lies. Pure; times are of the call, in milliseconds. */
import type { Certificate } from '../../call/certificate.ts'

export type View = { readonly fromMs: number; readonly toMs: number }

/** Closer than this there is nothing more to see. */
const SHORTEST_MS = 400
/** How much of a turn is shown before its silence and after its release. */
const BEFORE_MS = 1_500
const AFTER_MS = 1_800
const MARGIN_MS = 300

export const wholeOf = (lengthMs: number): View => ({ fromMs: 0, toMs: Math.max(SHORTEST_MS, lengthMs) })

/** Where a moment lies, from 0 at the left to 1 at the right. */
export const shareOf = ({ fromMs, toMs }: View, ms: number): number => (ms - fromMs) / (toMs - fromMs)

/** Of the same width as far as the call is long enough, and nowhere beyond its ends. */
function within({ fromMs, toMs }: View, lengthMs: number): View {
  const whole = wholeOf(lengthMs)
  const width = Math.min(whole.toMs, Math.max(SHORTEST_MS, toMs - fromMs))
  // At the end it is the end itself, not what sums up to it: a rounding short of it, the last moment would never be in view.
  if (fromMs >= whole.toMs - width) return { fromMs: whole.toMs - width, toMs: whole.toMs }
  const start = Math.max(0, fromMs)
  return { fromMs: start, toMs: start + width }
}

/** `factor` below 1 looks closer; the moment stays where it is. */
export function zoomed(view: View, factor: number, atMs: number, lengthMs: number): View {
  const centre = Math.max(view.fromMs, Math.min(view.toMs, atMs))
  const width = Math.max(SHORTEST_MS, (view.toMs - view.fromMs) * factor)
  const fromMs = centre - shareOf(view, centre) * width
  return within({ fromMs, toMs: fromMs + width }, lengthMs)
}

/** The same width where this moment can be seen; the view as it is if it can be already. */
export function showing(view: View, atMs: number, lengthMs: number): View {
  const ms = Math.max(0, Math.min(lengthMs, atMs))
  if (ms >= view.fromMs && ms <= view.toMs) return view
  const width = view.toMs - view.fromMs
  return within({ fromMs: ms - width * 0.1, toMs: ms + width * 0.9 }, lengthMs)
}

/** One turn: the end of what the caller said, the silence, the beginning of the reply. */
export function turnView(turn: Certificate, lengthMs: number): View {
  const releasedMs = turn.releasedMs ?? turn.draftMs
  const fromMs = turn.silentSinceMs === null ? releasedMs : turn.silentSinceMs - BEFORE_MS
  const toMs = Math.min(turn.endedMs ?? Infinity, releasedMs + AFTER_MS)
  return within({ fromMs: fromMs - MARGIN_MS, toMs: Math.max(toMs, releasedMs) + MARGIN_MS }, lengthMs)
}

/** The turn under way at a moment: the last whose silence had begun by then. */
export const turnAt = (turns: readonly Certificate[], ms: number): number =>
  turns.findLastIndex(({ silentSinceMs, releasedMs }) => (silentSinceMs ?? releasedMs ?? Infinity) <= ms)

/** What is left out of a stretch that the view does not show; null if all of it is. As shares of the view's width. */
export function placed(view: View, fromMs: number, toMs: number): { readonly left: number; readonly width: number } | null {
  const [left, right] = [Math.max(0, shareOf(view, fromMs)), Math.min(1, shareOf(view, toMs))]
  return right <= left ? null : { left, width: right - left }
}

const STEPS_MS = [100, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000]

/** Moments for a ruler: round ones, at most so many. */
export function ruler({ fromMs, toMs }: View, most: number): readonly number[] {
  const step = STEPS_MS.find(each => (toMs - fromMs) / each <= most) ?? STEPS_MS.at(-1)!
  const first = Math.ceil(fromMs / step) * step
  return Array.from({ length: Math.max(0, Math.floor((toMs - first) / step) + 1) }, (_, n) => first + n * step)
}
