/**
 * A caller on the line in virtual time, without wires: speaks recorded audio frame by frame, hears what Twilio's playback
 * buffer would let him hear, and keeps when that was. Also puts a whole call together out of fakes.
 */
import { readFileSync } from 'node:fs'
import { FRAME_BYTES, FRAME_MS, SILENCE_BYTE } from '../../src/audio/frames.ts'
import { readWav } from '../../src/audio/wav.ts'
import { Call } from '../../src/call/call.ts'
import { Certificates, isEarly, type Certificate } from '../../src/call/certificate.ts'
import type { Entry, Journal } from '../../src/call/journal.ts'
import type { CallRules, Pipeline } from '../../src/call/facts.ts'
import { openReplies } from '../../src/call/reply.ts'
import type { DetectVoice, Line, Tool } from '../../src/ports.ts'
import { Playback } from '../vendors/twilio/playback.ts'
import { FakeThink, saying, type FakeReply } from './fake-think.ts'
import { doing } from './tools.ts'
import { fakeTranscribe, type FakeWord } from './fake-transcribe.ts'
import { fakeVoice } from './fake-speak.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A recorded caller script: its audio, and what is said in it when. */
export type Script = { readonly audio: Uint8Array; readonly events: readonly ScriptEvent[] }
export type ScriptEvent = {
  readonly id: string
  readonly role: 'utterance' | 'backchannel' | 'barge_in'
  readonly start_ms: number
  readonly end_ms: number
  readonly transcript: string
}

const fixtures = new URL('../fixtures/audio/', import.meta.url)

export function callerScript(file: string): Script {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', fixtures), 'utf8')) as {
    caller_scripts: readonly { file: string; events: readonly ScriptEvent[] }[]
  }
  const events = manifest.caller_scripts.find(script => script.file === file)!.events
  return { audio: readWav(file, readFileSync(new URL(file, fixtures))), events }
}

/** The words of a script, spread over the time in which they are said. */
export function wordsOf({ events }: Script, finalAfterMs: number): readonly FakeWord[] {
  return events.flatMap(({ transcript, start_ms, end_ms }) => {
    const texts = transcript.split(' ')
    const each = (end_ms - start_ms) / texts.length
    return texts.map((text, n) => ({ text, startMs: start_ms + n * each, endMs: start_ms + (n + 1) * each, finalAfterMs }))
  })
}

/** Digital silence with recorded speech laid into it. */
export function audioWith(
  durationMs: number,
  ...pieces: readonly { readonly atMs: number; readonly audio: Uint8Array }[]
): Uint8Array {
  const audio = new Uint8Array(durationMs * 8).fill(SILENCE_BYTE)
  for (const piece of pieces) audio.set(piece.audio.subarray(0, audio.length - piece.atMs * 8), piece.atMs * 8)
  return audio
}

export type PhoneOptions = {
  readonly words?: readonly FakeWord[]
  readonly answer?: (said: string) => FakeReply
  readonly wordMs?: number
  readonly firstAudioMs?: number
  readonly turnEndsAfterMs?: number | null
  readonly detectVoice?: DetectVoice
  readonly longestMs?: number
  readonly zeroTransfers?: boolean
  readonly asksRating?: boolean
  readonly pipeline?: Pipeline
  /** From the bot's socket to the caller's ear, and for a mark back. */
  readonly networkMs?: number
  /** What the call's journal passes before it is kept here. */
  readonly journal?: (kept: Journal) => Journal
  readonly tools?: readonly Tool[]
  /** By default one of its own. */
  readonly clock?: VirtualClock
}

const deafDetector: DetectVoice = () => ({ hear() {} })

export class Phone {
  readonly clock: VirtualClock
  readonly entries: Entry[] = []
  readonly sent: { readonly atMs: number; readonly what: 'audio' | 'clear' | 'hang-up' }[] = []
  readonly think: FakeThink
  readonly voice
  readonly recogniser
  readonly rules: CallRules
  readonly call: Call
  readonly bot: Buffer[] = []
  readonly caller: Buffer[] = []
  readonly #playback: Playback
  readonly #networkMs: number
  #timestampMs = 0
  hungUp = false

  constructor(options: PhoneOptions = {}) {
    const { clock = new VirtualClock() } = options
    this.clock = clock
    this.#networkMs = options.networkMs ?? 0
    this.think = new FakeThink(clock, messages =>
      (options.answer ?? (() => saying(['All right. ', 'Go on.'], 100)))(messages.at(-1)!.content),
    )
    this.voice = fakeVoice({ clock, wordMs: options.wordMs ?? 300, firstAudioMs: options.firstAudioMs ?? 50 })
    this.recogniser = fakeTranscribe({ clock, words: options.words ?? [], turnEndsAfterMs: options.turnEndsAfterMs ?? null })
    this.#playback = new Playback(news => {
      if (news.type === 'mark') this.#later(() => this.call.played(news.name))
    })
    this.rules = {
      pipeline: options.pipeline ?? 'draft',
      longestMs: options.longestMs ?? 600_000,
      zeroTransfers: options.zeroTransfers ?? false,
      asksRating: options.asksRating ?? false,
    }
    this.call = new Call({
      clock,
      rules: this.rules,
      detectVoice: options.detectVoice ?? deafDetector,
      transcribe: this.recogniser.transcribe,
      journal: (options.journal ?? (kept => kept))({
        write: entry => void this.entries.push(entry),
        audio: (caller, bot) => {
          this.caller.push(Buffer.from(caller))
          this.bot.push(Buffer.from(bot))
        },
        close: async () => {},
      }),
      openReplies: signal => {
        const speak = this.voice.openVoice(signal)
        return openReplies({
          pipeline: options.pipeline ?? 'draft',
          messages: (history, said) => [
            ...history.flatMap(({ caller, bot }) => [
              { role: 'user', content: caller } as const,
              { role: 'assistant', content: bot } as const,
            ]),
            { role: 'user', content: said },
          ],
          think: this.think.think,
          doing: doing(clock, options.tools),
          speak,
          speakLine: (name, lineSignal) => speak(once(`This is the ${name}. `), lineSignal),
        })
      },
    })
  }

  /** Picks up, and speaks this audio in real time. */
  async speak(audio: Uint8Array): Promise<void> {
    if (this.#timestampMs === 0) this.call.answer(this.#line())
    for (let at = 0; at + FRAME_BYTES <= audio.length; at += FRAME_BYTES) {
      await this.#pass(FRAME_MS)
      if (this.hungUp) return
      this.call.hear(audio.subarray(at, at + FRAME_BYTES), this.#timestampMs)
      this.#timestampMs += FRAME_MS
    }
  }

  /** Time passes and the line carries nothing; the carrier's timestamps go on. */
  async quiet(ms: number): Promise<void> {
    if (this.#timestampMs === 0) this.call.answer(this.#line())
    for (let passed = 0; passed < ms && !this.hungUp; passed += FRAME_MS) await this.#pass(FRAME_MS)
    this.#timestampMs += ms
  }

  /** The call's turns. Whatever a test is about, it fails if any of them was early. */
  turns(): readonly Certificate[] {
    const certificates = new Certificates()
    for (const entry of this.entries) certificates.take(entry)
    const early = certificates.all.filter(isEarly)
    if (early.length > 0) throw new Error(`answered before 500 ms of silence: ${JSON.stringify(early)}`)
    return certificates.all
  }

  /** What the caller heard, sample by sample. */
  heard(): Uint8Array {
    return this.#playback.heard()
  }

  async #pass(ms: number): Promise<void> {
    await this.clock.advance(ms)
    this.#playback.advance(this.clock.now())
    await new Promise(setImmediate)
  }

  #later(happen: () => void): void {
    if (this.#networkMs === 0) happen()
    else this.clock.after(this.#networkMs, happen)
  }

  #line(): Line {
    const note = (what: 'audio' | 'clear' | 'hang-up') => this.sent.push({ atMs: this.clock.now(), what })
    return {
      play: audio => {
        note('audio')
        this.#later(() => void this.#playback.play(audio))
      },
      mark: name => this.#later(() => this.#playback.mark(name)),
      clear: () => {
        note('clear')
        this.#later(() => this.#playback.clear())
      },
      hangUp: () => {
        note('hang-up')
        this.hungUp = true
        this.call.end('assistant-hung-up')
      },
    }
  }
}

async function* once(text: string): AsyncIterable<string> {
  yield text
}
