/**
 * A recogniser that hears a script instead of the audio: each word appears and becomes final so many milliseconds after the
 * frame in which it ends has been heard. Runs on the injected clock, so whole calls play in virtual time.
 */
import { FRAME_MS } from '../../src/audio/frames.ts'
import { ProviderError } from '../../src/ports.ts'
import type { Clock, Transcribe, TranscriptNews, Transcription, Word } from '../../src/ports.ts'

export type FakeWord = {
  readonly text: string
  /** Call time in which it is spoken. */
  readonly startMs: number
  readonly endMs: number
  /** From the word's end to the news that it is final. */
  readonly finalAfterMs: number
  /** From the word's end to the first news of it; as soon as it has ended unless said. At most `finalAfterMs`. */
  readonly partialAfterMs?: number
  /** What it is taken for at first. */
  readonly mistakenFor?: string
}

export type FakeTranscribeOptions = {
  readonly clock: Clock
  readonly words: readonly FakeWord[]
  /** Silence after a turn's last word at which the recogniser declares the turn ended; null if only `settle` ends it. */
  readonly turnEndsAfterMs?: number | null
  /** From `settle` to the declared end. */
  readonly settleAfterMs?: number
  /** When (call time) it is lost, and when it is back; null if never. What is spoken in between goes unheard. */
  readonly outages?: readonly { readonly fromMs: number; readonly toMs: number | null }[]
}

export type FakeTranscribe = {
  readonly transcribe: Transcribe
  /** Call times at which it was asked to settle. */
  readonly settledAtMs: readonly number[]
  /** The hints it was given, in order. */
  readonly hints: readonly { readonly hint: 'spoke' | 'paused'; readonly atMs: number }[]
  /** Timers it still holds: 0 once the call has ended. */
  readonly held: () => number
}

export const fakeOutage = new ProviderError('fake', 'listening', 'scripted outage', true)

export function fakeTranscribe(options: FakeTranscribeOptions): FakeTranscribe {
  const settledAtMs: number[] = []
  const hints: { hint: 'spoke' | 'paused'; atMs: number }[] = []
  const timers = new Set<() => void>()
  const heard = options.words.filter(word => !isLost(options.outages, word.endMs))
  const turns = turnsOf(heard, options.turnEndsAfterMs ?? null)
  const { clock } = options

  const transcribe: Transcribe = (tell, signal) => {
    let heardMs = 0
    let open = !signal.aborted
    const known = new Map<FakeWord, 'partial' | 'final'>()
    const declared = new Map<number, number>()

    const after = (delayMs: number, happen: () => void): void => {
      const cancel = clock.after(delayMs, () => {
        timers.delete(cancel)
        happen()
      })
      timers.add(cancel)
    }
    const close = (): void => {
      open = false
      for (const cancel of timers) cancel()
      timers.clear()
    }
    signal.addEventListener('abort', close, { once: true })

    const say = (news: TranscriptNews): void => {
      if (open) tell(news)
    }
    const sayTurn = (turn: number): void => {
      say({ type: 'words', turn, words: wordsAs(turns[turn] ?? [], known), completeToMs: declared.get(turn) ?? null })
    }
    const declare = (turn: number, completeToMs: number): void => {
      const words = turns[turn] ?? []
      for (const word of words) if (word.endMs <= completeToMs) known.set(word, 'final')
      declared.set(turn, Math.max(completeToMs, declared.get(turn) ?? 0))
      sayTurn(turn)
    }

    const learn = (turn: number, word: FakeWord, as: 'partial' | 'final'): void => {
      if (known.get(word) === 'final') return
      known.set(word, as)
      sayTurn(turn)
    }
    const hearWord = (turn: number, word: FakeWord): void => {
      declared.delete(turn)
      const partialAfterMs = Math.min(word.partialAfterMs ?? 0, word.finalAfterMs)
      if (partialAfterMs < word.finalAfterMs) after(partialAfterMs, () => learn(turn, word, 'partial'))
      after(word.finalAfterMs, () => learn(turn, word, 'final'))
    }
    const endOf = (turn: number): number | null => {
      const last = turns[turn]?.at(-1)
      return last && options.turnEndsAfterMs != null ? last.endMs + options.turnEndsAfterMs : null
    }

    const listen = (): void => {
      const reaches = (ms: number): boolean => ms <= heardMs && ms > heardMs - FRAME_MS
      turns.forEach((words, turn) => {
        for (const word of words) if (reaches(word.endMs)) hearWord(turn, word)
        const endMs = endOf(turn)
        const slowestMs = Math.max(0, ...words.map(word => word.endMs + word.finalAfterMs - (endMs ?? 0)))
        if (endMs !== null && reaches(endMs) && known.size > 0) after(slowestMs, () => declare(turn, endMs))
      })
      for (const { fromMs, toMs } of options.outages ?? []) {
        if (reaches(fromMs)) say({ type: 'deaf', error: fakeOutage })
        if (toMs !== null && reaches(toMs)) say({ type: 'hearing' })
      }
    }
    const settle = (): void => {
      const toMs = heardMs
      settledAtMs.push(toMs)
      const turn = turns.findLastIndex(words => (words[0]?.endMs ?? Infinity) <= toMs)
      if (turn >= 0 && !isLost(options.outages, toMs)) after(options.settleAfterMs ?? 0, () => declare(turn, toMs))
    }

    return {
      hear() {
        heardMs += FRAME_MS
        if (open) listen()
      },
      callerSpoke: fromMs => void hints.push({ hint: 'spoke', atMs: fromMs }),
      callerPaused: sinceMs => void hints.push({ hint: 'paused', atMs: sinceMs }),
      settle: () => (open ? settle() : undefined),
    } satisfies Transcription
  }

  return { transcribe, settledAtMs, hints, held: () => timers.size }
}

/** Words more than `gapMs` apart belong to different turns; without a gap all are one. */
function turnsOf(words: readonly FakeWord[], gapMs: number | null): readonly (readonly FakeWord[])[] {
  const turns: FakeWord[][] = []
  for (const word of words) {
    const turn = turns.at(-1)
    const last = turn?.at(-1)
    if (turn && last && (gapMs === null || word.startMs - last.endMs < gapMs)) turn.push(word)
    else turns.push([word])
  }
  return turns
}

/** The words known so far, in order; one is final only if all before it are. */
function wordsAs(words: readonly FakeWord[], known: ReadonlyMap<FakeWord, 'partial' | 'final'>): readonly Word[] {
  const unknown = words.findIndex(word => !known.has(word))
  const shown = unknown < 0 ? words : words.slice(0, unknown)
  const firstPartial = shown.findIndex(word => known.get(word) === 'partial')
  return shown.map((word, i) => ({
    text: known.get(word) === 'partial' ? (word.mistakenFor ?? word.text) : word.text,
    startMs: word.startMs,
    endMs: word.endMs,
    final: firstPartial < 0 || i < firstPartial,
    confidence: null,
  }))
}

const isLost = (outages: FakeTranscribeOptions['outages'], atMs: number): boolean =>
  (outages ?? []).some(({ fromMs, toMs }) => atMs > fromMs && (toMs === null || atMs <= toMs))
