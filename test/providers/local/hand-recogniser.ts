/** A recogniser that answers when the test says so, and with what it says. Records what it was asked. */
import { setImmediate } from 'node:timers/promises'
import { durationMs } from '../../../src/audio/frames.ts'
import type { Recogniser } from '../../../src/providers/local/moonshine/engine.ts'

export type Asked = {
  readonly audio: Uint8Array
  readonly ms: number
  /** Resolves once the answer has been passed on. */
  readonly answer: (text: string) => Promise<void>
  readonly fail: () => Promise<void>
}

export function handRecogniser(): Recogniser & { readonly asked: readonly Asked[] } {
  const asked: Asked[] = []
  return {
    asked,
    recognise: audio =>
      new Promise((resolve, reject) => {
        asked.push({
          audio,
          ms: durationMs(audio.length),
          answer: text => {
            resolve(text)
            return setImmediate()
          },
          fail: () => {
            reject(new Error('no engine'))
            return setImmediate()
          },
        })
      }),
    close: async () => {},
  }
}
