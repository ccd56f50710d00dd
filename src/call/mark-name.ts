/**
 * What the player calls its marks. Whose playback a mark is of, for marks of a cleared one come back too; which place of the reply
 * it stands at; and whether it stands at the end of a pause, where the audio begins again, instead of before it.
 */
export type Mark = {
  readonly generation: number
  /** Counted from the reply's first sample. */
  readonly ms: number
  readonly isStart: boolean
}

export const nameOf = ({ generation, ms, isStart }: Mark): string => `${generation}:${ms}${isStart ? ':start' : ''}`

/** Null for what is no mark of the player's. */
export function readMark(name: string): Mark | null {
  const [, generation, ms, start] = /^(\d+):(\d+(?:\.\d+)?)(:start)?$/.exec(name) ?? []
  return generation === undefined ? null : { generation: Number(generation), ms: Number(ms), isStart: start !== undefined }
}
