/**
 * What every recogniser must do before it answers a call: the contract of `Transcribe` (src/ports.ts) as tests.
 *
 * The suite plays a caller, frame by frame and with the hints a call gives, and looks only at what is told. It knows no
 * vendor and no engine; time passes through the subject, so a scripted recogniser runs in virtual time and a real one as
 * fast as it can be fed.
 */
import { afterEach, describe, expect, it } from 'vitest'
import { FRAME_MS, silentFrame } from '../../src/audio/frames.ts'
import type { Frame } from '../../src/audio/frames.ts'
import { ProviderError } from '../../src/ports.ts'
import type { Transcribe, TranscriptNews, Transcription } from '../../src/ports.ts'
import { wordErrorRate } from '../support/word-errors.ts'

/** Speech between two silences, in call time, and what is truly said in it. */
export type Stretch = { readonly fromMs: number; readonly toMs: number; readonly text: string }

/** A caller as a recogniser meets one. After the last frame the line stays silent. */
export type Caller = { readonly frames: readonly Frame[]; readonly stretches: readonly Stretch[] }

export type TranscribeSubject = {
  /** One stretch of speech. */
  readonly sentence: Caller
  /** Two stretches with at least two seconds of silence between them. */
  readonly twoSentences: Caller
  /** One stretch that begins within the first 200 ms of the call, while a recogniser may still be connecting. */
  readonly earlyWord: Caller
  /** Opens a recogniser that can hear this caller. Called anew in each test. */
  readonly open: (caller: Caller) => Promise<OpenRecogniser>
  /** The share of words it may get wrong: 0 where the words are scripted. */
  readonly wordErrorRate: number
  /** How far a word's time may be from where it is spoken. */
  readonly timesWithinMs: number
  /** How much silence may pass before the words are complete without being asked for, and after `settle`. */
  readonly completeWithinMs: number
  readonly settledWithinMs: number
}

export type OpenRecogniser = {
  readonly transcribe: Transcribe
  /** Lets so much time pass; resolves once everything that could happen in it has. */
  readonly pass: (ms: number) => Promise<void>
  /** Takes the service away for good; absent if nothing can. */
  readonly breakDown?: () => Promise<void>
  /** Sockets, timers and workers still held for this call. */
  readonly held: () => number
  /** Frees what the test itself opened. */
  readonly close: () => Promise<void>
}

/** A call notices that speech began or ended some frames late; so do the hints. */
const HINT_DELAY_MS = 60
const EMPTY: Caller = { frames: [], stretches: [] }

export function describeTranscribe(name: string, subject: TranscribeSubject): void {
  describe(`${name} as a recogniser`, () => {
    const calls: PlayedCall[] = []
    const callFrom = async (caller: Caller): Promise<PlayedCall> => {
      const call = new PlayedCall(caller, await subject.open(caller))
      calls.push(call)
      return call
    }
    afterEach(async () => {
      for (const call of calls.splice(0)) await call.end()
    })

    const completeTo = (call: PlayedCall, ms: number) => () => call.completeToMs >= ms

    it('hears what the caller says, in order', async () => {
      const call = await callFrom(subject.sentence)
      const stretch = onlyStretch(subject.sentence)
      await call.playTo(stretch.toMs)
      await call.playUntil(completeTo(call, stretch.toMs), subject.completeWithinMs + 1000)
      expect(wordErrorRate(stretch.text, call.text), `heard "${call.text}"`).toBeLessThanOrEqual(subject.wordErrorRate)
      call.expectLawfulNews()
    })

    it('says when in the call each word was spoken', async () => {
      const call = await callFrom(subject.sentence)
      const stretch = onlyStretch(subject.sentence)
      await call.playTo(stretch.toMs)
      await call.playUntil(completeTo(call, stretch.toMs), subject.completeWithinMs + 1000)
      expect(call.words.length).toBeGreaterThan(0)
      for (const word of call.words) {
        for (const ms of [word.startMs, word.endMs]) {
          expect(ms, word.text).toBeGreaterThanOrEqual(stretch.fromMs - subject.timesWithinMs)
          expect(ms, word.text).toBeLessThanOrEqual(stretch.toMs + subject.timesWithinMs)
        }
      }
    })

    it('vouches for the words soon after the caller paused', async () => {
      const call = await callFrom(subject.sentence)
      const stretch = onlyStretch(subject.sentence)
      await call.playTo(stretch.toMs)
      await call.playUntil(completeTo(call, stretch.toMs), subject.completeWithinMs)
      expect(call.completeToMs).toBeGreaterThanOrEqual(stretch.toMs)
      expect(call.words.every(word => word.final)).toBe(true)
    })

    it('ends the turn when asked to', async () => {
      const call = await callFrom(subject.sentence)
      const stretch = onlyStretch(subject.sentence)
      await call.playTo(stretch.toMs + HINT_DELAY_MS)
      call.settle()
      await call.playUntil(completeTo(call, stretch.toMs), subject.settledWithinMs)
      expect(call.completeToMs).toBeGreaterThanOrEqual(stretch.toMs)
      expect(wordErrorRate(stretch.text, call.text), `heard "${call.text}"`).toBeLessThanOrEqual(subject.wordErrorRate)
      call.expectLawfulNews()
    })

    it('hears two sentences once each, one after the other', async () => {
      const call = await callFrom(subject.twoSentences)
      const [first, second] = subject.twoSentences.stretches
      if (!first || !second) throw new Error('The caller of two sentences says two')
      await call.playTo(second.toMs)
      await call.playUntil(completeTo(call, second.toMs), subject.completeWithinMs + 1000)
      expect(wordErrorRate(`${first.text} ${second.text}`, call.text), `heard "${call.text}"`).toBeLessThanOrEqual(
        subject.wordErrorRate,
      )
      const later = call.words.filter(word => word.startMs >= first.toMs + subject.timesWithinMs)
      const laterText = later.map(word => word.text).join(' ')
      expect(wordErrorRate(second.text, laterText), `then "${laterText}"`).toBeLessThanOrEqual(subject.wordErrorRate)
      call.expectLawfulNews()
    })

    it('loses no word spoken before it was ready', async () => {
      const call = await callFrom(subject.earlyWord)
      const stretch = onlyStretch(subject.earlyWord)
      expect(stretch.fromMs).toBeLessThanOrEqual(200)
      await call.playTo(stretch.toMs)
      await call.playUntil(completeTo(call, stretch.toMs), subject.completeWithinMs + 1000)
      expect(wordErrorRate(stretch.text, call.text), `heard "${call.text}"`).toBeLessThanOrEqual(subject.wordErrorRate)
    })

    it('makes no words out of silence', async () => {
      const call = await callFrom(EMPTY)
      await call.playTo(3000)
      expect(call.text).toBe('')
    })

    it('bears being asked to settle when nothing was said', async () => {
      const call = await callFrom(EMPTY)
      await call.playTo(500)
      call.settle()
      await call.playTo(1500)
      expect(call.text).toBe('')
    })

    it('falls silent at once when the call ends, and lets go of everything', async () => {
      const call = await callFrom(subject.sentence)
      const stretch = onlyStretch(subject.sentence)
      await call.playTo((stretch.fromMs + stretch.toMs) / 2)
      call.hangUp()
      const toldBefore = call.news.length
      await call.playTo(stretch.toMs + 1000)
      await call.waitUntilReleased()
      expect(call.news.length).toBe(toldBefore)
      expect(call.held).toBe(0)
    })

    it('lets go of everything when the call ends before it was ready', async () => {
      const call = await callFrom(subject.sentence)
      call.hangUp()
      await call.playTo(500)
      await call.waitUntilReleased()
      expect(call.news).toEqual([])
      expect(call.held).toBe(0)
    })

    it('opens nothing for a call that is already over', async () => {
      const recogniser = await subject.open(subject.earlyWord)
      const news: TranscriptNews[] = []
      const transcription = recogniser.transcribe(item => news.push(item), AbortSignal.abort())
      const stretch = onlyStretch(subject.earlyWord)
      for (const frame of subject.earlyWord.frames) transcription.hear(frame)
      transcription.callerPaused(stretch.toMs)
      transcription.settle()
      await recogniser.pass(1000)
      expect(news).toEqual([])
      expect(recogniser.held()).toBe(0)
      await recogniser.close()
    })

    it('says once that it is deaf, and why, when the service is gone for good', async context => {
      const call = await callFrom(subject.sentence)
      if (!call.canBreakDown) return context.skip()
      const stretch = onlyStretch(subject.sentence)
      await call.playTo((stretch.fromMs + stretch.toMs) / 2)
      await call.breakDown()
      await call.playUntil(() => call.deaf.length > 0, 10_000)
      await call.playFor(10_000)
      expect(call.deaf.length).toBe(1)
      expect(call.deaf[0]?.error).toBeInstanceOf(ProviderError)
      call.hangUp()
      await call.waitUntilReleased()
      expect(call.held).toBe(0)
    })
  })
}

function onlyStretch(caller: Caller): Stretch {
  const stretch = caller.stretches[0]
  if (!stretch || caller.stretches.length > 1) throw new Error('This caller says one thing')
  return stretch
}

/** Plays a caller to a recogniser and keeps what is told. */
class PlayedCall {
  readonly news: TranscriptNews[] = []
  readonly #caller: Caller
  readonly #recogniser: OpenRecogniser
  readonly #transcription: Transcription
  readonly #hangUp = new AbortController()
  readonly #turns = new Map<number, Extract<TranscriptNews, { type: 'words' }>>()
  readonly #unlawful: string[] = []
  #heardMs = 0
  #ended = false

  constructor(caller: Caller, recogniser: OpenRecogniser) {
    this.#caller = caller
    this.#recogniser = recogniser
    this.#transcription = recogniser.transcribe(news => this.#note(news), this.#hangUp.signal)
  }

  get words() {
    return [...this.#turns.values()].flatMap(turn => turn.words)
  }
  get text() {
    return this.words.map(word => word.text).join(' ')
  }
  /** Up to where the words are vouched for; -1 while the latest turn is open or nothing was said. */
  get completeToMs() {
    return [...this.#turns.values()].at(-1)?.completeToMs ?? -1
  }
  get deaf() {
    return this.news.filter(item => item.type === 'deaf')
  }
  get held() {
    return this.#recogniser.held()
  }
  get canBreakDown() {
    return this.#recogniser.breakDown !== undefined
  }

  async breakDown(): Promise<void> {
    await this.#recogniser.breakDown?.()
  }

  settle(): void {
    this.#transcription.settle()
  }

  hangUp(): void {
    this.#hangUp.abort()
  }

  playTo(ms: number): Promise<void> {
    return this.playUntil(() => this.#heardMs >= ms, Infinity)
  }

  playFor(ms: number): Promise<void> {
    return this.playTo(this.#heardMs + ms)
  }

  /** Lets the caller go on until something is so, at most for `limitMs` of call time. */
  async playUntil(isSo: () => boolean, limitMs: number): Promise<void> {
    const endMs = this.#heardMs + limitMs
    while (!isSo() && this.#heardMs < endMs) await this.#playFrame()
  }

  async waitUntilReleased(): Promise<void> {
    for (let waitedMs = 0; this.held > 0 && waitedMs < 10_000; waitedMs += 20) await this.#recogniser.pass(20)
  }

  async end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.hangUp()
    await this.waitUntilReleased()
    await this.#recogniser.close()
  }

  expectLawfulNews(): void {
    expect(this.#unlawful).toEqual([])
  }

  async #playFrame(): Promise<void> {
    this.#transcription.hear(this.#caller.frames[this.#heardMs / FRAME_MS] ?? silentFrame)
    this.#heardMs += FRAME_MS
    for (const { fromMs, toMs } of this.#caller.stretches) {
      if (this.#passes(fromMs + HINT_DELAY_MS)) this.#transcription.callerSpoke(fromMs)
      if (this.#passes(toMs + HINT_DELAY_MS)) this.#transcription.callerPaused(toMs)
    }
    await this.#recogniser.pass(FRAME_MS)
  }

  #passes(ms: number): boolean {
    return ms <= this.#heardMs && ms > this.#heardMs - FRAME_MS
  }

  #note(news: TranscriptNews): void {
    this.news.push(news)
    if (news.type !== 'words') return
    const before = this.#turns.get(news.turn)
    const broken = brokenRules(news, before, [...this.#turns.values()], this.#heardMs)
    this.#unlawful.push(...broken.map(rule => `${rule}: ${JSON.stringify(news)}`))
    this.#turns.set(news.turn, news)
  }
}

type WordsNews = Extract<TranscriptNews, { type: 'words' }>

/** The rules of the port that each piece of news must keep, given what was told before it. */
function brokenRules(news: WordsNews, before: WordsNews | undefined, turns: readonly WordsNews[], heardMs: number): string[] {
  const { words, completeToMs } = news
  const lastEndMs = words.at(-1)?.endMs ?? 0
  const earlier = turns.filter(turn => turn.turn < news.turn)
  const vouchedMs = Math.max(0, ...turns.map(turn => turn.completeToMs ?? 0))
  const added = words.slice(before?.words.length ?? 0)
  const rules: readonly (readonly [string, boolean])[] = [
    ['turns only grow', before !== undefined || turns.every(turn => turn.turn < news.turn)],
    ['words follow each other', words.every((word, i) => word.startMs >= (words[i - 1]?.startMs ?? 0))],
    ['a word ends after it starts', words.every(word => word.endMs >= word.startMs && word.startMs >= 0)],
    ['words lie in the audio heard so far', lastEndMs <= heardMs],
    ['turns follow each other', earlier.every(turn => (turn.words.at(-1)?.startMs ?? 0) <= (words[0]?.startMs ?? Infinity))],
    ['a final word follows only final words', words.every((word, i) => !word.final || words.slice(0, i).every(one => one.final))],
    ['a final word stays', before?.completeToMs != null || keepsFinals(before?.words ?? [], words)],
    ['a turn is vouched for to its last word at least', completeToMs === null || completeToMs >= lastEndMs],
    ['nothing is vouched for before it was heard', completeToMs === null || completeToMs <= heardMs],
    ['a complete turn has only final words', completeToMs === null || words.every(word => word.final)],
    ['nothing is added before what was vouched for', added.every(word => word.endMs >= vouchedMs)],
  ]
  return rules.filter(([, kept]) => !kept).map(([rule]) => rule)
}

const keepsFinals = (before: WordsNews['words'], now: WordsNews['words']): boolean =>
  before.every((word, i) => !word.final || now[i]?.text === word.text)
