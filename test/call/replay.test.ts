import { beforeAll, describe, expect, it } from 'vitest'
import type { Entry } from '../../src/call/journal.ts'
import { entryOf, replay } from '../../src/call/replay.ts'
import { ProviderError } from '../../src/ports.ts'
import { saying } from '../support/fake-think.ts'
import { audioWith, callerScript, Phone } from '../support/phone.ts'

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
const yes = callerScript('pub-call-3-hesitant.wav').audio.subarray(1395 * 8, 1940 * 8)
const audio = audioWith(14_000, { atMs: 6000, audio: yes }, { atMs: 8600, audio: yes })

/** "Yes." is answered, and "Stop!" cuts the answer short and is answered. */
let recorded: readonly Entry[] = []

beforeAll(async () => {
  const word = (text: string, atMs: number) => ({ text, startMs: atMs, endMs: atMs + 545, finalAfterMs: 200 })
  const answer = (said: string) => saying(said === 'Yes.' ? ['One two three four five six seven eight nine ten. '] : ['Fine.'])
  const phone = new Phone({ words: [word('Yes.', 6000), word('Stop!', 8600)], answer, networkMs: 30 })
  await phone.speak(audio)
  phone.call.end('caller-hung-up')
  recorded = [heading, ...phone.entries]
})

const changed = (change: (entry: Entry) => Entry): readonly Entry[] => recorded.map(change)

describe('a replayed call', () => {
  it('is decided as it was, event by event and command by command', () => {
    const { entries, difference } = replay(recorded, audio)
    expect(difference).toBeNull()
    const decided = (all: readonly Entry[]) =>
      all.flatMap(({ ms: _, ...entry }) => (entry.type === 'event' || entry.type === 'command' ? [entry] : []))
    expect(decided(entries)).toEqual(decided(recorded))
    expect(decided(entries).length).toBeGreaterThan(30)
  })

  it('is the same again from the journal as the disk gives it back', () => {
    const read = recorded.map(entry => entryOf(JSON.stringify(entry)))
    expect(replay(read, audio).difference).toBeNull()
  })

  it('shows the first decision that is another one now, and when it was', () => {
    const later = changed(entry =>
      entry.type === 'command' && entry.command.type === 'release' && entry.command.id === 2
        ? { ...entry, at: entry.at + 20, command: { ...entry.command, silentSince: 6580 } }
        : entry,
    )
    const release = recorded.find(entry => entry.type === 'command' && entry.command.type === 'release')!
    const { difference } = replay(later, audio)
    expect(difference).toEqual({
      at: release.at + 20,
      recorded: `${release.at + 20} ms: {"type":"release","id":2,"silentSince":6580,"basis":"final"}`,
      now: expect.stringMatching(
        new RegExp(`^${release.at} ms: \\{"type":"release","id":2,"silentSince":\\d+,"basis":"final"\\}$`),
      ) as string,
    })
  })

  it('shows what other rules lead to', () => {
    const streamed = changed(entry =>
      entry.type === 'call' ? { ...entry, rules: { ...entry.rules, pipeline: 'streamed' } } : entry,
    )
    expect(replay(streamed, audio).difference).toMatchObject({
      recorded: expect.stringContaining('{"type":"prepare","id":2,"said":"Yes."}') as string,
    })
  })

  it('shows what was decided then and is not now, and the other way round', () => {
    const without = (type: string) => recorded.filter(entry => entry.type !== 'command' || entry.command.type !== type)
    const { at } = recorded.find(entry => entry.type === 'command' && entry.command.type === 'hold')!
    expect(replay(without('hold'), audio).difference).toMatchObject({ at, now: `${at} ms: {"type":"hold","id":2}` })

    const more: Entry = { at: 14_000, ms: 0, type: 'command', command: { type: 'settle' } }
    expect(replay([...recorded, more], audio).difference).toEqual({
      at: 14_000,
      recorded: '14000 ms: {"type":"settle"}',
      now: '(nothing)',
    })
  })

  it('shows what is decided now, and was not, at the very end of a call that ended well', () => {
    const withoutEnd = recorded.filter(entry => entry.type !== 'event' || entry.event.type !== 'call-ended')
    expect(replay(withoutEnd, audio).difference).toEqual({
      at: 14_000,
      recorded: '(nothing)',
      now: '14000 ms: {"type":"call-ended","at":14000}',
    })
  })

  it('shows that another caller was answered otherwise', () => {
    expect(replay(recorded, audioWith(14_000)).difference).not.toBeNull()
  })

  it('hears no further than the recording goes, and says nothing of its own', () => {
    const { entries } = replay(recorded, audio.subarray(0, 3000 * 8))
    expect(Math.max(...entries.map(({ at }) => at))).toBe(3000)
  })

  it('is decided as far as the journal goes of a call whose process was killed', () => {
    const end = recorded.length - 1
    for (let length = 5; length < end; length += 3) {
      expect([length, replay(recorded.slice(0, length), audio).difference]).toEqual([length, null])
    }
  })

  it('shows another decision in the journal of a killed process too, also the last one', () => {
    const n = recorded.findIndex(entry => entry.type === 'command' && entry.command.type === 'hold')
    const { at } = recorded[n]!
    const other: Entry = { at, ms: 0, type: 'command', command: { type: 'settle' } }
    expect(replay([...recorded.slice(0, n), other], audio).difference).toEqual({
      at,
      recorded: `${at} ms: {"type":"settle"}`,
      now: `${at} ms: {"type":"hold","id":2}`,
    })
    const nothing: Entry = { at: at + 20, ms: 0, type: 'stood-in', frames: 1 }
    expect(replay([...recorded.slice(0, n), nothing], audio).difference).toMatchObject({ at, recorded: '(nothing)' })
  })

  it('needs the heading of the journal, which says by what rules the call went', () => {
    expect(() => replay(recorded.slice(1), audio)).toThrow('the journal does not begin with a call')
  })
})

describe('an entry of a journal', () => {
  it('comes back from the disk as it was', () => {
    for (const entry of recorded) expect(entryOf(JSON.stringify(entry))).toEqual(entry)
  })

  it('comes back with the error that made the recogniser deaf', () => {
    const error = new ProviderError('assemblyai', 'listening', 'the socket closed (1006)', true)
    const line = JSON.stringify({ at: 20, ms: 20, type: 'input', input: { type: 'heard', news: { type: 'deaf', error } } })
    const entry = entryOf(line)
    const back =
      entry.type === 'input' && entry.input.type === 'heard' && entry.input.news.type === 'deaf' ? entry.input.news.error : null
    expect(back).toBeInstanceOf(ProviderError)
    expect(back).toMatchObject({ provider: 'assemblyai', stage: 'listening', retryable: true })
    expect(JSON.stringify(entry)).toBe(line)
  })
})
