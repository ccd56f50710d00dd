import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fixedLines } from '../../src/providers/audio-cache.ts'
import type { FixedLines } from '../../src/providers/audio-cache.ts'
import { fakeVoice } from '../support/fake-speak.ts'
import type { FakeVoice } from '../support/fake-speak.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const GREETING = 'Hi, this is the sales desk. How can I help?'

describe('fixed lines', () => {
  let folder: string
  let voice: FakeVoice
  let notes: string[]

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'voice-cache-')), 'made', 'when needed')
    // No delays: the fake's clock never has to move.
    voice = instantVoice()
    notes = []
  })

  afterEach(() => rm(join(folder, '..', '..'), { recursive: true }))

  const lines = (sound = 'fake, even, 8 kHz'): FixedLines =>
    fixedLines(voice.openVoice, { folder, sound, note: text => notes.push(text) })

  test('a line is spoken once, and is at hand from then on', async () => {
    const fixed = lines()
    expect(fixed.find(GREETING)).toBeNull()
    const speech = await fixed.say(GREETING)
    expect(speech.words.map(word => word.text).join('')).toBe(GREETING)
    expect(speech.audio).toHaveLength(10 * 300 * 8)
    expect(fixed.find(GREETING)).toBe(speech)
    expect(await fixed.say(GREETING)).toBe(speech)
    expect(voice.replies).toHaveLength(1)
    expect(voice.openVoices()).toBe(0)
  })

  test('the next process finds it on disk, sample for sample and word for word', async () => {
    const speech = await lines().say(GREETING)
    const again = await lines().say(GREETING)
    expect(Buffer.compare(Buffer.from(again.audio), Buffer.from(speech.audio))).toBe(0)
    expect(again.words).toEqual(speech.words)
    expect(voice.replies).toHaveLength(1)
    expect((await readdir(folder)).map(name => name.replace(/^[0-9a-f]{32}/, ''))).toEqual(['.json', '.ulaw'])
  })

  test('asked for twice at the same time, it is spoken once', async () => {
    const fixed = lines()
    const [one, two] = await Promise.all([fixed.say(GREETING), fixed.say(GREETING)])
    expect(one).toBe(two)
    expect(voice.replies).toHaveLength(1)
  })

  test('another voice or other settings are another line', async () => {
    await lines('calm').say(GREETING)
    await lines('lively').say(GREETING)
    expect(voice.replies).toHaveLength(2)
  })

  test('start-up gets all lines at hand, and names those that could not be had', async () => {
    const fixed = lines()
    await fixed.say('Goodbye.')
    voice.breakDown(2)
    const failed = await fixed.prepare(['Goodbye.', 'Two words.', 'This one fails.', 'Goodbye.'])
    expect(failed.map(({ text }) => text)).toEqual(['This one fails.'])
    expect(failed[0]?.error.message).toContain('broken by the test')
    expect(fixed.find('Two words.')).not.toBeNull()
    expect(fixed.find('This one fails.')).toBeNull()
    voice.repair()
    expect((await fixed.say('This one fails.')).words).toHaveLength(3)
  })

  for (const [damage, apply] of [
    ['audio cut short', (path: string) => truncate(`${path}.ulaw`, 1_000)],
    ['a byte of audio changed', async (path: string) => flip(`${path}.ulaw`)],
    ['no audio', (path: string) => rm(`${path}.ulaw`)],
    ['words cut short', (path: string) => truncate(`${path}.json`, 40)],
    ['empty words', (path: string) => writeFile(`${path}.json`, '')],
    ['words of another shape', (path: string) => writeFile(`${path}.json`, '{"words":3}')],
    ['another word', (path: string) => edit(`${path}.json`, entry => entry.replace('"text": "Hi,"', '"text": "Ho,"'))],
    [
      'a word after the end',
      (path: string) =>
        edit(`${path}.json`, entry => entry.replace(/"startMs": 300,\s*"endMs": 600/, '"startMs": 99999, "endMs": 99999')),
    ],
  ] as const)
    test(`damaged (${damage}), it is made again and never played`, async () => {
      const speech = await lines().say(GREETING)
      await apply(await pathOfOnlyLine())
      const again = await lines().say(GREETING)
      expect(voice.replies).toHaveLength(2)
      expect(again.words).toEqual(speech.words)
      expect(Buffer.compare(Buffer.from(again.audio), Buffer.from(speech.audio))).toBe(0)
      await lines().say(GREETING)
      expect(voice.replies).toHaveLength(2)
    })

  test('a folder that cannot be written to costs nothing but the keeping', async () => {
    await writeFile(join(folder, '..', '..', 'a file'), '')
    const inAFile = join(folder, '..', '..', 'a file', 'lines')
    const fixed = fixedLines(voice.openVoice, { folder: inAFile, sound: 'fake', note: text => notes.push(text) })
    expect((await fixed.say(GREETING)).audio.length).toBeGreaterThan(0)
    expect(notes).toEqual(['a line could not be kept'])
  })

  test('a voice that says nothing is not kept', async () => {
    const fixed = fixedLines(() => async function* () {}, { folder, sound: 'mute' })
    await expect(fixed.say(GREETING)).rejects.toThrow('said something else')
    await expect(readdir(folder)).rejects.toThrow('ENOENT')
  })

  async function pathOfOnlyLine(): Promise<string> {
    const [name] = await readdir(folder)
    return join(folder, String(name).replace('.json', ''))
  }
})

function instantVoice(): FakeVoice {
  const clock = new VirtualClock()
  return fakeVoice({
    clock: {
      now: () => clock.now(),
      after: (_delayMs, callback) => {
        queueMicrotask(callback)
        return () => {}
      },
    },
  })
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path)
  bytes[500] = (bytes[500] ?? 0) ^ 1
  await writeFile(path, bytes)
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(path, 'utf8')
  const after = change(before)
  if (after === before) throw new Error('this test changes nothing')
  await writeFile(path, after)
}
