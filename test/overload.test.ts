import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { watchOverload } from '../src/overload.ts'
import { VirtualClock } from './support/virtual-clock.ts'

/** Delays as they are measured, one for each five seconds, the last for ever. */
function open(...delaysMs: number[]) {
  const clock = new VirtualClock()
  const logged: string[] = []
  const log = pino({ level: 'info' }, { write: line => void logged.push(line) })
  const takeLoopDelay = () => (delaysMs.length > 1 ? delaysMs.shift()! : delaysMs[0]!)
  const overload = watchOverload({ clock, log, takeLoopDelay, mostMs: 100 })
  /** Whether it was overloaded after each five seconds. */
  const states = async (count: number): Promise<readonly boolean[]> => {
    const seen: boolean[] = []
    for (let n = 0; n < count; n++) {
      await clock.advance(5_000)
      seen.push(overload.isOverloaded())
    }
    return seen
  }
  return { clock, logged, overload, states }
}

describe('the process', () => {
  it('takes calls at first, and as long as its event loop is at most 100 ms late', async () => {
    const { overload, states } = open(0, 100, 60)
    expect(overload.isOverloaded()).toBe(false)
    expect(await states(3)).toEqual([false, false, false])
  })

  it('takes none when it was later for five seconds, until it is below half of that again', async () => {
    const { states, logged } = open(101, 99, 51, 50, 60, 100, 250)
    expect(await states(7)).toEqual([true, true, true, false, false, false, true])
    expect(logged.map(line => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'too busy: no new calls for now',
      'calls are taken again',
      'too busy: no new calls for now',
    ])
  })

  it('no longer looks once it stops', async () => {
    const { clock, overload, states } = open(0)
    await states(2)
    overload.stop()
    expect(clock.waiting).toBe(0)
  })
})
