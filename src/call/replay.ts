/**
 * Runs a recorded call again, through the code as it is now, as fast as it goes: the caller's audio frame by frame, and every
 * input at the frame at which it came. No clock, no service, no line. If the code still decides the same, the commands and
 * events are the same, one by one. Where the caller did not let the audio be kept, the pauses are taken as they were heard then.
 */
import { FRAME_BYTES, FRAME_MS, silentFrame } from '../audio/frames.ts'
import { ProviderError, type Clock, type Line, type TranscriptNews } from '../ports.ts'
import { Call } from './call.ts'
import type { Entry, Heading, Input, Journal } from './journal.ts'
import type { Replies, ReplyNews, TellReply } from './reply.ts'
import { RememberedHearing } from './remembered-hearing.ts'
import { Track } from './track.ts'

export type Replay = {
  /** The journal the call would write now. */
  readonly entries: readonly Entry[]
  /** Where it first decides otherwise, or null. */
  readonly difference: Difference | null
}

export type Difference = { readonly at: number; readonly recorded: string; readonly now: string }

type InputEntry = Entry & { readonly type: 'input' }

/** Runs the call again. Throws if the journal has no heading. */
export function replay(recorded: readonly Entry[], callerAudio: Uint8Array): Replay {
  const heading = recorded.find(entry => entry.type === 'call')
  if (!heading) throw new Error('the journal does not begin with a call')
  const rerun = new Rerun(heading, isWhole(recorded) ? null : new RememberedHearing(recorded))
  const inputs = recorded.filter(entry => entry.type === 'input')
  for (const entry of inputs) {
    rerun.hearUntil(entry.at, callerAudio)
    rerun.deliver(entry.input)
  }
  // After the last input the caller's audio alone decides.
  const lastMs = recorded.at(-1)!.at
  rerun.hearUntil(lastMs, callerAudio)
  const wasKilled = inputs.at(-1)?.input.type !== 'ended'
  return { entries: rerun.entries, difference: firstDifference(recorded, rerun.entries, wasKilled ? lastMs : Infinity) }
}

/** Whether all of the caller's audio was kept; else what was heard in it has to be taken from the journal. */
const isWhole = (entries: readonly Entry[]): boolean => !entries.some(({ type }) => type === 'recording')

/** A call whose outside world is the journal. */
class Rerun {
  readonly entries: Entry[] = []
  readonly #call: Call
  readonly #replies = new Map<number, { readonly track: Track; readonly tell: TellReply }>()
  #tellWords: (news: TranscriptNews) => void = () => {}
  #tellVoice: (windowEndMs: number, probability: number) => void = () => {}
  #heardMs = 0
  readonly #isWhole: boolean

  /** `hearing`: what was heard then; null if all of the audio is there to be heard again. */
  constructor(heading: Heading, hearing: RememberedHearing | null) {
    this.#isWhole = hearing === null
    this.#call = new Call({
      ...(hearing && { hearing }),
      clock: stoppedClock,
      journal: this.#journal(),
      rules: heading.rules,
      resumption: heading.resumes,
      transcribe: tell => {
        this.#tellWords = tell
        return { hear() {}, callerSpoke() {}, callerPaused() {}, settle() {} }
      },
      detectVoice: tell => {
        this.#tellVoice = tell
        return { hear() {} }
      },
      openReplies: () => this.#openReplies(),
    })
  }

  hearUntil(atMs: number, callerAudio: Uint8Array): void {
    for (; this.#heardMs < atMs; this.#heardMs += FRAME_MS) {
      const from = (this.#heardMs / FRAME_MS) * FRAME_BYTES
      const isKept = from + FRAME_BYTES <= callerAudio.length
      if (!isKept && this.#isWhole) return
      this.#call.hear(isKept ? callerAudio.subarray(from, from + FRAME_BYTES) : silentFrame, this.#heardMs)
    }
  }

  deliver(input: Input): void {
    switch (input.type) {
      case 'answered':
        return this.#call.answer(silentLine)
      case 'heard':
        return this.#tellWords(input.news)
      case 'voice':
        return this.#tellVoice(input.windowEndMs, input.probability)
      case 'reply':
        return this.#hearReply(input.id, input.news)
      case 'mark':
        return this.#call.played(input.name)
      case 'digit':
        return this.#call.digit(input.digit)
      case 'say':
        return void this.#call.say(input.text)
      case 'transfer':
        return this.#call.transfer(input.brief)
      case 'leave':
        return this.#call.leave(input.why)
      case 'hang-up':
        return this.#call.hangUp()
      case 'spare':
        return this.#call.spare(input.spares)
      case 'ended':
        return this.#call.end(input.reason)
      default:
        return input satisfies never
    }
  }

  #hearReply(id: number, news: ReplyNews): void {
    const reply = this.#replies.get(id)
    if (!reply) return
    if (news.type === 'speech') reply.track.append({ audio: new Uint8Array(news.bytes), words: news.words })
    if (news.type === 'complete' || news.type === 'failed') reply.track.close()
    reply.tell(news)
  }

  /** Turn-taking numbers replies from 1 in the order in which it begins them. */
  #openReplies(): Replies {
    const begin = (tell: TellReply) => {
      const track = new Track()
      this.#replies.set(this.#replies.size + 1, { track, tell })
      return { track, release: () => {}, waitsFor: () => 'the model' as const, drop: () => {}, settled: async () => {} }
    }
    return {
      answer: (_history, _said, tell) => begin(tell),
      line: (_name, tell) => begin(tell),
      words: (_text, tell) => begin(tell),
    }
  }

  #journal(): Journal {
    return { write: entry => void this.entries.push(entry), audio: () => {}, close: async () => {} }
  }
}

const stoppedClock: Clock = { now: () => 0, after: () => () => {} }
const silentLine: Line = { play() {}, mark() {}, clear() {}, hangUp() {} }

/** A `deaf` report comes back from a file as plain data. */
export function entryOf(line: string): Entry {
  const entry = JSON.parse(line) as Entry
  if (entry.type !== 'input' || entry.input.type !== 'heard' || entry.input.news.type !== 'deaf') return entry
  const { provider, stage, message, retryable } = entry.input.news.error
  const said = message.replace(`${provider} (${stage}): `, '')
  const news = { type: 'deaf', error: new ProviderError(provider, stage, said, retryable) } as const
  return { ...entry, input: { type: 'heard', news } } satisfies InputEntry
}

/** Of a process that was killed at `tornMs`, what it decided in that very moment may be missing from the journal. */
function firstDifference(recorded: readonly Entry[], now: readonly Entry[], tornMs: number): Difference | null {
  const before = recorded.flatMap(decisions)
  const after = now.flatMap(decisions).filter(({ at }, n) => n < before.length || at < tornMs)
  const n = Array.from({ length: Math.max(before.length, after.length) }).findIndex((_, i) => before[i]?.what !== after[i]?.what)
  if (n === -1) return null
  const nothing = '(nothing)'
  return { at: (before[n] ?? after[n])!.at, recorded: before[n]?.what ?? nothing, now: after[n]?.what ?? nothing }
}

function decisions(entry: Entry): readonly { readonly at: number; readonly what: string }[] {
  const { at } = entry
  if (entry.type === 'command') return [{ at, what: `${at} ms: ${JSON.stringify(entry.command)}` }]
  return entry.type === 'event' ? [{ at, what: `${at} ms: ${JSON.stringify(entry.event)}` }] : []
}
