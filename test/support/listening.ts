/** Lets a way of hearing listen to a recording and tells when a bot that goes by it would have answered. */
import { setImmediate } from 'node:timers/promises'
import { FRAME_BYTES, FRAME_MS } from '../../src/audio/frames.ts'
import type { Frame } from '../../src/audio/frames.ts'
import type { HearingEvent } from '../../src/call/hearing.ts'
import type { Clock, DetectVoice } from '../../src/ports.ts'

/** One window as the detector judged it. */
export type Judgement = { readonly windowEndMs: number; readonly probability: number }

/** Whatever turns frames and judgements into edges. */
export interface Hears {
  hear(frame: Frame): readonly HearingEvent[]
  judge(windowEndMs: number, probability: number): readonly HearingEvent[]
}

/** At `at` the bot answered what was said from `fromMs` on, because the caller seemed silent since `sinceMs`. */
export type Answer = { readonly at: number; readonly fromMs: number; readonly sinceMs: number }

export type Heard = {
  readonly events: readonly HearingEvent[]
  readonly answers: readonly Answer[]
  readonly stirringMs: number
  readonly lengthMs: number
}

/** Time passes as soon as nothing else is to be done: recordings are judged as fast as the machine can. */
export const hurriedClock: Clock = {
  now: () => 0,
  after(_delayMs, callback) {
    const timer = globalThis.setImmediate(callback)
    return () => clearImmediate(timer)
  },
}

export function* framesOf(audio: Uint8Array): Generator<Frame, undefined> {
  for (let start = 0; start + FRAME_BYTES <= audio.length; start += FRAME_BYTES) yield audio.subarray(start, start + FRAME_BYTES)
}

/** Plays all recordings to the detector at once, as so many calls, each frame only after the one before has been judged. */
export async function judgeTogether(
  detect: DetectVoice,
  audios: readonly Uint8Array[],
): Promise<readonly (readonly Judgement[])[]> {
  const judgements = audios.map((): Judgement[] => [])
  const calls = audios.map((audio, index) => {
    const tell = (windowEndMs: number, probability: number) => judgements[index]?.push({ windowEndMs, probability })
    return {
      frames: framesOf(audio),
      ear: detect(tell, new AbortController().signal),
      heardBytes: 0,
      judged: judgements[index] ?? [],
    }
  })
  for (let playing = calls; playing.length > 0;) {
    playing = playing.filter(call => {
      const next = call.frames.next()
      if (next.done) return false
      call.ear.hear(next.value)
      call.heardBytes += next.value.length
      return true
    })
    while (playing.some(({ judged, heardBytes }) => judged.length < Math.floor(heardBytes / WINDOW_BYTES))) await setImmediate()
  }
  return judgements
}
const WINDOW_BYTES = 256

/**
 * The detector takes a moment: each judgement comes `lateMs` after the frame with which its window was complete, and never
 * before that frame itself has been acted upon.
 */
export function listen(hearing: Hears, audio: Uint8Array, judgements: readonly Judgement[], lateMs = 0): Heard {
  const events: HearingEvent[] = []
  const answers: Answer[] = []
  let [at, judged, stirringMs] = [0, 0, 0]
  let state: HearingEvent | null = null
  let unansweredFromMs: number | null = null
  const act = (news: readonly HearingEvent[]): void => {
    events.push(...news)
    state = news.at(-1) ?? state
    for (const event of news) if (event.type === 'caller-spoke') unansweredFromMs ??= event.fromMs
    const answer = answerNow(state, unansweredFromMs, at)
    if (!answer) return
    answers.push(answer)
    unansweredFromMs = null
  }
  for (const frame of framesOf(audio)) {
    at += FRAME_MS
    act(hearing.hear(frame))
    for (let next = judgements[judged]; next && next.windowEndMs + lateMs <= at; next = judgements[++judged]) {
      act(hearing.judge(next.windowEndMs, next.probability))
    }
    if (isStirring(state)) stirringMs += FRAME_MS
  }
  return { events, answers, stirringMs, lengthMs: at }
}

/** The rule of the product: there is something to answer, and the caller has been silent for 500 ms. */
function answerNow(state: HearingEvent | null, fromMs: number | null, at: number): Answer | null {
  if (fromMs === null || state?.type !== 'caller-paused' || at < state.sinceMs + 500) return null
  return { at, fromMs, sinceMs: state.sinceMs }
}

const isStirring = (state: HearingEvent | null): boolean => state?.type === 'caller-stirred'
