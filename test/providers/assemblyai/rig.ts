/** A call on the adapter and the emulator together: real sockets, virtual time, both sides in step. */
import type { Frame } from '../../../src/audio/frames.ts'
import { FRAME_MS, silentFrame } from '../../../src/audio/frames.ts'
import type { Allow, Clock, Transcribe, TranscriptNews, Transcription, Word } from '../../../src/ports.ts'
import { assemblyAI } from '../../../src/providers/assemblyai/assemblyai.ts'
import type { AssemblyAINote } from '../../../src/providers/assemblyai/assemblyai.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { startAssemblyAI } from '../../vendors/assemblyai/assemblyai.ts'
import type { AssemblyAIEmulator, AssemblyAIEmulatorOptions } from '../../vendors/assemblyai/assemblyai.ts'
import { markedSpeech } from '../../vendors/assemblyai/script.ts'
import type { ScriptedWord } from '../../vendors/assemblyai/script.ts'
import { trustEmulators } from '../../vendors/assemblyai/trust.ts'

export type Rig = {
  readonly clock: VirtualClock
  readonly emulator: AssemblyAIEmulator
  readonly transcribe: Transcribe
  readonly notes: readonly AssemblyAINote[]
  /** Lets so much virtual time pass; both sides have taken everything sent before and after. */
  readonly pass: (ms: number) => Promise<void>
  /** The adapter's timers and its open sockets. */
  readonly held: () => number
  readonly close: () => Promise<void>
}

export type RigOptions = Omit<AssemblyAIEmulatorOptions, 'script' | 'clock'> & {
  readonly words: readonly ScriptedWord[]
  readonly model?: string
  readonly keyTerms?: readonly string[]
  readonly callersKey?: string
  readonly onNote?: (note: AssemblyAINote) => void
  readonly allow?: Allow
}

export async function startRig({
  words,
  model,
  keyTerms = [],
  callersKey = 'test-key',
  onNote,
  allow,
  ...rest
}: RigOptions): Promise<Rig> {
  trustEmulators()
  const clock = new VirtualClock()
  const timers = countTimers(clock)
  const emulator = await startAssemblyAI({ ...rest, clock, script: { words, by: 'marked' } })
  const notes: AssemblyAINote[] = []
  let isConnecting = false
  let isConnected = false
  const note = (item: AssemblyAINote): void => {
    notes.push(item)
    if (item.type === 'oddity') return onNote?.(item)
    isConnecting = item.type === 'connecting'
    isConnected = item.type === 'connected' || item.type === 'begun'
    onNote?.(item)
  }
  /** Real sockets take real time to open and to notice that they are cut; virtual time waits for them. */
  const quiet = async (): Promise<void> => {
    const giveUpMs = performance.now() + 50_000
    do {
      if (performance.now() > giveUpMs) throw new Error('The adapter and the emulator do not come to rest')
      await new Promise(setImmediate)
      await emulator.settled()
    } while (isConnecting || (isConnected && emulator.connections() === 0))
  }
  return {
    clock,
    emulator,
    transcribe: assemblyAI({
      apiKey: callersKey,
      url: emulator.url,
      keyTerms,
      clock: timers.clock,
      note,
      ...(model === undefined ? {} : { model }),
      ...(allow && { allow }),
    }),
    notes,
    pass: async ms => {
      await quiet()
      await clock.advance(ms)
      await quiet()
    },
    held: () => timers.running() + emulator.connections(),
    close: () => emulator.close(),
  }
}

function countTimers(clock: Clock): { readonly clock: Clock; readonly running: () => number } {
  const timers = new Set<object>()
  return {
    running: () => timers.size,
    clock: {
      now: () => clock.now(),
      after(delayMs, callback) {
        const timer = {}
        timers.add(timer)
        const cancel = clock.after(delayMs, () => {
          timers.delete(timer)
          callback()
        })
        return () => {
          timers.delete(timer)
          cancel()
        }
      },
    },
  }
}

/** Words at 200 ms each with 40 ms between them, from `startMs` on. */
export function sentence(text: string, startMs: number): readonly ScriptedWord[] {
  return text.split(' ').map((word, i) => ({ text: word, startMs: startMs + i * 240, endMs: startMs + i * 240 + 200 }))
}

export type Spoken = { readonly fromMs: number; readonly toMs: number }

/** A caller on the rig, who speaks the rig's words; hints come 60 ms late, as a call gives them. */
export class Caller {
  readonly news: TranscriptNews[] = []
  readonly transcription: Transcription
  readonly #rig: Rig
  readonly #frames: readonly Frame[]
  readonly #stretches: readonly Spoken[]
  readonly #hangUp = new AbortController()
  heardMs = 0

  /** `isHinted` false: nobody notices that the caller speaks or pauses. */
  constructor(rig: Rig, words: readonly ScriptedWord[], isHinted = true, onNews: (news: TranscriptNews) => void = () => {}) {
    this.#rig = rig
    this.#frames = markedSpeech(words, words.at(-1)?.endMs ?? 0)
    this.#stretches = isHinted ? stretchesOf(words) : []
    this.transcription = rig.transcribe(news => {
      this.news.push(news)
      onNews(news)
    }, this.#hangUp.signal)
  }

  /** The words of all turns, as last told. */
  get words(): readonly Word[] {
    const turns = new Map(this.wordsNews.map(news => [news.turn, news.words]))
    return [...turns.values()].flat()
  }
  get wordsNews() {
    return this.news.filter(news => news.type === 'words')
  }
  get text(): string {
    return this.words.map(word => word.text).join(' ')
  }
  get completeToMs(): number | null {
    return this.wordsNews.at(-1)?.completeToMs ?? null
  }
  get outages(): readonly string[] {
    return this.news.filter(news => news.type !== 'words').map(news => news.type)
  }

  async playTo(ms: number): Promise<void> {
    while (this.heardMs < ms) await this.#playFrame()
  }

  /** As after a machine was busy: everything up to there in one moment. */
  async playAtOnceTo(ms: number): Promise<void> {
    while (this.heardMs < ms) this.#hearFrame()
    await this.#rig.pass(FRAME_MS)
  }

  hangUp(): void {
    this.#hangUp.abort()
  }

  async #playFrame(): Promise<void> {
    this.#hearFrame()
    await this.#rig.pass(FRAME_MS)
  }

  #hearFrame(): void {
    this.transcription.hear(this.#frames[this.heardMs / FRAME_MS] ?? silentFrame)
    this.heardMs += FRAME_MS
    for (const { fromMs, toMs } of this.#stretches) {
      if (isReached(fromMs + 60, this.heardMs)) this.transcription.callerSpoke(fromMs)
      if (isReached(toMs + 60, this.heardMs)) this.transcription.callerPaused(toMs)
    }
  }
}

const isReached = (ms: number, heardMs: number): boolean => ms <= heardMs && ms > heardMs - FRAME_MS

/** Words with at least 200 ms of silence between them belong to different stretches of speech. */
export function stretchesOf(words: readonly ScriptedWord[]): readonly Spoken[] {
  const stretches: { fromMs: number; toMs: number }[] = []
  for (const word of words) {
    const last = stretches.at(-1)
    if (last && word.startMs - last.toMs < 200) last.toMs = word.endMs
    else stretches.push({ fromMs: word.startMs, toMs: word.endMs })
  }
  return stretches
}
