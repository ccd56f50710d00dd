import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { Calls, type CallsParts, type Ring } from '../src/calls.ts'
import { VirtualClock } from './support/virtual-clock.ts'
import { RecordedCall } from './twilio/telephone.ts'
import { callSid } from './twilio/wire.ts'

const ring = (n: number): Ring => ({ callSid: callSid(n), from: '+15550001111', to: null, leg: 1, conversationId: null })

function open(maxCalls = 10, short: Pick<CallsParts, 'isOverloaded' | 'exhausted'> = {}) {
  const made: RecordedCall[] = []
  const clock = new VirtualClock()
  const create = (ring: Ring) => {
    const call = new RecordedCall(ring)
    made.push(call)
    return call
  }
  const refusals: string[] = []
  const refused = (why: string): void => void refusals.push(why)
  const calls = new Calls({ create, clock, log: pino({ level: 'silent' }), maxCalls, refused, ...short })
  return { calls, clock, made, refusals }
}

/** Lets every promise that can settle do so. */
const settle = (): Promise<void> => new Promise(setImmediate)

describe('a call', () => {
  it('is made as soon as the phone rings, so that it is warm when the stream comes', async () => {
    const { calls, made, clock } = open()

    expect(calls.ring(ring(1))).toBe('accepted')
    expect(made).toHaveLength(1)
    await clock.advance(29_999)
    expect(typeof calls.answer({ ...ring(1), from: null })).toBe('object')

    expect(made).toHaveLength(1)
    expect(made[0]!.ring.from).toBe('+15550001111')
    expect(clock.waiting).toBe(0)
  })

  it.each([
    ['the process is overloaded', { isOverloaded: () => true }],
    ['a service would not last for a new call', { exhausted: () => [{ service: 'OpenAI', why: 'no tokens' }] }],
  ])('goes on with a later leg though %s, and no new one is taken', (_, short) => {
    const { calls, made } = open(10, short)

    expect(typeof calls.answer({ ...ring(1), leg: 2 })).toBe('object')
    expect(calls.ring(ring(2))).toBe('busy')
    expect(made.map(call => [call.ring.callSid, call.ring.leg])).toEqual([[ring(1).callSid, 2]])
  })

  it('is made by a stream that comes without a ring', () => {
    const { calls, made } = open()

    expect(typeof calls.answer(ring(1))).toBe('object')

    expect(made.map(call => call.ring)).toEqual([ring(1)])
  })

  it('is the same one if the phone seems to ring twice', () => {
    const { calls, made } = open(1)

    expect([calls.ring(ring(1)), calls.ring(ring(1))]).toEqual(['accepted', 'accepted'])

    expect(made).toHaveLength(1)
  })

  it('is given up if no stream comes within thirty seconds', async () => {
    const { calls, made, clock } = open()
    calls.ring(ring(1))

    await clock.advance(29_999)
    expect(made[0]!.endedBecause).toBeNull()
    await clock.advance(1)

    expect(made[0]!.endedBecause).toBe('no-stream')
    await settle()
    expect(calls.count).toBe(0)
  })

  it('is handed to one stream only', () => {
    const { calls, made } = open()
    calls.answer(ring(1))

    expect(calls.answer(ring(1))).toBe('already-answered')
    expect(made).toHaveLength(1)
  })

  it('may come again once it has ended', async () => {
    const { calls, made } = open()
    calls.answer(ring(1))
    made[0]!.end('line-cut')
    await settle()

    expect(typeof calls.answer(ring(1))).toBe('object')
    expect(made).toHaveLength(2)
    expect(calls.count).toBe(1)
  })

  it('that ends while it rings leaves no timer behind', async () => {
    const { calls, made, clock } = open()
    calls.ring(ring(1))

    made[0]!.end('broken')
    await settle()

    expect(clock.waiting).toBe(0)
    expect(calls.count).toBe(0)
  })
})

describe('the lines', () => {
  it('tell whoever counts why a call was not taken, each time', async () => {
    const { calls, refusals } = open(1)
    calls.ring(ring(1))
    calls.ring(ring(2))
    void calls.drain(0)
    calls.answer(ring(3))
    expect(refusals).toEqual(['full', 'draining'])
  })

  it('are busy when as many calls as allowed go on, ringing ones included, and free again when one ends', async () => {
    const { calls, made } = open(2)
    calls.answer(ring(1))
    calls.ring(ring(2))

    expect(calls.ring(ring(3))).toBe('busy')
    expect(calls.answer(ring(3))).toBe('busy')
    expect(typeof calls.answer(ring(2))).toBe('object')
    made[0]!.end('caller-hung-up')
    await settle()

    expect(calls.ring(ring(3))).toBe('accepted')
  })

  it('say so if a call cannot be made, and stay free', () => {
    const create = (): never => {
      throw new Error('no voice')
    }
    const calls = new Calls({ create, clock: new VirtualClock(), log: pino({ level: 'silent' }), maxCalls: 1 })

    expect(calls.ring(ring(1))).toBe('broken')
    expect(calls.answer(ring(1))).toBe('broken')
    expect(calls.count).toBe(0)
  })
})

describe('a call that is over at Twilio', () => {
  it('is ended here, and others are not', async () => {
    const { calls, made } = open()
    calls.answer(ring(1))
    calls.answer(ring(2))
    expect(calls.end(callSid(1), 'over-at-twilio')).toBe(true)
    expect(calls.end(callSid(9), 'over-at-twilio')).toBe(false)
    expect(made.map(call => call.endedBecause)).toEqual(['over-at-twilio', null])
  })
})

describe('when the process is to stop', () => {
  it('calls finish, ringing ones may still be answered, and no others come in', async () => {
    const { calls, made, clock } = open()
    calls.answer(ring(1))
    calls.ring(ring(2))
    let drained = false
    void calls.drain(60_000).then(() => (drained = true))

    expect(calls.draining).toBe(true)
    expect(calls.ring(ring(3))).toBe('busy')
    expect(typeof calls.answer(ring(2))).toBe('object')
    await clock.advance(10_000)
    expect(made.map(call => call.endedBecause)).toEqual([null, null])
    made[0]!.end('caller-hung-up')
    await settle()
    expect(drained).toBe(false)
    made[1]!.end('caller-hung-up')
    await settle()

    expect(drained).toBe(true)
    expect(clock.waiting).toBe(0)
  })

  it('calls that take too long are ended', async () => {
    const { calls, made, clock } = open()
    calls.answer(ring(1))
    const drained = calls.drain(60_000)

    await clock.advance(59_999)
    expect(made[0]!.endedBecause).toBeNull()
    await clock.advance(1)
    await drained

    expect(made[0]!.endedBecause).toBe('shutdown')
    expect(calls.count).toBe(0)
  })

  it('a call that never ends is waited for five seconds more, then left', async () => {
    const { calls, made, clock } = open()
    calls.answer(ring(1))
    made[0]!.end = () => {}
    let drained = false
    void calls.drain(1_000).then(() => (drained = true))

    await clock.advance(5_999)
    expect(drained).toBe(false)
    await clock.advance(1)
    await settle()

    expect(drained).toBe(true)
  })

  it('at once, each call says goodbye, and one that only rings is ended', async () => {
    const { calls, made, clock } = open()
    calls.answer(ring(1))
    calls.ring(ring(2))
    let drained = false
    void calls.drain(3_600_000).then(() => (drained = true))
    await clock.advance(10_000)

    void calls.leave()
    await settle()

    expect(made.map(({ left, endedBecause }) => [left, endedBecause])).toEqual([
      [1, null],
      [0, 'shutdown'],
    ])
    await clock.advance(4_000)
    made[0]!.end('assistant-hung-up')
    await settle()
    expect(drained).toBe(true)
    expect(clock.waiting).toBe(0)
  })

  it('at once, a call that does not get to its goodbye in fifteen seconds is ended', async () => {
    const { calls, made, clock } = open()
    calls.answer(ring(1))
    void calls.leave()
    expect(calls.ring(ring(2))).toBe('busy')

    await clock.advance(14_999)
    expect(made[0]!.endedBecause).toBeNull()
    await clock.advance(1)

    expect(made[0]!.endedBecause).toBe('shutdown')
  })

  it('at once, a call that cannot say goodbye is ended', async () => {
    const { calls, made } = open()
    calls.answer(ring(1))
    calls.answer(ring(2))
    expect(made[0]!.left).toBe(0)
    const dumb = new Calls({
      create: ring => Object.assign<RecordedCall, object>(new RecordedCall(ring), { leave: undefined }),
      clock: new VirtualClock(),
      log: pino({ level: 'silent' }),
      maxCalls: 1,
    })
    const call = dumb.answer(ring(3))
    const over = typeof call === 'object' ? call.ended.then(() => true) : false
    void dumb.leave()
    expect(await over).toBe(true)
  })

  it('at once, a goodbye that breaks ends its call and no other', async () => {
    const { calls, made } = open()
    calls.answer(ring(1))
    calls.answer(ring(2))
    made[0]!.leave = () => {
      throw new Error('no words')
    }
    void calls.leave()
    expect(made.map(({ left, endedBecause }) => [left, endedBecause])).toEqual([
      [0, 'broken'],
      [1, null],
    ])
  })

  it('and there are no calls, nothing is waited for', async () => {
    const { calls, clock } = open()

    await calls.drain(60_000)

    expect(clock.now()).toBe(0)
    expect(clock.waiting).toBe(0)
  })
})
