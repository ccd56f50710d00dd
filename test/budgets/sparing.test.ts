import { describe, expect, it } from 'vitest'
import { sparing } from '../../src/budgets/sparing.ts'
import { entriesOf, headingOf } from '../store/played-call.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** A call whose services are short, or not, at each of the times they are asked. */
async function watch(...short: readonly boolean[]): Promise<{ told: readonly boolean[]; asked: number; waiting: number }> {
  const clock = new VirtualClock()
  const told: boolean[] = []
  let asked = 0
  const thrift = sparing({ mustSpare: () => short[asked++] ?? false, clock, tell: spares => void told.push(spares) })
  for (const entry of entriesOf(headingOf(1))) {
    thrift.take(entry)
    await clock.advance(0)
  }
  thrift.end()
  return { told, asked, waiting: clock.waiting }
}

describe('a call', () => {
  it('is told to spare drafts where its turns find the services short, and when they are not any more', async () => {
    const { told, asked, waiting } = await watch(false, true)
    // At its beginning, and at each of its two answers.
    expect(asked).toBe(3)
    expect(told).toEqual([true, false])
    expect(waiting).toBe(0)
  })

  it('is told nothing as long as nothing changes', async () => {
    expect((await watch()).told).toEqual([])
    expect((await watch(true, true, true)).told).toEqual([true])
  })
})
