import { describe, expect, it } from 'vitest'
import { LEGS_MAX, whatNext, type LastLeg, type Next, type Question } from '../../src/twilio/what-next.ts'

const leg = (last: Partial<LastLeg> = {}): LastLeg => ({ leg: 1, how: 'broken-off', quietMs: 300, ...last })
const ask = (question: Partial<Question> = {}): Next => whatNext({ over: 'stream', leg: 1, last: leg(), room: true, ...question })

describe('a call whose stream is closed', () => {
  it('goes on if it was broken off', () => {
    expect(ask()).toEqual({ do: 'connect', leg: 2, opening: 'resume' })
    expect(ask({ leg: 3, last: leg({ leg: 3 }) })).toEqual({ do: 'connect', leg: 4, opening: 'resume' })
  })

  it('begins anew if nobody had answered yet', () => {
    expect(ask({ last: leg({ how: 'unanswered' }) })).toEqual({ do: 'connect', leg: 2, opening: 'greeting' })
  })

  it('goes on from its last answered leg if the stream of the next was refused', () => {
    expect(ask({ leg: 2, last: leg({ leg: 1 }) })).toEqual({ do: 'connect', leg: 3, opening: 'resume' })
  })

  it('is over if either side had hung up', () => {
    expect(ask({ last: leg({ how: 'hung-up' }) })).toEqual({ do: 'hang-up' })
  })

  it('is over if nothing is known of it', () => {
    expect(ask({ last: null })).toEqual({ do: 'hang-up' })
  })

  it('does not go on twice', () => {
    expect(ask({ leg: 1, last: leg({ leg: 2 }) })).toEqual({ do: 'hang-up' })
  })

  it('is not brought back to life by an old request', () => {
    expect(ask({ last: leg({ quietMs: 180_000 }) }).do).toBe('connect')
    expect(ask({ last: leg({ quietMs: 180_001 }) })).toEqual({ do: 'hang-up' })
  })

  it('goes on five times and no more', () => {
    expect(LEGS_MAX).toBe(6)
    expect(ask({ leg: 5, last: leg({ leg: 5 }) }).do).toBe('connect')
    expect(ask({ leg: 6, last: leg({ leg: 6 }) })).toEqual({ do: 'apologise' })
    expect(ask({ leg: 6, last: leg({ leg: 1 }) })).toEqual({ do: 'apologise' })
  })

  it('hears that the lines are busy if there is no place for it', () => {
    expect(ask({ room: false })).toEqual({ do: 'busy' })
    expect(ask({ room: false, last: leg({ how: 'hung-up' }) })).toEqual({ do: 'hang-up' })
  })

  it('is put through to a person if it was handed over', () => {
    expect(ask({ last: leg({ how: 'handed-over' }) })).toEqual({ do: 'dial' })
  })
})

describe('a call whose transfer is over', () => {
  const last = leg({ how: 'handed-over' })

  it('is over if a person took it', () => {
    expect(ask({ over: 'transfer-taken', last })).toEqual({ do: 'hang-up' })
  })

  it('comes back if nobody did', () => {
    expect(ask({ over: 'transfer-refused', last })).toEqual({ do: 'connect', leg: 2, opening: 'nobody-free' })
  })
})
