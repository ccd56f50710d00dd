/** How a recogniser of whole utterances is made to follow a conversation; the engine is in the test's hand. */
import { describe, expect, test } from 'vitest'
import { FRAME_BYTES, FRAME_MS, silentFrame, type Frame } from '../../../src/audio/frames.ts'
import type { Transcription, TranscriptNews } from '../../../src/ports.ts'
import { createMoonshine } from '../../../src/providers/local/moonshine/moonshine.ts'
import { createWorkQueue } from '../../../src/providers/local/work-queue.ts'
import { handRecogniser } from './hand-recogniser.ts'

const loud: Frame = new Uint8Array(FRAME_BYTES).fill(0x90)

function newCall(slots = 2, recogniser = handRecogniser(), queue = createWorkQueue(slots)) {
  const hangUp = new AbortController()
  const news: TranscriptNews[] = []
  const transcription = createMoonshine(recogniser, queue, text => text)(one => news.push(one), hangUp.signal)
  let heardMs = 0
  return {
    news,
    hangUp,
    transcription,
    asked: recogniser.asked,
    hear(toMs: number, frame = loud) {
      for (; heardMs < toMs; heardMs += FRAME_MS) transcription.hear(frame)
    },
    lastNews: () => summary(news.at(-1)),
  }
}

function summary(news: TranscriptNews | undefined) {
  if (news?.type !== 'words') return news?.type
  return { turn: news.turn, text: news.words.map(word => word.text).join(' '), completeToMs: news.completeToMs }
}

/** The caller spoke from one moment to another; both hints come 60 ms late. */
function speak(call: { hear(toMs: number): void; transcription: Transcription }, fromMs: number, toMs: number): void {
  call.hear(fromMs + 60)
  call.transcription.callerSpoke(fromMs)
  call.hear(toMs + 60)
  call.transcription.callerPaused(toMs)
}

describe('Words while the caller talks', () => {
  test('come every 600 ms of speech, and may still change', async () => {
    const call = newCall()
    call.hear(1060)
    call.transcription.callerSpoke(1000)
    call.hear(1600)
    expect(call.asked.length).toBe(1)
    await call.asked[0]!.answer('I would')
    expect(call.lastNews()).toEqual({ turn: 0, text: 'I would', completeToMs: null })
    call.hear(2200)
    await call.asked[1]!.answer('I would like')
    expect(call.lastNews()).toEqual({ turn: 0, text: 'I would like', completeToMs: null })
    expect(call.news.every(news => news.type === 'words' && news.words.every(word => !word.final))).toBe(true)
  })

  test('are asked for less often as the turn grows', async () => {
    const call = newCall()
    call.transcription.callerSpoke(0)
    const askedAtMs: number[] = []
    for (let ms = 20; ms <= 9000; ms += 20) {
      const before = call.asked.length
      call.hear(ms)
      if (call.asked.length === before) continue
      askedAtMs.push(ms)
      await call.asked.at(-1)!.answer('so')
    }
    expect(askedAtMs).toEqual([600, 1200, 1800, 2400, 3000, 3600, 4320, 5200, 6240, 7500, 9000])
  })

  test('begin with the audio before the hint that the caller spoke', () => {
    const call = newCall()
    call.hear(1000, silentFrame)
    call.hear(1600, loud)
    call.transcription.callerSpoke(1000)
    call.hear(1620, loud)
    expect(call.asked[0]!.audio.filter(byte => byte === 0x90).length).toBe(620 * 8)
    expect(call.asked[0]!.ms).toBe(740)
  })
})

describe('Words when the caller pauses', () => {
  test('are asked for at once, and stand', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    expect(call.asked.length).toBe(1)
    await call.asked[0]!.answer('Not now.')
    expect(call.news).toEqual([
      {
        type: 'words',
        turn: 0,
        words: [
          { text: 'Not', startMs: 1000, endMs: 1222, final: true, confidence: null },
          { text: 'now.', startMs: 1222, endMs: 1500, final: true, confidence: null },
        ],
        completeToMs: 1500,
      },
    ])
  })

  test('are none if it was only noise, and that is said', async () => {
    const call = newCall()
    speak(call, 1000, 1200)
    await call.asked[0]!.answer('')
    expect(call.news).toEqual([{ type: 'words', turn: 0, words: [], completeToMs: 1200 }])
  })

  test('do not stand if the caller has gone on meanwhile', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    call.hear(1760)
    call.transcription.callerSpoke(1700)
    await call.asked[0]!.answer('I would')
    expect(call.lastNews()).toEqual({ turn: 0, text: 'I would', completeToMs: null })
  })

  test('are asked for the whole turn again after a pause under 500 ms', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    await call.asked[0]!.answer('I would')
    speak(call, 1980, 2400)
    expect(call.asked[1]!.ms).toBe(120 + 1400 + 60)
    await call.asked[1]!.answer('I would rather not.')
    expect(call.lastNews()).toEqual({ turn: 0, text: 'I would rather not.', completeToMs: 2400 })
    const words = call.news.flatMap(news => (news.type === 'words' && news.completeToMs === 2400 ? news.words : []))
    expect(words.map(word => [word.startMs, word.endMs])).toEqual([
      [1000, 1125],
      [1125, 1500],
      [1980, 2225],
      [2225, 2400],
    ])
  })

  test('begin a new turn after a pause of 500 ms', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    await call.asked[0]!.answer('Hello.')
    speak(call, 2000, 2400)
    expect(call.asked[1]!.ms).toBe(120 + 400 + 60)
    await call.asked[1]!.answer('Anyone there?')
    expect(call.lastNews()).toEqual({ turn: 1, text: 'Anyone there?', completeToMs: 2400 })
  })

  test('stand for the moment the pause truly began, if that is corrected', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    call.transcription.callerPaused(1460)
    await call.asked[1]!.answer('Yes.')
    await call.asked[0]!.answer('Yes, sir.')
    expect(call.news.length).toBe(1)
    expect(call.lastNews()).toEqual({ turn: 0, text: 'Yes.', completeToMs: 1460 })
  })

  test('stand again when speech that seemed to follow is taken back', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    await call.asked[0]!.answer('Yes.')
    call.hear(1800)
    call.transcription.callerSpoke(1740)
    call.hear(2400)
    await call.asked[1]!.answer('Yes. Um')
    call.transcription.callerPaused(1500)
    await call.asked[2]!.answer('Yes.')
    expect(call.lastNews()).toEqual({ turn: 0, text: 'Yes.', completeToMs: 1500 })
  })

  test('are timed over the speech alone when a pause turns out to be none', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    call.transcription.callerSpoke(1200)
    call.hear(2060)
    call.transcription.callerPaused(2000)
    await call.asked.at(-1)!.answer('one two')
    const last = call.news.at(-1)
    expect(last?.type === 'words' && last.words.map(word => [word.startMs, word.endMs])).toEqual([
      [1000, 1500],
      [1500, 2000],
    ])
  })

  test('are asked for after all when going on turns out to be none', async () => {
    const queue = createWorkQueue(1)
    const recogniser = handRecogniser()
    const [other, call] = [1, 2].map(() => newCall(1, recogniser, queue)) as [Call, Call]
    speak(other, 0, 300)
    speak(call, 1000, 1300)
    call.transcription.callerSpoke(1400)
    await recogniser.asked[0]!.answer('something else')
    call.transcription.callerPaused(1300)
    await recogniser.asked[1]!.answer('Yes.')
    expect(call.lastNews()).toEqual({ turn: 0, text: 'Yes.', completeToMs: 1300 })
  })

  test('are not asked for once the caller has gone on', async () => {
    const queue = createWorkQueue(1)
    const recogniser = handRecogniser()
    const [other, call] = [1, 2].map(() => newCall(1, recogniser, queue)) as [Call, Call]
    speak(other, 0, 300)
    speak(call, 1000, 1300)
    call.transcription.callerSpoke(1400)
    await recogniser.asked[0]!.answer('something else')
    expect(recogniser.asked.length).toBe(1)
  })

  test('are not asked for twice by settling', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    call.transcription.settle()
    await call.asked[0]!.answer('Yes.')
    call.transcription.settle()
    expect(call.asked.length).toBe(1)
  })
})

describe('The order of what is told', () => {
  test('an older guess never follows a newer one', async () => {
    const call = newCall()
    call.transcription.callerSpoke(0)
    call.hear(660)
    call.transcription.callerPaused(600)
    await call.asked[1]!.answer('Certainly.')
    await call.asked[0]!.answer('Sir')
    expect(call.news.length).toBe(1)
    expect(call.lastNews()).toEqual({ turn: 0, text: 'Certainly.', completeToMs: 600 })
  })

  test('a turn waits for the words of the turn before', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    speak(call, 2000, 2400)
    await call.asked[1]!.answer('two')
    expect(call.news).toEqual([])
    await call.asked[0]!.answer('one')
    expect(call.news.map(summary)).toEqual([
      { turn: 0, text: 'one', completeToMs: 1500 },
      { turn: 1, text: 'two', completeToMs: 2400 },
    ])
  })
})

describe('A turn of two stretches', () => {
  test('is not whole before the second has been heard, so the next turn waits', async () => {
    const call = newCall(3)
    speak(call, 1000, 1500)
    await call.asked[0]!.answer('one')
    speak(call, 1700, 2000)
    speak(call, 3000, 3400)
    await call.asked[2]!.answer('three')
    expect(call.lastNews()).toEqual({ turn: 0, text: 'one', completeToMs: 1500 })
    await call.asked[1]!.answer('one two')
    expect(call.lastNews()).toEqual({ turn: 1, text: 'three', completeToMs: 3400 })
  })
})

describe('A long monologue', () => {
  test('is cut where it is quiet, and no word of it is lost', async () => {
    const call = newCall()
    call.transcription.callerSpoke(0)
    call.hear(9000)
    call.hear(9240, silentFrame)
    for (let ms = 9260; ms <= 20_000; ms += 20) {
      call.hear(ms)
      await Promise.all(call.asked.map((asked, number) => asked.answer(`${number}`)))
    }
    call.transcription.callerPaused(20_000)
    await call.asked.at(-1)!.answer('and that is all')
    const lengths = call.asked.map(asked => asked.ms)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(14_120)
    const cut = lengths.findIndex((ms, number) => ms < (lengths[number - 1] ?? 0))
    expect(lengths[cut]).toBeGreaterThanOrEqual(9000)
    expect(lengths[cut]).toBeLessThanOrEqual(9240)
    expect(lengths.at(-1)).toBe(20_000 - lengths[cut]!)
    expect(call.lastNews()).toEqual({ turn: 0, text: `${cut} and that is all`, completeToMs: 20_000 })
  })
})

describe('When the engine fails', () => {
  test('it is asked once more before the caller goes unheard', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    await call.asked[0]!.fail()
    await call.asked[1]!.answer('Yes.')
    expect(call.news.map(summary)).toEqual([{ turn: 0, text: 'Yes.', completeToMs: 1500 }])
  })

  test('the call is told once, and told when it hears again', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    await call.asked[0]!.fail()
    await call.asked[1]!.fail()
    expect(call.news.map(summary)).toEqual(['deaf'])
    call.transcription.settle()
    await call.asked[2]!.answer('Yes.')
    expect(call.news.map(summary)).toEqual(['deaf', 'hearing', { turn: 0, text: 'Yes.', completeToMs: 1500 }])
  })

  test('a turn that stays unheard does not hold up the next', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    await call.asked[0]!.fail()
    await call.asked[1]!.fail()
    speak(call, 3000, 3500)
    await call.asked[2]!.answer('Hello?')
    expect(call.news.map(summary)).toEqual([
      'deaf',
      { turn: 0, text: '', completeToMs: 1500 },
      'hearing',
      { turn: 1, text: 'Hello?', completeToMs: 3500 },
    ])
  })

  test('a text longer than anyone can say in the time is not believed', async () => {
    const call = newCall()
    speak(call, 1000, 1500)
    await call.asked[0]!.answer('and then and then and then and then and then and then')
    expect(call.lastNews()).toEqual({ turn: 0, text: '', completeToMs: 1500 })
  })
})

describe('Calls that share the engine', () => {
  test('a pause goes before guesses at unfinished speech', async () => {
    const queue = createWorkQueue(1)
    const recogniser = handRecogniser()
    const [first, second, third] = [1, 2, 3].map(() => newCall(1, recogniser, queue)) as [Call, Call, Call]
    first.transcription.callerSpoke(0)
    second.transcription.callerSpoke(0)
    first.hear(600)
    second.hear(640)
    speak(third, 100, 400)
    await recogniser.asked[0]!.answer('one')
    await recogniser.asked[1]!.answer('three')
    await recogniser.asked[2]!.answer('two')
    expect([first, second, third].map(call => call.lastNews())).toMatchObject([
      { text: 'one' },
      { text: 'two' },
      { text: 'three' },
    ])
  })

  test('a guess that had to wait is made of all the audio there is by then', async () => {
    const queue = createWorkQueue(1)
    const recogniser = handRecogniser()
    const [first, second] = [1, 2].map(() => newCall(1, recogniser, queue)) as [Call, Call]
    speak(first, 0, 200)
    second.transcription.callerSpoke(0)
    second.hear(2000)
    await recogniser.asked[0]!.answer('one')
    expect(recogniser.asked.length).toBe(2)
    expect(recogniser.asked[1]!.ms).toBe(2000)
  })

  test('a call that ends gives its place back and is told nothing more', async () => {
    const queue = createWorkQueue(1)
    const recogniser = handRecogniser()
    const [first, second, third] = [1, 2, 3].map(() => newCall(1, recogniser, queue)) as [Call, Call, Call]
    speak(first, 0, 200)
    speak(second, 0, 200)
    third.transcription.callerSpoke(0)
    third.hear(620)
    for (const call of [first, second, third]) call.hangUp.abort()
    await recogniser.asked[0]!.answer('late')
    expect(recogniser.asked.length).toBe(1)
    for (const call of [first, second, third]) {
      speak(call, 3000, 3500)
      call.transcription.settle()
      expect(call.news).toEqual([])
    }
    expect(recogniser.asked.length).toBe(1)
  })
})

type Call = ReturnType<typeof newCall>
