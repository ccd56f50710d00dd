/** The caller's pauses as they were once heard, out of a journal: for running a call again whose audio was not kept, or not all. */
import type { Frame } from '../audio/frames.ts'
import { FRAME_MS } from '../audio/frames.ts'
import type { Hearing, HearingEvent } from './hearing.ts'
import type { Entry } from './journal.ts'

const EDGES: ReadonlySet<string> = new Set(['caller-stirred', 'caller-spoke', 'caller-paused'] satisfies HearingEvent['type'][])

export class RememberedHearing implements Pick<Hearing, 'hear' | 'judge'> {
  /** What each frame brought, by the call time of its end; and each judgement of the detector, one after another. */
  readonly #ofFrames = new Map<number, HearingEvent[]>()
  readonly #ofJudgements: HearingEvent[][] = []
  #nowMs = 0
  #judged = 0

  constructor(recorded: readonly Entry[]) {
    let at = -1
    let found: HearingEvent[] = []
    for (const entry of recorded) {
      // A frame comes before everything else that happens at its time.
      if (entry.at > at) this.#ofFrames.set((at = entry.at), (found = []))
      if (entry.type === 'input') found = []
      if (entry.type === 'input' && entry.input.type === 'voice') this.#ofJudgements.push(found)
      if (entry.type === 'event' && EDGES.has(entry.event.type)) found.push(entry.event as HearingEvent)
    }
  }

  hear(_frame: Frame): readonly HearingEvent[] {
    this.#nowMs += FRAME_MS
    return this.#ofFrames.get(this.#nowMs) ?? []
  }

  judge(): readonly HearingEvent[] {
    return this.#ofJudgements[this.#judged++] ?? []
  }
}
