/** The scripted recogniser of the call tests keeps the same contract as the real ones. */
import { FRAME_MS, silentFrame } from '../../src/audio/frames.ts'
import { fakeTranscribe } from '../support/fake-transcribe.ts'
import type { FakeWord } from '../support/fake-transcribe.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { describeTranscribe } from './transcribe.ts'
import type { Caller } from './transcribe.ts'

const scripts = new Map<Caller, readonly FakeWord[]>()

function caller(...stretches: readonly (readonly FakeWord[])[]): Caller {
  const words = stretches.flat()
  const frames = Array.from({ length: (words.at(-1)?.endMs ?? 0) / FRAME_MS }, () => silentFrame)
  const played = {
    frames,
    stretches: stretches.map(said => ({
      fromMs: said[0]?.startMs ?? 0,
      toMs: said.at(-1)?.endMs ?? 0,
      text: said.map(word => word.text).join(' '),
    })),
  }
  scripts.set(played, words)
  return played
}

describeTranscribe('The scripted fake', {
  sentence: caller([
    { text: 'we', startMs: 1000, endMs: 1200, finalAfterMs: 300 },
    { text: 'use', startMs: 1200, endMs: 1500, finalAfterMs: 200 },
    { text: 'Salesforce', startMs: 1540, endMs: 2000, finalAfterMs: 300, partialAfterMs: 100, mistakenFor: 'sails' },
  ]),
  twoSentences: caller(
    [{ text: 'hello', startMs: 600, endMs: 1000, finalAfterMs: 300 }],
    [
      { text: 'are', startMs: 3400, endMs: 3600, finalAfterMs: 500 },
      { text: 'you there', startMs: 3600, endMs: 4000, finalAfterMs: 200 },
    ],
  ),
  earlyWord: caller([{ text: 'hello', startMs: 0, endMs: 400, finalAfterMs: 300 }]),
  wordErrorRate: 0,
  timesWithinMs: 0,
  completeWithinMs: 500,
  settledWithinMs: 200,
  open: async said => {
    const clock = new VirtualClock()
    const fake = fakeTranscribe({ clock, words: scripts.get(said) ?? [], turnEndsAfterMs: 400, settleAfterMs: 120 })
    return { transcribe: fake.transcribe, pass: ms => clock.advance(ms), held: fake.held, close: async () => {} }
  },
})
