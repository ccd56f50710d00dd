/** The emulator is as strict as the service: what it would refuse is refused here, and named. */
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { VirtualClock } from '../support/virtual-clock.ts'
import { startAssemblyAI } from './assemblyai/assemblyai.ts'
import type { AssemblyAIEmulator } from './assemblyai/assemblyai.ts'
import { markedSpeech } from './assemblyai/script.ts'
import type { Script } from './assemblyai/script.ts'

const usual = {
  speech_model: 'universal-streaming-english',
  sample_rate: '8000',
  encoding: 'pcm_mulaw',
  min_turn_silence: '160',
  max_turn_silence: '280',
}
const words = [{ text: 'hello', startMs: 100, endMs: 500 }]

type Client = {
  readonly emulator: AssemblyAIEmulator
  readonly clock: VirtualClock
  readonly socket: WebSocket
  readonly messages: readonly Record<string, unknown>[]
  readonly closed: Promise<number>
  readonly pass: (ms: number) => Promise<void>
}
const emulators: AssemblyAIEmulator[] = []
afterEach(async () => {
  for (const emulator of emulators.splice(0)) await emulator.close()
})

async function connect(
  query: Record<string, string> = usual,
  key = 'k',
  script: Script = { words, by: 'marked' },
): Promise<Client> {
  const clock = new VirtualClock()
  const emulator = await startAssemblyAI({ clock, script, apiKey: 'k', latency: { beginMs: 100 } })
  emulators.push(emulator)
  const headers = { Authorization: key }
  const socket = new WebSocket(`${emulator.url}?${new URLSearchParams(query).toString()}`, {
    headers,
    ca: readFileSync(emulator.caFile),
  })
  const messages: Record<string, unknown>[] = []
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Record<string, unknown>))
  const closed = new Promise<number>(resolve => socket.on('close', resolve))
  await new Promise(resolve => socket.on('open', resolve))
  const pass = async (ms: number): Promise<void> => {
    await emulator.settled()
    await clock.advance(ms)
    await emulator.settled()
  }
  await pass(100)
  return { emulator, clock, socket, messages, closed, pass }
}

const types = (client: Client): readonly unknown[] => client.messages.map(message => message['type'])

describe('The emulated AssemblyAI', () => {
  it('begins a session that is asked for lawfully', async () => {
    const client = await connect()
    expect(types(client)).toEqual(['Begin'])
    expect(client.emulator.refusals).toEqual([])
  })

  it.each(['', 'wrong', 'Bearer k'])('accepts the upgrade with the key "%s", then says that it is wrong', async key => {
    const client = await connect(usual, key)
    expect(await client.closed).toBe(1008)
    expect(client.messages).toEqual([{ type: 'Error', error_code: 1008, error: 'Invalid API key' }])
  })

  it.each([
    ['an unknown model', { speech_model: 'gpt' }],
    ['another rate', { sample_rate: '16000' }],
    ['silences that cannot be', { min_turn_silence: '900' }],
    ['too many key terms', { keyterms_prompt: JSON.stringify(Array.from({ length: 101 }, String)) }],
    ['a key term too long', { keyterms_prompt: JSON.stringify(['x'.repeat(51)]) }],
    ['key terms that are no list', { keyterms_prompt: 'Nooks' }],
  ])('refuses %s', async (_, wrong) => {
    expect(await (await connect({ ...usual, ...wrong })).closed).toBe(3006)
  })

  it('names a parameter that the service would silently ignore', async () => {
    const client = await connect({ ...usual, max_turn_silense: '500' })
    expect(client.emulator.refusals).toEqual(['parameter max_turn_silense would be ignored'])
  })

  it('refuses a second of 20 ms messages, and any of more than 1000 ms', async () => {
    const short = await connect()
    for (let i = 0; i < 49; i++) short.socket.send(new Uint8Array(160))
    expect(await short.closed).toBe(3007)
    const long = await connect()
    long.socket.send(new Uint8Array(8008))
    expect(await long.closed).toBe(3007)
  })

  it('refuses audio that comes much faster than it was spoken', async () => {
    const client = await connect()
    for (let i = 0; i < 4; i++) client.socket.send(new Uint8Array(8000))
    expect(await client.closed).toBe(3007)
  })

  it.each(['{"type":"Sing"}', 'oops', '7'])('refuses the message %s', async text => {
    const client = await connect()
    client.socket.send(text)
    expect(await client.closed).toBe(3006)
  })

  it('ends a session in which nothing is sent, if asked to', async () => {
    const client = await connect({ ...usual, inactivity_timeout: '5' })
    await client.pass(5000)
    expect(await client.closed).toBe(3006)
  })

  it('makes no progress without audio', async () => {
    const client = await connect()
    const speech = Buffer.concat(markedSpeech(words, 500))
    client.socket.send(speech)
    await client.pass(10_000)
    expect(client.messages.at(-1)).toMatchObject({ type: 'Turn', end_of_turn: false })
    client.socket.send(new Uint8Array(2400).fill(0xff))
    await client.pass(1000)
    expect(client.messages.at(-1)).toMatchObject({ type: 'Turn', end_of_turn: true, transcript: 'hello' })
  })

  it('tells the rest of a word that an end on demand has cut in two in the next turn', async () => {
    const client = await connect()
    const speech = Buffer.concat(markedSpeech(words, 500))
    client.socket.send(speech.subarray(0, 2400))
    client.socket.send('{"type":"ForceEndpoint"}')
    await client.pass(1000)
    expect(client.messages.at(-1)).toMatchObject({ turn_order: 0, end_of_turn: true, transcript: 'hel' })
    client.socket.send(Buffer.concat([speech.subarray(2400), new Uint8Array(2400).fill(0xff)]))
    await client.pass(1000)
    expect(client.messages.at(-1)).toMatchObject({ turn_order: 1, end_of_turn: true, transcript: 'lo' })
  })

  it('finishes the last turn, sends an empty one and says goodbye when terminated', async () => {
    const client = await connect()
    client.socket.send(Buffer.concat(markedSpeech(words, 500)))
    client.socket.send('{"type":"Terminate"}')
    expect(await client.closed).toBe(1000)
    expect(types(client)).toEqual(['Begin', 'Turn', 'Turn', 'Termination'])
    expect(client.messages[2]).toMatchObject({ end_of_turn: true, words: [] })
    expect(client.emulator.abandoned()).toBe(0)
  })

  it('counts a session that was left without Terminate', async () => {
    const client = await connect()
    client.socket.terminate()
    while (client.emulator.connections() > 0) await new Promise(setImmediate)
    expect(client.emulator.abandoned()).toBe(1)
  })

  it('hears real recordings by the times of the script', async () => {
    const client = await connect(usual, 'k', { words, by: 'timed' })
    client.socket.send(new Uint8Array(8000).fill(0x55))
    await client.pass(1000)
    expect(client.messages.at(-1)).toMatchObject({ end_of_turn: true, transcript: 'hello' })
  })
})
