/** Compares what was heard in a recording with the truth. */
import type { Answer, Heard } from './listening.ts'
import type { Recording, Stretch } from './recordings.ts'

export type Score = {
  /** How many turns the recording has, and how many got no answer: because the next turn followed too soon, or for no good reason. */
  readonly turns: number
  readonly merged: number
  readonly missed: number
  /** From a turn's first voice to the moment its voice was sure. */
  readonly onsetMs: readonly number[]
  /** Where silence was heard to begin minus where it did; negative is early. */
  readonly edgeMs: readonly number[]
  /** Answers in the middle of a turn: in its pauses of less than 500 ms, or in its speech. */
  readonly inPauses: number
  /** Answers to nothing. */
  readonly toNothing: number
  readonly stirringMs: number
  readonly lengthMs: number
}

/** A turn that ends so close to the end of the recording leaves no room to answer it. */
const ROOM_TO_ANSWER_MS = 700
/** With less than this until the next turn, an edge found a little late makes one turn of two. */
const SOON_MS = 750
/** An answer may leave while the next turn's voice is not audible yet. */
const ONSET_TOLERANCE_MS = 100

export function score(recording: Recording, heard: Heard): Score {
  const turns = recording.turns.filter(([, endMs]) => endMs + ROOM_TO_ANSWER_MS <= heard.lengthMs)
  const found = turns.map(turn => answerTo(turn, nextStart(recording, turn), heard.answers))
  const isMerged = (turn: Stretch, index: number) => !found[index] && nextStart(recording, turn) - turn[1] < SOON_MS
  const others = heard.answers.filter(answer => !found.includes(answer) && answer.at < endOfTruth(recording, heard))
  const inPauses = others.filter(({ at }) => recording.turns.some(([startMs, endMs]) => at > startMs && at < endMs))
  const merged = turns.filter(isMerged).length
  return {
    turns: turns.length,
    merged,
    missed: found.filter(answer => !answer).length - merged,
    onsetMs: turns.flatMap(turn => onset(turn, heard)),
    edgeMs: turns.flatMap(([, endMs], index) => (found[index] ? [found[index].sinceMs - endMs] : [])),
    inPauses: inPauses.length,
    toNothing: others.length - inPauses.length,
    stirringMs: heard.stirringMs,
    lengthMs: heard.lengthMs,
  }
}

export function sum(scores: readonly Score[]): Score {
  const total = (of: (score: Score) => number) => scores.reduce((so, score) => so + of(score), 0)
  return {
    turns: total(({ turns }) => turns),
    merged: total(({ merged }) => merged),
    missed: total(({ missed }) => missed),
    onsetMs: scores.flatMap(({ onsetMs }) => onsetMs),
    edgeMs: scores.flatMap(({ edgeMs }) => edgeMs),
    inPauses: total(({ inPauses }) => inPauses),
    toNothing: total(({ toNothing }) => toNothing),
    stirringMs: total(({ stirringMs }) => stirringMs),
    lengthMs: total(({ lengthMs }) => lengthMs),
  }
}

/** The smallest value that so large a share of the values does not exceed; NaN if there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

function answerTo([, endMs]: Stretch, nextMs: number, answers: readonly Answer[]): Answer | undefined {
  return answers.find(({ at }) => at >= endMs && at < nextMs + ONSET_TOLERANCE_MS)
}

function nextStart({ turns }: Recording, turn: Stretch): number {
  return turns[turns.indexOf(turn) + 1]?.[0] ?? Infinity
}

/** Behind a last turn that has no room for an answer there is no truth to compare with. */
function endOfTruth({ turns }: Recording, { lengthMs }: Heard): number {
  const lastEndMs = turns.at(-1)?.[1] ?? 0
  return lastEndMs + ROOM_TO_ANSWER_MS > lengthMs ? lastEndMs : Infinity
}

function onset([startMs, endMs]: Stretch, { events }: Heard): readonly number[] {
  const spoke = events.find(({ type, at }) => type === 'caller-spoke' && at > startMs - 60 && at < endMs + 100)
  return spoke ? [spoke.at - startMs] : []
}
