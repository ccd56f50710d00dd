import { describe, expect, it } from 'vitest'
import { completionFaults, sessionFaults } from '../../scripts/soak/faults.ts'
import { unanswered } from '../../scripts/soak/soak-call.ts'
import { problemsOf } from '../../scripts/soak/soak.ts'
import { namesHeard, watermarkedAnswers } from '../../scripts/soak/watermarks.ts'
import { synthesise } from '../vendors/elevenlabs/speech.ts'
import { chance } from '../vendors/twilio/chance.ts'

const silence = (ms: number): Uint8Array => new Uint8Array(ms * 8).fill(0xff)
const audioOf = (...pieces: readonly Uint8Array[]): Uint8Array => Buffer.concat(pieces)

describe('the soak', () => {
  it('gives every conversation a name of its own, and goes on with it', () => {
    const answer = watermarkedAnswers()
    const first = answer([{ role: 'user', content: 'Hello.' }])
    const other = answer([{ role: 'user', content: 'Hello.' }])
    expect(other).not.toBe(first)
    expect(
      answer([
        { role: 'assistant', content: first.slice(0, 30) },
        { role: 'user', content: 'Yes.' },
      ]),
    ).toBe(first)
  })

  it('reads the names in what a caller heard, between silence, after a cut, and none in half of one', () => {
    const { audio } = synthesise('Thanks, our Babibu team handles that.')
    expect(namesHeard(audioOf(silence(33), audio, silence(50)))).toEqual(new Set(['Babibu']))
    expect(namesHeard(audioOf(audio.subarray(0, 6001), silence(20), audio))).toEqual(new Set(['Babibu']))
    expect(namesHeard(audio.subarray(0, 15 * 480))).toEqual(new Set())
    expect(namesHeard(silence(100))).toEqual(new Set())
  })

  it('sees that a caller heard the name of another call', () => {
    const call = (callSid: string, ...names: readonly string[]) => ({ callSid, names: new Set(names), problems: [] })
    expect(problemsOf([call('CA1', 'Babibu'), call('CA2', 'Dadidu')])).toEqual([])
    expect(problemsOf([call('CA1', 'Babibu'), call('CA2', 'Dadidu', 'Babibu')])).toEqual([
      'CA2 heard Babibu, which belongs to CA1',
    ])
  })

  it('sees that a line was never answered, and does not ask for an answer to one after which the caller hung up', () => {
    const said = [
      { name: '0', fromMs: 1000, toMs: 2000 },
      { name: '1', fromMs: 12_000, toMs: 13_000 },
    ]
    const record = (callerMs: number, ...mediaAtMs: readonly number[]) => ({
      events: mediaAtMs.map(atMs => ({ type: 'media', atMs, bytes: 160 }) as const),
      legs: { caller: silence(callerMs), bot: silence(callerMs) },
    })
    expect(unanswered(record(14_000, 2500), said)).toEqual([])
    expect(unanswered(record(14_000), said)).toEqual([said[0]])
    expect(unanswered(record(23_000, 2500), said)).toEqual([said[1]])
    expect(unanswered(record(23_000, 2500, 13_500), said)).toEqual([])
  })

  it('has the same faults again from the same seed, in every service', () => {
    const plan = (seed: number) => [sessionFaults(300, chance(seed)), completionFaults(300, chance(seed))]
    expect(plan(1)).toEqual(plan(1))
    expect(plan(1)).not.toEqual(plan(2))
    expect(
      new Set(
        sessionFaults(1000, chance(1))
          .flat()
          .map(({ type }) => type),
      ).size,
    ).toBeGreaterThan(6)
    expect(new Set(completionFaults(2000, chance(1)).flatMap(fault => fault?.type ?? [])).size).toBeGreaterThan(6)
  })
})
