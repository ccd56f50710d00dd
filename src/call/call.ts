/**
 * One phone call: tells turn-taking what happens, and does what it says. Decides nothing itself.
 *
 * Audio takes the short way, by plain function calls: caller's frame -> recogniser, hearing; reply -> player -> line. Only edges
 * become events. One clock drives everything: each 20 ms frame of the caller is one pulse of the call, and where frames stay
 * away the wall clock stands in for them.
 */
import { FRAME_MS, type Frame } from '../audio/frames.ts'
import type { Clock, DetectVoice, Line, Note, ProviderError, Spent, Transcribe, Transcription, TranscriptNews } from '../ports.ts'
import {
  finishedWith,
  newCall,
  type CallRules,
  type Event,
  type LeaveReason,
  type ReplyId,
  type Resumption,
  type Turns,
} from './facts.ts'
import { Hearing, type HearingEvent } from './hearing.ts'
import type { Entry, Input, Journal } from './journal.ts'
import { MediaTime } from './media-time.ts'
import { Player, type PlayerNews } from './player.ts'
import type { PreparedReply, Replies, ReplyNews, TellReply } from './reply.ts'
import type { Command } from './rules.ts'
import { forget, hear, owedTranscript, placedWords, settled, textOf, wordsAfter, type Transcript } from './transcript.ts'
import { step, wakeAt } from './turns.ts'
import { Watchdog } from './watchdog.ts'

/** What dropped replies cost is known within a tick; a service that does not end a reply holds the books open no longer. */
const LAST_COSTS_MS = 1_000
/** So long without a frame, and silence stands in: longer than the jitter of a phone network, shorter than the 500 ms. */
export const STALL_MS = 200

/** Words of the operator that wait to be said. */
const TO_SAY_MAX = 5

export type CallParts = {
  readonly clock: Clock
  readonly journal: Journal
  readonly transcribe: Transcribe
  readonly detectVoice: DetectVoice
  readonly openReplies: (signal: AbortSignal, note: Note) => Replies
  readonly rules: CallRules
  /** What the call goes on from, if it was broken off. */
  readonly resumption?: Resumption | undefined
  /** Hears the caller's pauses; in a replay, as they were once heard. */
  readonly hearing?: Pick<Hearing, 'hear' | 'judge'>
}

type Timeless<T> = T extends unknown ? Omit<T, 'at'> : never

export class Call {
  readonly #clock: Clock
  readonly #journal: Journal
  readonly #scope = new AbortController()
  readonly #transcription: Transcription
  readonly #detector: ReturnType<DetectVoice>
  readonly #replies: Replies
  readonly #openedMs: number

  readonly #time = new MediaTime()
  readonly #watchdog = new Watchdog()
  readonly #hearing: Pick<Hearing, 'hear' | 'judge'>
  readonly #prepared = new Map<ReplyId, PreparedReply>()
  #closed = false
  /** Dropped, but not quite ended. */
  readonly #ending = new Set<PreparedReply>()
  readonly #inbox: Event[] = []
  #transcript: Transcript
  #turns: Turns
  #line: Line | null = null
  #player: Player | null = null
  /** Call time: the end of the newest frame. */
  #at = 0
  /** When the newest frame came, or was stood in for, by the wall clock; and how long the next may take. */
  #lastFrameMs = 0
  #patienceMs = STALL_MS
  #stopWatching: () => void = () => {}

  readonly ended: Promise<void>
  #resolveEnded: () => void = () => {}

  /** Opens the recogniser and the voice at once, while the phone still rings. */
  constructor(parts: CallParts) {
    const { clock, journal, transcribe, detectVoice, openReplies, rules, resumption, hearing = new Hearing() } = parts
    this.#clock = clock
    this.#hearing = hearing
    this.#journal = journal
    this.#openedMs = clock.now()
    this.#turns = newCall(rules, resumption)
    this.#transcript = owedTranscript(resumption?.owed ?? '')
    this.ended = new Promise(resolve => {
      this.#resolveEnded = resolve
    })
    const { signal } = this.#scope
    const note: Note = trouble => this.#noteTrouble(trouble)
    this.#transcription = transcribe(news => this.#take({ type: 'heard', news }), signal, note)
    this.#detector = detectVoice((windowEndMs, probability) => this.#take({ type: 'voice', windowEndMs, probability }), signal)
    this.#replies = openReplies(signal, note)
  }

  get turns(): Turns {
    return this.#turns
  }

  /** The caller is on the line: greets, or says that the call goes on. */
  answer(line: Line): void {
    this.#line = line
    this.#player = new Player(line, news => this.#hearPlayer(news))
    this.#lastFrameMs = this.#clock.now()
    this.#watch()
    this.#take({ type: 'answered' })
  }

  /** The caller's audio, of any length; `timestampMs` is the carrier's time of its first sample. */
  hear(audio: Uint8Array, timestampMs: number): void {
    this.#lastFrameMs = this.#clock.now()
    this.#patienceMs = STALL_MS
    this.#pulses(this.#time.take(audio, timestampMs))
  }

  /** The carrier has played everything up to this mark. */
  played(mark: string): void {
    this.#take({ type: 'mark', name: mark })
  }

  digit(digit: string): void {
    this.#take({ type: 'digit', digit })
  }

  /** Says these words as soon as it is polite. False if so many wait already that these would come too late to make sense. */
  say(text: string): boolean {
    if (this.#turns.toSay.length >= TO_SAY_MAX) return false
    this.#take({ type: 'say', text })
    return true
  }

  /** Tells the caller that a colleague takes over, and hands over; `brief` is what the colleague should know. */
  transfer(brief: string): void {
    this.#take({ type: 'transfer', brief })
  }

  /** Says goodbye as soon as the floor is free, and hangs up; at the latest half a minute from now. */
  leave(why: LeaveReason = 'shutdown'): void {
    this.#take({ type: 'leave', why })
  }

  /** Hangs up at once. */
  hangUp(): void {
    this.#take({ type: 'hang-up' })
  }

  /** The services are short, or no longer: whether to make no more than one draft a turn. */
  spare(spares: boolean): void {
    this.#take({ type: 'spare', spares })
  }

  /** Input that was refused before it reached the call. */
  note(kind: string, count: number): void {
    this.#write({ type: 'refused', kind, count })
  }

  /** Ends the call, whoever wanted it. What was heard of a reply under way is kept. May be called again. */
  end(reason: string): void {
    this.#take({ type: 'ended', reason })
  }

  /* ── In ──────────────────────────────────────────────────────────────────────────────────────────────────── */

  #take(input: Input): void {
    if (this.#turns.over) return
    this.#guard(() => {
      this.#write({ type: 'input', input })
      this.#accept(input)
    })
  }

  #accept(input: Input): void {
    switch (input.type) {
      case 'answered':
        return this.#handle({ type: 'call-answered' })
      case 'heard':
        return this.#hearWords(input.news)
      case 'voice':
        return this.#hearCaller(this.#hearing.judge(input.windowEndMs, input.probability))
      case 'reply':
        return this.#hearReply(input.id, input.news)
      case 'mark':
        return this.#player?.marked(input.name)
      case 'digit':
        return this.#handle({ type: 'key-pressed', key: input.digit })
      case 'say':
        return this.#handle({ type: 'say-wanted', text: input.text })
      case 'transfer':
        return this.#handle({ type: 'transfer-wanted', brief: input.brief })
      case 'leave':
        return this.#handle({ type: 'leave-wanted', why: input.why })
      case 'hang-up':
        return this.#handle({ type: 'hang-up-wanted' })
      case 'spare':
        return this.#handle({ type: 'sparing-wanted', spares: input.spares })
      case 'ended':
        return this.#close()
      default:
        return input satisfies never
    }
  }

  #pulses(frames: readonly Frame[]): void {
    for (const frame of frames) this.#guard(() => this.#pulse(frame))
  }

  /** 20 ms of the call: everything that is due in them happens now, in this order. */
  #pulse(frame: Frame): void {
    if (this.#turns.over) return
    this.#at += FRAME_MS
    // What is sent from here on is heard after these 20 ms, not in them.
    const heardByCaller = this.#player?.pulse()
    if (heardByCaller) this.#journal.audio(frame, heardByCaller)
    this.#transcription.hear(frame)
    this.#detector.hear(frame)
    this.#hearCaller(this.#hearing.hear(frame))
    this.#wake()
    this.#watchStages()
  }

  #watchStages(): void {
    const stall = this.#watchdog.look(this.#turns, this.#at, id => this.#prepared.get(id)?.waitsFor() ?? 'the model')
    if (stall) this.#write({ type: 'stalled', ...stall })
  }

  #wake(): void {
    const due = wakeAt(this.#turns)
    if (due === null || due > this.#at) return
    this.#handle({ type: 'woke' })
    const next = wakeAt(this.#turns)
    if (next !== null && next <= this.#at) throw new Error(`turn-taking asked for ${next} ms, but it is ${this.#at} ms already`)
  }

  #hearCaller(events: readonly HearingEvent[]): void {
    for (const event of events) {
      if (event.type === 'caller-spoke') this.#transcription.callerSpoke(event.fromMs)
      if (event.type === 'caller-paused' && this.#isNewPause(event.sinceMs)) this.#transcription.callerPaused(event.sinceMs)
      this.#handle(event)
    }
  }

  /** A stirring taken back is no pause: the recogniser never heard of it. A later end of the same voice is. */
  #isNewPause(sinceMs: number): boolean {
    const { silentSince } = this.#turns
    return silentSince === null || sinceMs > silentSince
  }

  #hearWords(news: TranscriptNews): void {
    if (news.type === 'deaf') return this.#handle({ type: 'recogniser-deaf' })
    if (news.type === 'hearing') return this.#handle({ type: 'recogniser-hearing' })
    this.#transcript = forget(hear(this.#transcript, news), finishedWith(this.#turns))
    this.#handle({ type: 'words', words: placedWords(this.#transcript), settled: settled(this.#transcript) })
  }

  #hearReply(id: ReplyId, news: ReplyNews): void {
    if (news.type === 'speech' && news.bytes > 0) this.#hearSpeech(id)
    if (news.type === 'farewell') this.#handle({ type: 'reply-farewell', id, then: news.then, brief: news.brief })
    if (news.type === 'failed') this.#handle({ type: 'reply-failed', id })
    if (news.type === 'did') this.#handle({ type: 'reply-did', id, deed: news.deed })
    if (news.type === 'speech' || news.type === 'complete' || news.type === 'failed') this.#player?.grew()
  }

  /** The first audio of a reply is an event; what follows goes the short way. */
  #hearSpeech(id: ReplyId): void {
    const { reply } = this.#turns
    if (reply?.id === id && !reply.ready) this.#handle({ type: 'reply-ready', id })
  }

  #hearPlayer(news: PlayerNews): void {
    if (news.type === 'reply-started') return this.#write({ type: 'first-frame', id: news.id })
    this.#handle(news)
    if (news.type === 'reply-finished') this.#prepared.delete(news.id)
  }

  /** Where no frame comes, silence stands in, so that the silence is complete in time also on a line that sends none. */
  #watch(): void {
    const missing = Math.floor((this.#clock.now() - this.#lastFrameMs) / FRAME_MS)
    if (missing * FRAME_MS >= this.#patienceMs) {
      this.#lastFrameMs += missing * FRAME_MS
      this.#patienceMs = FRAME_MS
      this.#write({ type: 'stood-in', frames: missing })
      for (let n = 0; n < missing; n++) this.#pulses(this.#time.standIn())
    }
    if (this.#turns.over) return
    const nextMs = this.#lastFrameMs + this.#patienceMs - this.#clock.now()
    this.#stopWatching = this.#clock.after(Math.max(1, nextMs), () => this.#watch())
  }

  /* ── Decide, and do ──────────────────────────────────────────────────────────────────────────────────────── */

  /** Tells turn-taking, and obeys. Safe to call from within a command: what happens meanwhile waits its turn. */
  #handle(event: Timeless<Event>): void {
    this.#inbox.push({ ...event, at: this.#at })
    if (this.#inbox.length > 1) return
    for (; this.#inbox.length > 0; this.#inbox.shift()) {
      const next = this.#inbox[0]!
      this.#writeEvent(next)
      const [turns, commands] = step(this.#turns, next)
      this.#turns = turns
      for (const command of commands) this.#obey(command)
    }
  }

  #obey(command: Command): void {
    this.#writeCommand(command)
    switch (command.type) {
      case 'prepare':
        return this.#keep(command.id, tell =>
          this.#replies.answer(command.history, command.said, tell, usage => this.#noteSpent(command.id, usage)),
        )
      case 'say':
        this.#keep(command.id, tell => this.#replies.line(command.line, tell))
        return this.#play(command.id)
      case 'speak':
        this.#keep(command.id, tell => this.#replies.words(command.text, tell))
        return this.#play(command.id)
      case 'release':
        return this.#play(command.id)
      case 'hold':
        return this.#player?.hold()
      case 'resume':
        return this.#player?.resume()
      case 'drop':
        return this.#drop(command.id, command.why)
      case 'amend':
      case 'hand-over':
      case 'rated':
        return
      case 'settle':
        return this.#transcription.settle()
      case 'hang-up':
        return this.#line?.hangUp()
      default:
        return command satisfies never
    }
  }

  #keep(id: ReplyId, begin: (tell: TellReply) => PreparedReply): void {
    this.#prepared.set(
      id,
      begin(news => this.#take({ type: 'reply', id, news })),
    )
  }

  #play(id: ReplyId): void {
    const reply = this.#prepared.get(id)
    if (!reply) return
    reply.release()
    this.#player?.play(id, reply.track)
  }

  #drop(id: ReplyId, why: (Command & { type: 'drop' })['why']): void {
    const reply = this.#prepared.get(id)
    if (reply && why === 'too-slow') {
      this.#write({ type: 'trouble', provider: reply.waitsFor(), stage: 'reply', message: `nothing of reply ${id} came in time` })
    }
    if (reply) this.#abandon(reply)
    this.#prepared.delete(id)
    if (this.#player?.playing === id) this.#player.stop()
  }

  #abandon(reply: PreparedReply): void {
    this.#ending.add(reply)
    reply.drop()
    void reply.settled().then(() => this.#ending.delete(reply))
  }

  /* ── Out ─────────────────────────────────────────────────────────────────────────────────────────────────── */

  #close(): void {
    this.#player?.hold() // Says, for the last time, what was heard.
    this.#handle({ type: 'call-ended' })
    this.#release()
  }

  /** Leaves no timer, socket or reply behind. */
  #release(): void {
    this.#stopWatching()
    this.#scope.abort()
    for (const reply of this.#prepared.values()) this.#abandon(reply)
    this.#prepared.clear()
    void this.#closeJournal().then(this.#resolveEnded)
  }

  /** What was spent on replies dropped just now belongs in it. */
  async #closeJournal(): Promise<void> {
    if (this.#ending.size > 0) {
      const enough = Promise.withResolvers<void>()
      const callOff = this.#clock.after(LAST_COSTS_MS, enough.resolve)
      await Promise.race([Promise.all([...this.#ending].map(reply => reply.settled())), enough.promise])
      callOff()
    }
    this.#closed = true
    await this.#journal.close()
  }

  /** A broken rule of ours ends this call, and no other. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#write({ type: 'broken', why: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      this.#inbox.length = 0
      if (!this.#scope.signal.aborted) this.#release()
      this.#turns = { ...this.#turns, over: true }
      this.#line?.hangUp()
    }
  }

  #noteTrouble({ provider, stage, message }: ProviderError): void {
    if (!this.#turns.over) this.#write({ type: 'trouble', provider, stage, message })
  }

  #noteSpent(id: ReplyId, usage: Parameters<Spent>[0]): void {
    if (!this.#closed) this.#write({ type: 'usage', id, ...usage })
  }

  #writeEvent(event: Event): void {
    if (event.type === 'woke') return
    if (event.type !== 'words') return this.#write({ type: 'event', event })
    const { type, at, words, settled } = event
    this.#write({ type: 'event', event: { type, at, settled, said: textOf(wordsAfter(words, this.#turns.done)) } })
  }

  #writeCommand(command: Command): void {
    if (command.type !== 'prepare') return this.#write({ type: 'command', command })
    const { type, id, said } = command
    this.#write({ type: 'command', command: { type, id, said } })
  }

  #write(entry: Timeless<Entry> extends infer E ? (E extends unknown ? Omit<E, 'ms'> : never) : never): void {
    const ms = Math.round((this.#clock.now() - this.#openedMs) * 10) / 10
    this.#journal.write({ at: this.#at, ms, ...entry })
  }
}
