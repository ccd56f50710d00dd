/** The real model on recorded callers: how well it hears, and what it makes of sounds that are no words. */
import { afterAll, describe, expect, test } from 'vitest'
import { FRAME_MS } from '../../../src/audio/frames.ts'
import type { TranscriptNews } from '../../../src/ports.ts'
import { createMoonshine } from '../../../src/providers/local/moonshine/moonshine.ts'
import { loadMoonshine } from '../../../src/providers/local/moonshine/engine.ts'
import type { Caller } from '../../conformance/transcribe.ts'
import { readRecordings } from '../../support/recordings.ts'
import { wordErrorRate } from '../../support/word-errors.ts'
import { framesOf, recording, scriptedCaller } from './recorded-callers.ts'
import { createWatchedQueue } from './watched-queue.ts'

const engine = await loadMoonshine()
const queue = createWatchedQueue(2)
const transcribe = createMoonshine(engine, queue, text => text)
afterAll(() => engine.close())

/** Plays a caller with the hints 60 ms late; returns the last news of each turn. The engine is waited for every second. */
async function hear({ frames, stretches }: Caller): Promise<readonly Turn[]> {
  const turns = new Map<number, Turn>()
  const note = (news: TranscriptNews): void => {
    if (news.type === 'words') turns.set(news.turn, news)
  }
  const hangUp = new AbortController()
  const transcription = transcribe(note, hangUp.signal)
  for (const [index, frame] of frames.entries()) {
    transcription.hear(frame)
    const hintedMs = (index + 1) * FRAME_MS - 60
    const begins = (ms: number): boolean => ms <= hintedMs && ms > hintedMs - FRAME_MS
    for (const { fromMs, toMs } of stretches) {
      if (begins(fromMs)) transcription.callerSpoke(fromMs)
      if (begins(toMs)) transcription.callerPaused(toMs)
    }
    if (index % 50 === 0) await queue.idle()
  }
  await queue.idle()
  hangUp.abort()
  return [...turns.values()]
}

type Turn = Extract<TranscriptNews, { type: 'words' }>

const textOf = (turns: readonly Turn[]): string => turns.flatMap(turn => turn.words.map(word => word.text)).join(' ')

/** Hesitation is no word, whether the model writes it or not. */
const withoutHesitation = (text: string): string => text.replace(/\[\w+\]|\b(?:mm|uh|um)\b/gi, '')

const wholeClip = (file: string, stretches: readonly (readonly [number, number])[], text = ''): Caller => ({
  frames: framesOf(recording(file)),
  stretches: stretches.map(([fromMs, toMs]) => ({ fromMs, toMs, text })),
})

describe('What recorded callers say is heard', () => {
  test.each([
    ['pub-call-1-loan.wav', 6, 0.25],
    ['pub-call-2-chromecast.wav', 5, 0.25],
    ['pub-call-3-hesitant.wav', 6, 0.5],
  ])('in %s, each utterance as a turn', async (file, utterances, errors) => {
    const caller = scriptedCaller(file, 1, utterances, 1000)
    const turns = await hear(caller)
    const said = withoutHesitation(caller.stretches.map(stretch => stretch.text).join(' '))
    const heard = withoutHesitation(textOf(turns))
    expect(turns.map(turn => turn.completeToMs)).toEqual(caller.stretches.map(stretch => stretch.toMs))
    expect(wordErrorRate(said, heard), heard).toBeLessThanOrEqual(errors)
  })

  test('over pauses of less than half a second, as one turn', async () => {
    const stretches = [[1805, 2345], [2735, 7425]] as const // prettier-ignore
    const turns = await hear(wholeClip('pub-call-1-loan.wav', stretches))
    expect(turns.length).toBe(1)
    expect(textOf(turns)).toMatch(/^Hi,? Dave/)
    expect(turns[0]!.words.at(-1)!.endMs).toBe(7425)
  })

  test('in a monologue longer than the model can take at once', async () => {
    const said =
      "Yeah, as, as much as it's worth celebrating the first spacewalk with an all-female team, I think many of us are looking forward to it just being normal. And I think if it signifies anything, it is to honor the, the women who came before us who were skilled and qualified and didn't get the, the same opportunities that we have today."
    const turns = await hear(wholeClip('pub-03-spacewalk.wav', [[70, 25_300]]))
    expect(wordErrorRate(said, textOf(turns)), textOf(turns)).toBeLessThanOrEqual(0.25)
  }, 60_000)

  test('by two calls at once, without a word of one in the other', async () => {
    const [loan, chromecast] = await Promise.all([
      hear(scriptedCaller('pub-call-1-loan.wav', 1, 1, 600)),
      hear(scriptedCaller('pub-call-2-chromecast.wav', 1, 1, 600)),
    ])
    expect(textOf(loan)).toMatch(/Dave.*application.*information/)
    expect(textOf(chromecast)).toMatch(/buy.*wondering.*help/)
  })
})

describe('Sounds that are no words', () => {
  test.each(
    readRecordings()
      .filter(({ kind }) => kind === 'no speech')
      .map(({ name, audio }) => [name, audio] as const),
  )('%s gives none, even if it was taken for speech', async (_name, audio) => {
    const frames = framesOf(audio)
    for (const lengthMs of [300, 1200, 6000]) {
      const turns = await hear({ frames, stretches: [{ fromMs: 1000, toMs: 1000 + lengthMs, text: '' }] })
      expect(textOf(turns)).toBe('')
      expect(turns.at(-1)?.completeToMs).toBe(1000 + lengthMs)
    }
  })
})
