import { describe, expect, it } from 'vitest'
import { MarkReturns } from '../../../src/console/talk/mark-returns.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

function open() {
  const clock = new VirtualClock()
  const back: string[] = []
  const returns = new MarkReturns(
    (ms, callback) => clock.after(ms, callback),
    name => void back.push(`${clock.now()} ${name}`),
  )
  return { clock, back, returns }
}

describe('a mark', () => {
  it('comes back when the device has played what was before it', async () => {
    const { clock, back, returns } = open()
    returns.reached('one', 30)
    await clock.advance(29)
    expect(back).toEqual([])
    await clock.advance(1)
    expect(back).toEqual(['30 one'])
  })

  it('never comes back before one that was sent earlier', async () => {
    const { clock, back, returns } = open()
    returns.reached('one', 30)
    returns.reached('two', 20)
    await clock.advance(40)
    expect(back).toEqual(['20 one', '20 two'])
  })

  it('comes back at once when the rest is cleared, those on their way to the ear first', async () => {
    const { clock, back, returns } = open()
    returns.reached('on its way', 30)
    await clock.advance(10)
    returns.cleared(['unheard', 'unheard too'])
    expect(back).toEqual(['10 on its way', '10 unheard', '10 unheard too'])
    await clock.advance(100)
    expect(back).toHaveLength(3)
  })

  it('does not come back after the call', async () => {
    const { clock, back, returns } = open()
    returns.reached('one', 30)
    returns.stop()
    await clock.advance(100)
    expect(back).toEqual([])
  })
})
