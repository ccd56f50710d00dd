/**
 * Plays a plan to the real call, in one pipeline, in virtual time: a caller who speaks, waits and cuts in as planned, a
 * recogniser, a model and a voice that are the same for every pipeline. Keeps what the model was asked, what was said, what
 * was heard, and the proof of each turn.
 */
import { assistantNamed } from '../../src/assistant/assistant.ts'
import { buildMessages } from '../../src/assistant/messages.ts'
import { FRAME_MS } from '../../src/audio/frames.ts'
import { Call } from '../../src/call/call.ts'
import { Certificates, type Certificate } from '../../src/call/certificate.ts'
import type { Pipeline } from '../../src/call/facts.ts'
import type { Entry } from '../../src/call/journal.ts'
import { openReplies } from '../../src/call/reply.ts'
import type { Line, Message } from '../../src/ports.ts'
import { fakeVoice } from '../support/fake-speak.ts'
import { FakeThink } from '../support/fake-think.ts'
import { doing } from '../support/tools.ts'
import { Playback } from '../vendors/twilio/playback.ts'
import { CallerLeg, CallerVoice, knowingDetector, type Stretch } from './caller-voice.ts'
import { promisesKept, QuickClock } from './clock.ts'
import { answerTo } from './model.ts'
import { speechIn, WORD_MS, type Plan, type Utterance } from './plan.ts'
import { ProofRecogniser, type SaidWord } from './recogniser.ts'

/** Changes what the model is asked, as a mistake in a pipeline would: to see that it is found. */
export type Mistake = (pipeline: Pipeline, messages: readonly Message[]) => readonly Message[]

export type Rehearsed = {
  readonly turns: readonly (Certificate & { readonly request: string | null })[]
  /** What the model was asked, heard or not. */
  readonly requests: number
  /** Since when the caller had really been silent when the first sound of each answer reached the line. */
  readonly silentMs: readonly number[]
  /** What was not let go of at the end. */
  readonly leaked: number
  /** The bot left the caller waiting for an answer until he hung up. */
  readonly gaveUp: boolean
  readonly lengthMs: number
  readonly entries: readonly Entry[]
}

/** The caller begins this much into a word; it takes hearing 60 to 140 ms to be sure, and the word lasts 240. */
const INTO_WORD_MS = 40
/** Nothing was said that must be answered: only after so long it is certain that nothing will be. */
const NO_ANSWER_MS = 1_600
/** How long a caller waits for an answer, and how long a call can be. */
const PATIENCE_MS = 15_000
const LONGEST_MS = 300_000

const assistant = assistantNamed('nooks')!

export async function rehearse(plan: Plan, pipeline: Pipeline, voice: CallerVoice, mistake?: Mistake): Promise<Rehearsed> {
  const rehearsal = new Rehearsal(plan, pipeline, voice, mistake)
  return rehearsal.play()
}

class Rehearsal {
  readonly #clock = new QuickClock()
  readonly #voice: CallerVoice
  readonly #leg: CallerLeg
  readonly #plan: Plan
  readonly #waiting: Utterance[]
  readonly #entries: Entry[] = []
  readonly #asked: string[] = []
  readonly #speech: Stretch[] = []
  readonly #silentMs: number[] = []
  readonly #recogniser: ProofRecogniser
  readonly #speaker
  readonly #think: FakeThink
  readonly #playback: Playback
  readonly #call: Call
  #atMs = 0
  #stirred = false
  #hungUp = false
  #gaveUp = false
  /* The caller. */
  #speakingToMs = 0
  #mustBeAnswered = true
  #repliesBefore = 0
  #freeMs = 0
  #waitedMs = 0
  /* What he hears of the bot. */
  #replies = 0
  #positionMs = 0
  #isHeld = false

  constructor(plan: Plan, pipeline: Pipeline, voice: CallerVoice, mistake: Mistake = (_, messages) => messages) {
    const clock = this.#clock
    this.#plan = plan
    this.#voice = voice
    this.#waiting = [...plan.utterances]
    this.#leg = new CallerLeg(voice.lineNoise(plan.noiseDb))
    this.#recogniser = new ProofRecogniser(clock, plan.nature, plan.seed)
    this.#speaker = fakeVoice({ clock, wordMs: WORD_MS, firstAudioMs: 120 })
    this.#think = new FakeThink(clock, messages => {
      this.#asked.push(JSON.stringify(messages))
      return answerTo(messages)
    })
    this.#playback = new Playback(news => {
      if (news.type === 'mark') this.#later(() => this.#call.played(news.name))
    })
    this.#call = new Call({
      clock,
      rules: { pipeline, longestMs: 3_600_000 },
      detectVoice: knowingDetector(this.#speech),
      transcribe: this.#recogniser.transcribe,
      journal: { write: entry => this.#take(entry), audio: () => {}, close: async () => {} },
      openReplies: signal => {
        const speak = this.#speaker.openVoice(signal)
        return openReplies({
          pipeline,
          messages: (history, said) => mistake(pipeline, buildMessages(assistant, history, said)),
          think: this.#think.think,
          doing: doing(clock),
          speak,
          speakLine: (name, lineSignal) => speak(once(`This is the ${name}. `), lineSignal),
        })
      },
    })
  }

  async play(): Promise<Rehearsed> {
    this.#call.answer(this.#line())
    while (!this.#hungUp && this.#atMs < LONGEST_MS) await this.#frame()
    this.#call.end('caller-hung-up')
    await this.#clock.advance(5_000)
    await this.#call.ended
    return {
      turns: this.#turns(),
      requests: this.#asked.length,
      silentMs: this.#silentMs,
      leaked: this.#clock.waiting + this.#recogniser.held + this.#speaker.openVoices() + this.#think.open,
      gaveUp: this.#gaveUp || this.#atMs >= LONGEST_MS,
      lengthMs: this.#atMs,
      entries: this.#entries,
    }
  }

  /** The turns that were audible; the n-th reply that was prepared is what the n-th request was for. */
  #turns(): Rehearsed['turns'] {
    const certificates = new Certificates()
    for (const entry of this.#entries) certificates.take(entry)
    const prepared = this.#entries.flatMap(entry =>
      entry.type === 'command' && entry.command.type === 'prepare' ? [entry.command.id] : [],
    )
    if (prepared.length !== this.#asked.length) throw new Error('not every reply prepared was asked for once')
    return certificates.all
      .filter(turn => turn.firstFrameMs !== null)
      .map(turn => ({ ...turn, request: this.#asked[prepared.indexOf(turn.id)] ?? null }))
  }

  /* ── Time ──────────────────────────────────────────────────────────────────────────────────────────────────── */

  async #frame(): Promise<void> {
    await this.#clock.advance(FRAME_MS)
    this.#playback.advance(this.#clock.now())
    this.#hearBot()
    this.#decide()
    if (this.#hungUp) return
    this.#stirred = false
    this.#call.hear(this.#leg.next(), this.#atMs)
    this.#atMs += FRAME_MS
    if (this.#stirred) await promisesKept()
  }

  /** What the call writes down is all that can set promises going. */
  #take(entry: Entry): void {
    this.#stirred = true
    this.#entries.push(entry)
    if (entry.type === 'first-frame') this.#beginReply()
    if (entry.type !== 'command') return
    if (entry.command.type === 'hold') {
      this.#isHeld = true
      this.#positionMs -= this.#positionMs % WORD_MS
    }
    if (entry.command.type === 'resume') this.#isHeld = false
  }

  #beginReply(): void {
    this.#replies++
    this.#positionMs = 0
    this.#isHeld = false
    const silentFrom = Math.max(0, ...this.#speech.filter(({ fromMs }) => fromMs < this.#atMs).map(({ toMs }) => toMs))
    if (this.#call.turns.reply?.line === null) this.#silentMs.push(this.#atMs + FRAME_MS - silentFrom)
  }

  /* ── The caller ────────────────────────────────────────────────────────────────────────────────────────────── */

  #hearBot(): void {
    const { audible } = this.#playback.state
    if (audible && !this.#isHeld) this.#positionMs += FRAME_MS
    const isFree = !audible && this.#call.turns.reply === null && this.#atMs >= this.#speakingToMs
    this.#freeMs = isFree ? this.#freeMs + FRAME_MS : 0
    this.#waitedMs = this.#atMs >= this.#speakingToMs && !audible ? this.#waitedMs + FRAME_MS : 0
  }

  #decide(): void {
    if (this.#atMs < this.#speakingToMs) return
    if (this.#waitedMs >= PATIENCE_MS) {
      this.#gaveUp = true
      this.#hungUp = true
      return
    }
    const [next] = this.#waiting
    if (!next) this.#hungUp = this.#isFree(1_000)
    else if (this.#isTimeFor(next)) this.#say(this.#waiting.shift()!)
  }

  #isTimeFor({ when }: Utterance): boolean {
    if (when.type === 'after-reply') return this.#isFree(when.ms)
    const isHisTurn = !this.#mustBeAnswered || this.#replies > this.#repliesBefore
    const isThere = this.#playback.state.audible && !this.#isHeld && this.#positionMs >= when.word * WORD_MS + INTO_WORD_MS
    return (isHisTurn && isThere) || this.#isFree(400)
  }

  /** The bot has been heard, and silent for so long. */
  #isFree(ms: number): boolean {
    if (this.#mustBeAnswered) return this.#replies > this.#repliesBefore && this.#freeMs >= ms
    return this.#freeMs >= Math.max(ms, NO_ANSWER_MS)
  }

  #say({ pieces, wantsAnswer }: Utterance): void {
    let atMs = this.#atMs
    for (const { pauseMs, snippet, words } of pieces) {
      atMs += pauseMs
      this.#leg.lay(atMs, this.#voice.samples(snippet))
      this.#speech.push(...speechIn(snippet).map(({ fromMs, toMs }) => ({ fromMs: atMs + fromMs, toMs: atMs + toMs })))
      const lengthMs = snippet.toMs - snippet.fromMs
      this.#recogniser.expect(spread(words, atMs, lengthMs))
      atMs += lengthMs
    }
    this.#speakingToMs = atMs
    this.#mustBeAnswered = wantsAnswer
    this.#repliesBefore = this.#replies
  }

  /* ── The line ──────────────────────────────────────────────────────────────────────────────────────────────── */

  #later(happen: () => void): void {
    if (this.#plan.networkMs === 0) happen()
    else this.#clock.after(this.#plan.networkMs, happen)
  }

  #line(): Line {
    return {
      play: audio => this.#later(() => void this.#playback.play(audio)),
      mark: name => this.#later(() => this.#playback.mark(name)),
      clear: () => this.#later(() => this.#playback.clear()),
      hangUp: () => {
        this.#hungUp = true
      },
    }
  }
}

const spread = (words: readonly string[], fromMs: number, lengthMs: number): readonly SaidWord[] =>
  words.map((text, n) => ({
    text,
    startMs: fromMs + (n * lengthMs) / words.length,
    endMs: fromMs + ((n + 1) * lengthMs) / words.length,
  }))

async function* once(text: string): AsyncIterable<string> {
  yield text
}
