/**
 * How the drawn mouth stands at this moment: the shape from the words that are being heard, how far it opens from how loud they
 * are. Which place of which reply is heard the next mark tells, for the player's marks bear their place. Pure.
 */
import type { Entry } from '../../call/journal.ts'
import { readMark } from '../../call/mark-name.ts'
import { mouthAt, type MouthCurve } from '../../call/mouth.ts'
import type { NextMark } from './playback-news.ts'

export type Mouth = { readonly open: number; readonly round: number }

export const SHUT: Mouth = { open: 0, round: 0.25 }

/** A voice on the telephone is about this loud (RMS) in its open vowels. */
const LOUD = 0.16
/** Fainter than this is the end of a word, or the line's own noise. */
const FAINT = 0.004
/** Where there is no curve, as for a voice without alignment: neither spread nor round. */
const UNKNOWN: Mouth = { open: 0.7, round: 0.35 }

export class FaceModel {
  readonly #curves = new Map<number, MouthCurve[]>()
  #reply: number | null = null
  #mouth: Mouth = SHUT

  get mouth(): Mouth {
    return this.#mouth
  }

  /** The call's events may be told again from the beginning. */
  reset(): void {
    this.#curves.clear()
    this.#reply = null
  }

  /** The part of a reply that was just made. */
  learn({ id, ...curve }: MouthCurve & { readonly id: number }): void {
    this.#curves.set(id, [...(this.#curves.get(id) ?? []), curve])
  }

  follow(entry: Entry): void {
    if (entry.type === 'first-frame') this.#reply = entry.id
  }

  /** What is heard now is so loud, and the next mark is so far away. */
  hear(level: number, nextMark: NextMark | null): void {
    if (level < FAINT) {
      this.#mouth = SHUT
      return
    }
    const { open, round } = this.#shapeAt(nextMark) ?? UNKNOWN
    this.#mouth = { open: open * Math.min(1, Math.sqrt(level / LOUD)), round }
  }

  #shapeAt(nextMark: NextMark | null): Mouth | null {
    const mark = nextMark && readMark(nextMark.name)
    const curves = this.#reply === null ? undefined : this.#curves.get(this.#reply)
    if (!nextMark || !mark || !curves) return null
    const atMs = mark.ms - nextMark.inMs
    for (const curve of curves) {
      const shape = mouthAt(curve, atMs)
      if (shape) return shape
    }
    return null
  }
}

/** The outline of the mouth around (0, 0), some 60 wide: a smile when shut. */
export function mouthPath({ open, round }: Mouth): string {
  const width = 30 - 15 * round * Math.min(1, open * 3)
  const height = 30 * open
  const smile = 9 * (1 - Math.min(1, open * 2))
  const [w, upper, lower] = [width, smile - height * 0.5, smile + height * 1.15].map(value => value.toFixed(1))
  return `M-${w} 0Q0 ${upper} ${w} 0Q0 ${lower} -${w} 0Z`
}
