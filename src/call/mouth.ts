/**
 * How the mouth moves that speaks a reply: from the times of its words and the sounds their letters stand for, how far it is open
 * and how round its lips are. English spelling tells that roughly, which is enough for a drawn face; how loud each moment is, the
 * audio itself tells whoever plays it. Pure.
 */
import type { SpokenWord } from '../ports.ts'

/** Samples of two curves, `stepMs` apart; times count from the reply's first sample. Values from 0 to 1. */
export type MouthCurve = {
  readonly fromMs: number
  readonly stepMs: number
  /** 0: the lips touch. 1: as in "ah". */
  readonly open: readonly number[]
  /** 0: spread, as in "see". 1: as in "ooh". */
  readonly round: readonly number[]
}

/** As fine as lips move; drawn pictures change no oftener. */
export const MOUTH_STEP_MS = 40

const PAUSE_MS = 100

/** `lasts`: compared with others in the same word. */
type Sound = { readonly open: number; readonly round: number; readonly lasts: number }

const CLOSED: Sound = { open: 0, round: 0.3, lasts: 1 }
const vowel = (open: number, round: number, lasts = 2): Sound => ({ open, round, lasts })
const consonant = (open: number, round = 0.2): Sound => ({ open, round, lasts: 1 })

/** The longest spelling that fits comes first. */
const SOUNDS: readonly (readonly [spelling: RegExp, sound: Sound | null])[] = [
  [/^(oo|ou|ew|ue)/, vowel(0.45, 1)],
  [/^(ow|oa|oi|oy|au|aw)/, vowel(0.75, 0.7)],
  [/^(ee|ea|ie|ei)/, vowel(0.4, 0)],
  [/^(ai|ay|igh)/, vowel(0.65, 0.1)],
  [/^(th|ch|sh|ph|gh|ck|ng|kn|qu)/, consonant(0.2, 0.3)],
  [/^([a-z])\1(?=.)/, null],
  [/^e$/, null],
  [/^a/, vowel(0.95, 0.2)],
  [/^o/, vowel(0.75, 0.75)],
  [/^u/, vowel(0.6, 0.5)],
  [/^e/, vowel(0.6, 0.1)],
  [/^[iy]/, vowel(0.45, 0)],
  [/^[mbp]/, CLOSED],
  [/^[fv]/, consonant(0.1)],
  [/^w/, consonant(0.25, 1)],
  [/^r/, consonant(0.3, 0.6)],
  [/^[lnhd]/, consonant(0.3)],
  [/^[a-z]/, consonant(0.2)],
  // Figures are spoken as words; what stands for them here is a syllable.
  [/^\d/, vowel(0.6, 0.3, 3)],
]

/** Null if nothing of it is spoken. */
export function mouthOf(words: readonly SpokenWord[]): MouthCurve | null {
  const spoken = words.filter(({ startMs, endMs }) => endMs > startMs)
  const [first, last] = [spoken[0], spoken.at(-1)]
  if (!first || !last) return null
  const poses = spoken.flatMap((word, index) => [...pauseBefore(word, spoken[index - 1]), ...posesOf(word)])
  poses.push(pose(last.endMs, CLOSED))
  const length = Math.floor((last.endMs - first.startMs) / MOUTH_STEP_MS) + 1
  const at = (index: number): number => first.startMs + index * MOUTH_STEP_MS
  const curve = (value: 'open' | 'round'): readonly number[] =>
    Array.from({ length }, (_, index) => hundredths(between(poses, at(index), value)))
  return { fromMs: first.startMs, stepMs: MOUTH_STEP_MS, open: curve('open'), round: curve('round') }
}

/** The curve at a moment; null where it says nothing. */
export function mouthAt(curve: MouthCurve, ms: number): { readonly open: number; readonly round: number } | null {
  const index = Math.floor((ms - curve.fromMs) / curve.stepMs)
  const [open, round] = [curve.open[index], curve.round[index]]
  return open === undefined || round === undefined ? null : { open, round }
}

type Pose = { readonly atMs: number; readonly open: number; readonly round: number }

const pose = (atMs: number, { open, round }: Sound): Pose => ({ atMs, open, round })

/** Lips close before the first word, and in a pause that is longer than between words. */
function pauseBefore({ startMs }: SpokenWord, before: SpokenWord | undefined): readonly Pose[] {
  if (before === undefined) return [pose(startMs, CLOSED)]
  return startMs - before.endMs < PAUSE_MS ? [] : [pose(before.endMs, CLOSED), pose(startMs, CLOSED)]
}

/** Each sound has its pose in the middle of its share of the word's time. */
function posesOf({ text, startMs, endMs }: SpokenWord): readonly Pose[] {
  const sounds = soundsOf(text)
  const whole = sounds.reduce((sum, { lasts }) => sum + lasts, 0)
  let done = 0
  return sounds.map(sound => {
    const middle = done + sound.lasts / 2
    done += sound.lasts
    return pose(startMs + ((endMs - startMs) * middle) / whole, sound)
  })
}

/** A word without letters of ours, such as 東京, is one open syllable. */
function soundsOf(text: string): readonly Sound[] {
  const sounds: Sound[] = []
  let rest = text.toLowerCase().replace(/[^a-z\d]/g, '')
  while (rest !== '') {
    const [spelling, sound] = SOUNDS.find(([spelling]) => spelling.test(rest))!
    // A final e is silent, unless it is all there is of a vowel: "the", "me".
    if (sound) sounds.push(sound)
    else if (rest === 'e' && !sounds.some(({ lasts }) => lasts > 1)) sounds.push(vowel(0.5, 0.1))
    rest = rest.slice(sound === null ? 1 : spelling.exec(rest)![0].length)
  }
  return sounds.length > 0 ? sounds : [vowel(0.7, 0.3)]
}

function between(poses: readonly Pose[], ms: number, value: 'open' | 'round'): number {
  const next = poses.findIndex(({ atMs }) => atMs > ms)
  const [before, after] = [poses[next - 1] ?? poses.at(-1)!, poses[next] ?? poses.at(-1)!]
  if (after.atMs === before.atMs) return before[value]
  const share = Math.max(0, Math.min(1, (ms - before.atMs) / (after.atMs - before.atMs)))
  return before[value] + share * (after[value] - before[value])
}

const hundredths = (value: number): number => Math.round(value * 100) / 100
