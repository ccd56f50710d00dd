/** What the real SDKs let us know of the emulated services' limits, and what becomes of the next caller. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { Budgets } from '../../src/budgets/budgets.ts'
import type { Allow, AllowanceNews } from '../../src/ports.ts'
import { durationMs } from '../../src/providers/openai/rate-headers.ts'
import { collect, given } from '../conformance/speak.ts'
import { startRig } from '../providers/assemblyai/rig.ts'
import { startBench } from '../providers/elevenlabs/bench.ts'
import { openWorld } from '../providers/openai/world.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** Budgets by a clock of which more is known only once the emulator is there. */
function openBudgets(sessionsPerMinute: Readonly<Record<string, number>> = {}) {
  let clock = new VirtualClock()
  const news: AllowanceNews[] = []
  const budgets = new Budgets({ clock: { now: () => clock.now(), after: () => () => {} }, sessionsPerMinute })
  const allow =
    (service: string): Allow =>
    each => {
      news.push(each)
      budgets.of(service)(each)
    }
  const why = (calls: number): readonly string[] => budgets.exhausted(calls).map(({ why }) => why)
  return { budgets, news, allow, why, by: (given: VirtualClock) => void (clock = given) }
}

describe('AssemblyAI', () => {
  it('is asked for no more sessions a minute than it opens, and a call that loses its own gets one of those kept back', async () => {
    const { allow, why, by } = openBudgets({ AssemblyAI: 5 })
    const rig = await startRig({
      words: [],
      sessionsPerMinute: 5,
      faults: [[{ type: 'drop', atMs: 100 }]],
      allow: allow('AssemblyAI'),
    })
    onTestFinished(() => rig.close())
    by(rig.clock)
    const calls = new AbortController()
    const call = () => rig.transcribe(() => {}, calls.signal)

    const first = call()
    await rig.pass(2_000)
    call()
    call()
    expect(why(3)).toEqual([])
    call()
    await rig.pass(2_000)
    expect(why(4)[0]).toContain('4 of 5 new sessions')

    // The first call's session is cut, and it opens another at once: the fifth of the minute.
    for (let frame = 0; frame < 10; frame++) {
      first.hear(new Uint8Array(160).fill(0xff))
      await rig.pass(20)
    }
    await rig.pass(2_000)
    expect(rig.notes.filter(({ type }) => type === 'begun')).toHaveLength(5)
    expect(rig.notes.filter(({ type }) => type === 'lost')).toHaveLength(1)

    await rig.pass(60_000)
    expect(why(4)).toEqual([])
    calls.abort()
    await rig.pass(6_000)
  })

  it('that opens fewer than was believed is believed', async () => {
    const { allow, news, why, by } = openBudgets({ AssemblyAI: 100 })
    const rig = await startRig({ words: [], sessionsPerMinute: 2, allow: allow('AssemblyAI') })
    onTestFinished(() => rig.close())
    by(rig.clock)
    const calls = new AbortController()
    for (let n = 0; n < 3; n++) {
      rig.transcribe(() => {}, calls.signal)
      await rig.pass(1_500)
    }
    expect(news).toContainEqual({ type: 'refused', what: 'sessions', retryMs: null })
    expect(why(3)).toEqual(['it opens no more sessions for now'])
    calls.abort()
    await rig.pass(6_000)
  })
})

describe('OpenAI', () => {
  const rates = (requestsPerMinute: number, tokensPerMinute = 1_000_000) => ({ requestsPerMinute, tokensPerMinute })

  it('says with each reply what is left, and for how many calls that lasts is known', async () => {
    const { allow, news, why, by } = openBudgets()
    const world = await openWorld({ rates: rates(60) }, { allow: allow('OpenAI') })
    onTestFinished(() => world.close())
    by(world.clock)
    expect((await world.ask()).failure).toBeNull()

    const told = news.find(each => each.type === 'remaining')
    expect(told).toMatchObject({ requests: { limit: 60, remaining: 59, resetMs: 1_000 }, tokens: { limit: 1_000_000 } })
    expect(news.map(({ type }) => type)).toEqual(['remaining', 'served', 'spent'])
    // 60 a minute, six a call, a fifth to spare: eight calls, and not a ninth.
    expect(why(7)).toEqual([])
    expect(why(8)[0]).toContain('requests in the coming minute')
  })

  it('counts in tokens, too, and by what replies take', async () => {
    const { allow, budgets, why, by } = openBudgets()
    const world = await openWorld({ rates: rates(10_000, 20_000) }, { allow: allow('OpenAI') })
    onTestFinished(() => world.close())
    by(world.clock)
    await world.ask()
    expect(why(0)).toEqual([])
    expect(why(5)[0]).toContain('tokens in the coming minute')
    expect(budgets.mustSpare(2)).toBe(true)
  })

  it('that answers too many requests with 429 lets nobody in until it answers again', async () => {
    const { allow, why, by } = openBudgets()
    const world = await openWorld({ rates: rates(2) }, { allow: allow('OpenAI') })
    onTestFinished(() => world.close())
    by(world.clock)
    await world.ask()
    await world.ask()
    expect((await world.ask()).failure?.message).toContain('Rate limit')
    expect(why(0)).not.toEqual([])
    await world.clock.advance(60_000)
    expect((await world.ask()).failure).toBeNull()
    expect(why(0)).toEqual([])
  })

  it('that has no money left lets nobody in for a minute', async () => {
    const { allow, why, by } = openBudgets()
    const world = await openWorld(
      { faults: [{ type: 'status', status: 429, code: 'insufficient_quota', message: 'You exceeded your current quota.' }] },
      { allow: allow('OpenAI') },
    )
    onTestFinished(() => world.close())
    by(world.clock)
    expect((await world.ask()).failure).not.toBeNull()
    // That models can be looked at does not show that replies can be had.
    await world.provider.check()
    expect(why(0)).toEqual(['the account has no money left'])
    await world.clock.advance(60_000)
    expect(why(0)).toEqual([])
  })

  it.each([
    ['1s', 1_000],
    ['120ms', 120],
    ['6m0s', 360_000],
    ['8.64s', 8_640],
    ['1h2m3s', 3_723_000],
    ['1d0h0m1s', 86_401_000],
    ['0s', 0],
    ['soon', null],
    ['', null],
    ['5', null],
  ])('writes how long it takes as %s', (text, ms) => {
    expect(durationMs(text)).toBe(ms)
  })
})

describe('ElevenLabs', () => {
  const noSockets = { faults: [{ type: 'refuse-socket', status: 503, times: Infinity }] } as const
  const say = (bench: Awaited<ReturnType<typeof startBench>>, text: string): Promise<unknown> => {
    const call = new AbortController()
    return collect(bench.openVoice(call.signal)(given([text]), call.signal)).finally(() => call.abort())
  }

  it('says by the account how many requests may run at once, and how many characters are left', async () => {
    const { allow, why, by } = openBudgets()
    const account = { subscription: { tier: 'starter', character_count: 20_000, character_limit: 30_000 } }
    const bench = await startBench({ account }, { allow: allow('ElevenLabs') })
    onTestFinished(() => bench.close())
    by(bench.clock)
    await bench.settled(bench.check())
    expect(why(2)).toEqual([])
    expect(why(3)).toEqual(['only 10000 characters are left to speak'])
    await bench.settled(say(bench, 'x'.repeat(1_100)))
    expect(why(2)).toEqual(['only 8900 characters are left to speak'])
  })

  it('by HTTP says so with each answer; when all are taken, nobody is let in for five seconds', async () => {
    const { allow, news, why, by } = openBudgets()
    const bench = await startBench({ ...noSockets, account: { maximumConcurrentRequests: 2 } }, { allow: allow('ElevenLabs') })
    onTestFinished(() => bench.close())
    by(bench.clock)
    await bench.settled(say(bench, 'One plan.'))
    expect(news).toContainEqual({ type: 'at-once', current: 1, maximum: 2 })
    expect(why(7)).toEqual([])
    expect(why(8)).toEqual(['2 requests at once are enough for 8 calls'])

    await bench.settled(Promise.all([say(bench, 'One plan for you.'), say(bench, 'Two plans for you.')]))
    expect(why(1)).toEqual(['all 2 requests at once are taken'])
    await bench.pass(5_000)
    expect(why(1)).toEqual([])
  })

  it('that refuses a request too many is asked again, and lets nobody in meanwhile', async () => {
    const { allow, news, by } = openBudgets()
    const bench = await startBench({ ...noSockets, account: { maximumConcurrentRequests: 1 } }, { allow: allow('ElevenLabs') })
    onTestFinished(() => bench.close())
    by(bench.clock)
    await bench.settled(Promise.all([say(bench, 'One.'), say(bench, 'Two.')]))
    expect(news).toContainEqual({ type: 'refused', what: 'at-once', retryMs: null })
  })

  it('that has no money left lets nobody in for a minute', async () => {
    const { allow, why, by } = openBudgets()
    const body = '{"detail":{"status":"quota_exceeded","message":"None left."}}'
    const faults = [...noSockets.faults, { type: 'http', status: 401, body, times: 1 }] as const
    const bench = await startBench({ faults }, { allow: allow('ElevenLabs') })
    onTestFinished(() => bench.close())
    by(bench.clock)
    await expect(bench.settled(say(bench, 'One.'))).rejects.toThrow('quota_exceeded')
    expect(why(0)).toEqual(['the account has no money left'])
    await bench.pass(60_000, 1_000)
    expect(why(0)).toEqual([])
  })
})
