import { describe, expect, it } from 'vitest'
import * as shapes from '../../src/api/shapes.ts'
import { isEarly } from '../../src/call/certificate.ts'
import { onEachDatabase, type TestStore } from '../store/databases.ts'
import { headingOf, recordCall } from '../store/played-call.ts'
import { openApi } from './rig.ts'

const written = async (store: TestStore): Promise<void> => {
  while (store.state().waiting > 0) await new Promise(setImmediate)
}

describe('the overview', () => {
  onEachDatabase(open => {
    it('of no calls says that there are none', async () => {
      const { ask } = await openApi(await open())
      const { status, body } = await ask('/api/overview')
      expect(status).toBe(200)
      const nothing = { count: 0, p50: null, p90: null, p99: null }
      expect(shapes.overview.parse(body)).toMatchObject({
        per: 'day',
        calls: { count: 0, lengthMs: 0, endings: [] },
        gap: { ...nothing, early: 0, ready: 0, distribution: [] },
        times: [],
        drafts: { hit: 0, missed: 0, late: 0 },
        outcomes: [],
        costs: [],
      })
    })

    it('adds up what the certificates of its calls say', async () => {
      const store = await open()
      const days = ['2026-11-19T23:10:00.000Z', '2026-11-20T08:00:00.000Z', '2026-11-20T09:30:00.000Z']
      for (const [n, startedAt] of days.entries()) await recordCall(store, headingOf(n + 1, { startedAt }))
      await written(store)
      const { ask } = await openApi(store)
      const { calls: conversations } = shapes.conversation.parse((await ask(`/api/conversations/${headingOf(1).callSid}`)).body)
      const [{ turns, costs }] = conversations as [(typeof conversations)[number]]
      const answers = turns.filter(({ silentSinceMs }) => silentSinceMs !== null)
      const gaps = answers
        .map(({ silentSinceMs, firstFrameMs }) => Math.round(firstFrameMs! - silentSinceMs!))
        .toSorted((a, b) => a - b)

      const overview = shapes.overview.parse((await ask('/api/overview')).body)
      expect(overview.calls).toMatchObject({ count: 3, lengthMs: 3 * 13_000 })
      expect(overview.calls.endings.map(({ count }) => count)).toEqual([3])
      expect(overview.gap).toMatchObject({
        count: 3 * answers.length,
        p50: gaps[Math.ceil(gaps.length / 2) - 1],
        p99: gaps.at(-1),
      })
      expect(overview.gap.early).toBe(answers.filter(turn => isEarly(turn as never)).length)
      expect(overview.gap.distribution.reduce((sum, { count }) => sum + count, 0)).toBe(overview.gap.count)
      for (const { fromMs } of overview.gap.distribution) expect(fromMs % 20).toBe(0)
      expect(overview.times.map(({ at, calls, gap }) => [at, calls, gap.count])).toEqual([
        ['2026-11-19', 1, answers.length],
        ['2026-11-20', 2, 2 * answers.length],
      ])
      const models = answers.filter(({ line }) => line === null)
      const hits = models.filter(({ draftMs, completeMs }) => draftMs < completeMs!)
      expect(overview.drafts).toEqual({
        hit: 3 * hits.length,
        late: 3 * (models.length - hits.length),
        missed: 3 * turns.reduce((sum, { discarded }) => sum + discarded, 0),
      })
      const [words] = overview.stages
      const settled = models.filter(({ settledMs }) => settledMs !== null)
      expect(words).toMatchObject({ stage: 'words', count: 3 * settled.length })
      expect(overview.outcomes.reduce((sum, { count }) => sum + count, 0)).toBe(3 * turns.length)
      expect(overview.outcomes).toContainEqual({ outcome: 'interrupted', count: 3 })
      const known = costs.reduce((sum, { usd }) => sum + (usd ?? 0), 0)
      expect(overview.costs.reduce((sum, { usd }) => sum + (usd ?? 0), 0)).toBeCloseTo(3 * known, 9)
      expect(overview.costs.find(({ service }) => service === 'model')?.unknown).toBe(
        costs.some(({ service, usd }) => service === 'model' && usd === null),
      )
    })

    it('can be of the last calls only, and by the hour', async () => {
      const store = await open()
      for (const n of [1, 2, 3]) await recordCall(store, headingOf(n, { startedAt: `2026-11-20T1${n}:05:00.000Z` }))
      await written(store)
      const { ask } = await openApi(store)
      const { body } = await ask('/api/overview?since=2026-11-20T12:00:00Z&per=hour')
      expect(shapes.overview.parse(body).times.map(({ at, calls }) => [at, calls])).toEqual([
        ['2026-11-20T12', 1],
        ['2026-11-20T13', 1],
      ])
      expect((await ask('/api/overview?since=yesterday')).status).toBe(400)
      expect((await ask('/api/overview?per=minute')).status).toBe(400)
    })
  })
})
