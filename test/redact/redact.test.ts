import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from '../../src/redact/redact.ts'

describe('what must not be read', () => {
  it.each([
    ['My card is 4242 4242 4242 4242, thanks.', 'My card is [card number], thanks.'],
    ['4111-1111-1111-1111', '[card number]'],
    ['it is four one one one one one one one one one one one one one one one okay', 'it is [card number] okay'],
    ['Forty two forty two, forty two forty two, forty two forty two, forty two forty two.', '[card number].'],
    ['Call me on (415) 555-2671 tomorrow.', 'Call me on [number] tomorrow.'],
    ['Call me on +1 415 555 2671 tomorrow.', 'Call me on [number] tomorrow.'],
    ['four one five, um, five five five, two six seven one', '[number]'],
    ['area code 415 then 555 and then double two seven one', 'area code [number]'],
    ['triple five, triple five, triple five, one', '[number]'],
    ['eight hundred 555 01 9 9 8', '[number]'],
    ['nineteen eighty four twenty twenty six thirty', '[number]'],
    ['4 1 5 5 5 5 2 6 7 1', '[number]'],
  ])('takes long numbers out: %s', (text, without) => {
    expect(redact(text)).toBe(without)
  })

  it.each([
    ['Write to john.smith+sales@acme-corp.co.uk.', 'Write to [e-mail].'],
    ['it is john dot smith at acme dot com', 'it is [e-mail]'],
    ["I'm at j o h n at gmail dot com, got it?", "I'm at [e-mail], got it?"],
    ['anna underscore b at sales dash team dot co dot uk please', '[e-mail] please'],
    ['reach sam.lee at nooks.ai', 'reach [e-mail]'],
  ])('takes e-mail addresses out: %s', (text, without) => {
    expect(redact(text)).toBe(without)
  })

  it.each([
    'We have fifteen people, and two thousand calls a day.',
    'In 2026 we had 1,000,000,000 calls.',
    'It costs 450 dollars for 12 months, that is 5,400.',
    'Look at nooks dot com, or find us at nooks dot com.',
    'One or two of them, at ten thirty, on the twenty-first.',
    'CA1234567890123456789012345678901234 was the call',
    'one, two, three, four, five. Six people. Seven more.',
    '',
  ])('leaves everything else as it is: %s', text => {
    expect(redact(text)).toBe(text)
  })

  it('leaves no ten digits together, whatever stands between them', () => {
    const units = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'oh']
    const digit = fc.oneof(fc.constantFrom(...units), fc.integer({ min: 0, max: 9 }).map(String))
    const gap = fc.constantFrom(' ', ', ', '-', ' um ', ' and ', '. ')
    fc.assert(
      fc.property(fc.array(fc.tuple(digit, gap), { minLength: 10, maxLength: 24 }), parts => {
        const number = parts.map(([said, between]) => said + between).join('')
        const left = redact(`my number is ${number}that is it`)
        expect(left).toMatch(/^my number is \[(card )?number\][\s.,-]*(?:(?:um|and) )?that is it$/)
      }),
    )
  })

  it('takes nothing out twice', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(redact(redact(text))).toBe(redact(text))
      }),
    )
  })

  it('is done soon with a text that was made to be slow', () => {
    const hostile = [
      'a '.repeat(20_000),
      'a.'.repeat(20_000),
      '1 '.repeat(20_000),
      `${'a'.repeat(40_000)} at `,
      'a dot '.repeat(10_000),
    ]
    for (const text of hostile) expect(redact(text).length).toBeLessThanOrEqual(text.length)
  })
})
