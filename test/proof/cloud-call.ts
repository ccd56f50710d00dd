/**
 * A whole call with the real cloud adapters, composed as services.ts does it, against the vendors' emulators over real sockets,
 * all on one virtual clock, with whatever trouble is wanted. Tells what the caller heard, how long the bot kept silent when it
 * was its turn, what was written down, what the services received, and what was left behind.
 */
import { assistantNamed } from '../../src/assistant/assistant.ts'
import { buildMessages } from '../../src/assistant/messages.ts'
import { byteLength, FRAME_MS, silentFrame, type Frame } from '../../src/audio/frames.ts'
import { Call } from '../../src/call/call.ts'
import { Certificates, isEarly, type Certificate } from '../../src/call/certificate.ts'
import { said, type LineName, type Pipeline } from '../../src/call/facts.ts'
import type { Entry } from '../../src/call/journal.ts'
import { openReplies } from '../../src/call/reply.ts'
import type { Clock, Line, Speech, Think } from '../../src/ports.ts'
import { assemblyAI, type AssemblyAINote } from '../../src/providers/assemblyai/assemblyai.ts'
import { elevenLabs } from '../../src/providers/elevenlabs/elevenlabs.ts'
import { openAI } from '../../src/providers/openai/openai.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { doing } from '../support/tools.ts'
import { startAssemblyAI, type AssemblyAIEmulator } from '../vendors/assemblyai/assemblyai.ts'
import type { Fault as SttFault } from '../vendors/assemblyai/faults.ts'
import type { Script } from '../vendors/assemblyai/script.ts'
import { trustEmulators } from '../vendors/assemblyai/trust.ts'
import { startElevenLabs, type ElevenLabsEmulator, type Fault as TtsFault } from '../vendors/elevenlabs/elevenlabs.ts'
import { synthesise } from '../vendors/elevenlabs/speech.ts'
import { startOpenAI, type Fault as LlmFault, type OpenAIEmulator } from '../vendors/openai/openai.ts'
import { Playback } from '../vendors/twilio/playback.ts'
import { knowingDetector, type Stretch } from './caller-voice.ts'

/** What goes wrong. All of it is optional; without any the call is a good one. */
export type Trouble = {
  /** For the first session, the second and so on. */
  readonly stt?: readonly (readonly SttFault[])[]
  readonly sttUrl?: string
  readonly sttKey?: string
  /** One for each of the next completions. */
  readonly llm?: readonly (LlmFault | null)[]
  readonly llmUrl?: string
  readonly llmKey?: string
  readonly models?: readonly string[]
  readonly tts?: readonly TtsFault[]
  readonly ttsUrl?: string
  readonly ttsKey?: string
  readonly voiceId?: string
  /** Speech by HTTP comes without times: where it broke off is a guess, which rather says a word again than never. */
  readonly mayRepeatWords?: number
  /** Told at every frame of the call, before the caller speaks. */
  readonly meanwhile?: (moment: Moment) => void
}

/** Something the caller says: with the next reply's end, or `intoMs` into the reply that is being heard. */
export type CallerLine = {
  readonly frames: readonly Frame[]
  readonly speech: readonly Stretch[]
  readonly intoMs: number | null
}

/** Who calls: how the recogniser finds the words, what is said, and what the model answers. */
export type CloudCaller = {
  readonly script: Script
  readonly lines: readonly CallerLine[]
  readonly answer: (messages: readonly { readonly role: string; readonly content: string }[]) => string
}

export type Moment = {
  readonly atMs: number
  readonly heardMs: number
  readonly callerSpeaks: boolean
  readonly emulators: Emulators
}

export type Emulators = {
  readonly stt: AssemblyAIEmulator
  readonly llm: OpenAIEmulator
  readonly tts: ElevenLabsEmulator
}

export type CloudCall = {
  /** What the caller heard of the bot, to the whole letter: before the first line, and from each one on. */
  readonly heard: readonly string[]
  readonly turns: readonly Certificate[]
  readonly early: readonly Certificate[]
  /** The longest that the bot was silent while it was its turn to speak. */
  readonly longestSilenceMs: number
  readonly entries: readonly Entry[]
  /** What the adapters had to say to the log. */
  readonly notes: readonly string[]
  /** Sockets, sessions, contexts, requests and timers that were still there after the end, by name. */
  readonly leaks: readonly string[]
  /** What the real services would have refused. */
  readonly violations: readonly string[]
  /** What the model was asked, oldest first, and the text that each context of the voice was given. */
  readonly requests: readonly string[]
  readonly voiceTexts: readonly string[]
}

export const lineTexts: Readonly<Record<LineName, string>> = {
  greeting: '[hello]',
  resume: '[cut off]',
  'nobody-free': '[nobody free]',
  'still-there': '[still there?]',
  'anyone-there': '[anyone there?]',
  goodbye: '[goodbye]',
  'time-up': '[time up]',
  pardon: '[pardon?]',
  trouble: '[sorry, trouble]',
  broken: '[broken]',
  transfer: '[transfer]',
  rating: '[rating?]',
}

/** Nothing is said before; the connections are there by then. */
const FIRST_LINE_MS = 1_500
/** The caller goes on when the bot has been silent for so long after a reply; and gives up after that without one. */
const AFTER_REPLY_MS = 700
const PATIENCE_MS = 12_000
const LONGEST_CALL_MS = 180_000

const assistant = assistantNamed('nooks')!

export async function callWith(caller: CloudCaller, trouble: Trouble, pipeline: Pipeline = 'draft'): Promise<CloudCall> {
  const call = await CloudRig.open(caller, trouble, pipeline)
  try {
    return await call.play()
  } finally {
    await call.close()
  }
}

class CloudRig {
  readonly #clock: VirtualClock
  readonly #timers: CountedClock
  readonly #emulators: Emulators
  readonly #trouble: Trouble
  readonly #entries: Entry[] = []
  readonly #notes: string[] = []
  readonly #playback: Playback
  readonly #call: Call
  readonly #closeBrain: () => Promise<void>
  readonly #speech: { fromMs: number; toMs: number }[] = []
  readonly #lines: readonly CallerLine[]
  #sttIsConnecting = false
  #thinking = 0
  #atMs = 0
  #hungUp = false
  /* The caller. */
  #said = 0
  #speaking: readonly Frame[] = []
  readonly #saidMs: number[] = []
  #wasAnswered = true
  #freeMs = 0
  #waitedMs = 0
  /* What the bot does. */
  #heardMs = 0
  #replyHeardMs = 0
  #silentMs = 0
  #longestSilenceMs = 0

  static async open(caller: CloudCaller, trouble: Trouble, pipeline: Pipeline): Promise<CloudRig> {
    trustEmulators()
    const clock = new VirtualClock()
    const { script, lines, answer } = caller
    const [stt, llm, tts] = await Promise.all([
      startAssemblyAI({ clock, apiKey: 'stt-key', script, faults: trouble.stt ?? [] }),
      startOpenAI({ clock, apiKey: 'llm-key', faults: trouble.llm ?? [], strict: false, answer }),
      startElevenLabs({ clock, faults: trouble.tts ?? [], account: { apiKey: 'tts-key' } }),
    ])
    return new CloudRig(clock, { stt, llm, tts }, trouble, lines, pipeline)
  }

  constructor(clock: VirtualClock, emulators: Emulators, trouble: Trouble, lines: readonly CallerLine[], pipeline: Pipeline) {
    this.#clock = clock
    this.#timers = new CountedClock(clock)
    this.#emulators = emulators
    this.#trouble = trouble
    this.#lines = lines
    this.#playback = new Playback(news => {
      if (news.type === 'mark') this.#call.played(news.name)
    })
    const { transcribe, brain, voice } = this.#services()
    this.#closeBrain = () => brain.close()
    this.#call = new Call({
      clock: this.#timers,
      rules: { pipeline, longestMs: 600_000 },
      detectVoice: knowingDetector(this.#speech),
      transcribe,
      journal: { write: entry => this.#take(entry), audio: () => {}, close: async () => {} },
      openReplies: (signal, note) =>
        openReplies({
          pipeline,
          messages: (history, text) => buildMessages(assistant, history, text),
          think: this.#counted((messages, replySignal, _, tools) => brain.think(messages, replySignal, note, tools)),
          doing: doing(this.#timers),
          speak: voice.openVoice(signal, note),
          speakLine: kept,
        }),
    })
  }

  #services() {
    const { stt, llm, tts } = this.#emulators
    const { sttUrl, sttKey = 'stt-key', llmUrl, llmKey = 'llm-key', models, ttsUrl, ttsKey = 'tts-key', voiceId } = this.#trouble
    const clock = this.#timers
    const transcribe = assemblyAI({ apiKey: sttKey, url: sttUrl ?? stt.url, clock, note: note => this.#noteStt(note) })
    const brain = openAI({
      apiKey: llmKey,
      baseURL: llmUrl ?? llm.baseURL,
      models: models ?? ['gpt-4.1', 'gpt-5.6-sol'],
      clock,
      note: text => this.#notes.push(text),
    })
    const voice = elevenLabs({
      apiKey: ttsKey,
      url: ttsUrl ?? tts.url,
      voiceId: voiceId ?? 'test-voice',
      model: 'eleven_flash_v2_5',
      voiceSettings: { stability: 0.5 },
      clock,
      note: (text, facts) => this.#notes.push(`${text} ${String(facts['reason'] ?? '')}`),
    })
    return { transcribe, brain, voice }
  }

  #noteStt(note: AssemblyAINote): void {
    this.#sttIsConnecting = note.type === 'connecting'
    if ('error' in note) this.#notes.push(note.error.message)
  }

  #counted(think: Think): Think {
    const count = (by: number): number => (this.#thinking += by)
    return async function* (messages, signal) {
      count(1)
      try {
        yield* think(messages, signal)
      } finally {
        count(-1)
      }
    }
  }

  async play(): Promise<CloudCall> {
    await this.#network()
    this.#call.answer(this.#line())
    while (!this.#hungUp && this.#atMs < LONGEST_CALL_MS) await this.#frame()
    this.#call.end('caller-hung-up')
    await this.#call.ended
    // Goodbyes may take five seconds; nothing else is to come.
    for (let waited = 0; waited < 12_000 && this.#leaks().length > 0; waited += 100) {
      await this.#network()
      await this.#clock.advance(100)
    }
    const { stt, llm, tts } = this.#emulators
    const turns = this.#turns()
    return {
      heard: [0, ...this.#saidMs].map((fromMs, n) => this.#heardBetween(fromMs, this.#saidMs[n] ?? Infinity)),
      turns,
      early: turns.filter(isEarly),
      longestSilenceMs: this.#longestSilenceMs,
      entries: this.#entries,
      notes: this.#notes,
      leaks: this.#leaks(),
      violations: [...stt.refusals, ...llm.violations, ...tts.violations],
      requests: llm.requests.map(({ body }) => JSON.stringify(body.messages)),
      voiceTexts: voiceTexts(tts),
    }
  }

  async close(): Promise<void> {
    const { stt, llm, tts } = this.#emulators
    await this.#closeBrain()
    await Promise.all([stt.close(), llm.close(), tts.close()])
  }

  #heardBetween(fromMs: number, toMs: number): string {
    return textHeard(this.#playback.heard().subarray(byteLength(fromMs), byteLength(toMs)))
  }

  #turns(): readonly Certificate[] {
    const certificates = new Certificates()
    for (const entry of this.#entries) certificates.take(entry)
    return certificates.all
  }

  #leaks(): readonly string[] {
    const { stt, llm, tts } = this.#emulators
    const left = {
      'timers of ours': this.#timers.waiting,
      'recogniser connections': stt.connections(),
      'recogniser sessions abandoned': stt.abandoned(),
      'replies being thought of': this.#thinking,
      'completions under way': llm.open(),
      'voice sockets': tts.openSockets(),
      'voice contexts': tts.openContexts(),
      'voice requests': tts.openRequests(),
    }
    return Object.entries(left).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []))
  }

  #take(entry: Entry): void {
    this.#entries.push(entry)
    if (entry.type === 'first-frame') this.#replyHeardMs = 0
  }

  /* ── Time ──────────────────────────────────────────────────────────────────────────────────────────────────── */

  async #frame(): Promise<void> {
    await this.#network()
    await this.#clock.advance(FRAME_MS)
    this.#playback.advance(this.#clock.now())
    this.#hearBot()
    const callerSpeaks = this.#speaking.length > 0
    this.#trouble.meanwhile?.({ atMs: this.#atMs, heardMs: this.#heardMs, callerSpeaks, emulators: this.#emulators })
    const frame = this.#nextFrame()
    if (this.#hungUp) return
    this.#call.hear(frame, this.#atMs)
    this.#atMs += FRAME_MS
  }

  /** Real sockets take real time; virtual time waits for what is on its way. */
  async #network(): Promise<void> {
    const { stt, llm, tts } = this.#emulators
    const giveUpMs = performance.now() + 1_000
    do {
      if (this.#thinking > 0 || llm.open() > 0 || tts.openSockets() === 0 || tts.openRequests() > 0 || this.#sttIsConnecting)
        await new Promise(resolve => setTimeout(resolve, 1))
      await Promise.all([stt.settled(), tts.settled()])
      await new Promise(setImmediate)
    } while (this.#sttIsConnecting && performance.now() < giveUpMs)
  }

  /* ── The caller ────────────────────────────────────────────────────────────────────────────────────────────── */

  #hearBot(): void {
    const { audible } = this.#playback.state
    const { turns } = this.#call
    const callerIsSilent = this.#speaking.length === 0
    if (audible) {
      if (this.#said > 0) this.#heardMs += FRAME_MS
      this.#replyHeardMs += FRAME_MS
      this.#wasAnswered = true
    }
    const isBotsTurn = callerIsSilent && (!this.#wasAnswered || turns.reply !== null || said(turns) !== '')
    this.#silentMs = isBotsTurn && !audible ? this.#silentMs + FRAME_MS : 0
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, this.#silentMs)
    const isFree = this.#wasAnswered && !audible && turns.reply === null
    this.#freeMs = isFree && callerIsSilent ? this.#freeMs + FRAME_MS : 0
    this.#waitedMs = callerIsSilent && !audible ? this.#waitedMs + FRAME_MS : 0
  }

  #nextFrame(): Frame {
    if (this.#speaking.length === 0 && this.#wantsToSpeak()) this.#begin()
    const [frame = silentFrame, ...rest] = this.#speaking
    this.#speaking = rest
    return frame
  }

  #wantsToSpeak(): boolean {
    if (this.#atMs < FIRST_LINE_MS) return false
    const intoMs = this.#lines[this.#said]?.intoMs ?? null
    if (intoMs !== null && this.#wasAnswered && this.#playback.state.audible && this.#replyHeardMs >= intoMs) return true
    return this.#freeMs >= AFTER_REPLY_MS || this.#waitedMs >= PATIENCE_MS
  }

  #begin(): void {
    const next = this.#lines[this.#said]
    this.#hungUp = next === undefined
    if (!next) return
    this.#said++
    this.#saidMs.push(this.#atMs)
    this.#speaking = next.frames
    this.#wasAnswered = false
    this.#speech.push(...next.speech.map(({ fromMs, toMs }) => ({ fromMs: this.#atMs + fromMs, toMs: this.#atMs + toMs })))
  }

  #line(): Line {
    return {
      play: audio => void this.#playback.play(audio),
      mark: name => this.#playback.mark(name),
      clear: () => this.#playback.clear(),
      hangUp: () => {
        this.#hungUp = true
      },
    }
  }
}

/** Counts the timers that the call and the adapters have set and that are still to fire. */
class CountedClock implements Clock {
  readonly #clock: Clock
  readonly #waiting = new Set<object>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get waiting(): number {
    return this.#waiting.size
  }

  now(): number {
    return this.#clock.now()
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = {}
    this.#waiting.add(timer)
    const callOff = this.#clock.after(delayMs, () => {
      this.#waiting.delete(timer)
      callback()
    })
    return () => {
      this.#waiting.delete(timer)
      callOff()
    }
  }
}

/** Fixed lines were spoken before the first call and are at hand. */
async function* kept(name: LineName): AsyncIterable<Speech> {
  const text = lineTexts[name]
  const { audio } = synthesise(text)
  yield { audio, words: [{ text, startMs: 0, endMs: audio.length / 8 }] }
}

/** What each context was given to say, in the order in which they were opened. */
function voiceTexts({ log }: ElevenLabsEmulator): readonly string[] {
  const texts = new Map<string, string>()
  for (const { type, facts } of log) {
    const { context_id: id, text } = facts
    if (type === 'received' && typeof id === 'string' && typeof text === 'string') texts.set(id, (texts.get(id) ?? '') + text)
  }
  // A context is opened with a single blank.
  return [...texts.values()].map(text => text.replace(/^ /, ''))
}

const BEGIN = 0x7e
const SILENCE = 0x7f
const LETTER_BYTES = 480

/** The letters that were heard whole; what a cut or a fade has spoiled is left out. */
function textHeard(audio: Uint8Array): string {
  const letters: { level: number; bytes: number }[] = []
  for (const byte of audio) {
    const level = byte & 0x7f
    const last = letters.at(-1)
    if (level === BEGIN) letters.push({ level: 0, bytes: 1 })
    else if (level !== SILENCE && last) {
      last.level ||= level
      if (last.level === level) last.bytes++
    }
  }
  return letters
    .filter(({ bytes }) => bytes >= LETTER_BYTES - 8)
    .map(({ level }) => String.fromCharCode(level))
    .join('')
}
