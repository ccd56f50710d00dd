import { describe, expect, it } from 'vitest'
import { WAITING_MAX, WriteQueue } from '../../src/store/write-queue.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const passing = new Error('locked')

function open() {
  const clock = new VirtualClock()
  const notes: string[] = []
  const queue = new WriteQueue({ clock, mayPass: error => error === passing, note: text => void notes.push(text) })
  const written: number[] = []
  const lost: number[] = []
  const add = (n: number, write: () => Promise<void> = async () => {}): void =>
    queue.add(
      async () => {
        await write()
        written.push(n)
      },
      () => void lost.push(n),
    )
  return { clock, notes, queue, written, lost, add }
}

/** Fails so many times. */
const failing = (times: number, error: Error) => async () => {
  if (times-- > 0) throw error
}

describe('the queue of writes', () => {
  it('writes in order, one after another', async () => {
    const { queue, written, add } = open()
    let under = 0
    const slow = async () => {
      expect(++under).toBe(1)
      await new Promise(setImmediate)
      under--
    }
    for (const n of [1, 2, 3]) add(n, slow)
    expect(written).toEqual([])
    await queue.idle()
    expect(written).toEqual([1, 2, 3])
  })

  it('tries again, ever more slowly, what may succeed later, and tells that once and its end once', async () => {
    const { clock, notes, written, add } = open()
    add(1, failing(3, passing))
    add(2)
    await clock.advance(3499)
    expect(written).toEqual([])
    expect(notes).toEqual(['calls cannot be stored at the moment; they go on, and are stored later'])
    await clock.advance(1)
    expect(written).toEqual([1, 2])
    expect(notes[1]).toBe('calls are stored again')
    expect(notes).toHaveLength(2)
    expect(clock.waiting).toBe(0)
  })

  it('gives up what can never succeed, counts it, and goes on', async () => {
    const { queue, notes, written, lost, add } = open()
    for (const n of [1, 2, 3]) add(n, failing(99, new Error('no such column')))
    add(4)
    await queue.idle()
    expect(written).toEqual([4])
    expect(lost).toEqual([1, 2, 3])
    expect(queue.state).toEqual({ waiting: 0, lost: 3 })
    expect(notes).toEqual(['part of a call cannot be stored; its folder has it'])
  })

  it('takes no more than it may hold', async () => {
    const { queue, lost, add } = open()
    add(0, failing(1, passing))
    for (let n = 1; n <= WAITING_MAX; n++) add(n)
    expect(queue.state.waiting).toBe(WAITING_MAX)
    expect(lost).toEqual([WAITING_MAX])
  })

  it('writes what waits before it closes, but no longer than it may', async () => {
    const { clock, queue, written, lost, add } = open()
    add(1)
    add(2, failing(99, passing))
    add(3)
    const closed = queue.close(5000)
    await clock.advance(4999)
    expect(lost).toEqual([])
    await clock.advance(1)
    await closed
    expect(written).toEqual([1])
    expect(lost).toEqual([2, 3])
    expect(clock.waiting).toBe(0)
    add(4)
    expect(lost).toEqual([2, 3, 4])
  })
})
