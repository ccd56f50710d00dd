import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createWorkQueue, type Urgency } from '../../../src/providers/local/work-queue.ts'

/** Work that writes down when it begins and ends when the test says so. */
function worksite(slots: number) {
  const queue = createWorkQueue(slots)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  return {
    begun,
    add: (urgency: Urgency, name: string) =>
      queue.add(urgency, () => {
        begun.push(name)
        return new Promise<void>(resolve => ends.set(name, resolve))
      }),
    async end(name: string) {
      ends.get(name)!()
      await setImmediate()
    },
  }
}

describe('An engine shared by calls', () => {
  test('serves as many at once as it has slots, then in the order they came', async () => {
    const site = worksite(2)
    for (const name of ['a', 'b', 'c', 'd']) site.add('urgent', name)
    expect(site.begun).toEqual(['a', 'b'])
    await site.end('b')
    expect(site.begun).toEqual(['a', 'b', 'c'])
    await site.end('a')
    expect(site.begun).toEqual(['a', 'b', 'c', 'd'])
  })

  test('does idle work only while nobody urgent is served, and keeps a slot free', async () => {
    const site = worksite(2)
    site.add('idle', 'guess')
    site.add('idle', 'second guess')
    expect(site.begun).toEqual(['guess'])
    site.add('urgent', 'pause')
    expect(site.begun).toEqual(['guess', 'pause'])
    await site.end('guess')
    expect(site.begun).toEqual(['guess', 'pause'])
    await site.end('pause')
    expect(site.begun).toEqual(['guess', 'pause', 'second guess'])
  })

  test('forgets work that is withdrawn, unless it has begun', async () => {
    const site = worksite(1)
    const withdrawFirst = site.add('urgent', 'first')
    const withdrawSecond = site.add('urgent', 'second')
    site.add('urgent', 'third')
    expect(withdrawSecond?.()).toBe(true)
    expect(withdrawFirst?.()).toBe(false)
    await site.end('first')
    expect(site.begun).toEqual(['first', 'third'])
  })

  test('refuses work when 128 are waiting', () => {
    const site = worksite(1)
    const accepted = Array.from({ length: 130 }, (_, index) => site.add('urgent', String(index)) !== null)
    expect(accepted.filter(Boolean).length).toBe(129)
    expect(accepted.at(-1)).toBe(false)
  })
})
