import { describe, expect, it } from 'vitest'
import { nameOf, readMark } from '../../src/call/mark-name.ts'

describe('the name of a mark', () => {
  it.each([
    { generation: 1, ms: 0, isStart: true },
    { generation: 12, ms: 4321.875, isStart: false },
  ])('says all that is to be known of it: %j', mark => {
    expect(readMark(nameOf(mark))).toEqual(mark)
  })

  it.each(['', '1', '1:', ':5', '1:5:end', '1:5:start:start', 'x:5', '1:-5', '1:5e3', '1:NaN'])('%j is none of ours', name => {
    expect(readMark(name)).toBeNull()
  })
})
