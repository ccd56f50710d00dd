import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Certificates } from '../../src/call/certificate.ts'
import type { Entry } from '../../src/call/journal.ts'
import { entryOf } from '../../src/call/replay.ts'
import { timedCallOf, type TimedWord } from '../../src/call/timed-words.ts'
import { entriesOf, headingOf } from '../store/played-call.ts'

const speech = (at: number, bytes: number, ...words: readonly [text: string, startMs: number, endMs: number][]): Entry => ({
  at,
  ms: at,
  type: 'input',
  input: {
    type: 'reply',
    id: 1,
    news: { type: 'speech', bytes, words: words.map(([text, startMs, endMs]) => ({ text, startMs, endMs })) },
  },
})
const command = (at: number, given: (Entry & { type: 'command' })['command']): Entry => ({
  at,
  ms: at,
  type: 'command',
  command: given,
})
const heardText = (at: number, text: string): Entry => ({
  at,
  ms: at,
  type: 'event',
  event: { type: 'reply-heard', id: 1, text, at },
})
const firstFrame = (at: number): Entry => ({ at, ms: at, type: 'first-frame', id: 1 })

const startsOf = (words: readonly TimedWord[]) => words.map(({ text, startMs }) => [text, startMs])

it('places the words of a call in its turns, the ones nobody was to hear among them', () => {
  const { words, speech, holds } = timedCallOf(entriesOf(headingOf(1)))
  const said = (who: string, turn: number) => startsOf(words.filter(word => word.who === who && word.turn === turn))
  expect(said('bot', 1)).toEqual([
    ['This', 40],
    ['is', 340],
    ['the', 640],
    ['greeting.', 940],
  ])
  expect(said('caller', 3)).toEqual([
    ['Yes.', 6000],
    ['please.', 6700],
  ])
  expect(said('caller', 4)).toEqual([['Stop!', 8900]])
  // Cut off at 8660: the fifth word had begun, the others were never played.
  expect(said('bot', 3).slice(3, 6)).toEqual([
    ['four', 8160],
    ['five', 8460],
    ['six', null],
  ])
  expect(words.filter(({ who, turn, heard }) => who === 'bot' && turn === 3 && heard)).toHaveLength(4)
  expect(speech).toEqual([
    { fromMs: 6000, toMs: 6560 },
    { fromMs: 8600, toMs: 9160 },
  ])
  expect(holds).toEqual([{ turn: 3, fromMs: 8660, toMs: 9160, resumed: false }])
})

it('moves the rest of a reply by as long as it stood still, from the word that was cut', () => {
  const entries = [
    speech(0, 8000, ['One ', 0, 400], ['two ', 400, 700], ['three', 700, 1000]),
    firstFrame(100),
    heardText(500, 'One '),
    command(600, { type: 'hold', id: 1 }),
    command(1500, { type: 'resume', id: 1, aside: '' }),
    heardText(2600, 'One two three'),
  ]
  const { words, holds } = timedCallOf(entries)
  expect(startsOf(words)).toEqual([
    ['One', 100],
    ['two', 1500],
    ['three', 1800],
  ])
  expect(holds).toEqual([{ turn: 1, fromMs: 600, toMs: 1500, resumed: true }])
})

it('knows that a voice which did not keep up left a pause', () => {
  const entries = [speech(0, 3200, ['One ', 0, 400]), firstFrame(100), speech(900, 3200, ['two', 400, 800])]
  expect(startsOf(timedCallOf(entries).words)).toEqual([
    ['One', 100],
    ['two', 900],
  ])
})

it('tells where nothing was recorded', () => {
  const consent = (at: number, given: 'waiting' | 'given' | 'refused'): Entry => ({
    at,
    ms: at,
    type: 'recording',
    consent: given,
  })
  const entries = [consent(0, 'waiting'), consent(5000, 'given'), consent(9000, 'refused')]
  expect(timedCallOf(entries).unrecorded).toEqual([
    { fromMs: 0, toMs: 5000 },
    { fromMs: 9000, toMs: null },
  ])
  expect(timedCallOf([]).unrecorded).toEqual([])
})

it.each(['loan', 'hesitant'])('agrees with the certificates of a recorded call (%s)', name => {
  const path = join(import.meta.dirname, '../fixtures/calls', name, 'journal.ndjson')
  const entries = readFileSync(path, 'utf8').trim().split('\n').map(entryOf)
  const certificates = new Certificates()
  for (const entry of entries) certificates.take(entry)
  const { words } = timedCallOf(entries)
  for (const { id, said, firstFrameMs, silentSinceMs, heard } of certificates.all) {
    const bot = words.filter(({ who, turn }) => who === 'bot' && turn === id)
    expect(bot.filter(word => word.heard).map(({ text }) => text)).toEqual(heard.split(/\s+/).filter(Boolean))
    if (firstFrameMs !== null && bot[0]?.heard) expect(bot[0].startMs).toBeGreaterThanOrEqual(firstFrameMs)
    const caller = words.filter(({ who, turn, aside }) => who === 'caller' && turn === id && !aside)
    if (said === '' || silentSinceMs === null) continue
    expect(said).toContain(caller.map(({ text }) => text).join(' '))
  }
})
