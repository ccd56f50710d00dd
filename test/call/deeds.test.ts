/** What a whole call does for its caller, in virtual time: never for a draft, once whatever happens, and never in a replay. */
import { describe, expect, it } from 'vitest'
import { replay } from '../../src/call/replay.ts'
import type { Thought } from '../../src/ports.ts'
import { transferToHuman } from '../../src/tools/transfer-to-human.ts'
import { saying, type FakeReply } from '../support/fake-think.ts'
import { audioWith, callerScript, Phone } from '../support/phone.ts'
import { calls, fakeEffect } from '../support/tools.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const yesAudio = callerScript('pub-call-3-hesitant.wav').audio.subarray(1395 * 8, 1940 * 8)
const word = (text: string, startMs: number) => ({ text, startMs, endMs: startMs + 545, finalAfterMs: 200 })
const heading = {
  at: 0,
  ms: 0,
  type: 'call',
  version: 1,
  callSid: 'CA1',
  startedAt: '2026-11-21T12:00:00.000Z',
  assistant: 'nooks',
  providers: { stt: 'fake', llm: 'fake', tts: 'fake', vad: 'none' },
  rules: { pipeline: 'draft', longestMs: 600_000 },
} as const

const text = (said: string): Thought => ({ type: 'text', text: said })
const thinks = (...thoughts: readonly Thought[]): FakeReply => ({
  thoughts: thoughts.map(thought => ({ afterMs: 20, thought })),
  ending: 'complete',
})

/** Books whatever is asked, and says so once the tool has answered. */
function booking(tookMs: number, networkMs = 0, words = [word('Yes.', 6000)]) {
  const clock = new VirtualClock()
  const effect = fakeEffect(clock, 'book', tookMs, { done: true, says: 'It is booked.' })
  const phone: Phone = new Phone({
    clock,
    networkMs,
    words,
    tools: [effect.tool],
    answer: said =>
      said === 'It is booked.' || /once/.test(said)
        ? saying(['It is in the book now. '])
        : thinks(text('Great. '), calls('book')),
  })
  const deeds = () =>
    phone.entries.flatMap(entry =>
      entry.type === 'input' && entry.input.type === 'reply' && entry.input.news.type === 'did'
        ? [entry.input.news.deed.outcome]
        : [],
    )
  return { phone, runs: effect.runs, deeds }
}

const done = { done: true, says: 'It is booked.' }

describe('what a call does for its caller', () => {
  it('begins with the release, and is said in the same reply', async () => {
    const { phone, runs, deeds } = booking(300)
    const audio = audioWith(12_000, { atMs: 6000, audio: yesAudio })
    await phone.speak(audio)
    const [, turn] = phone.turns()
    expect(turn).toMatchObject({ outcome: 'heard', heard: 'Great. It is in the book now. ' })
    expect(runs).toHaveLength(1)
    expect(Number.parseInt(runs[0]!)).toBeGreaterThanOrEqual(turn!.releasedMs!)
    expect(deeds()).toEqual([null, done])
    expect(phone.call.turns.history[1]!.deeds).toEqual([{ key: 'book {}', tool: 'book', args: '{}', outcome: done }])
  })

  it('never begins for a caller who goes on speaking within the half second', async () => {
    const { phone, runs } = booking(300, 0, [word('Yes,', 6000), word('maybe.', 6960)])
    await phone.speak(audioWith(7_600, { atMs: 6000, audio: yesAudio }, { atMs: 6960, audio: yesAudio }))
    expect(phone.think.asked.length).toBeGreaterThan(0)
    expect(runs).toEqual([])
  })

  it('runs once if the caller cuts in before a word was heard, and the model knows of it when it is asked again', async () => {
    const { phone, runs, deeds } = booking(800, 40, [word('I', 6000), word('agree.', 7150)])
    await phone.speak(audioWith(14_000, { atMs: 6000, audio: yesAudio }, { atMs: 7150, audio: yesAudio }))
    const [, first, second] = phone.turns()
    expect([first, second]).toMatchObject([
      { said: 'I', outcome: 'withdrawn' },
      { said: 'I agree.', outcome: 'heard' },
    ])
    expect([runs.length, deeds()]).toEqual([1, [null, done]])
    expect(phone.call.turns.history.flatMap(({ deeds = [] }) => deeds)).toHaveLength(1)
  })

  it('runs to its end if the caller cuts the reply off while it is under way', async () => {
    const { phone, runs, deeds } = booking(4_000, 0, [word('Yes.', 6000), word('Stop!', 7700)])
    await phone.speak(audioWith(16_000, { atMs: 6000, audio: yesAudio }, { atMs: 7700, audio: yesAudio }))
    expect(phone.turns().map(({ outcome }) => outcome)).toContain('interrupted')
    expect([runs.length, deeds()]).toEqual([1, [null, done]])
  })

  it('is bridged by a line if it takes long, and the call stays free of timers', async () => {
    const { phone } = booking(3_000)
    await phone.speak(audioWith(15_000, { atMs: 6000, audio: yesAudio }))
    expect(phone.turns()[1]).toMatchObject({ heard: 'Great. One moment, I see to it. It is in the book now. ' })
    phone.call.end('caller-hung-up')
    await phone.clock.advance(60_000)
    expect(phone.clock.waiting).toBe(0)
  })

  it('is told again by a replay, which does nothing', async () => {
    const { phone, runs } = booking(800, 40, [word('I', 6000), word('agree.', 7150)])
    const audio = audioWith(14_000, { atMs: 6000, audio: yesAudio }, { atMs: 7150, audio: yesAudio })
    await phone.speak(audio)
    phone.call.end('caller-hung-up')
    const { entries, difference } = replay([heading, ...phone.entries], audio)
    expect(difference).toBeNull()
    expect(entries.filter(entry => entry.type === 'event' && entry.event.type === 'reply-did')).toHaveLength(2)
    expect(runs).toHaveLength(1)
  })
})

describe('a wish to hand the caller over', () => {
  it('comes about once the last words were heard, with its brief', async () => {
    const brief = 'Jane wants a price for twelve seats.'
    const answer = () => thinks(text('I am putting you through. '), calls('transfer_to_human', JSON.stringify({ brief })))
    const phone = new Phone({ words: [word('Yes.', 6000)], tools: [transferToHuman], answer })
    await phone.speak(audioWith(12_000, { atMs: 6000, audio: yesAudio }))
    expect(phone.turns()[1]).toMatchObject({ outcome: 'heard', heard: 'I am putting you through. ' })
    const ending = phone.entries.flatMap(entry => (entry.type === 'command' ? [entry.command] : [])).slice(-2)
    expect(ending).toEqual([{ type: 'hand-over', brief }, { type: 'hang-up' }])
  })
})
