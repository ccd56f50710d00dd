/**
 * One turn as it was seen from outside, by the emulated services and the emulated Twilio, all on one clock; and what follows
 * from it. Pure. All times count in milliseconds from the end of the caller's last voiced frame.
 */
import type { Pipeline } from '../../src/call/facts.ts'

/** What the services did for the reply that was heard. */
export type ServiceTimes = {
  /** The recogniser told the last word as final; it declared the turn ended. */
  readonly wordsMs: number
  readonly declaredMs: number
  /** The request reached the model; the token left with which the first text for the voice was complete; the last token left. */
  readonly requestMs: number
  readonly firstTokenMs: number
  readonly textTokenMs: number
  readonly lastTokenMs: number
  /** The first text reached the voice; its first audio left; the service said that this was all. */
  readonly textMs: number
  readonly firstAudioMs: number
  readonly allAudioMs: number
}

export type Turn = ServiceTimes & {
  readonly pipeline: Pipeline
  readonly line: string
  /** Said into a reply rather than after one. */
  readonly interrupting: boolean
  /** Hearing was sure of the pause; turn-taking let the reply go. By the server's journal, so to the frame. */
  readonly pauseKnownMs: number
  readonly releasedMs: number
  /** The reply's first frame reached the caller's end. */
  readonly gapMs: number
  /** The same, from when the frame with which the silence was complete really left the caller's end. */
  readonly sinceCompleteMs: number
  /** Drafts thrown away in this turn. */
  readonly discarded: number
}

const SILENCE_MS = 500

/**
 * The earliest moment at which the services allowed a first frame, given the pipeline: never before the silence is complete;
 * else what the slowest way through the services took by their own logs.
 */
export function limitMs(turn: ServiceTimes & { readonly pipeline: Pipeline }): number {
  const { wordsMs, declaredMs, requestMs, textTokenMs, lastTokenMs, textMs, firstAudioMs, allAudioMs } = turn
  switch (turn.pipeline) {
    case 'draft':
      return Math.max(SILENCE_MS, wordsMs + (textTokenMs - requestMs) + (firstAudioMs - textMs))
    case 'streamed':
      return Math.max(SILENCE_MS, wordsMs) + (textTokenMs - requestMs) + (firstAudioMs - textMs)
    case 'plain':
      return Math.max(SILENCE_MS, declaredMs) + (lastTokenMs - requestMs) + (allAudioMs - textMs)
    default:
      return turn.pipeline satisfies never
  }
}

/** What we added to that. */
export const overheadMs = (turn: Turn): number => turn.gapMs - limitMs(turn)

/**
 * Where that went, stage by stage: from what the pipeline waits for to the request; from the token to the voice; from the audio
 * (or from the end of the silence) to the caller. Each holds a trip between processes, and timers that fire late.
 */
export function stagesMs(turn: Turn): { readonly begin: number; readonly phrase: number; readonly send: number } {
  const { wordsMs, declaredMs, textTokenMs, lastTokenMs, firstAudioMs, allAudioMs } = turn
  const whole = turn.pipeline === 'plain'
  const words = whole ? declaredMs : wordsMs
  return {
    begin: turn.requestMs - (turn.pipeline === 'draft' ? Math.max(words, turn.pauseKnownMs) : Math.max(SILENCE_MS, words)),
    phrase: turn.textMs - (whole ? lastTokenMs : textTokenMs),
    send: turn.gapMs - Math.max(SILENCE_MS, whole ? allAudioMs : firstAudioMs),
  }
}

/** The reply was begun before the silence was complete. */
export const usedDraft = (turn: Turn): boolean => turn.requestMs < SILENCE_MS

/** Its first audio was there before the silence was complete: only then can it leave on time. */
export const wasReady = (turn: Turn): boolean => turn.firstAudioMs < SILENCE_MS

/** Not before 500 ms; a clock's last bits are no earliness. */
export const wasEarly = (turn: Turn): boolean => turn.gapMs < SILENCE_MS - 0.01

/** How many tokens make the first text complete: the one after it has to show that it is over, unless nothing follows. */
export function tokensNeededFor(text: string, tokens: readonly string[]): number {
  let written = ''
  for (const [n, token] of tokens.entries()) {
    written += token
    if (written.trimEnd().length > text.trim().length) return n + 1
  }
  return tokens.length
}

/** The turn whose gap is the median one; null if there is none. */
export function medianTurn(turns: readonly Turn[]): Turn | null {
  const sorted = [...turns].sort((a, b) => a.gapMs - b.gapMs)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}
