import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readWav, WAV_HEADER_BYTES } from '../../src/audio/wav.ts'
import type { Entry } from '../../src/call/journal.ts'
import { replay } from '../../src/call/replay.ts'
import { CallFolder } from '../../src/store/call-folder.ts'
import { readCallFolder } from '../../src/store/read-call-folder.ts'
import { saying } from '../support/fake-think.ts'
import { audioWith, callerScript, Phone } from '../support/phone.ts'

const { disk } = await vi.hoisted(async () => {
  const { SmallDisk } = await import('./small-disk.ts')
  return { disk: new SmallDisk() }
})
vi.mock('node:fs/promises', () => disk.files())

const name = 'CA00000000000000000000000000000000'
const heading: Entry = {
  at: 0,
  ms: 0,
  type: 'call',
  version: 1,
  callSid: name,
  startedAt: '2026-11-21T00:00:00Z',
  assistant: 'nooks',
  providers: { stt: 'an ear', llm: 'a mind', tts: 'a mouth', vad: 'none' },
  rules: { pipeline: 'draft', longestMs: 600_000 },
}

let calls = ''
let failures: string[] = []
const failed = (error: Error): void => void failures.push(error.message)
const file = (which: string, of = name): Buffer => readFileSync(join(calls, of, which))
const frame = (byte: number): Uint8Array => new Uint8Array(160).fill(byte)

beforeEach(() => {
  calls = join(mkdtempSync(join(tmpdir(), 'halfsecond-calls-')), 'calls')
  failures = []
  Object.assign(disk, { freeBytes: Infinity, beforeWrite: async () => {}, afterWrite: () => {}, writes: 0 })
})
afterEach(() => rmSync(join(calls, '..'), { recursive: true, force: true }))

/** A call of 12 s on which "Yes." is answered with two words, as it was recorded. */
async function recordCall() {
  const yes = callerScript('pub-call-3-hesitant.wav').audio.subarray(1395 * 8, 1940 * 8)
  const audio = audioWith(12_010, { atMs: 6000, audio: yes })
  const phone = new Phone({
    words: [{ text: 'Yes.', startMs: 6000, endMs: 6545, finalAfterMs: 200 }],
    answer: () => saying(['Very good. ']),
  })
  await phone.speak(audio)
  phone.call.end('caller-hung-up')
  const folder = new CallFolder({ calls, name, failed })
  for (const entry of [heading, ...phone.entries]) folder.write(entry)
  for (const [n, bot] of phone.bot.entries()) folder.audio(audio.subarray(n * 160, (n + 1) * 160), bot)
  await folder.close()
  return { phone, audio }
}

describe("a call's folder", () => {
  it('has six files that all tell the same call, on one clock', async () => {
    const { phone, audio } = await recordCall()
    expect(readdirSync(join(calls, name)).toSorted()).toEqual([
      'bot.ulaw',
      'caller.ulaw',
      'journal.ndjson',
      'mixed.wav',
      'transcript.md',
      'turns.jsonl',
    ])
    const whole = audio.subarray(0, 12_000 * 8)
    expect(file('caller.ulaw').equals(whole)).toBe(true)
    expect(file('bot.ulaw')).toHaveLength(12_000 * 8)

    const mixed = file('mixed.wav').subarray(WAV_HEADER_BYTES)
    expect(file('caller.ulaw').equals(mixed.filter((_, n) => n % 2 === 0))).toBe(true)
    expect(file('bot.ulaw').equals(mixed.filter((_, n) => n % 2 === 1))).toBe(true)
    expect(durationMs(readWav('mixed.wav', file('mixed.wav')))).toBe(12_000)

    const { entries, callerAudio, torn } = readCallFolder(join(calls, name))
    expect(entries).toEqual([heading, ...phone.entries])
    expect([replay(entries, callerAudio).difference, torn]).toEqual([null, 0])

    const turns = file('turns.jsonl').toString().trimEnd().split('\n')
    expect(turns.map(line => JSON.parse(line) as unknown)).toEqual(phone.turns())
    expect(file('transcript.md').toString()).toBe(
      `# Call ${name}\n\n2026-11-21T00:00:00Z · heard by an ear, answered by a mind, spoken by a mouth\n\n` +
        '**Assistant** 00:00  This is the greeting.\n\n**Caller** 00:06  Yes.\n\n**Assistant** 00:07  Very good.\n\n',
    )
    expect(failures).toEqual([])
  })

  it('records each reply where the caller could first hear it: when it left, not a frame before', async () => {
    const { phone } = await recordCall()
    const bot = file('bot.ulaw')
    for (const { firstFrameMs } of phone.turns()) {
      expect(bot.subarray((firstFrameMs! - 20) * 8, firstFrameMs! * 8).every(byte => byte === 0xff)).toBe(true)
      expect(bot[firstFrameMs! * 8]).not.toBe(0xff)
    }
    expect(phone.turns()[1]!.firstFrameMs! - phone.turns()[1]!.silentSinceMs!).toBe(500)
  })

  it('can be read while the call goes on, all but the last 100 ms', async () => {
    const folder = new CallFolder({ calls, name, failed })
    folder.write(heading)
    for (let n = 1; n <= 8; n++) {
      folder.write({ at: n * 20, ms: n * 20, type: 'input', input: { type: 'digit', digit: String(n) } })
      folder.audio(frame(n), frame(n))
    }
    // The first write of each file, and the second of the audio.
    while (disk.writes < 5) await new Promise(setImmediate)
    await new Promise(setImmediate)
    const { entries, callerAudio } = readCallFolder(join(calls, name))
    expect(entries.at(-1)!.at).toBe(160)
    expect(durationMs(callerAudio)).toBeGreaterThanOrEqual(60)
    await folder.close()
    expect(durationMs(file('caller.ulaw'))).toBe(160)
  })

  it('tells of a turn as soon as it ends, and of the one under way when the call ends', async () => {
    const folder = new CallFolder({ calls, name, failed })
    const did = (at: number, command: (Entry & { type: 'command' })['command']) =>
      folder.write({ at, ms: at, type: 'command', command })
    did(0, { type: 'say', id: 1, line: 'greeting', said: '' })
    folder.write({ at: 900, ms: 900, type: 'event', event: { type: 'reply-finished', at: 900, id: 1, text: 'Hello.' } })
    while (disk.writes < 3) await new Promise(setImmediate)
    expect(file('turns.jsonl').toString()).toContain('"heard":"Hello."')
    did(9000, { type: 'say', id: 2, line: 'still-there', said: '' })
    await folder.close()
    const outcomes = file('turns.jsonl').toString().trimEnd().split('\n')
    expect(outcomes.map(line => (JSON.parse(line) as { outcome: string }).outcome)).toEqual(['heard', 'under-way'])
  })

  it('is another one when the same call comes back after it was broken off', async () => {
    for (const digit of ['1', '2', '3']) {
      const folder = new CallFolder({ calls, name, failed })
      folder.write({ at: 0, ms: 0, type: 'input', input: { type: 'digit', digit } })
      expect(await folder.made).toBe(digit === '1' ? name : `${name}-${digit}`)
      await folder.close()
    }
    expect([name, `${name}-2`, `${name}-3`].map(of => /"digit":"(.)"/.exec(file('journal.ndjson', of).toString())![1])).toEqual([
      '1',
      '2',
      '3',
    ])
    expect(failures).toEqual([])
  })
})

describe('a call that cannot be recorded', () => {
  /** Everything a call does with its record. */
  async function goOn(folder: CallFolder): Promise<void> {
    for (let n = 0; n < 100; n++) {
      folder.write({ at: n * 20, ms: n * 20, type: 'input', input: { type: 'digit', digit: '1' } })
      folder.audio(frame(1), frame(2))
      if (n % 10 === 0) await new Promise(setImmediate)
    }
    await folder.close()
  }

  it('goes on where there can be no folder, and says so once for each file', async () => {
    writeFileSync(calls, 'a file where the folder of all calls should be')
    const folder = new CallFolder({ calls, name, failed })
    folder.write(heading)
    await goOn(folder)
    expect(await folder.made).toBeNull()
    expect(failures).toHaveLength(6)
    expect(new Set(failures).size).toBe(1)
    expect(failures[0]).toMatch(/EEXIST|ENOTDIR/)
  })

  it('goes on where the disk is full, says so once for each file, and keeps what fitted', async () => {
    const folder = new CallFolder({ calls, name, failed })
    folder.write(heading)
    for (let n = 0; n < 3; n++) folder.audio(frame(1), frame(2))
    while (disk.writes < 5) await new Promise(setImmediate)
    disk.freeBytes = 0
    await goOn(folder)
    // The journal, both legs and their mix; no turn has ended of which the other two files would tell.
    expect(failures).toHaveLength(4)
    expect(new Set(failures)).toEqual(new Set(['ENOSPC: no space left on device, write']))
    expect(existsSync(join(calls, name))).toBe(true)
    expect(readCallFolder(join(calls, name)).entries[0]).toEqual(heading)
  })
})

const durationMs = (audio: Uint8Array): number => audio.length / 8
