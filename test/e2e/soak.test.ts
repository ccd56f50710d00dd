import { describe, expect, it } from 'vitest'
import { soak } from '../../scripts/soak/soak.ts'

/** `npm run soak` in short: fewer calls, for a moment. */
describe('many calls at once, with failing services and callers who hang up', () => {
  it('lose no turn, hear no other call, and leave nothing behind', { timeout: 240_000 }, async () => {
    const report = await soak({ calls: 8, forMs: 3_000, linesMax: 3, seed: 7, progress: () => {} })
    expect(report.problems).toEqual([])
    expect(report.calls).toBeGreaterThanOrEqual(16)
    expect(report.marked).toBeGreaterThan(report.calls / 2)
    expect(report.turns).toBeGreaterThan(20)
    expect(report.faults).toBeGreaterThan(0)
  })
})
