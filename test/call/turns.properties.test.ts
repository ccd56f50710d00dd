import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newCall } from '../../src/call/facts.ts'
import type { Command } from '../../src/call/rules.ts'
import { step } from '../../src/call/turns.ts'
import { flaky, hostile, kind, model, parted, scene, someone, sound } from './scenes.ts'
import { play, replyWord, rulesOf, type Act, type Model, type Run, type Scene, type Utterance } from './world.ts'

/*
 * What must hold on every call, whatever the caller, the recogniser, the model and the line do. The numbers are written out:
 * a test that took them from the code would not notice a change. Properties are checked themselves by `npm run mutate`.
 */

const numRuns = Number(process.env['RUNS'] ?? 1500)
const check = <T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void): void =>
  fc.assert(fc.property(arbitrary, predicate), { numRuns })

const given = <T extends Command['type']>(run: Run, type: T) =>
  run.given.flatMap(({ at, command }) =>
    command.type === type ? [{ at, command: command as Extract<Command, { type: T }> }] : [],
  )
const answersOf = (run: Run) => run.turns.history.filter(exchange => exchange.caller !== '').map(exchange => exchange.caller)
const startOf = (run: Run): RegExp => new RegExp(`^${answersOf(run).join(' ')}`)
/** Up to which moment the call's history can be complete: what was said after it had no time to be answered. */
const calm = (s: Scene): Scene => ({ ...s, hangUpMs: 600_000 })

describe('turn-taking, on any call', () => {
  it('never lets a reply out before the caller has been silent for 500 ms', () => {
    check(hostile, s => {
      const run = play(s)
      for (const { at } of given(run, 'release')) {
        const last = run.speech.filter(x => x.startMs < at).at(-1)!
        expect(at - last.endMs).toBeGreaterThanOrEqual(500)
      }
    })
  })

  it('lets it out at exactly 500 ms when the words are known by then, ready or not', () => {
    check(fc.tuple(someone, sound, fc.boolean()), ([u, m, declares]) => {
      const run = play({
        caller: [{ ...u, finalAfterMs: Math.min(u.finalAfterMs, 500) }],
        model: [m],
        declares,
        sureAfterMs: 60,
        hangUpMs: 10_000,
      })
      expect(given(run, 'release').map(r => r.at - run.speech[0]!.endMs)).toEqual([500])
    })
  })

  it('lets it out in the moment the words are settled when that is later', () => {
    check(fc.tuple(someone, sound, fc.integer({ min: 500, max: 1199 })), ([u, m, finalAfterMs]) => {
      const run = play({ caller: [{ ...u, finalAfterMs }], model: [m], declares: true, sureAfterMs: 60, hangUpMs: 10_000 })
      expect(given(run, 'release').map(r => r.at - run.speech[0]!.endMs)).toEqual([finalAfterMs])
    })
  })

  it('answers all the caller has said since the last answer that was heard, as a plain pipeline would', () => {
    check(kind, s => {
      const run = play(calm(s))
      for (const { at, command } of given(run, 'release')) {
        const asked = given(run, 'prepare').find(p => p.command.id === command.id)!.command
        const spoken = run.speech.filter(x => x.startMs < at).flatMap(x => x.words)
        const answered = asked.history.map(exchange => exchange.caller).filter(caller => caller !== '')
        expect([...answered, asked.said].join(' ')).toBe(spoken.join(' '))
      }
    })
  })

  it('tells the model only what the caller had heard when it was asked', () => {
    check(hostile, s => {
      const run = play(s)
      for (const { command } of given(run, 'prepare')) {
        for (const exchange of command.history) expect(run.heard.get(exchange.id)!.startsWith(exchange.bot)).toBe(true)
      }
      for (const exchange of run.turns.history) expect(exchange.bot).toBe(run.heard.get(exchange.id))
    })
  })

  it('loses no word of the caller and answers none twice', () => {
    check(kind, s => {
      const run = play(calm(s))
      expect(answersOf(run).join(' ')).toBe(run.speech.flatMap(x => x.words).join(' '))
    })
  })

  it('loses none and doubles none when the model fails and the recogniser repeats itself', () => {
    check(
      scene(
        someone.map(u => ({ ...u, echoesMs: [0, 700] })),
        flaky,
      ),
      s => {
        const run = play(calm(s))
        const spoken = run.speech.flatMap(x => x.words).join(' ')
        // A call on which nothing works any more ends before the caller does.
        if (given(run, 'say').some(({ command }) => command.line === 'broken')) expect(spoken).toMatch(startOf(run))
        else expect(answersOf(run).join(' ')).toBe(spoken)
      },
    )
  })

  it('has at most one reply audible, and ends every reply it begins', () => {
    check(hostile, s => {
      const run = play(s)
      let open: number | null = null
      for (const { command } of run.given) {
        if (command.type === 'prepare' || command.type === 'say') {
          expect(open === null || run.heard.get(open) !== undefined).toBe(true)
          open = command.id
        }
        if (command.type === 'release' || command.type === 'hold' || command.type === 'resume') expect(command.id).toBe(open)
        if (command.type === 'drop') {
          expect(command.id).toBe(open)
          open = null
        }
      }
      expect(run.turns.reply).toBeNull()
      expect(run.audible.at(-1)!.id).toBeNull()
    })
  })

  it('falls silent in the same instant in which the caller speaks', () => {
    check(hostile, s => {
      const run = play(s)
      const spoke = run.events.flatMap((event, n) => (event.type === 'caller-spoke' ? [{ event, after: run.audible[n]! }] : []))
      for (const { after } of spoke) expect(after.id === null || after.held).toBe(true)
    })
  })

  it('decides every hold: a noise lets the reply go on, words end it', () => {
    check(hostile, s => {
      const run = play({ ...s, hangUpMs: 120_000 })
      const lastSound = run.speech.at(-1)!.endMs
      for (const [n, { held }] of run.audible.entries()) {
        const next = run.audible[n + 1]
        if (held && next && !next.held) expect(next.at).toBeLessThanOrEqual(lastSound + 3000)
      }
    })
    check(
      scene(
        someone.map((u): Utterance => ({ ...u, words: [] })),
        sound,
      ),
      s => {
        const run = play({ ...s, hangUpMs: 30_000 })
        expect(given(run, 'drop').filter(({ command }) => command.why !== 'call-ended')).toEqual([])
        expect(given(run, 'resume').length).toBeGreaterThanOrEqual(given(run, 'hold').length - 1)
      },
    )
  })

  it('never answers noise', () => {
    check(
      scene(
        someone.map((u): Utterance => ({ ...u, words: [] })),
        sound,
      ),
      s => {
        expect(given(play(s), 'prepare')).toEqual([])
      },
    )
  })

  it('speculates at most four times a turn, and asks at most twice for the same words', () => {
    check(hostile, s => {
      const run = play(s)
      let early = 0
      for (const { at, command } of run.given) {
        if (command.type === 'release' || command.type === 'say') early = 0
        const last = run.speech.filter(x => x.startMs <= at).at(-1)
        if (command.type === 'prepare' && last && at < last.endMs + 500) expect(++early).toBeLessThanOrEqual(4)
      }
    })
    check(fc.tuple(someone, model(fc.constant<Model['fails']>('silent'))), ([u, m]) => {
      const run = play({ caller: [u], model: [m], declares: true, sureAfterMs: 60, hangUpMs: 20_000 })
      expect(given(run, 'prepare').length).toBeLessThanOrEqual(2)
      expect(given(run, 'say').map(({ command }) => command.line)).toContain('trouble')
    })
  })

  it('answers everybody: whoever says words and waits hears a reply, unless the model fails', () => {
    check(kind, s => {
      const run = play(calm(s))
      const last = run.speech.at(-1)!
      const answer = given(run, 'release').at(-1)!
      expect(answer.at).toBeGreaterThanOrEqual(last.endMs + 500)
      expect(answer.at).toBeLessThanOrEqual(Math.max(last.endMs + 1200, last.finalMs) + 1)
      expect(run.heard.get(answer.command.id)).toContain(replyWord(answer.command.id, 0))
    })
  })

  it('ends a call on which nobody speaks any more: two prompts, a goodbye, and it hangs up', () => {
    check(kind, s => {
      const run = play(calm(s))
      expect(
        given(run, 'say')
          .slice(-3)
          .map(({ command }) => command.line),
      ).toEqual(['still-there', 'anyone-there', 'goodbye'])
      expect(run.given.at(-1)!.command.type).toBe('hang-up')
    })
  })

  it('decides the same again from the same events', () => {
    check(hostile, s => {
      const run = play(s)
      let turns = newCall(rulesOf(s))
      const again: Command[] = []
      for (const event of run.events) {
        const [next, commands] = step(turns, event)
        turns = next
        again.push(...commands)
      }
      expect(again).toEqual(run.given.map(({ command }) => command))
      expect(turns).toEqual(run.turns)
    })
  })

  describe('on which others act', () => {
    const at = fc.integer({ min: 0, max: 25_000 })
    const act: fc.Arbitrary<Act> = fc.oneof(
      fc.record({ at, type: fc.constant('key-pressed' as const), key: fc.constantFrom('1', '5', '0', '#', '*') }),
      fc.record({ at, type: fc.constant('say-wanted' as const), text: fc.constantFrom('One moment.', 'Go on.') }),
      fc.record({ at, type: fc.constant('transfer-wanted' as const), brief: fc.constant('Wants a demo.') }),
      fc.record({ at, type: fc.constant('leave-wanted' as const), why: fc.constantFrom('shutdown', 'limit', 'operator') }),
    )
    const acted = (acts: fc.Arbitrary<Act>, of = hostile): fc.Arbitrary<Scene> =>
      fc.tuple(of, fc.array(acts, { minLength: 1, maxLength: 6 })).map(([s, acts]) => ({ ...calm(s), acts }))
    const ofType = <T extends Act['type']>(s: Scene, type: T) =>
      (s.acts ?? []).filter((a): a is Extract<Act, { type: T }> => a.type === type).toSorted((a, b) => a.at - b.at)

    it('lets nothing out before 500 ms without voice and keys, neither an answer nor what was not asked for', () => {
      check(acted(act), s => {
        const run = play(s)
        const keys = ofType(s, 'key-pressed')
        for (const { at, command } of run.given) {
          const unasked = command.type === 'say' && ['time-up', 'transfer'].includes(command.line)
          if (command.type !== 'release' && command.type !== 'speak' && !unasked) continue
          const last = run.speech.filter(x => x.startMs < at).at(-1)
          const key = keys.filter(k => k.at < at).at(-1)
          expect(at - Math.max(last?.endMs ?? -500, key?.at ?? -500)).toBeGreaterThanOrEqual(500)
        }
      })
    })

    it('has one reply audible at most, remembers what was heard, and decides the same again', () => {
      check(acted(act), s => {
        const run = play(s)
        let open: number | null = null
        for (const { command } of run.given) {
          if (command.type === 'prepare' || command.type === 'say' || command.type === 'speak') {
            expect(open === null || run.heard.get(open) !== undefined).toBe(true)
            open = command.id
          }
          if (command.type === 'drop') expect(command.id).toBe(open)
          if (command.type === 'drop') open = null
        }
        for (const exchange of run.turns.history) expect(exchange.bot).toBe(run.heard.get(exchange.id))
        let turns = newCall(rulesOf(s))
        for (const event of run.events) turns = step(turns, event)[0]
        expect(turns).toEqual(run.turns)
      })
    })

    it('says what the operator wants, all of it in order and each once, whoever waits to hear it', () => {
      const say = act.filter(({ type }) => type === 'say-wanted')
      check(acted(say, kind), s => {
        const run = play(s)
        const wanted = ofType(s, 'say-wanted').map(({ text }) => text)
        const withdrawn = new Set(
          given(run, 'drop')
            .filter(({ command }) => command.why === 'withdrawn')
            .map(d => d.command.id),
        )
        expect(
          given(run, 'speak')
            .filter(({ command }) => !withdrawn.has(command.id))
            .map(({ command }) => command.text),
        ).toEqual(wanted)
      })
    })

    it('answers every key once, and loses no word beside them', () => {
      const key = act.filter(({ type }) => type === 'key-pressed')
      check(acted(key, kind), s => {
        const run = play(s)
        const answered = answersOf(run).join(' ')
        const keyed = [...answered.matchAll(/\[keypad: ([^\]]+)\]/g)].map(([, keys]) => keys).join('')
        const isEnd = (text: string): string => text.replaceAll('#', '')
        expect(isEnd(keyed)).toBe(
          isEnd(
            ofType(s, 'key-pressed')
              .map(({ key }) => key)
              .join(''),
          ),
        )
        expect(answered.replace(/ ?\[keypad: [^\]]+\]/g, '').trim()).toBe(run.speech.flatMap(x => x.words).join(' '))
      })
    })

    it('ends every call that is to end within half a minute, and once', () => {
      const parting = act.filter(({ type }) => type === 'leave-wanted' || type === 'transfer-wanted')
      check(acted(fc.oneof(act, parting)), s => {
        const first = [...ofType(s, 'leave-wanted'), ...ofType(s, 'transfer-wanted')].map(({ at }) => at)
        const run = play(s)
        const ends = given(run, 'hang-up')
        expect(ends).toHaveLength(1)
        const transfers = ofType(s, 'transfer-wanted')
        if (first.length === 0) return
        const latest = transfers.length > 0 ? transfers.at(-1)!.at : Math.min(...first)
        expect(ends[0]!.at).toBeLessThanOrEqual(latest + 30_001)
        if (transfers.some(({ at }) => at === ends[0]!.at)) return
        const promised = transfers.some(({ at }) => at < ends[0]!.at)
        expect(given(run, 'hand-over')).toHaveLength(promised ? 1 : 0)
        if (promised) expect(run.given.map(({ command }) => command.type).slice(-2)).toContain('hand-over')
      })
    })

    it('hangs up in the moment in which the operator wants it', () => {
      check(fc.tuple(hostile, at), ([s, at]) => {
        const run = play({ ...calm(s), acts: [{ type: 'hang-up-wanted', at }] })
        expect(given(run, 'hang-up').map(end => end.at)).toEqual([Math.min(at, given(run, 'hang-up')[0]!.at)])
      })
    })
  })

  describe('at whose end the caller is asked how it was', () => {
    const at = fc.integer({ min: 0, max: 40_000 })
    const key: fc.Arbitrary<Act> = fc.record({
      at,
      type: fc.constant('key-pressed' as const),
      key: fc.constantFrom('1', '3', '5', '6', '0', '#'),
    })
    const other: fc.Arbitrary<Act> = fc.oneof(
      fc.record({ at, type: fc.constant('leave-wanted' as const), why: fc.constant('operator' as const) }),
      fc.record({ at, type: fc.constant('transfer-wanted' as const), brief: fc.constant('Wants a demo.') }),
      fc.record({ at, type: fc.constant('say-wanted' as const), text: fc.constant('One moment.') }),
    )
    const asked = (acts: fc.Arbitrary<Act>): fc.Arbitrary<Scene> =>
      fc.tuple(parted, fc.array(acts, { maxLength: 8 })).map(([s, acts]) => ({ ...calm(s), acts }))
    const questionOf = (run: Run) => given(run, 'say').filter(({ command }) => command.line === 'rating')
    const endOf = (run: Run): number => given(run, 'hang-up')[0]!.at

    it('asks once, after a goodbye that was heard, and begins nothing after it', () => {
      check(asked(fc.oneof(key, other)), s => {
        const run = play(s)
        const [question, ...more] = questionOf(run)
        expect(more).toEqual([])
        expect(given(run, 'hang-up')).toHaveLength(1)
        if (!question) return
        const goodbyes = run.events.filter(event => event.type === 'reply-farewell').map(({ id }) => id)
        const heard = run.events.filter(event => event.type === 'reply-finished' && event.at === question.at)
        expect(heard.some(event => 'id' in event && goodbyes.includes(event.id))).toBe(true)
        const later = run.given.slice(run.given.findIndex(({ command }) => command === question.command) + 1)
        expect(later.filter(({ command }) => ['prepare', 'say', 'speak', 'release'].includes(command.type))).toEqual([])
      })
    })

    it('takes the first key from 1 to 5 after the goodbye, and no other, and hangs up in that moment', () => {
      check(asked(key), s => {
        const run = play(s)
        const [question] = questionOf(run)
        const asking = question
          ? run.events.findIndex(event => event.type === 'reply-finished' && event.at === question.at)
          : Infinity
        const rating = run.events.find((event, n) => n > asking && event.type === 'key-pressed' && /[1-5]/.test(event.key))
        const isInTime = rating !== undefined && rating.at <= endOf(run)
        const rated = given(run, 'rated').map(({ at, command }) => [at, command.rating])
        expect(rated).toEqual(isInTime && rating.type === 'key-pressed' ? [[rating.at, Number(rating.key)]] : [])
        if (isInTime) expect(endOf(run)).toBe(rating.at)
      })
    })

    it('hangs up 5 s after the question was heard, whatever is said, and 20 s after it began in any case', () => {
      check(asked(key.filter(act => act.type === 'key-pressed' && !/[1-5]/.test(act.key))), s => {
        const run = play(s)
        const [question] = questionOf(run)
        if (!question) return
        const heard = run.events.find(event => event.type === 'reply-finished' && event.id === question.command.id)
        expect(endOf(run)).toBe(heard ? heard.at + 5_000 : question.at + 20_000)
      })
    })
  })

  it('ends a call on a noisy line like any other: sounds of which no words come keep it alive for two minutes at most', () => {
    const noise = someone.map((u): Utterance => ({ ...u, words: [] }))
    check(fc.tuple(fc.array(noise, { minLength: 150, maxLength: 200 }), fc.constantFrom(0, 60, 100)), ([caller, sureAfterMs]) => {
      const model: Model = { firstAudioMs: 0, words: 1, wordMs: 0, fails: 'never' }
      const run = play({ caller, model: [model], declares: true, sureAfterMs, hangUpMs: 900_000 })
      expect(given(run, 'hang-up')[0]!.at).toBeLessThanOrEqual(120_000)
    })
  })

  it('says goodbye when nothing works: after two apologies that were heard, or one that could not be spoken', () => {
    const broken: Model = { firstAudioMs: 0, words: 1, wordMs: 0, fails: 'silent' }
    check(fc.tuple(fc.array(someone, { minLength: 4, maxLength: 8 }), fc.boolean()), ([caller, muted]) => {
      const spaced = caller.map(u => ({ ...u, gapMs: u.gapMs + 4000 }))
      const run = play({ caller: spaced, model: [broken], muted, declares: true, sureAfterMs: 60, hangUpMs: 600_000 })
      const lines = given(run, 'say').map(({ command }) => command.line)
      expect(lines.at(-1)).toBe('broken')
      expect(lines.filter(line => line === 'trouble').length).toBeLessThanOrEqual(muted ? 1 : 2)
      expect(run.given.at(-1)!.command.type).toBe('hang-up')
    })
  })
})
