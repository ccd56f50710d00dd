/** The real voice as a caller hears it: on a telephone, and read back by the real recogniser. */
import { afterAll, describe, expect, test } from 'vitest'
import { byteLength, durationMs } from '../../../src/audio/frames.ts'
import { linear } from '../../../src/audio/ulaw.ts'
import type { Speech } from '../../../src/ports.ts'
import { createFlite } from '../../../src/providers/local/flite/flite.ts'
import { loadFlite } from '../../../src/providers/local/flite/engine.ts'
import { loadMoonshine } from '../../../src/providers/local/moonshine/engine.ts'
import { createWorkQueue } from '../../../src/providers/local/work-queue.ts'
import { audioOf, collect, given, textOf } from '../../conformance/speak.ts'
import { wordErrorRate } from '../../support/word-errors.ts'

const [engine, recogniser] = await Promise.all([loadFlite(2), loadMoonshine()])
const queue = createWorkQueue(2)
const speak = createFlite(engine, queue)(new AbortController().signal)
afterAll(() => Promise.all([engine.close(), recogniser.close()]))

const say = (...phrases: readonly string[]): Promise<readonly Speech[]> =>
  collect(speak(given(phrases), new AbortController().signal))

const samplesOf = (speech: readonly Speech[]): Float32Array => Float32Array.from(audioOf(speech), byte => linear[byte]!)

/** Loudness in dBFS of the stretch between two moments. */
function levelDb(samples: Float32Array, fromMs = 0, toMs = durationMs(samples.length)): number {
  const stretch = samples.subarray(byteLength(fromMs), byteLength(toMs))
  return 10 * Math.log10(stretch.reduce((sum, sample) => sum + sample ** 2, 1e-12) / stretch.length)
}

describe('The voice', () => {
  test('is understood by a recogniser', async () => {
    const lines = [
      "That's a great question. Most teams see twice as many conversations in the first month.",
      'Sure, I can help with that, and it takes only ten minutes.',
      'Does that make sense?',
      'How is your outbound team doing today?',
      'Would you like to see a demo next week?',
    ]
    const heard = await Promise.all(lines.map(async line => recogniser.recognise(new Uint8Array(audioOf(await say(line))))))
    const text = heard.join(' ').replace('10', 'ten')
    expect(wordErrorRate(lines.join(' '), text), text).toBeLessThanOrEqual(0.2)
  })

  test('is about as loud as a person on the telephone and never clips', async () => {
    const samples = samplesOf(await say('Our dialer calls several people at once, so your team talks more and waits less.'))
    expect(levelDb(samples)).toBeGreaterThan(-23)
    expect(levelDb(samples)).toBeLessThan(-17)
    expect(Math.max(...samples.map(Math.abs))).toBeLessThan(0.9)
  })

  test('begins and ends with the words, without a click', async () => {
    const speech = await say('Absolutely.')
    const samples = samplesOf(speech)
    const endMs = durationMs(samples.length)
    expect(levelDb(samples, 0, 80)).toBeGreaterThan(-40)
    expect(levelDb(samples, endMs - 140, endMs - 40)).toBeGreaterThan(-50)
    expect(Math.abs(samples[0]!)).toBeLessThan(0.002)
    expect(Math.abs(samples.at(-1)!)).toBeLessThan(0.002)
    expect(speech[0]!.words[0]!.startMs).toBeLessThanOrEqual(20)
  })

  test('breathes between phrases: longer after a sentence than after a comma, hardly within one', async () => {
    const gapAfter = async (phrase: string): Promise<number> => {
      const words = (await say(phrase, 'we can talk')).flatMap(part => part.words)
      const next = words.find(word => word.text.startsWith('we'))!
      return Math.round(next.startMs - words[words.indexOf(next) - 1]!.endMs)
    }
    expect(await gapAfter('Yes, today. ')).toBe(312)
    expect(await gapAfter('Yes, today, ')).toBe(162)
    expect(await gapAfter('Yes, today ')).toBe(72)
  })

  test('times a word where it sounds', async () => {
    const speech = await say('Nooks! ', 'Stop. ')
    const samples = samplesOf(speech)
    const [nooks, stop] = speech.flatMap(part => part.words)
    expect(levelDb(samples, nooks!.startMs, nooks!.endMs)).toBeGreaterThan(-26)
    expect(levelDb(samples, nooks!.endMs + 80, stop!.startMs - 40)).toBeLessThan(-60)
    expect(levelDb(samples, stop!.startMs, stop!.endMs)).toBeGreaterThan(-26)
  })

  test('says nothing for what cannot be said, but accounts for it', async () => {
    const speech = await say('🙂 ', '— ', 'Hello.')
    expect(textOf(speech)).toBe('🙂 — Hello.')
    expect(Buffer.compare(audioOf(speech), audioOf(await say('Hello.')))).toBe(0)
  })

  test('says the same to each of two calls at once', async () => {
    const alone = audioOf(await say('One thing. ', 'And another thing.'))
    const [first, second] = await Promise.all([say('One thing. ', 'And another thing.'), say('Something else altogether.')])
    expect(Buffer.compare(audioOf(first), alone)).toBe(0)
    expect(textOf(second)).toBe('Something else altogether.')
  })
})
