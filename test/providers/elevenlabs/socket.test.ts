import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SpeechSocket } from '../../../src/providers/elevenlabs/socket.ts'
import type { ContextNews, SpeechContext } from '../../../src/providers/elevenlabs/socket.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { startElevenLabs } from '../../vendors/elevenlabs/elevenlabs.ts'
import type { ElevenLabsEmulator } from '../../vendors/elevenlabs/elevenlabs.ts'

describe('a context of the socket', () => {
  let clock: VirtualClock
  let service: ElevenLabsEmulator
  let socket: SpeechSocket

  beforeEach(async () => {
    clock = new VirtualClock()
    service = await startElevenLabs({ clock, strict: true })
    await new Promise<void>(resolve => {
      socket = new SpeechSocket(
        {
          apiKey: service.account.apiKey,
          url: service.url,
          voiceId: 'test-voice',
          model: 'eleven_flash_v2_5',
          voiceSettings: {},
        },
        clock,
        news => news.type === 'open' && resolve(),
      )
    })
  })

  afterEach(async () => {
    socket.end()
    await service.close()
  })

  const begin = (news: ContextNews[]): SpeechContext => {
    const context = socket.begin('Hello there.', item => news.push(item))
    if (!context) throw new Error('no room')
    return context
  }

  async function pass(ms: number): Promise<void> {
    await service.settled()
    await clock.advance(ms)
    await service.settled()
  }

  test('once dropped gives no more news, and nothing is sent for it', async () => {
    const news: ContextNews[] = []
    const context = begin(news)
    context.flush()
    await pass(200)
    expect(news.map(item => item.type)).toContain('audio')
    const before = news.length
    context.drop()
    context.say('More.')
    context.flush()
    context.close()
    context.drop()
    await pass(2_000)
    expect(news).toHaveLength(before)
    // The service closes the dropped context by itself; what was said after it would have opened a phantom.
    expect(service.openContexts()).toBe(0)
    expect(service.violations).toEqual([])
  })

  test('there is room for five, and again as soon as the service has told the end of one', async () => {
    const contexts = [1, 2, 3, 4, 5].map(() => begin([]))
    expect(socket.begin('Sixth.', () => {})).toBeNull()
    contexts[0]?.drop()
    expect(socket.hasRoom).toBe(false)
    await pass(2_000)
    expect(socket.hasRoom).toBe(true)
  })

  test('an exception of whoever listens ends this socket, not the process', async () => {
    const news: ContextNews[] = []
    socket.begin('Hello there.', item => {
      news.push(item)
      if (item.type === 'audio') throw new Error('a mistake')
    })
    await pass(200)
    expect(news.map(item => item.type)).toEqual(['audio', 'lost'])
    expect(socket.isOpen).toBe(false)
  })
})
