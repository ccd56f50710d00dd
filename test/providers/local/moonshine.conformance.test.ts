/** Moonshine keeps the contract of every recogniser, with the real model and recorded callers. */
import { afterAll } from 'vitest'
import { createMoonshine } from '../../../src/providers/local/moonshine/moonshine.ts'
import { loadMoonshine } from '../../../src/providers/local/moonshine/engine.ts'
import { describeTranscribe } from '../../conformance/transcribe.ts'
import { scriptedCaller } from './recorded-callers.ts'
import { createWatchedQueue } from './watched-queue.ts'

const engine = await loadMoonshine()
const gone = await loadMoonshine()
await gone.close()
afterAll(() => engine.close())

describeTranscribe('Moonshine', {
  sentence: scriptedCaller('pub-call-2-chromecast.wav', 1, 1, 1000),
  twoSentences: scriptedCaller('pub-call-1-loan.wav', 3, 4, 600),
  earlyWord: scriptedCaller('pub-call-1-loan.wav', 5, 5, 140),
  wordErrorRate: 0.2,
  timesWithinMs: 20,
  completeWithinMs: 80,
  settledWithinMs: 20,
  open: async () => {
    const queue = createWatchedQueue(2)
    let present = engine
    return {
      transcribe: createMoonshine({ ...engine, recognise: audio => present.recognise(audio) }, queue, text => text),
      pass: () => queue.idle(),
      breakDown: async () => {
        present = gone
      },
      held: queue.held,
      close: async () => {},
    }
  },
})
