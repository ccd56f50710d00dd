import { describe, expect, it } from 'vitest'
import { newCall, type CallRules, type Event } from '../../src/call/facts.ts'
import type { Command } from '../../src/call/rules.ts'
import type { PlacedWord, Settled } from '../../src/call/transcript.ts'
import { step, wakeAt } from '../../src/call/turns.ts'

/** Tells turn-taking what happens, and gives what it did, a line a command. */
const told = (...events: readonly Event[]) => toldBy({ pipeline: 'draft', longestMs: 600_000 }, events)

function toldBy(rules: CallRules, events: readonly Event[]) {
  let turns = newCall(rules)
  const did: string[] = []
  for (const event of events) {
    const [next, commands] = step(turns, event)
    turns = next
    did.push(...commands.map(command => `${event.at} ${brief(command)}`))
  }
  return { did, turns, wakeAt: wakeAt(turns) }
}

function brief(command: Command): string {
  if (command.type === 'prepare') return `prepare ${command.id} "${command.said}"`
  if (command.type === 'say') return `say ${command.id} ${command.line}`
  if (command.type === 'drop') return `drop ${command.id} ${command.why}`
  if (command.type === 'rated') return `rated ${command.rating}`
  if (command.type === 'release') return `release ${command.id} ${command.basis}`
  return 'id' in command ? `${command.type} ${command.id}` : command.type
}

const spoke = (at: number, fromMs = at): Event => ({ type: 'caller-spoke', at, fromMs })
const paused = (at: number, sinceMs = at): Event => ({ type: 'caller-paused', at, sinceMs })
const woke = (at: number): Event => ({ type: 'woke', at })
const words = (at: number, text: string, endMs: number, settled: Settled | null = { toMs: endMs, basis: 'final' }): Event => ({
  type: 'words',
  at,
  settled,
  words: text.split(' ').map((word, place, all): PlacedWord => {
    const startMs = endMs - 100 * (all.length - place)
    return { text: word, startMs, endMs: startMs + 100, final: settled !== null, confidence: null, turn: 0, place }
  }),
})

describe('turn-taking', () => {
  it('prepares in the silence and releases when it has lasted 500 ms', () => {
    const { did } = told(spoke(1000), paused(2060, 2000), words(2300, 'hi there', 2000), woke(2499), woke(2500))
    expect(did).toEqual(['2300 prepare 1 "hi there"', '2500 release 1 final'])
  })

  it('asks to be woken when the silence will be complete', () => {
    expect(told(spoke(1000), paused(2060, 2000), words(2300, 'hi', 2000)).wakeAt).toBe(2500)
  })

  it('where services are short makes one draft a turn, and the answer to other words when the silence is complete', () => {
    const turn = [spoke(1000), paused(2060, 2000), words(2200, 'hi', 2000), words(2300, 'hi there', 2000), woke(2500)]
    const sparing = (spares: boolean): Event => ({ type: 'sparing-wanted', at: 0, spares })
    const drafts = (did: readonly string[]) => did.filter(line => / prepare /.test(line))
    expect(drafts(told(...turn).did)).toEqual(['2200 prepare 1 "hi"', '2300 prepare 2 "hi there"'])
    expect(drafts(told(sparing(true), ...turn).did)).toEqual(['2200 prepare 1 "hi"', '2500 prepare 2 "hi there"'])
    expect(told(sparing(true), ...turn).did.at(-1)).toBe('2500 release 2 final')
    expect(told(sparing(true), sparing(false), ...turn).did).toEqual(told(...turn).did)
    // One that is right leaves as early as ever.
    const right = [spoke(1000), paused(2060, 2000), words(2300, 'hi', 2000), woke(2500)]
    expect(told(sparing(true), ...right).did).toEqual(told(...right).did)
  })

  it('withholds a due reply while something stirs, and lets it out when that was nothing', () => {
    const stirred: Event = { type: 'caller-stirred', at: 2480 }
    const { did } = told(spoke(1000), paused(2060, 2000), words(2300, 'hi', 2000), stirred, woke(2500), paused(2560, 2000))
    expect(did).toEqual(['2300 prepare 1 "hi"', '2560 release 1 final'])
  })

  it('does not answer the first half when the final words of the second are still to come', () => {
    const first = words(2700, 'the first half', 2000)
    const { did } = told(spoke(1000), paused(2060, 2000), spoke(2340, 2300), paused(2660, 2600), first, woke(3100), woke(3400))
    expect(did).toEqual(['3100 settle'])
  })

  it('answers what it has when the last sound never becomes words', () => {
    const { did } = told(
      spoke(1000),
      paused(2060, 2000),
      words(2200, 'hi', 2000),
      spoke(2340, 2300),
      paused(2460, 2400),
      woke(2900),
      woke(3600),
    )
    expect(did).toEqual(['2200 prepare 1 "hi"', '2900 settle', '3600 release 1 overdue'])
  })

  it('waits longer for words that the recogniser still has in hand', () => {
    const partial = words(2200, 'what does it', 2000, null)
    const { did, wakeAt } = told(spoke(1000), paused(2060, 2000), partial, woke(2500), woke(3200))
    expect([did, wakeAt]).toEqual([['2500 settle'], 5000])
  })

  it('begins anew when the words change, and believes nothing of the draft it dropped', () => {
    const stale: Event = { type: 'reply-failed', id: 1, at: 2350 }
    const { did, turns } = told(
      spoke(1000),
      paused(2060, 2000),
      words(2200, 'I can', 2000),
      words(2300, "I can't", 2000),
      stale,
      woke(2500),
    )
    expect(did).toEqual([
      '2200 prepare 1 "I can"',
      '2300 drop 1 words-changed',
      '2300 prepare 2 "I can\'t"',
      '2500 release 2 final',
    ])
    expect(turns.reply).toMatchObject({ id: 2, failed: false })
  })

  it('speculates on four versions of the words, and begins the next when the silence is complete', () => {
    const versions = [2100, 2150, 2200, 2250, 2300, 2350].map((at, n) => words(at, `version ${n}`, 2000))
    const { did } = told(spoke(1000), paused(2060, 2000), ...versions, woke(2500))
    expect(did.filter(what => what.includes('prepare'))).toEqual([
      '2100 prepare 1 "version 0"',
      '2150 prepare 2 "version 1"',
      '2200 prepare 3 "version 2"',
      '2250 prepare 4 "version 3"',
      '2500 prepare 5 "version 5"',
    ])
    expect(did.at(-1)).toBe('2500 release 5 final')
  })

  it('does not write into the history what a reply of the past claims to have said', () => {
    const stale: Event = { type: 'reply-heard', id: 1, at: 2600, text: 'old words' }
    const { turns } = told(spoke(1000), paused(2060, 2000), words(2200, 'a', 2000), words(2300, 'b', 2000), woke(2500), stale)
    expect(turns.history).toEqual([{ id: 2, caller: 'b', bot: '', interrupted: false }])
  })

  it('takes words that come late into the turn they belong to', () => {
    const start = [spoke(1000), paused(2060, 2000), words(2200, 'hi', 2000), woke(2500)]
    const late = words(2700, 'hi there', 2000)
    expect(told(...start, late).did.slice(2)).toEqual([
      '2700 drop 1 withdrawn',
      '2700 prepare 2 "hi there"',
      '2700 release 2 final',
    ])
    const heard: Event = { type: 'reply-heard', id: 1, at: 2650, text: 'Hello ' }
    const { did, turns } = told(...start, heard, late)
    expect(did.slice(2)).toEqual(['2700 amend 1'])
    expect(turns.history).toEqual([{ id: 1, caller: 'hi there', bot: 'Hello ', interrupted: false }])
  })

  it('stops for words that hearing missed, and counts the silence from them', () => {
    const quiet = words(1500, 'hello', 1400)
    expect(told(quiet, woke(1899), woke(1900)).did).toEqual(['1500 prepare 1 "hello"', '1900 release 1 final'])
  })

  it('asks the caller to repeat what was said while the recogniser was lost', () => {
    const { did } = told({ type: 'recogniser-deaf', at: 900 }, spoke(1000), paused(2060, 2000), woke(2500), woke(3200))
    expect(did).toEqual(['2500 settle', '3200 say 1 pardon'])
  })

  it('ends a call that has lasted too long: politely, or by force if somebody keeps talking', () => {
    const answered: Event = { type: 'call-answered', at: 0 }
    const greeted: Event = { type: 'reply-finished', id: 1, at: 588_000, text: 'Hello.' }
    const noWords: Event = { type: 'words', at: 599_300, words: [], settled: { toMs: 599_000, basis: 'declared' } }
    const talked = told(answered, greeted, spoke(590_000), paused(599_000), noWords, woke(600_200))
    expect(talked.did.at(-1)).toBe('600200 say 2 time-up')
    expect(told(answered, greeted, spoke(599_000), woke(630_000)).did.at(-1)).toBe('630000 hang-up')
  })

  it('hangs up after a farewell, heard or failed', () => {
    const reply = [
      spoke(1000),
      paused(2060, 2000),
      words(2300, 'bye', 2000),
      woke(2500),
      { type: 'reply-farewell', id: 1, at: 2510, then: 'hang-up', brief: '' },
    ] as const
    expect(told(...reply, { type: 'reply-finished', id: 1, at: 4000, text: 'Bye.' }).did.at(-1)).toBe('4000 hang-up')
    expect(told(...reply, { type: 'reply-finished', id: 1, at: 4000, text: 'Bye.' }).turns.leaving).toBe(true)
  })

  describe('after a goodbye, where callers are asked', () => {
    const asking = { pipeline: 'draft', longestMs: 600_000, zeroTransfers: true, asksRating: true } as const
    const goodbye: readonly Event[] = [
      spoke(1000),
      paused(2060, 2000),
      words(2300, 'bye', 2000),
      woke(2500),
      { type: 'reply-farewell', id: 1, at: 2510, then: 'hang-up', brief: '' },
      { type: 'reply-finished', id: 1, at: 4000, text: 'Bye.' },
    ]
    const key = (at: number, key: string): Event => ({ type: 'key-pressed', at, key })
    const heard: Event = { type: 'reply-finished', id: 2, at: 8000, text: 'How was it?' }
    const held = (at: number): Event => ({ type: 'reply-held', id: 2, at, text: 'How ', ahead: 'was it?', whole: true })
    const afterwards = (...events: readonly Event[]) => toldBy(asking, [...goodbye, ...events]).did.slice(2)

    it('asks how the call was, and hangs up 5 s after the question if no key comes', () => {
      expect(afterwards(heard, woke(12_999))).toEqual(['4000 say 2 rating'])
      expect(toldBy(asking, [...goodbye, heard]).wakeAt).toBe(13_000)
      expect(afterwards(heard, woke(13_000))).toEqual(['4000 say 2 rating', '13000 hang-up'])
    })

    it('takes a key at once, while it asks and after', () => {
      expect(afterwards(key(4500, '5'))).toEqual(['4000 say 2 rating', '4500 rated 5', '4500 hang-up'])
      expect(afterwards(heard, key(9000, '1'), key(9100, '2'))).toEqual(['4000 say 2 rating', '9000 rated 1', '9000 hang-up'])
    })

    it('passes over other keys, also one that brings a colleague elsewhere', () => {
      const others = ['0', '#', '9', '*'].map((each, n) => key(4100 + n, each))
      expect(afterwards(...others, woke(6000), heard, woke(13_000))).toEqual(['4000 say 2 rating', '13000 hang-up'])
      expect(afterwards(...others, key(5000, '3')).slice(1)).toEqual(['5000 rated 3', '5000 hang-up'])
    })

    it('is silent while the caller speaks, then goes on asking, and answers nothing', () => {
      const wish = words(6200, 'one more thing please', 5900)
      const talked = [spoke(5000), held(5000), paused(6060, 5900), wish, woke(6600), { ...heard, at: 9000 }]
      expect(afterwards(...talked, woke(14_000))).toEqual(['4000 say 2 rating', '5000 hold 2', '6200 resume 2', '14000 hang-up'])
    })

    it('asks no longer than 20 s, though the caller talks and the question never comes to its end', () => {
      expect(afterwards(spoke(5000), held(5000), woke(23_999), woke(24_000)).at(-1)).toBe('24000 hang-up')
    })

    it('hangs up at once when the question cannot be spoken, and when the call is to end', () => {
      expect(afterwards({ type: 'reply-failed', id: 2, at: 4100 }).slice(1)).toEqual(['4100 drop 2 failed', '4100 hang-up'])
      expect(afterwards({ type: 'hang-up-wanted', at: 4100 })).toEqual(['4000 say 2 rating', '4100 hang-up'])
      expect(afterwards({ type: 'leave-wanted', at: 4100, why: 'shutdown' })).toEqual(['4000 say 2 rating', '4100 hang-up'])
      const transfer: Event = { type: 'transfer-wanted', at: 4100, brief: 'Wants a demo.' }
      expect(afterwards(transfer).slice(1)).toEqual(['4100 hand-over', '4100 hang-up'])
    })

    it('does not ask whom it hands over, who has gone, whom it served badly, or whose time is up', () => {
      const lines = (events: readonly Event[]) => toldBy(asking, events).did.filter(what => /say|hang-up|hand-over/.test(what))
      const [heardIt, ...before] = goodbye.toReversed()
      const up: Event = { type: 'leave-wanted', at: 3000, why: 'limit' }
      const handOver: Event = { type: 'reply-farewell', id: 1, at: 2520, then: 'hand-over', brief: '' }
      const failed: Event = { type: 'reply-failed', id: 1, at: 2530 }
      const ready: Event = { type: 'reply-ready', id: 1, at: 2511 }
      expect(lines([...before.toReversed(), handOver, heardIt!])).toEqual(['4000 hand-over', '4000 hang-up'])
      expect(lines([...before.toReversed(), ready, failed, heardIt!])).toEqual(['4000 hang-up'])
      expect(lines([...before.toReversed(), up, heardIt!])).toEqual(['4000 hang-up'])
      const gone: Event[] = [
        { type: 'call-answered', at: 0 },
        { type: 'reply-finished', id: 1, at: 500, text: 'Hello.' },
      ]
      const silence = [8500, 16_500, 24_500].flatMap((at, n): Event[] => [
        woke(at),
        { type: 'reply-finished', id: n + 2, at: at, text: 'There?' },
      ])
      expect(lines([...gone, ...silence]).slice(-2)).toEqual(['24500 say 4 goodbye', '24500 hang-up'])
    })
  })

  it('does nothing after the end', () => {
    const end: Event = { type: 'call-ended', at: 2400 }
    const { did, wakeAt } = told(
      spoke(1000),
      paused(2060, 2000),
      words(2300, 'hi', 2000),
      end,
      words(2450, 'hi you', 2000),
      woke(2500),
    )
    expect(did).toEqual(['2300 prepare 1 "hi"', '2400 drop 1 call-ended'])
    expect(wakeAt).toBeNull()
  })
})
