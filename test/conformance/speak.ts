/**
 * What every voice must do, whoever makes it: the contract of `OpenVoice` and `Speak` in src/ports.ts as tests. Run it from the
 * test file of a voice: `describeSpeak('flite', { start: ... })`. It names no vendor and never looks behind the port.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { durationMs } from '../../src/audio/frames.ts'
import { ProviderError } from '../../src/ports.ts'
import type { OpenVoice, Speak, Speech } from '../../src/ports.ts'

/** A voice under test, fresh for each test. */
export type SpeakBench = {
  readonly openVoice: OpenVoice
  /** Lets so much time go by, in virtual time where the voice has an injected clock, else in real time. */
  readonly pass: (ms: number) => Promise<void>
  /** Makes every reply from now on fail, or null if this voice cannot fail. */
  readonly breakDown: (() => void) | null
  /** How many replies, contexts, requests, timers are held on behalf of replies; 0 when none is under way. */
  readonly held: () => number
  readonly close: () => Promise<void>
}

export type SpeakSubject = { readonly start: () => Promise<SpeakBench> }

const REPLY = ['Thanks for calling, ', 'I can help with that. ', 'What would you like to know?'] as const

export function describeSpeak(name: string, subject: SpeakSubject): void {
  describe(`${name} as a voice`, () => {
    let bench: SpeakBench
    let call: AbortController
    let speak: Speak

    beforeEach(async () => {
      bench = await subject.start()
      call = new AbortController()
      speak = bench.openVoice(call.signal)
    })

    afterEach(async () => {
      call.abort()
      await bench.pass(20)
      await bench.close()
    })

    test('says every word of the phrases, exactly once and in order', async () => {
      const speech = await settled(collect(speak(given(REPLY), new AbortController().signal)))
      expect(textOf(speech)).toBe('Thanks for calling, I can help with that. What would you like to know?')
      expect(audioOf(speech).length).toBeGreaterThan(0)
    })

    test('keeps odd spacing and punctuation as they were given', async () => {
      const phrases = ['Well — ', '  two  spaces, ', 'a line\nbreak, ', '"quoted" ', 'and $5 or 10%... ', 'right?!']
      const speech = await settled(collect(speak(given(phrases), new AbortController().signal)))
      expect(textOf(speech)).toBe('Well —   two  spaces, a line\nbreak, "quoted" and $5 or 10%... right?!')
    })

    test('tells when each word is spoken, in order and inside the audio', async () => {
      const speech = await settled(collect(speak(given(REPLY), new AbortController().signal)))
      const totalMs = durationMs(audioOf(speech).length)
      const words = speech.flatMap(part => part.words)
      expect(words.length).toBeGreaterThanOrEqual(13)
      for (const [index, word] of words.entries()) {
        expect(word.startMs, word.text).toBeGreaterThanOrEqual(words[index - 1]?.startMs ?? 0)
        expect(word.endMs, word.text).toBeGreaterThanOrEqual(word.startMs)
        expect(word.endMs, word.text).toBeLessThanOrEqual(totalMs)
      }
    })

    test('hands each word out with the audio it begins in', async () => {
      const speech = await settled(collect(speak(given(REPLY), new AbortController().signal)))
      let fromMs = 0
      for (const part of speech) {
        const toMs = fromMs + durationMs(part.audio.length)
        for (const word of part.words) {
          expect(word.startMs, word.text).toBeGreaterThanOrEqual(fromMs)
          expect(word.startMs, word.text).toBeLessThanOrEqual(toMs)
        }
        fromMs = toMs
      }
    })

    test('speaks the first phrase before the second is known', async () => {
      const phrases = byHand()
      const speech = speak(phrases, new AbortController().signal)[Symbol.asyncIterator]()
      phrases.give('Thanks for calling, ')
      const first = await settled(speech.next())
      expect(first.done).toBe(false)
      phrases.give('I can help with that.')
      phrases.end()
      const rest = await settled(collect({ [Symbol.asyncIterator]: () => speech }))
      expect(textOf([...(first.done ? [] : [first.value]), ...rest])).toBe('Thanks for calling, I can help with that.')
    })

    test('ends when the phrases end, also if there never was one', async () => {
      const phrases = byHand()
      const speech = collect(speak(phrases, new AbortController().signal))
      phrases.end()
      expect(await settled(speech)).toEqual([])
      expect(bench.held()).toBe(0)
    })

    test('ends quietly when aborted before any audio', async () => {
      const reply = new AbortController()
      const speech = collect(speak(given(REPLY), reply.signal))
      reply.abort()
      expect(await settled(speech)).toEqual([])
      await bench.pass(500)
      expect(bench.held()).toBe(0)
    })

    test('says nothing when asked with a signal that is aborted already', async () => {
      expect(await settled(collect(speak(given(REPLY), AbortSignal.abort())))).toEqual([])
      await bench.pass(500)
      expect(bench.held()).toBe(0)
    })

    test('ends quietly when aborted in the middle, and gives nothing more', async () => {
      const reply = new AbortController()
      const speech = speak(given(REPLY), reply.signal)[Symbol.asyncIterator]()
      expect((await settled(speech.next())).done).toBe(false)
      reply.abort()
      expect(await settled(speech.next())).toEqual({ done: true, value: undefined })
      await bench.pass(500)
      expect(bench.held()).toBe(0)
    })

    test('ends quietly when aborted while it waits for a phrase', async () => {
      const phrases = byHand()
      const reply = new AbortController()
      const speech = collect(speak(phrases, reply.signal))
      phrases.give('Thanks for calling, ')
      await bench.pass(3_000)
      reply.abort()
      expect(textOf(await settled(speech))).toBe('Thanks for calling, ')
      await bench.pass(500)
      expect(bench.held()).toBe(0)
    })

    test('ends quietly when the call ends in the middle of a reply', async () => {
      const speech = speak(byHand('Thanks for calling, '), new AbortController().signal)[Symbol.asyncIterator]()
      expect((await settled(speech.next())).done).toBe(false)
      call.abort()
      await bench.pass(20)
      const rest = await settled(collect({ [Symbol.asyncIterator]: () => speech }))
      expect(rest.length).toBeLessThanOrEqual(1)
      await bench.pass(500)
      expect(bench.held()).toBe(0)
    })

    test('lets go of everything when its listener walks away', async () => {
      for await (const _ of ticking(speak(given(REPLY), new AbortController().signal))) break
      await bench.pass(500)
      expect(bench.held()).toBe(0)
    })

    test('passes on the failure of whoever gives the phrases', async () => {
      const failing = (async function* () {
        yield 'Thanks for calling, '
        throw new Error('the model is gone')
      })()
      await expect(settled(collect(speak(failing, new AbortController().signal)))).rejects.toThrow('the model is gone')
      await bench.pass(500)
      expect(bench.held()).toBe(0)
    })

    test('fails once, as a ProviderError, and then is over', async context => {
      if (!bench.breakDown) return context.skip()
      bench.breakDown()
      const speech = speak(given(REPLY), new AbortController().signal)[Symbol.asyncIterator]()
      await expect(settled(drain(speech))).rejects.toBeInstanceOf(ProviderError)
      expect(await settled(speech.next())).toEqual({ done: true, value: undefined })
      await bench.pass(500)
      expect(bench.held()).toBe(0)
    })

    test('speaks replies one after another without ever mixing them', async () => {
      const alone = audioOf(
        await settled(collect(speak(given(['Second reply, whole and clean.']), new AbortController().signal))),
      )
      const dropped = new AbortController()
      const first = speak(given(['First reply, ', 'which nobody ', 'will hear to its end.']), dropped.signal)[
        Symbol.asyncIterator
      ]()
      await settled(first.next())
      dropped.abort()
      const second = await settled(collect(speak(given(['Second reply, whole and clean.']), new AbortController().signal)))
      const third = await settled(collect(speak(given(['Third.']), new AbortController().signal)))
      expect(textOf(second)).toBe('Second reply, whole and clean.')
      expect(Buffer.compare(audioOf(second), alone)).toBe(0)
      expect(textOf(third)).toBe('Third.')
    })

    test('leaks nothing over twenty rapid aborted replies, and still speaks', async () => {
      for (let round = 0; round < 20; round++) {
        const reply = new AbortController()
        const speech = collect(speak(given([`Attempt ${round}, `, 'which is cut off.']), reply.signal))
        await bench.pass(round * 7)
        reply.abort()
        await settled(speech)
      }
      const last = await settled(collect(speak(given(['Now at last.']), new AbortController().signal)))
      expect(textOf(last)).toBe('Now at last.')
      await bench.pass(500)
      expect(bench.held()).toBe(0)
    })

    /** Lets time go by until the promise has settled; a voice that never answers fails the test after 20 s of its time. */
    async function settled<T>(promise: Promise<T>): Promise<T> {
      let pending = true
      promise.then(
        () => (pending = false),
        () => (pending = false),
      )
      for (let passedMs = 0; pending && passedMs < 20_000; passedMs += 10) await bench.pass(10)
      if (pending) throw new Error('the voice neither speaks nor ends')
      return promise
    }

    async function* ticking(speech: AsyncIterable<Speech>): AsyncGenerator<Speech> {
      const iterator = speech[Symbol.asyncIterator]()
      try {
        for (;;) {
          const next = await settled(iterator.next())
          if (next.done) return
          yield next.value
        }
      } finally {
        await iterator.return?.()
      }
    }
  })
}

/** Phrases all known from the start. */
export async function* given(phrases: readonly string[]): AsyncGenerator<string> {
  yield* phrases
}

/** Phrases that the test hands over one by one. */
export function byHand(...first: readonly string[]): AsyncIterable<string> & { give(text: string): void; end(): void } {
  const waiting: string[] = [...first]
  let ended = false
  let wake = (): void => {}
  return {
    give(text) {
      waiting.push(text)
      wake()
    },
    end() {
      ended = true
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const text = waiting.shift()
        if (text !== undefined) yield text
        else if (ended) return
        else await new Promise<void>(resolve => (wake = resolve))
      }
    },
  }
}

export async function collect(speech: AsyncIterable<Speech>): Promise<readonly Speech[]> {
  const parts: Speech[] = []
  for await (const part of speech) parts.push(part)
  return parts
}

export const textOf = (speech: readonly Speech[]): string => speech.flatMap(part => part.words.map(word => word.text)).join('')

export const audioOf = (speech: readonly Speech[]): Buffer => Buffer.concat(speech.map(part => part.audio))

async function drain(speech: AsyncIterator<Speech>): Promise<void> {
  while (!(await speech.next()).done);
}
