import { describe, expect, it } from 'vitest'
import { amended, did, heard, interrupted, open, withdrawn } from '../../src/call/history.ts'

const greeting = { id: 1, caller: '', bot: 'Hello. ', interrupted: false }
const twoExchanges = open(heard(open([], 1, ''), 1, 'Hello. '), 2, 'Hi there.')

const deed = { key: 'book {}', tool: 'book', args: '{}', outcome: null }

describe('the history', () => {
  it('has an exchange for each reply, in the order in which they were let out', () => {
    expect(twoExchanges).toEqual([greeting, { id: 2, caller: 'Hi there.', bot: '', interrupted: false }])
  })

  it('has of a reply what was heard of it, all of it each time', () => {
    expect(heard(heard(twoExchanges, 2, 'We '), 2, 'We help ')[1]).toMatchObject({ bot: 'We help ' })
    expect(heard(twoExchanges, 1, 'Hello, ')).toEqual([{ ...greeting, bot: 'Hello, ' }, twoExchanges[1]])
  })

  it('knows that a reply was cut short', () => {
    expect(interrupted(twoExchanges, 2)).toEqual([greeting, { id: 2, caller: 'Hi there.', bot: '', interrupted: true }])
  })

  it('adds words that came late to what the caller said', () => {
    expect(amended(twoExchanges, 2, 'How are you?')[1]).toMatchObject({ caller: 'Hi there. How are you?' })
  })

  it('has never had a reply that was withdrawn', () => {
    expect(withdrawn(twoExchanges, 2)).toEqual([greeting])
  })

  it('keeps what was done, with its outcome, also when the reply that did it was withdrawn', () => {
    const begun = did(twoExchanges, 2, deed)
    const done = did(begun, 2, { ...deed, outcome: { done: true, says: 'It is booked.' } })
    expect(begun[1]!.deeds).toEqual([deed])
    expect(withdrawn(done, 2)).toEqual([
      greeting,
      { id: 2, caller: '', bot: '', interrupted: false, deeds: [{ ...deed, outcome: { done: true, says: 'It is booked.' } }] },
    ])
    expect(withdrawn(did(withdrawn(begun, 2), 2, { ...deed, outcome: null }), 2)).toHaveLength(2)
  })

  it('is not changed by news of a reply it does not have', () => {
    expect(did(twoExchanges, 9, deed)).toEqual(twoExchanges)
    expect(heard(twoExchanges, 9, 'What?')).toEqual(twoExchanges)
    expect(interrupted(twoExchanges, 9)).toEqual(twoExchanges)
    expect(amended(twoExchanges, 9, 'what')).toEqual(twoExchanges)
    expect(withdrawn(twoExchanges, 9)).toEqual(twoExchanges)
  })

  it('leaves the history it was made from as it was', () => {
    const before = structuredClone(twoExchanges)
    heard(interrupted(amended(twoExchanges, 2, 'more'), 2), 1, 'other')
    expect(twoExchanges).toEqual(before)
  })
})
