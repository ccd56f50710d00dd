import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { legAfter, resumptionOf, type Leg } from '../../src/call/broken-off.ts'
import { newCall, said, type Event, type Resumption, type Turns } from '../../src/call/facts.ts'
import type { Entry, GivenCommand, ToldEvent } from '../../src/call/journal.ts'
import type { Command } from '../../src/call/rules.ts'
import { textOf, wordsAfter } from '../../src/call/transcript.ts'
import { step } from '../../src/call/turns.ts'
import { hostile, kind } from './scenes.ts'
import { play } from './world.ts'

const numRuns = Number(process.env['RUNS'] ?? 200)

const rules = { pipeline: 'draft', longestMs: 3_600_000 } as const
const headingOf = (resumes?: Resumption): Entry => ({
  at: 0,
  ms: 0,
  type: 'call',
  version: 1,
  callSid: `CA${'0'.repeat(32)}`,
  startedAt: '2026-11-21T00:00:00.000Z',
  assistant: 'nooks',
  providers: { stt: 'fake', llm: 'fake', tts: 'fake', vad: 'none' },
  rules,
  ...(resumes && { resumes: { ...resumes, folder: 'CA0' } }),
})

/** What a journal holds of an event and a command. */
const toldOf = (turns: Turns, event: Event): ToldEvent | null => {
  if (event.type === 'woke') return null
  if (event.type !== 'words') return event
  const { type, at, settled, words } = event
  return { type, at, settled, said: textOf(wordsAfter(words, turns.done)) }
}
const givenOf = (command: Command): GivenCommand => {
  if (command.type !== 'prepare') return command
  const { type, id, said } = command
  return { type, id, said }
}

/** Runs events through turn-taking and its journal through the fold, side by side. */
function follow(events: readonly Event[], look: (turns: Turns, leg: Leg) => void, resumes?: Resumption): Leg {
  let turns = newCall(rules, resumes)
  let leg = legAfter(null, headingOf(resumes))!
  for (const event of events) {
    const told = toldOf(turns, event)
    const [next, commands] = step(turns, event)
    turns = next
    const entries: Entry[] = [
      ...(told ? [{ at: event.at, ms: event.at, type: 'event', event: told } as const] : []),
      ...commands.map(command => ({ at: event.at, ms: event.at, type: 'command', command: givenOf(command) }) as const),
    ]
    leg = entries.reduce<Leg>((so, entry) => legAfter(so, entry)!, leg)
    look(turns, leg)
  }
  return leg
}

const unanswered = ({ due, said }: Leg): string => [due, said].filter(Boolean).join(' ')

const dialogue = ({ history }: Pick<Resumption, 'history'>): string =>
  history.map(({ caller, bot, interrupted }) => `${caller} > ${bot.trim()}${interrupted ? '-' : ''}`).join(' | ')

describe('a journal, wherever it ends', () => {
  it('tells the history as turn-taking had it, and what of the caller was unanswered', () => {
    fc.assert(
      fc.property(fc.oneof(kind, hostile), scene => {
        follow(play(scene).events, (turns, leg) => {
          expect(leg.history).toEqual(turns.history)
          // The call's end does away with a reply that the next leg wants to know of.
          if (!turns.over) expect([unanswered(leg), leg.reply?.id ?? null]).toEqual([said(turns), turns.reply?.id ?? null])
        })
      }),
      { numRuns },
    )
  })

  it('keeps every word the caller has heard, and every settled word of the caller, once', () => {
    fc.assert(
      fc.property(kind, scene => {
        follow(play(scene).events, (turns, leg) => {
          const { history, owed } = resumptionOf(leg, 'resume', 2)
          const heard = (of: Turns['history']) => of.map(({ bot }) => bot).join('')
          const spoken = (of: Turns['history']) => of.map(({ caller }) => caller)
          expect(heard(history)).toBe(heard(turns.history))
          const kept = [...spoken(history), owed].join(' ').split(' ').filter(Boolean)
          const said_ = [...spoken(turns.history), said(turns)].join(' ').split(' ').filter(Boolean)
          if (!turns.over) expect(kept).toEqual(said_)
          expect(history.every(({ id }) => id < 1)).toBe(true)
        })
      }),
      { numRuns },
    )
  })
})

const heading = headingOf()
const at = (ms: number, what: object): Entry => ({ at: ms, ms, ...what }) as Entry
const event = (ms: number, told: object): Entry => at(ms, { type: 'event', event: { at: ms, ...told } })
const command = (ms: number, given: object): Entry => at(ms, { type: 'command', command: given })

const asked: readonly Entry[] = [
  heading,
  at(0, { type: 'input', input: { type: 'answered' } }),
  command(0, { type: 'say', id: 1, line: 'greeting', said: '' }),
  event(900, { type: 'reply-finished', id: 1, text: 'Hello.' }),
  event(1000, { type: 'caller-spoke', fromMs: 1000 }),
  event(2060, { type: 'caller-paused', sinceMs: 2000 }),
  event(2200, { type: 'words', said: 'what does it cost', settled: { toMs: 2000, basis: 'final' } }),
  command(2200, { type: 'prepare', id: 2, said: 'what does it cost' }),
]
const answered: readonly Entry[] = [
  ...asked,
  command(2500, { type: 'release', id: 2, silentSince: 2000, basis: 'final' }),
  event(3000, { type: 'reply-heard', id: 2, text: 'Fifty dollars ' }),
]
const brokenOff = (entries: readonly Entry[]): Resumption =>
  resumptionOf(entries.reduce<Leg | null>(legAfter, null)!, 'resume', 2)

describe('a call that is broken off', () => {
  it('in the middle of a reply, remembers what was heard of it as cut short', () => {
    const resumption = brokenOff(answered)
    expect(dialogue(resumption)).toBe(' > Hello. | what does it cost > Fifty dollars-')
    expect(resumption).toMatchObject({ leg: 2, opening: 'resume', owed: '', spentMs: 3000 })
  })

  it.each([
    ['before the silence is complete', asked],
    ['before a word of the reply is heard', answered.slice(0, -1)],
  ])('%s, owes the answer', (_, entries) => {
    const resumption = brokenOff(entries)
    expect(dialogue(resumption)).toBe(' > Hello.')
    expect(resumption.owed).toBe('what does it cost')
  })

  it('in the middle of a sentence, remembers the half of it, and owes no answer to that', () => {
    const resumption = brokenOff(asked.slice(0, 5).concat(event(1500, { type: 'words', said: 'what does', settled: null })))
    expect(dialogue(resumption)).toBe(' > Hello. | what does > ')
    expect(resumption.owed).toBe('')
  })

  it('while it is asked how it was, is over: the goodbye has been said', () => {
    const finished = event(4000, { type: 'reply-finished', id: 2, text: 'Fifty dollars. Goodbye.' })
    const question = command(4000, { type: 'say', id: 3, line: 'rating', said: '' })
    const isOver = (entries: readonly Entry[]) => entries.reduce<Leg | null>(legAfter, null)!.hungUp
    expect(isOver([...answered, finished])).toBe(false)
    expect(isOver([...answered, finished, question])).toBe(true)
  })

  it('by its socket, is where it would be had its process been killed', () => {
    const ended = [
      at(3020, { type: 'input', input: { type: 'ended', reason: 'line-cut' } }),
      event(3020, { type: 'reply-held', id: 2, text: 'Fifty dollars ', ahead: 'a month.', whole: true }),
      event(3020, { type: 'call-ended' }),
      command(3020, { type: 'drop', id: 2, why: 'call-ended' }),
    ]
    const leg = [...answered, ...ended].reduce<Leg | null>(legAfter, null)!
    expect(leg.ended).toBe('line-cut')
    expect(resumptionOf(leg, 'resume', 2)).toEqual({ ...brokenOff(answered), spentMs: 3020 })
  })

  it('again before the resume line is over, still owes what it owed', () => {
    const first = brokenOff(asked)
    const again = [
      headingOf(first),
      at(0, { type: 'input', input: { type: 'answered' } }),
      command(0, { type: 'say', id: 1, line: 'resume', said: '' }),
    ]
    const second = brokenOff([...again, event(700, { type: 'reply-heard', id: 1, text: 'Sorry, ' })])
    expect(dialogue(second)).toBe(' > Hello. |  > Sorry,-')
    expect(second.owed).toBe('what does it cost')
    expect(brokenOff([...again, event(700, { type: 'reply-finished', id: 1, text: 'Sorry.' })]).owed).toBe('what does it cost')
  })
})

describe('a call that goes on', () => {
  const woke = (ms: number): Event => ({ type: 'woke', at: ms })
  const go = (
    resumption: Resumption,
    ...events: readonly Event[]
  ): { readonly did: readonly string[]; readonly turns: Turns } => {
    let turns = newCall(rules, resumption)
    const did: string[] = []
    for (const happening of [{ type: 'call-answered', at: 0 } as const, ...events]) {
      const [next, commands] = step(turns, happening)
      turns = next
      did.push(
        ...commands.map(({ type, ...more }) => `${type} ${'line' in more ? more.line : 'said' in more ? more.said : ''}`.trim()),
      )
    }
    return { did, turns }
  }

  it('says the resume line first, then answers what is owed, in one history with what was before', () => {
    const heard = (id: number, text: string, ms: number): Event => ({ type: 'reply-finished', at: ms, id, text })
    const { did, turns } = go(brokenOff(asked), woke(20), heard(1, 'Sorry.', 900), heard(2, 'Fifty.', 2000))
    expect(did).toEqual(['say resume', 'prepare what does it cost', 'release'])
    expect(dialogue(turns)).toBe(' > Hello. |  > Sorry. | what does it cost > Fifty.')
  })

  it('says the resume line and listens, if nothing is owed', () => {
    expect(go(brokenOff(answered), woke(20), { type: 'reply-finished', at: 900, id: 1, text: 'Sorry.' }, woke(920)).did).toEqual([
      'say resume',
    ])
  })

  it('answers what is owed together with what the caller says into the resume line', () => {
    const word = { text: 'hello', startMs: 1000, endMs: 1400, final: true, confidence: null, turn: 0, place: 0 }
    const owed = { text: 'what does it cost', startMs: 0, endMs: 0, final: true, confidence: null, turn: -1, place: 0 }
    const { did } = go(
      brokenOff(asked),
      { type: 'reply-ready', at: 0, id: 1 },
      { type: 'caller-spoke', at: 1060, fromMs: 1000 },
      { type: 'reply-held', at: 1060, id: 1, text: 'Sorry, ', ahead: 'we were cut off.', whole: true },
      { type: 'caller-paused', at: 1460, sinceMs: 1400 },
      { type: 'words', at: 1600, words: [owed, word], settled: { toMs: 1400, basis: 'final' } },
      woke(1900),
    )
    expect(did).toEqual(['say resume', 'hold', 'drop', 'prepare what does it cost hello', 'release'])
  })

  it('comes back from a person who could not be reached with another opening', () => {
    expect(go({ ...brokenOff(answered), opening: 'nobody-free' }).did).toEqual(['say nobody-free'])
  })

  it('is held to the same journal when it is followed from there', () => {
    fc.assert(
      fc.property(kind, fc.string({ minLength: 0, maxLength: 3 }), (scene, owed) => {
        const resumption = { ...brokenOff(answered), owed: owed.trim() }
        // Its words come from a recogniser that knows nothing of the break, so what is owed is told by the state alone.
        follow(
          play(scene).events.filter(({ type }) => type !== 'words'),
          (turns, leg) => expect(leg.history).toEqual(turns.history),
          resumption,
        )
      }),
      { numRuns: numRuns / 4 },
    )
  })
})
