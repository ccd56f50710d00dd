import { describe, expect, it } from 'vitest'
import { SILENCE_BYTE } from '../../src/audio/frames.ts'
import { consentIn, ConsentWatch, type RecordingPlan } from '../../src/call/consent.ts'
import type { Entry } from '../../src/call/journal.ts'
import { replay } from '../../src/call/replay.ts'
import { consented } from '../../src/store/consented.ts'
import { saying } from '../support/fake-think.ts'
import { audioWith, callerScript, Phone } from '../support/phone.ts'

const yes = callerScript('pub-call-3-hesitant.wav').audio.subarray(1395 * 8, 1940 * 8)
/** Long enough that the greeting, the answer and what comes after it are over. */
const audio = audioWith(12_000, { atMs: 3000, audio: yes }, { atMs: 8000, audio: yes })

const word = (text: string, atMs: number) => ({ text, startMs: atMs, endMs: atMs + 545, finalAfterMs: 200 })

async function callWith(plan: RecordingPlan, first: string, second: string): Promise<Phone> {
  const watch = new ConsentWatch(plan, 'This is the greeting.')
  const answer = () => saying(['All right then. '])
  const words = [word(first, 3000), word(second, 8000)]
  const phone = new Phone({ words, answer, journal: kept => consented(kept, watch) })
  await phone.speak(audio)
  phone.call.end('caller-hung-up')
  return phone
}

/** Call time of each change, and what it was. */
const told = ({ entries }: Phone) => entries.flatMap(entry => (entry.type === 'recording' ? [entry.consent] : []))
const changedAt = ({ entries }: Phone) => entries.findLast(({ type }) => type === 'recording')!.at
const isSilent = (leg: readonly Buffer[], fromMs: number, toMs: number): boolean =>
  Buffer.concat(leg)
    .subarray(fromMs * 8, toMs * 8)
    .every(byte => byte === SILENCE_BYTE)

describe('what a caller says to being recorded', () => {
  it.each(['Yes.', 'Sure, go ahead.', 'No problem.', "I don't mind.", 'Yeah, of course, why not?', 'Okay.'])(
    '%s: a yes',
    said => {
      expect(consentIn(said)).toBe('given')
    },
  )
  it.each(['No.', 'Rather not.', "Please don't.", "I'd rather you did not.", 'Nope, sorry.', 'Yeah, no.'])('%s: a no', said => {
    expect(consentIn(said)).toBe('refused')
  })
  it.each(['What is Nooks?', 'Hello?', ''])('%s: neither', said => {
    expect(consentIn(said)).toBeNull()
  })
})

describe('the audio of a call', () => {
  it('is kept whole, and nothing is said of it, where that is the plan', async () => {
    const phone = await callWith('always', 'Yes.', 'Yes.')
    expect(isSilent(phone.bot, 0, 1000)).toBe(false)
    expect(told(phone)).toEqual([])
  })

  it('is kept from when the notice has been heard', async () => {
    const phone = await callWith('notice', 'Hello?', 'Yes.')
    expect(told(phone)).toEqual(['waiting', 'given'])
    const atMs = changedAt(phone)
    expect(atMs).toBeGreaterThan(500)
    expect(atMs).toBeLessThan(3000)
    expect(isSilent(phone.bot, 0, atMs)).toBe(true)
    expect(isSilent(phone.caller, 3000, 3500)).toBe(false)
  })

  it('is kept from the yes on', async () => {
    const phone = await callWith('ask', 'Yes.', 'Yes.')
    expect(told(phone)).toEqual(['waiting', 'given'])
    expect(changedAt(phone)).toBeGreaterThanOrEqual(4040)
    expect(isSilent(phone.caller, 0, 4040)).toBe(true)
    expect(isSilent(phone.bot, 0, 4040)).toBe(true)
    expect(isSilent(phone.caller, 8000, 8500)).toBe(false)
  })

  it('is not kept without a yes, and a yes to something else later is none', async () => {
    const phone = await callWith('ask', 'Who is this?', 'Never.')
    expect(told(phone)).toEqual(['waiting', 'refused'])
    expect(isSilent(phone.caller, 0, 12_000)).toBe(true)
    expect(isSilent(phone.bot, 0, 12_000)).toBe(true)
  })

  it('is not kept any more when the caller asks for that', async () => {
    const phone = await callWith('notice', 'Hello?', 'Please stop recording this.')
    expect(told(phone)).toEqual(['waiting', 'given', 'refused'])
    expect(isSilent(phone.caller, 3000, 3500)).toBe(false)
    expect(isSilent(phone.bot, changedAt(phone), 12_000)).toBe(true)
  })

  it('is never kept where that is the plan', async () => {
    const phone = await callWith('off', 'Yes.', 'Yes.')
    expect(told(phone)).toEqual(['refused'])
    expect(isSilent(phone.caller, 0, 12_000)).toBe(true)
  })
})

describe('a call whose audio was not kept', () => {
  const heading: Entry = {
    at: 0,
    ms: 0,
    type: 'call',
    version: 1,
    callSid: 'CA00000000000000000000000000000000',
    startedAt: '2026-11-21T00:00:00Z',
    assistant: 'nooks',
    providers: { stt: 'fake', llm: 'fake', tts: 'fake', vad: 'none' },
    rules: { pipeline: 'draft', longestMs: 600_000 },
  }

  it.each(['ask', 'off'] as const)('can be run again from its journal (%s)', async plan => {
    const phone = await callWith(plan, 'Yes.', 'What is that?')
    const recorded = [heading, ...phone.entries]
    expect(phone.turns().length).toBeGreaterThan(2)
    const kept = plan === 'off' ? Buffer.alloc(0) : Buffer.concat(phone.caller)
    expect(replay(recorded, kept).difference).toBeNull()
  })

  it('would be heard otherwise from the silence that stands in its place', async () => {
    const phone = await callWith('ask', 'Yes.', 'What is that?')
    const told = [heading, ...phone.entries].filter(({ type }) => type !== 'recording')
    expect(replay(told, Buffer.concat(phone.caller)).difference).not.toBeNull()
  })
})
