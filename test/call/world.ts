/**
 * A phone call in virtual time, for turn-taking alone: a scripted caller, a recogniser, a model and a player with given
 * latencies and failures. Milliseconds pass as arithmetic, so thousands of calls take a second. What was truly spoken and
 * truly heard is kept beside what turn-taking made of it.
 */
import { finishedWith, newCall, type CallRules, type Event, type Pipeline, type Turns } from '../../src/call/facts.ts'
import type { Command } from '../../src/call/rules.ts'
import { emptyTranscript, forget, hear, placedWords, settled } from '../../src/call/transcript.ts'
import { step, wakeAt } from '../../src/call/turns.ts'
import type { TranscriptNews } from '../../src/ports.ts'

export type Utterance = {
  readonly gapMs: number
  readonly speakMs: number
  /** None for a noise. */
  readonly words: readonly string[]
  /** From the utterance's end until its words are final. */
  readonly finalAfterMs: number
  /** From its end until its first words are told, still to be revised; null: not told before they are final. */
  readonly partialAfterMs: number | null
  /** The news comes this often, and again later, in any order. */
  readonly echoesMs: readonly number[]
}

export type Model = {
  readonly firstAudioMs: number
  readonly words: number
  readonly wordMs: number
  /** Fails: never, before its first audio, or after it. */
  readonly fails: 'never' | 'silent' | 'midway'
  /** It says goodbye. */
  readonly farewell?: boolean
}

/** What others do to the call, and the caller's keys. */
export type Act =
  | { readonly at: number; readonly type: 'key-pressed'; readonly key: string }
  | { readonly at: number; readonly type: 'say-wanted'; readonly text: string }
  | { readonly at: number; readonly type: 'transfer-wanted'; readonly brief: string }
  | { readonly at: number; readonly type: 'leave-wanted'; readonly why: 'shutdown' | 'limit' | 'operator' }
  | { readonly at: number; readonly type: 'hang-up-wanted' }

export type Scene = {
  readonly acts?: readonly Act[]
  /** Fixed lines cannot be spoken. */
  readonly muted?: boolean
  readonly caller: readonly Utterance[]
  readonly model: readonly Model[]
  /** The recogniser declares turns ended (each utterance is one), or only says that words are final. */
  readonly declares: boolean
  /** From the first sound of speech until hearing is sure of it. */
  readonly sureAfterMs: number
  readonly hangUpMs: number
  readonly pipeline?: Pipeline
  /** After a goodbye the caller is asked how the call was. */
  readonly asksRating?: boolean
}

export type Speech = {
  readonly startMs: number
  readonly endMs: number
  readonly finalMs: number
  readonly words: readonly string[]
}
export type Given = { readonly at: number; readonly command: Command }

export type Run = {
  readonly speech: readonly Speech[]
  readonly events: Event[]
  readonly given: Given[]
  /** After each event: who is audible, and whether it is held. */
  readonly audible: { readonly at: number; readonly id: number | null; readonly held: boolean }[]
  /** What the caller really heard of each reply. */
  readonly heard: Map<number, string>
  readonly releasedAt: Map<number, number>
  turns: Turns
}

/** How a reply's words sound: its id and the word's number, so that nothing can be mistaken for anything else. */
export const replyWord = (id: number, n: number): string => `r${id}.${n} `

const WORD_MS = 300

export const rulesOf = ({ pipeline = 'draft', asksRating = false }: Scene): CallRules => ({
  pipeline,
  longestMs: 3_600_000,
  asksRating,
})

export function play(scene: Scene): Run {
  const speech = timeline(scene.caller)
  const run: Run = {
    speech,
    events: [],
    given: [],
    audible: [],
    heard: new Map(),
    releasedAt: new Map(),
    turns: newCall(rulesOf(scene)),
  }
  const agenda = new Agenda()
  const player = new WorldPlayer(scene, agenda, run)
  schedule(scene, speech, agenda)

  let transcript = emptyTranscript
  while (!run.turns.over) {
    const due = wakeAt(run.turns)
    const happening = agenda.next(due)
    const at = happening.at
    const inbox = [...happening.events(at)]
    for (let event = inbox.shift(); event; event = inbox.shift()) {
      const told = event.type === 'news' ? tell(event.news, at) : event
      run.events.push(told)
      const [turns, commands] = step(run.turns, told)
      run.turns = turns
      for (const command of commands) {
        run.given.push({ at, command })
        inbox.push(...player.obey(command, at))
      }
      run.audible.push({ at, id: player.audible, held: player.held })
      const next = wakeAt(turns)
      if (next !== null && next <= at) throw new Error(`asked to be woken at ${next} ms, but it is ${at} ms already`)
    }
    if (run.events.length > 20_000) throw new Error('the call does not settle')
  }
  return run

  function tell(news: TranscriptNews & { type: 'words' }, at: number): Event {
    transcript = forget(hear(transcript, news), finishedWith(run.turns))
    return { type: 'words', at, words: placedWords(transcript), settled: settled(transcript) }
  }
}

type News = { readonly type: 'news'; readonly news: TranscriptNews & { type: 'words' } }
type Happening = { readonly at: number; readonly events: (at: number) => readonly (Event | News)[] }

/** What is going to happen, in order of time; at the same time, in order of planning. */
class Agenda {
  #items: Happening[] = []

  plan(at: number, events: Happening['events']): void {
    let n = this.#items.length
    while (n > 0 && this.#items[n - 1]!.at > at) n--
    this.#items.splice(n, 0, { at, events })
  }

  next(wakeAt: number | null): Happening {
    const first = this.#items[0]
    if (wakeAt !== null && (!first || wakeAt < first.at)) return { at: wakeAt, events: at => [{ type: 'woke', at }] }
    if (!first) throw new Error('nothing will ever happen again, and the call is not over')
    this.#items.shift()
    return first
  }
}

function timeline(caller: readonly Utterance[]): readonly Speech[] {
  const speech: Speech[] = []
  let t = 0
  for (const { gapMs, speakMs, words, finalAfterMs } of caller) {
    const startMs = t + gapMs
    t = startMs + speakMs
    speech.push({ startMs, endMs: t, finalMs: Math.max(t + finalAfterMs, speech.at(-1)?.finalMs ?? 0), words })
  }
  return speech
}

function schedule(scene: Scene, speech: readonly Speech[], agenda: Agenda): void {
  agenda.plan(0, at => [{ type: 'call-answered', at }])
  for (const [n, { startMs, endMs, finalMs, words }] of speech.entries()) {
    const { partialAfterMs, echoesMs } = scene.caller[n]!
    agenda.plan(startMs, at => [{ type: 'caller-stirred', at }])
    agenda.plan(Math.min(startMs + scene.sureAfterMs, endMs), at => [{ type: 'caller-spoke', at, fromMs: startMs }])
    agenda.plan(endMs, at => [{ type: 'caller-paused', at, sinceMs: endMs }])
    if (words.length === 0) continue
    const spread = words.map((text, i) => ({
      text,
      startMs: startMs + ((endMs - startMs) * i) / words.length,
      endMs: startMs + ((endMs - startMs) * (i + 1)) / words.length,
      final: true,
      confidence: null,
    }))
    const final: News = {
      type: 'news',
      news: { type: 'words', turn: n, words: spread, completeToMs: scene.declares ? endMs : null },
    }
    const guess: News = {
      type: 'news',
      news: {
        type: 'words',
        turn: n,
        words: spread.map((word, i) => ({ ...word, final: i < words.length - 1, ...(i === words.length - 1 && { text: 'uh' }) })),
        completeToMs: null,
      },
    }
    const partialMs = partialAfterMs === null ? null : endMs + partialAfterMs
    if (partialMs !== null && partialMs < finalMs && words.length > 1) agenda.plan(partialMs, () => [guess])
    agenda.plan(finalMs, () => [final])
    for (const later of echoesMs) agenda.plan(finalMs + later, () => [final])
  }
  for (const act of scene.acts ?? []) agenda.plan(act.at, at => [{ ...act, at }])
  agenda.plan(scene.hangUpMs, at => [{ type: 'call-ended', at }])
}

type Made = { readonly model: Model; readonly beganAt: number }

/** Makes replies and plays them in real time, word by word; knows what the caller heard. */
class WorldPlayer {
  readonly #models: readonly Model[]
  readonly #muted: boolean
  readonly #agenda: Agenda
  readonly #run: Run
  readonly #made = new Map<number, Made>()
  #id: number | null = null
  #heard = 0
  /** Plans of an earlier playback are void. */
  #generation = 0
  held = false

  constructor({ model, muted }: Scene, agenda: Agenda, run: Run) {
    this.#models = model
    this.#muted = muted ?? false
    this.#agenda = agenda
    this.#run = run
  }

  get audible(): number | null {
    return this.#id
  }

  /** Does it, and says what that leads to at once. News of a reply still comes after it was dropped: it must change nothing. */
  obey(command: Command, at: number): readonly Event[] {
    switch (command.type) {
      case 'prepare':
        this.#make(command.id, this.#models[(command.id - 1) % this.#models.length]!, at)
        break
      case 'say':
      case 'speak':
        this.#make(command.id, { firstAudioMs: 0, words: 3, wordMs: 1, fails: this.#muted ? 'silent' : 'never' }, at)
        this.#play(command.id, at)
        break
      case 'release':
        this.#play(command.id, at)
        break
      case 'hold':
        return this.#hold(command.id, at)
      case 'resume':
        this.held = false
        this.#goOn(command.id, at)
        break
      case 'drop':
        if (this.#id === command.id) this.#stop()
        break
      case 'hang-up':
        this.#agenda.plan(at + 50, later => [{ type: 'call-ended', at: later }])
        break
      case 'amend':
      case 'settle':
      case 'hand-over':
      case 'rated':
        break
      default:
        command satisfies never
    }
    return []
  }

  #make(id: number, model: Model, at: number): void {
    this.#made.set(id, { model, beganAt: at })
    const readyAt = at + model.firstAudioMs
    if (model.fails !== 'silent') this.#agenda.plan(readyAt, then => [{ type: 'reply-ready', at: then, id }])
    const farewell = { type: 'reply-farewell', id, then: 'hang-up', brief: '' } as const
    if (model.farewell) this.#agenda.plan(readyAt, then => [{ ...farewell, at: then }])
    if (model.fails !== 'never') this.#agenda.plan(readyAt + 1, then => [{ type: 'reply-failed', at: then, id }])
  }

  #play(id: number, at: number): void {
    this.#run.releasedAt.set(id, at)
    this.#id = id
    this.#heard = 0
    this.held = false
    this.#run.heard.set(id, '')
    this.#goOn(id, at)
  }

  #words(id: number): number {
    const { model } = this.#made.get(id)!
    if (model.fails === 'silent') return 0
    return model.fails === 'midway' ? Math.ceil(model.words / 2) : model.words
  }

  /** Plans the next word that will have been heard. */
  #goOn(id: number, at: number): void {
    const generation = ++this.#generation
    const { model, beganAt } = this.#made.get(id)!
    const n = this.#heard
    if (n >= this.#words(id)) return
    const spokenAt = Math.max(at, beganAt + model.firstAudioMs + n * model.wordMs) + WORD_MS
    this.#agenda.plan(spokenAt, then =>
      generation === this.#generation && !this.held && this.#id === id ? this.#hearWord(id, then) : [],
    )
  }

  #hearWord(id: number, at: number): readonly Event[] {
    this.#run.heard.set(id, this.#run.heard.get(id)! + replyWord(id, this.#heard++))
    const text = this.#run.heard.get(id)!
    if (this.#heard < this.#words(id)) {
      this.#goOn(id, at)
      return [{ type: 'reply-heard', at, id, text }]
    }
    this.#stop()
    return [{ type: 'reply-finished', at, id, text }]
  }

  #hold(id: number, at: number): readonly Event[] {
    this.held = true
    return [{ type: 'reply-held', at, id, text: this.#run.heard.get(id)!, ahead: replyWord(id, this.#heard), whole: true }]
  }

  #stop(): void {
    this.#generation++
    this.#id = null
    this.held = false
  }
}
