/**
 * A voice for tests: every word lasts equally long, every delay is the test's own and passes on the test's clock. It
 * records what it was asked to say. It knows nothing of any vendor and makes no sound worth hearing.
 */
import { byteLength } from '../../src/audio/frames.ts'
import { ProviderError } from '../../src/ports.ts'
import type { Clock, OpenVoice, Speak, Speech } from '../../src/ports.ts'

export type FakeVoiceOptions = {
  readonly clock: Clock
  /** How long the audio of each word lasts. */
  readonly wordMs?: number
  /** From a phrase that finds the voice idle to the first word of its audio. */
  readonly firstAudioMs?: number
  /** From one word's audio to the next while there is something to say. */
  readonly nextWordMs?: number
}

/** What became of one reply. `ended` is null while it is under way. */
export type FakeReply = {
  readonly phrases: { readonly text: string; readonly atMs: number }[]
  /** When each word's audio was handed out. */
  readonly spoken: { readonly text: string; readonly atMs: number }[]
  ended: 'complete' | 'aborted' | 'failed' | null
}

export type FakeVoice = {
  readonly openVoice: OpenVoice
  /** Every reply asked for, oldest first. */
  readonly replies: readonly FakeReply[]
  /** Voices opened and not yet closed by their signal. */
  readonly openVoices: () => number
  /** Makes replies fail after so many more words, until `repair`. */
  readonly breakDown: (afterWords?: number) => void
  readonly repair: () => void
}

/** The audio of a word, the same each time it is said. */
export const audioOfWord = (text: string, wordMs: number): Uint8Array =>
  new Uint8Array(byteLength(wordMs)).fill([...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 0x7e, 7))

/** The words of a phrase with their spaces: joined they are the phrase. */
export const wordsOf = (phrase: string): readonly string[] => phrase.match(/\s*\S+\s*$|\s*\S+/g) ?? (phrase ? [phrase] : [])

export function fakeVoice({ clock, wordMs = 300, firstAudioMs = 120, nextWordMs = 20 }: FakeVoiceOptions): FakeVoice {
  const replies: FakeReply[] = []
  let openVoices = 0
  let wordsUntilFailure: number | null = null

  const openVoice: OpenVoice = callSignal => {
    openVoices++
    callSignal.addEventListener('abort', () => openVoices--, { once: true })
    return (phrases, signal) => speak(phrases, AbortSignal.any([callSignal, signal]))
  }

  const speak: Speak = async function* (phrases, signal) {
    const reply: FakeReply = { phrases: [], spoken: [], ended: null }
    replies.push(reply)
    try {
      yield* say(phrases, signal, reply)
      reply.ended = signal.aborted ? 'aborted' : 'complete'
    } catch (error) {
      reply.ended = 'failed'
      throw error
    } finally {
      reply.ended ??= 'aborted'
    }
  }

  async function* say(phrases: AsyncIterable<string>, signal: AbortSignal, reply: FakeReply): AsyncGenerator<Speech> {
    let spokenMs = 0
    let busyUntilMs = clock.now()
    for await (const phrase of untilAborted(phrases, signal)) {
      reply.phrases.push({ text: phrase, atMs: clock.now() })
      const idle = clock.now() > busyUntilMs || spokenMs === 0
      let dueMs = idle ? clock.now() + firstAudioMs : busyUntilMs + nextWordMs
      for (const text of wordsOf(phrase)) {
        await sleep(clock, dueMs - clock.now(), signal)
        if (signal.aborted) return
        failIfBroken()
        reply.spoken.push({ text, atMs: clock.now() })
        const startMs = spokenMs
        spokenMs += wordMs
        busyUntilMs = dueMs
        dueMs += nextWordMs
        yield { audio: audioOfWord(text, wordMs), words: [{ text, startMs, endMs: spokenMs }] }
        if (signal.aborted) return
      }
    }
  }

  function failIfBroken(): void {
    if (wordsUntilFailure === null) return
    if (wordsUntilFailure === 0) throw new ProviderError('fake voice', 'speaking', 'broken by the test', true)
    wordsUntilFailure--
  }

  return {
    openVoice,
    replies,
    openVoices: () => openVoices,
    breakDown: (afterWords = 0) => void (wordsUntilFailure = afterWords),
    repair: () => void (wordsUntilFailure = null),
  }
}

/** The same items; ends at once, and quietly, when the signal is aborted, also while an item is awaited. */
export async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  let callOff = (): void => {}
  const aborted = new Promise<null>(resolve => {
    callOff = () => resolve(null)
    if (signal.aborted) callOff()
    else signal.addEventListener('abort', callOff, { once: true })
  })
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted])
      if (!next || next.done || signal.aborted) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', callOff)
    // Not awaited: a generator that is waiting for something itself would keep us waiting; its own failure is no longer news.
    void iterator.return?.().catch(() => {})
  }
}

function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    const cancel = clock.after(Math.max(0, ms), finish)
    signal.addEventListener('abort', finish, { once: true })
    function finish(): void {
      cancel()
      signal.removeEventListener('abort', finish)
      resolve()
    }
  })
}
