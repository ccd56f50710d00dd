/**
 * One leg of a recording as an outline: its lowest and highest sample in each column of a drawing. Blocks of 10 ms are looked at
 * once and for all, so that an hour is drawn as soon as a minute. Pure.
 */
import { BYTES_PER_MS } from '../../audio/frames.ts'
import { linear } from '../../audio/ulaw.ts'

const BLOCK_MS = 10
const BLOCK = BLOCK_MS * BYTES_PER_MS
/** What is fainter than this is not drawn larger, or a silent leg would show its noise. */
const LOUDEST_LEAST = 0.1

export type Range = { readonly low: number; readonly high: number }

export type Leg = {
  readonly ulaw: Uint8Array
  /** By blocks, from -1 to 1. */
  readonly lows: Float32Array
  readonly highs: Float32Array
  /** Its loudest sample, 0 to 1. */
  readonly loudest: number
}

export function legOf(ulaw: Uint8Array): Leg {
  const blocks = Math.ceil(ulaw.length / BLOCK)
  const [lows, highs] = [new Float32Array(blocks), new Float32Array(blocks)]
  let loudest = LOUDEST_LEAST
  for (let n = 0; n < blocks; n++) {
    const { low, high } = rangeOf(ulaw, n * BLOCK, Math.min(ulaw.length, (n + 1) * BLOCK))
    lows[n] = low
    highs[n] = high
    loudest = Math.max(loudest, -low, high)
  }
  return { ulaw, lows, highs, loudest }
}

/** So many columns from one moment of the call to another; nothing is drawn before its beginning and after its end. */
export function columnsOf(leg: Leg, fromMs: number, toMs: number, count: number): readonly Range[] {
  const stepMs = (toMs - fromMs) / count
  return Array.from({ length: count }, (_, n) => {
    const [startMs, endMs] = [fromMs + n * stepMs, fromMs + (n + 1) * stepMs]
    return stepMs >= 2 * BLOCK_MS ? fromBlocks(leg, startMs, endMs) : fromSamples(leg, startMs, endMs)
  })
}

function fromSamples({ ulaw }: Leg, startMs: number, endMs: number): Range {
  const start = Math.max(0, Math.floor(startMs * BYTES_PER_MS))
  return rangeOf(ulaw, start, Math.min(ulaw.length, Math.max(start + 1, Math.floor(endMs * BYTES_PER_MS))))
}

function fromBlocks({ lows, highs }: Leg, startMs: number, endMs: number): Range {
  let [low, high] = [0, 0]
  const end = Math.min(lows.length, Math.ceil(endMs / BLOCK_MS))
  for (let n = Math.max(0, Math.floor(startMs / BLOCK_MS)); n < end; n++) {
    low = Math.min(low, lows[n]!)
    high = Math.max(high, highs[n]!)
  }
  return { low, high }
}

function rangeOf(ulaw: Uint8Array, start: number, end: number): Range {
  let [low, high] = [0, 0]
  for (let at = start; at < end; at++) {
    const sample = linear[ulaw[at]!]!
    if (sample < low) low = sample
    else if (sample > high) high = sample
  }
  return { low, high }
}

/** As an SVG path around a middle line: column by column along the highs, and back along the lows. `half` is what the loudest gets. */
export function outlinePath(columns: readonly Range[], { loudest }: Pick<Leg, 'loudest'>, middle: number, half: number): string {
  const y = (sample: number): string => (middle - (sample / loudest) * half).toFixed(1)
  const there = columns.map(({ high }, n) => `${n} ${y(high)}`)
  const back = columns.map(({ low }, n) => `${n} ${y(low)}`).toReversed()
  return columns.length === 0 ? '' : `M${there.join('L')}L${back.join('L')}Z`
}
