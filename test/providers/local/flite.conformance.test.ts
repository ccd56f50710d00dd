/** flite keeps the contract of every voice, with the real program. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { createFlite } from '../../../src/providers/local/flite/flite.ts'
import { loadFlite } from '../../../src/providers/local/flite/engine.ts'
import { describeSpeak } from '../../conformance/speak.ts'
import { createWatchedQueue } from './watched-queue.ts'

const engine = await loadFlite(2)
const gone = await loadFlite(1)
await gone.close()
afterAll(() => engine.close())

describeSpeak('flite', {
  start: async () => {
    const queue = createWatchedQueue(2)
    let present = engine
    return {
      openVoice: createFlite({ ...engine, say: words => present.say(words) }, queue),
      pass: async ms => {
        await sleep(Math.min(ms, 150))
        if (ms >= 500) await queue.idle()
      },
      breakDown: () => {
        present = gone
      },
      held: queue.held,
      close: async () => {},
    }
  },
})
