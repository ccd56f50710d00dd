import { describe, expect, it } from 'vitest'
import { Certificates, isEarly, type Certificate } from '../../src/call/certificate.ts'
import type { Entry, GivenCommand, Input, ToldEvent } from '../../src/call/journal.ts'

type Told = (certificates: Certificates) => Certificate | null
const at =
  (ms: number) =>
  (entry: object): Told =>
  certificates =>
    certificates.take({ at: ms, ms, ...entry } as Entry)
const did = (ms: number, command: GivenCommand): Told => at(ms)({ type: 'command', command })
const was = (ms: number, event: ToldEvent): Told => at(ms)({ type: 'event', event })
const came = (ms: number, input: Input): Told => at(ms)({ type: 'input', input })
const news = (ms: number, id: number, told: (Input & { type: 'reply' })['news']): Told =>
  came(ms, { type: 'reply', id, news: told })
const words = (ms: number, said: string, toMs: number | null): Told =>
  was(ms, { type: 'words', at: ms, said, settled: toMs === null ? null : { toMs, basis: 'final' } })

/** The turns, and which of them was said to have ended with the last entry. */
function folded(...entries: readonly Told[]) {
  const certificates = new Certificates()
  let ended: Certificate | null = null
  for (const entry of entries) ended = entry(certificates)
  return { turns: certificates.all, ended }
}

const goodTurn: readonly Told[] = [
  words(1900, 'hi', null),
  words(2200, 'hi there', 2000),
  did(2200, { type: 'prepare', id: 2, said: 'hi there' }),
  news(2320, 2, { type: 'thinking-aloud' }),
  news(2360, 2, { type: 'phrase', text: 'Hello. ' }),
  news(2380, 2, { type: 'speech', bytes: 0, words: [] }),
  news(2400, 2, { type: 'speech', bytes: 800, words: [] }),
  news(2420, 2, { type: 'speech', bytes: 800, words: [] }),
  did(2500, { type: 'release', id: 2, silentSince: 2000, basis: 'final' }),
  at(2500)({ type: 'first-frame', id: 2 }),
  news(2520, 2, { type: 'phrase', text: 'How are you? ' }),
  came(2540, { type: 'mark', name: '1:0:start' }),
  came(2640, { type: 'mark', name: '1:100' }),
  was(2640, { type: 'reply-heard', at: 2640, id: 2, text: 'Hello. ' }),
]

describe('the certificate of a turn', () => {
  it('proves each step of it', () => {
    const { turns, ended } = folded(
      ...goodTurn,
      was(4000, { type: 'reply-finished', at: 4000, id: 2, text: 'Hello. How are you? ' }),
    )
    expect(turns).toEqual([
      {
        id: 2,
        line: null,
        said: 'hi there',
        silentSinceMs: 2000,
        completeMs: 2500,
        settledMs: 2200,
        basis: 'final',
        draftMs: 2200,
        discarded: 0,
        firstTokenMs: 2320,
        firstAudioMs: 2400,
        releasedMs: 2500,
        firstFrameMs: 2500,
        firstMarkMs: 2540,
        endedMs: 4000,
        text: 'Hello. How are you? ',
        heard: 'Hello. How are you? ',
        outcome: 'heard',
        amended: false,
        holds: 0,
        asides: [],
      },
    ])
    expect(ended).toEqual(turns[0])
  })

  it('is there while the reply is being heard, and not before it is let out', () => {
    expect(folded(...goodTurn.slice(0, 8)).turns).toEqual([])
    expect(folded(...goodTurn)).toMatchObject({ turns: [{ outcome: 'under-way', heard: 'Hello. ', endedMs: null }], ended: null })
  })

  it('says when the words had become what they are, and as settled as they are', () => {
    const turn = (...told: readonly Told[]) =>
      folded(
        ...told,
        did(2400, { type: 'prepare', id: 2, said: 'hi' }),
        did(2500, { type: 'release', id: 2, silentSince: 2000, basis: 'declared' }),
      ).turns[0]!.settledMs
    expect(turn(words(2100, 'hi', null), words(2200, 'hi', 2000), words(2300, 'hi', 2100))).toBe(2200)
    expect(turn(words(2100, 'hi', 2000), words(2200, 'hi', null), words(2300, 'hi', 2000))).toBe(2300)
    expect(turn(words(2100, 'high', 2000), words(2300, 'hi', 2000))).toBe(2300)
    // Answered though they were not settled, or not up to the end.
    expect(turn(words(2100, 'hi', null))).toBeNull()
    expect(turn(words(2100, 'hi', 1799))).toBeNull()
    expect(turn(words(2100, 'hi', 1800))).toBe(2100)
  })

  it('counts the drafts that were thrown away before it', () => {
    const { turns, ended } = folded(
      did(2100, { type: 'prepare', id: 2, said: 'I can' }),
      did(2200, { type: 'drop', id: 2, why: 'words-changed' }),
      did(2200, { type: 'prepare', id: 3, said: "I can't" }),
      did(2500, { type: 'release', id: 3, silentSince: 2000, basis: 'final' }),
      did(3000, { type: 'prepare', id: 4, said: 'more' }),
      did(3500, { type: 'release', id: 4, silentSince: 3000, basis: 'final' }),
    )
    expect(turns.map(({ id, said, discarded }) => ({ id, said, discarded }))).toEqual([
      { id: 3, said: "I can't", discarded: 1 },
      { id: 4, said: 'more', discarded: 0 },
    ])
    expect(ended).toBeNull()
  })

  it.each(['interrupted', 'withdrawn', 'failed', 'call-ended'] as const)('ends with a reply that is dropped: %s', why => {
    const { turns, ended } = folded(...goodTurn, did(2700, { type: 'drop', id: 2, why }))
    expect(turns).toMatchObject([{ outcome: why, endedMs: 2700, heard: 'Hello. ' }])
    expect(ended).toEqual(turns[0])
  })

  it('keeps what was said meanwhile, and what came late', () => {
    const { turns } = folded(
      ...goodTurn,
      did(2700, { type: 'hold', id: 2 }),
      was(2700, { type: 'reply-held', at: 2700, id: 2, text: 'Hello. How ', ahead: 'are you? ', whole: true }),
      did(3000, { type: 'resume', id: 2, aside: '' }),
      did(3100, { type: 'hold', id: 2 }),
      did(3400, { type: 'resume', id: 2, aside: 'Mm-hm.' }),
      did(3500, { type: 'amend', id: 2, late: 'friend' }),
    )
    expect(turns).toMatchObject([{ holds: 2, asides: ['Mm-hm.'], amended: true, said: 'hi there friend', heard: 'Hello. How ' }])
  })

  it('of a fixed line has no silence and no thought', () => {
    const { turns } = folded(did(0, { type: 'say', id: 1, line: 'greeting', said: '' }), at(20)({ type: 'first-frame', id: 1 }))
    expect(turns).toMatchObject([
      { line: 'greeting', said: '', silentSinceMs: null, completeMs: null, draftMs: 0, releasedMs: 0, firstFrameMs: 20 },
    ])
  })

  it('does not take the marks of the reply before for its own', () => {
    const { turns } = folded(
      did(0, { type: 'say', id: 1, line: 'greeting', said: '' }),
      at(20)({ type: 'first-frame', id: 1 }),
      came(60, { type: 'mark', name: '1:0:start' }),
      did(2100, { type: 'prepare', id: 2, said: 'hi' }),
      did(2500, { type: 'release', id: 2, silentSince: 2000, basis: 'final' }),
      came(2510, { type: 'mark', name: '1:100' }),
      at(2600)({ type: 'first-frame', id: 2 }),
      came(2660, { type: 'mark', name: '2:0:start' }),
    )
    expect(turns.map(({ firstMarkMs }) => firstMarkMs)).toEqual([60, 2660])
  })

  it('minds nothing that belongs to no turn', () => {
    const { turns } = folded(
      at(0)({ type: 'stood-in', frames: 3 }),
      at(0)({ type: 'refused', kind: 'x', count: 1 }),
      at(0)({ type: 'broken', why: 'x' }),
      came(0, { type: 'digit', digit: '1' }),
      came(0, { type: 'mark', name: '1:0' }),
      news(0, 9, { type: 'phrase', text: 'x' }),
      did(0, { type: 'drop', id: 9, why: 'failed' }),
      did(0, { type: 'settle' }),
      did(0, { type: 'hang-up' }),
    )
    expect(turns).toEqual([])
  })
})

describe('a turn', () => {
  const [good] = folded(...goodTurn).turns
  it.each([
    ['released and heard on time', { releasedMs: 2500, firstFrameMs: 2500 }, false],
    ['later than due', { releasedMs: 2500, firstFrameMs: 3900 }, false],
    ['released a millisecond before its time', { releasedMs: 2499, firstFrameMs: 2500 }, true],
    ['with a frame sent a millisecond before its time', { releasedMs: 2500, firstFrameMs: 2499 }, true],
    ['of which nothing has left yet', { releasedMs: 2500, firstFrameMs: null }, false],
    ['that follows no silence, such as a greeting', { silentSinceMs: null, releasedMs: 0, firstFrameMs: 0 }, false],
  ])('%s', (_what, times, early) => {
    expect(isEarly({ ...good!, ...times })).toBe(early)
  })
})
