/** The emulator refuses what the service refuses; a test that passes against it would otherwise prove nothing. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { startElevenLabs } from './elevenlabs.ts'
import type { ElevenLabsEmulator } from './elevenlabs.ts'
import { textHeard } from './speech.ts'

type Frame = { audio?: string; isFinal?: boolean; contextId?: string; error?: string; code?: number }

describe('the emulated ElevenLabs', () => {
  let clock: VirtualClock
  let service: ElevenLabsEmulator
  let frames: Frame[]
  let closed: { code: number; reason: string } | null

  beforeEach(async () => {
    clock = new VirtualClock()
    service = await startElevenLabs({ clock })
    frames = []
    closed = null
  })

  afterEach(() => service.close())

  async function connect(query = 'auto_mode=true', voice = 'test-voice'): Promise<WebSocket> {
    const base = `${service.url.replace('http', 'ws')}/v1/text-to-speech/${voice}/multi-stream-input`
    const socket = new WebSocket(`${base}?model_id=eleven_flash_v2_5&output_format=ulaw_8000&${query}`, {
      headers: { 'xi-api-key': 'sk_test_elevenlabs' },
    })
    socket.on('message', data => frames.push(JSON.parse((data as Buffer).toString()) as Frame))
    socket.on('close', (code, reason) => (closed = { code, reason: reason.toString() }))
    await new Promise(resolve => socket.once('open', resolve))
    return socket
  }

  async function send(socket: WebSocket, ...messages: readonly object[]): Promise<void> {
    for (const message of messages) socket.send(JSON.stringify(message))
    await pass(0)
  }

  async function pass(ms: number): Promise<void> {
    await service.settled()
    await clock.advance(ms)
    await service.settled()
    await new Promise(setImmediate)
  }

  const said = (id: string): string =>
    textHeard(
      Buffer.concat(frames.filter(frame => frame.contextId === id).map(frame => Buffer.from(frame.audio ?? '', 'base64'))),
    )

  test('speaks each message at once in auto mode, and tells the end only after the context was closed', async () => {
    const socket = await connect()
    await send(
      socket,
      { text: ' ', context_id: 'a' },
      { text: 'Hello there. ', context_id: 'a' },
      { context_id: 'a', flush: true },
    )
    await pass(149)
    expect(frames).toEqual([])
    await pass(5_000)
    expect(said('a')).toBe('Hello there. ')
    expect(frames.some(frame => frame.isFinal)).toBe(false)
    await send(socket, { context_id: 'a', close_context: true })
    await pass(20)
    expect(frames.at(-1)).toMatchObject({ isFinal: true, contextId: 'a' })
    expect(service.violations).toEqual([])
    socket.terminate()
  })

  test('collects 120 characters first without auto mode, unless told to flush', async () => {
    const socket = await connect('')
    await send(socket, { text: ' ', context_id: 'a' }, { text: 'Hello there. ', context_id: 'a' })
    await pass(5_000)
    expect(frames).toEqual([])
    await send(socket, { context_id: 'a', flush: true })
    await pass(5_000)
    expect(said('a').trim()).toBe('Hello there.')
    socket.terminate()
  })

  test('closes the socket at the sixth context, also if one was opened by a stray flush', async () => {
    const socket = await connect()
    for (const id of ['a', 'b', 'c', 'd']) await send(socket, { text: ' ', context_id: id })
    await send(socket, { context_id: 'never opened', flush: true })
    expect(service.openContexts()).toBe(5)
    await send(socket, { text: ' ', context_id: 'f' })
    await pass(10)
    expect(frames.at(-1)).toMatchObject({ error: 'max_active_conversations', code: 1008 })
    expect(closed?.code).toBe(1008)
    expect(service.violations).toEqual([
      'flush or close of the unknown context never opened opens a phantom',
      'more than five contexts at once',
    ])
  })

  test('closes the socket after 20 seconds without text', async () => {
    await connect()
    await pass(19_999)
    expect(closed).toBeNull()
    await pass(1)
    await pass(10)
    expect(closed).toEqual({ code: 1008, reason: 'Have not received a new text input within the timeout of 20 seconds.' })
  })

  test('refuses voice settings that come late', async () => {
    const socket = await connect()
    await send(socket, { text: ' ', context_id: 'a' }, { text: 'Hi ', context_id: 'a', voice_settings: { stability: 1 } })
    await pass(10)
    expect(closed?.reason).toMatch(/^voice_settings field must be provided in the first message/)
  })

  for (const [mistake, message] of [
    ['a first message that is not a space', { text: 'Hello ', context_id: 'a' }],
    ['a keep-alive as first message', { text: '', context_id: 'a' }],
    ['a message without context', { text: 'Hello ' }],
    ['an unknown field', { text: ' ', context_id: 'a', voice: 'x' }],
  ] as const)
    test(`counts as a violation: ${mistake}`, async () => {
      const socket = await connect()
      await send(socket, message)
      expect(service.violations).toHaveLength(1)
      socket.terminate()
    })

  test('a strict one fails its test for a violation', async () => {
    const strict = await startElevenLabs({ clock, strict: true })
    const response = await fetch(`${strict.url}/v1/nothing`, { headers: { 'xi-api-key': 'sk_test_elevenlabs' } })
    expect(response.status).toBe(404)
    await expect(strict.close()).rejects.toThrow('no such route: GET /v1/nothing')
  })
})
