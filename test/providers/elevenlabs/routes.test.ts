import { expect, test } from 'vitest'
import { Narration } from '../../../src/providers/elevenlabs/narration.ts'
import { SocketRoute } from '../../../src/providers/elevenlabs/routes.ts'
import type { ContextNews } from '../../../src/providers/elevenlabs/socket.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

test('a phrase that comes in the very tick in which the route ends is left for the next one', async () => {
  const clock = new VirtualClock()
  const narration = new Narration()
  narration.add('One. ')
  let tell: (news: ContextNews) => void = () => {}
  const socket = {
    begin: (_text: string, listener: (news: ContextNews) => void) => {
      tell = listener
      return { say() {}, flush() {}, close() {}, drop() {} }
    },
    fail() {},
  }
  const route = new SocketRoute(socket, { clock, narration, phrasesEnded: () => false, say: () => {} })
  const alignment = { chars: ['O', 'n', 'e'], startsMs: [0, 10, 20], durationsMs: [10, 10, 10] }
  tell({ type: 'audio', audio: new Uint8Array(800), alignment })
  tell({ type: 'final' })
  narration.add('Two.')
  route.more()
  expect(narration.take()).toBe('Two.')
  expect(await route.done).toBeNull()
  expect(clock.waiting).toBe(0)
})
