/** However often, and wherever, the connection is cut: the caller hears every word, in order, and none twice. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { audioOf, collect, textOf } from '../../conformance/speak.ts'
import { charactersHeard } from '../../vendors/elevenlabs/speech.ts'
import type { Profile } from '../../vendors/elevenlabs/elevenlabs.ts'
import { startBench } from './bench.ts'

const word = fc.constantFrom('plan', 'price', 'call', 'I', 'am', 'wonderful', '"quoted"', 'well,', 'so...', 'yes.', '—', '42')
const phrase = fc.array(word, { minLength: 1, maxLength: 6 }).map(words => `${words.join(' ')} `)
const phrases = fc.array(phrase, { minLength: 1, maxLength: 5 })
const cuts = fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 4 })
const chunkBytes = fc.integer({ min: 160, max: 6_000 })
/** How long the model takes between two phrases. */
const pauseMs = fc.constantFrom(0, 40, 400)

/** Speaks phrases over a connection that is cut so often, and returns what was heard and what was told. */
async function speakWithCuts(
  spoken: readonly string[],
  cutsMs: readonly number[],
  profile: Partial<Profile>,
  betweenMs: number,
): Promise<{ heard: string; told: string }> {
  const bench = await startBench({ profile, faults: cutsMs.map(afterAudioMs => ({ type: 'cut-socket', afterAudioMs })) })
  const call = new AbortController()
  try {
    const speak = bench.openVoice(call.signal)
    const slowly = (async function* () {
      for (const text of spoken) {
        if (betweenMs) await bench.clock.sleep(betweenMs)
        yield text
      }
    })()
    const speech = await bench.settled(collect(speak(slowly, new AbortController().signal)))
    return { heard: soundsHeard(audioOf(speech)), told: textOf(speech) }
  } finally {
    call.abort()
    await bench.pass(20)
    await bench.close()
  }
}

/** The letters and digits heard; "~" stands for a character that was cut off. */
const soundsHeard = (audio: Uint8Array): string =>
  charactersHeard(audio)
    .map(({ char, whole }) => (whole ? bare(char) : '~'))
    .join('')

const bare = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase()
const wordsOf = (spoken: readonly string[]): readonly string[] => spoken.join('').split(/\s+/).map(bare).filter(Boolean)

test('by the times of its letters, each word is heard once; only a word cut in two is begun again', async () => {
  await fc.assert(
    fc.asyncProperty(
      phrases,
      cuts,
      chunkBytes,
      pauseMs,
      fc.constantFrom('each', 'first'),
      async (spoken, cutsMs, bytes, ms, alignment) => {
        const { heard, told } = await speakWithCuts(spoken, cutsMs, { chunkBytes: bytes, alignment }, ms)
        expect(told).toBe(spoken.join(''))
        expect(heard).toMatch(eachOnce(wordsOf(spoken)))
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  )
})

test('without the times of its letters, no word is lost either, though some may be said again', async () => {
  await fc.assert(
    fc.asyncProperty(phrases, cuts, chunkBytes, pauseMs, async (spoken, cutsMs, bytes, ms) => {
      const { heard, told } = await speakWithCuts(spoken, cutsMs, { chunkBytes: bytes, alignment: 'none' }, ms)
      expect(told).toBe(spoken.join(''))
      expect(heard).toMatch(new RegExp(wordsOf(spoken).join('.*')))
    }),
    { numRuns: Number(process.env['RUNS'] ?? 40) },
  )
})

/** Every word once, in order; before it, beginnings of it that were cut off. */
function eachOnce(words: readonly string[]): RegExp {
  const once = words.map(word => {
    const beginnings = [...word].map((_, index) => word.slice(0, index)).join('|')
    return `((${beginnings})~?)*${word}~?`
  })
  return new RegExp(`^~?${once.join('')}$`)
}
