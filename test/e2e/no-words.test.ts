import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readWav } from '../../src/audio/wav.ts'
import { realClock } from '../../src/clock.ts'
import { readCallFolder } from '../../src/store/read-call-folder.ts'
import { callerScript } from '../support/phone.ts'
import { startServerProcess, type ServerProcess } from '../support/server-process.ts'
import { after, at, ScriptedCaller } from '../vendors/twilio/caller.ts'
import { chance } from '../vendors/twilio/chance.ts'
import type { LineConditions } from '../vendors/twilio/media-stream.ts'
import { realNetwork } from '../vendors/twilio/network.ts'
import { placeCall } from '../vendors/twilio/phone-call.ts'

/* Calls on which nobody says anything, or whose line breaks, all at once on one server: none is answered, none harms another. */

const fixture = (file: string): Uint8Array => readWav(file, readFileSync(new URL(`../fixtures/audio/${file}`, import.meta.url)))

describe('calls without words', () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServerProcess()
  })
  afterAll(async () => {
    await server.stop()
    server.clean()
  })

  async function hear(digit: number, audio: Uint8Array, line: LineConditions = {}) {
    const callSid = `CA${String(digit).repeat(32)}`
    const call = placeCall({
      network: realNetwork(),
      clock: realClock,
      random: chance(digit),
      voiceUrl: `${server.url}/twilio/voice`,
      identity: { callSid },
      caller: new ScriptedCaller([{ name: 'sound', audio, when: at(0) }], after(1000)),
      line,
    })
    await call.ended
    await new Promise(resolve => realClock.after(500, () => resolve(null)))
    const { entries } = readCallFolder(join(server.dataDir, 'calls', callSid))
    return { entries, answers: entries.filter(entry => entry.type === 'command' && entry.command.type === 'prepare') }
  }

  it.concurrent.each([
    ['silence', new Uint8Array(16_000 * 8).fill(0xff)],
    ['line noise', fixture('pub-16-line-noise.wav')],
    ['hold music', fixture('pub-17-hold-music.wav')],
    ['a ringing tone', fixture('pub-18-ringback-tone.wav')],
  ] as const)('never answers %s', { timeout: 120_000 }, async (name, audio) => {
    const { entries, answers } = await hear(1 + ['silence', 'line noise', 'hold music', 'a ringing tone'].indexOf(name), audio)
    expect(answers).toEqual([])
    expect(entries.at(-1)!.at).toBeGreaterThan(10_000)
  })

  it.concurrent('answers the keys of a caller who only presses keys, and nothing else', { timeout: 120_000 }, async () => {
    const keys = [
      { atMs: 2000, digit: '1' },
      { atMs: 2500, digit: '#' },
    ]
    const { entries, answers } = await hear(5, new Uint8Array(8000 * 8).fill(0xff), { keys })
    expect(answers).toMatchObject([{ command: { said: '[keypad: 1]' } }])
    expect(entries.flatMap(entry => (entry.type === 'input' && entry.input.type === 'digit' ? [entry.input.digit] : []))).toEqual(
      ['1', '#'],
    )
  })

  it.concurrent('ends a call whose line is cut in mid-word, and keeps it', { timeout: 120_000 }, async () => {
    const { entries } = await hear(6, callerScript('pub-call-1-loan.wav').audio, { lostAtMs: 4000 })
    const ended = entries.find(entry => entry.type === 'input' && entry.input.type === 'ended')
    expect(ended).toMatchObject({ input: { reason: 'line-cut' } })
    expect(ended!.at).toBeGreaterThanOrEqual(3900)
    expect(ended!.at).toBeLessThanOrEqual(4300)
  })
})
