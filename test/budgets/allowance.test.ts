import { describe, expect, it } from 'vitest'
import { learn, mustSpare, newAllowance, whyNotServed, type Allowance } from '../../src/budgets/allowance.ts'
import type { AllowanceNews } from '../../src/ports.ts'

/** What is known after this news, told at these times. */
const after = (allowance: Allowance, ...news: readonly (readonly [atMs: number, news: AllowanceNews])[]): Allowance =>
  news.reduce((known, [atMs, each]) => learn(known, each, atMs), allowance)

const asked = { type: 'session-asked' } as const
const refused = (what: 'sessions' | 'at-once' | 'rate' | 'quota', retryMs: number | null = null) =>
  ({ type: 'refused', what, retryMs }) as const
const served = { type: 'served' } as const
const requests = (limit: number, remaining: number, resetMs: number) =>
  ({ type: 'remaining', requests: { limit, remaining, resetMs }, tokens: null }) as const
const tokens = (limit: number, remaining: number, resetMs: number) =>
  ({ type: 'remaining', requests: null, tokens: { limit, remaining, resetMs } }) as const

/** How many calls at once it lasts for at that moment. */
function callsServed(allowance: Allowance, now: number): number {
  let calls = 0
  while (calls < 1_000 && whyNotServed(allowance, calls + 1, now) === null) calls++
  return calls
}

describe('a service of which nothing is known', () => {
  it('is taken to serve everybody', () => {
    expect(callsServed(newAllowance(), 0)).toBe(1_000)
    expect(mustSpare(newAllowance(), 1_000, 0)).toBe(false)
  })
})

describe('sessions a minute', () => {
  const opened = (perMinute: number, ...atMs: readonly number[]): Allowance =>
    after(newAllowance(perMinute), ...atMs.map(at => [at, asked] as const))

  it('last for all but one in five, which is left to calls that lose theirs', () => {
    expect(whyNotServed(opened(5, 0, 1, 2), 4, 10)).toBeNull()
    expect(whyNotServed(opened(5, 0, 1, 2, 3), 5, 10)).toContain('4 of 5 new sessions')
    const hundred = Array.from({ length: 80 }, (_, n) => n)
    expect(whyNotServed(opened(100, ...hundred.slice(1)), 80, 100)).toBeNull()
    expect(whyNotServed(opened(100, ...hundred), 81, 100)).toContain('80 of 100')
  })

  it('are there again a minute after each was asked for, to the millisecond', () => {
    const full = opened(5, 0, 1_000, 2_000, 3_000)
    expect(whyNotServed(full, 5, 59_999)).not.toBeNull()
    expect(whyNotServed(full, 5, 60_000)).toBeNull()
  })

  it('are one at least', () => {
    expect(whyNotServed(opened(1), 1, 0)).toBeNull()
    expect(whyNotServed(opened(1, 0), 2, 1)).not.toBeNull()
  })

  it('that are refused let nobody in for a minute, or until one is to be had', () => {
    const shut = after(opened(100, 0, 1), [10, refused('sessions')])
    expect(whyNotServed(shut, 3, 60_009)).toContain('no more sessions')
    expect(whyNotServed(shut, 3, 60_010)).toBeNull()
    // The refusal taught that there is one only, and its minute is not over.
    expect(whyNotServed(after(shut, [20_000, served]), 3, 20_000)).toContain('2 of 1 new sessions')
  })

  it('are believed to be as few as a refusal showed, for ten minutes', () => {
    const six = opened(100, 0, 1, 2, 3, 4, 5)
    const taught = after(six, [6, refused('sessions')])
    const minutes = (count: number) => 60_000 * count + 6
    const refilled = (atMs: number) => after(taught, ...[0, 1, 2, 3].map(n => [atMs + n, asked] as const))
    expect(whyNotServed(refilled(minutes(8)), 4, minutes(8) + 4)).toContain('4 of 5 new sessions')
    expect(whyNotServed(refilled(minutes(10)), 4, minutes(10) + 4)).toBeNull()
  })
})

describe('requests and tokens', () => {
  it('last for as many calls as can have a reply every ten seconds, with a fifth to spare', () => {
    // 500 a minute: 400 of them for new calls, six each.
    expect(callsServed(after(newAllowance(), [0, requests(500, 499, 120)]), 0)).toBe(66)
  })

  it('come back steadily: what is left and what comes in a minute counts', () => {
    const used = after(newAllowance(), [0, requests(60, 0, 60_000)])
    expect(callsServed(used, 0)).toBe(8)
    // 200 a day, of which 20 are left: hardly any comes back in a minute.
    const aDay = after(newAllowance(), [0, requests(200, 20, 77_760_000)])
    expect(callsServed(aDay, 0)).toBe(2)
  })

  it('are whole again once they were said to be', () => {
    const out = after(newAllowance(), [0, requests(200, 0, 120_000)])
    expect(callsServed(out, 0)).toBe(13)
    expect(callsServed(out, 120_000)).toBe(26)
  })

  it('let a single call in as long as there is one reply', () => {
    const few = after(newAllowance(), [0, tokens(10_000, 10_000, 0)])
    expect(callsServed(few, 0)).toBe(1)
    expect(whyNotServed(after(newAllowance(), [0, requests(3, 0, 86_400_000)]), 1, 0)).toContain('0 requests')
  })

  it('are counted by what replies really took', () => {
    const plenty = tokens(120_000, 120_000, 0)
    expect(callsServed(after(newAllowance(), [0, plenty]), 0)).toBe(10)
    const dear = Array.from({ length: 50 }, () => [0, { type: 'spent', tokens: 3_000 }] as const)
    expect(callsServed(after(newAllowance(), ...dear, [0, plenty]), 0)).toBe(5)
  })

  it('are spared by making fewer drafts before a call is refused', () => {
    const known = after(newAllowance(), [0, requests(120, 119, 500)])
    for (let calls = 1; calls <= 40; calls++) {
      if (whyNotServed(known, calls + 1, 0) !== null) expect(mustSpare(known, calls + 1, 0)).toBe(true)
    }
    expect(mustSpare(known, 10, 0)).toBe(false)
    expect(mustSpare(known, 11, 0)).toBe(true)
    expect(whyNotServed(known, 11, 0)).toBeNull()
  })

  it('that are refused let nobody in until the service wants to be asked again, a minute if it does not say', () => {
    expect(whyNotServed(after(newAllowance(), [0, refused('rate', 700)]), 1, 699)).toContain('no more requests')
    expect(whyNotServed(after(newAllowance(), [0, refused('rate', 700)]), 1, 700)).toBeNull()
    expect(whyNotServed(after(newAllowance(), [0, refused('rate')]), 1, 59_999)).not.toBeNull()
    expect(whyNotServed(after(newAllowance(), [0, refused('rate')], [50, served]), 1, 50)).toBeNull()
  })
})

describe('requests at once', () => {
  const atOnce = (current: number | null, maximum: number) => ({ type: 'at-once', current, maximum }) as const

  it('are shared by four calls each, with one in five to spare', () => {
    expect(callsServed(after(newAllowance(), [0, atOnce(1, 10)]), 0)).toBe(32)
    expect(callsServed(after(newAllowance(), [0, atOnce(null, 4)]), 0)).toBe(16)
  })

  it('that are all taken let nobody in for five seconds, or until one is free', () => {
    const full = after(newAllowance(), [0, atOnce(10, 10)])
    expect(whyNotServed(full, 1, 4_999)).toContain('all 10 requests at once')
    expect(whyNotServed(full, 1, 5_000)).toBeNull()
    expect(whyNotServed(after(full, [100, atOnce(9, 10)]), 1, 100)).toBeNull()
    expect(whyNotServed(after(full, [100, atOnce(null, 10)]), 1, 100)).not.toBeNull()
    expect(whyNotServed(after(newAllowance(), [0, refused('at-once')]), 1, 4_999)).toBe('all requests at once are taken')
  })
})

describe('characters', () => {
  it('have to be enough for a few minutes of every call', () => {
    const some = after(newAllowance(), [0, { type: 'characters-left', characters: 10_000 }])
    expect(callsServed(some, 0)).toBe(3)
    expect(callsServed(after(some, [0, { type: 'spoken', characters: 1_001 }]), 0)).toBe(2)
    expect(callsServed(after(some, [0, { type: 'spoken', characters: 99_999 }]), 0)).toBe(0)
    expect(callsServed(after(some, [0, { type: 'characters-left', characters: null }]), 0)).toBe(1_000)
  })

  it('that are used up, or no money, let nobody in for a minute, or until somebody is served', () => {
    const broke = after(newAllowance(), [0, refused('quota')])
    expect(whyNotServed(broke, 1, 59_999)).toContain('no money')
    expect(whyNotServed(broke, 1, 60_000)).toBeNull()
    expect(whyNotServed(after(broke, [1, served]), 1, 1)).toBeNull()
  })
})
