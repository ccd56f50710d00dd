import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spoken, spokenPhrases } from '../../src/call/spoken.ts'

const forms: Readonly<Record<string, readonly (readonly [written: string, said: string])[]>> = {
  money: [
    ['$5', 'five dollars'],
    ['$1', 'one dollar'],
    ['$5.50', 'five dollars and fifty cents'],
    ['$5.00', 'five dollars'],
    ['$0.99', 'ninety-nine cents'],
    ['$1.01', 'one dollar and one cent'],
    ['$1,000.50', 'one thousand dollars and fifty cents'],
    ['$5M', 'five million dollars'],
    ['$5 million dollars', 'five million dollars'],
    ['$5.2 billion', 'five point two billion dollars'],
    ['$5-10 million', 'five to ten million dollars'],
    ['$10-$20', 'ten to twenty dollars'],
    ['$10 to $20', 'ten to twenty dollars'],
    ['$2k-$5k', 'two to five thousand dollars'],
    ['$500k–$1M', 'five hundred thousand to one million dollars'],
    ['$1.50-$2.25', 'one dollar and fifty cents to two dollars and twenty-five cents'],
    ['$49/month', 'forty-nine dollars per month'],
    ['$49/mo per seat', 'forty-nine dollars per month per seat'],
    ['-$5', 'minus five dollars'],
    ['€3.50', 'three euros and fifty cents'],
    ['£1.01', 'one pound and one penny'],
    ['C$20', 'twenty Canadian dollars'],
    ['500 USD', 'five hundred dollars'],
    ['EUR 500', 'five hundred euros'],
    ['99¢', 'ninety-nine cents'],
    ['$100K+', 'one hundred thousand dollars plus'],
    ['It costs $5.', 'It costs five dollars.'],
  ],
  times: [
    ['10:30', 'ten thirty'],
    ['10:00', "ten o'clock"],
    ['10:05 AM', 'ten oh five a.m.'],
    ['3pm', 'three p.m.'],
    ['3 p.m.', 'three p.m.'],
    ['We close at 3pm.', 'We close at three p.m.'],
    ['9am-5pm', 'nine a.m. to five p.m.'],
    ['3-4pm', 'three to four p.m.'],
    ['10:30-11:00', "ten thirty to eleven o'clock"],
    ['15:30', 'fifteen thirty'],
    ['14:00', 'fourteen hundred'],
  ],
  dates: [
    ['2026-05-03', 'May third, twenty twenty-six'],
    ['5/3/2026', 'May third, twenty twenty-six'],
    ['10/15/24', 'October fifteenth, twenty twenty-four'],
    ['31/12/2026', 'December thirty-first, twenty twenty-six'],
    ['May 5', 'May fifth'],
    ['May 5th, 2026', 'May fifth, twenty twenty-six'],
    ['Jan. 5', 'January fifth'],
    ['Sept. 9 at noon', 'September ninth at noon'],
    ['5 May 2026', 'the fifth of May, twenty twenty-six'],
    ['May 5-7', 'May fifth to seventh'],
    ['Mar 2026', 'March twenty twenty-six'],
    ['in 2024', 'in twenty twenty-four'],
    ['1905', 'nineteen oh five'],
    ['2005', 'two thousand five'],
    ['1990s', 'nineteen nineties'],
    ["the '90s", 'the nineties'],
    ['2020-2024', 'twenty twenty to twenty twenty-four'],
    ['It may 5 times', 'It may five times'],
  ],
  'telephone numbers': [
    ['555-123-4567', 'five five five, one two three, four five six seven'],
    ['(555) 123-4567', 'five five five, one two three, four five six seven'],
    ['555 123 4567', 'five five five, one two three, four five six seven'],
    ['555.123.4567', 'five five five, one two three, four five six seven'],
    ['5551234567', 'five five five, one two three, four five six seven'],
    ['+1 (555) 123-4567', 'plus one, five five five, one two three, four five six seven'],
    ['1-800-555-1234', 'one, eight zero zero, five five five, one two three four'],
    ['+44 20 7946 0958', 'plus four four, two zero, seven nine four six, zero nine five eight'],
    ['555-1234', 'five five five, one two three four'],
    ['911', 'nine one one'],
  ],
  addresses: [
    ['john.doe2@nooks.ai', 'john dot doe two at nooks dot ai'],
    ['a_b-c@x.co.uk', 'a underscore b dash c at x dot co dot uk'],
    ['https://www.nooks.ai/pricing?x=1', 'nooks dot ai slash pricing'],
    ['Visit nooks.ai/demo.', 'Visit nooks dot ai slash demo.'],
    ['See nooks.ai, please', 'See nooks dot ai, please'],
    ['www.example.com', 'example dot com'],
    ['Node.js, e.g. in the U.S.', 'Node.js, e.g. in the U.S.'],
  ],
  'percentages and units': [
    ['5%', 'five percent'],
    ['3.5%', 'three point five percent'],
    ['5-10%', 'five to ten percent'],
    ['25 %', 'twenty-five percent'],
    ['+5%', 'plus five percent'],
    ['5 km', 'five kilometers'],
    ['1 km', 'one kilometer'],
    ['1.0 km', 'one point zero kilometers'],
    ['60 mph', 'sixty miles per hour'],
    ['90 km/h', 'ninety kilometers per hour'],
    ['300 sq ft', 'three hundred square feet'],
    ['16GB', 'sixteen gigabytes'],
    ['10 lbs', 'ten pounds'],
    ['72°F', 'seventy-two degrees Fahrenheit'],
    ['-5°C', 'minus five degrees Celsius'],
    ['5x faster', 'five times faster'],
    ['10k users', 'ten thousand users'],
    ['5M users', 'five million users'],
    ['5\'11"', 'five foot eleven'],
    ['5-minute call', 'five-minute call'],
    ['5 in a row', 'five in a row'],
  ],
  numbers: [
    ['0', 'zero'],
    ['13', 'thirteen'],
    ['40', 'forty'],
    ['101', 'one hundred one'],
    ['1st', 'first'],
    ['12th', 'twelfth'],
    ['20th', 'twentieth'],
    ['21st', 'twenty-first'],
    ['100th', 'one hundredth'],
    ['1,000', 'one thousand'],
    ['1,234,567', 'one million two hundred thirty-four thousand five hundred sixty-seven'],
    ['1000000', 'one million'],
    ['3.5', 'three point five'],
    ['3.05', 'three point zero five'],
    ['.5', 'zero point five'],
    ['007', 'zero zero seven'],
    ['-5', 'minus five'],
    ['1/2', 'one half'],
    ['1 1/2', 'one and a half'],
    ['2½', 'two and a half'],
    ['24/7', 'twenty-four seven'],
    ['1.2.3', 'one point two point three'],
    ['5 – 10 people', 'five to ten people'],
    ['5, 6 or 7', 'five, six or seven'],
    ['#1', 'number one'],
    ['No. 5', 'number five'],
    ['No. That is all.', 'No. That is all.'],
    ['code 48213', 'code four eight two one three'],
    ['order #48213', 'order four eight two one three'],
    ['B2B', 'B two B'],
    ['Q3', 'Q three'],
    ['GPT-4', 'GPT four'],
    ['401(k)', 'four oh one k'],
    ['2 + 2 = 4', 'two plus two equals four'],
    ['3:1', 'three to one'],
    ['~5', 'about five'],
    ['≥ 5', 'at least five'],
    ['123456789012345678', 'one two three four five six seven eight nine zero one two three four five six seven eight'],
  ],
  'marks for the eye': [
    ['**bold** and *it* and _em_ and `code`', 'bold and it and em and code'],
    ['# Title\n- One\n- Two.', 'Title.\nOne.\nTwo.'],
    ['[click here](https://x.com/a) now', 'click here now'],
    ['```js\ncode\n```', '\ncode.\n'],
    ['Great 😀 to hear', 'Great to hear'],
    ['Great 😀.', 'Great.'],
    ['Thanks! 🎉🎉', 'Thanks!'],
    ['👍🏽 Good, 👨‍👩‍👧 too', 'Good, too'],
    ['Hi :) there', 'Hi there'],
    ['| a | b |\n|---|---|\n| 1 | 2 |', 'a, b.\n\none, two'],
    ['Q&A at AT&T', 'Q and A at AT and T'],
    ['and/or', 'and or'],
    ['his/her', 'his or her'],
    ['C++', 'C plus plus'],
    ['<b>bold</b>', 'bold'],
    ['snake_case', 'snake case'],
    ['© 2024', 'twenty twenty-four'],
  ],
}

const everyForm = Object.values(forms).flat()

async function* stream(chunks: readonly string[]): AsyncGenerator<string> {
  for (const chunk of chunks) yield chunk
}

const collect = async (chunks: readonly string[]): Promise<readonly string[]> => {
  const pieces: string[] = []
  for await (const piece of spokenPhrases(stream(chunks))) pieces.push(piece)
  return pieces
}

/** Text as a model might write it, made of everything the rules know and plain words between. */
const anyText = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom(...everyForm.map(([written]) => written)),
        fc.constantFrom(
          'we',
          'call',
          'to',
          'the',
          'May',
          'and',
          'No',
          'Mr.',
          'million',
          'dollars',
          'code',
          'sq',
          'ft',
          'a',
          'm',
          'USD',
          '$',
          '-',
          '—',
          '/',
          ':',
          '%',
          '*',
          '5',
          '10',
          '2024',
          '.',
          '😀',
          ';)',
          '&',
          '|',
        ),
      ),
      fc.constantFrom(' ', ' ', ' ', '  ', ', ', '. ', '! ', ': ', ' - ', '\n', '\n- ', '', ') ', '?" '),
    ),
    { maxLength: 30 },
  )
  .map(bits => bits.flat().join(''))

const chunked = (text: string, sizes: readonly number[]): readonly string[] => {
  const chunks: string[] = []
  for (let from = 0, n = 0; from < text.length; n++) {
    const size = sizes[n % sizes.length] ?? 1
    chunks.push(text.slice(from, from + size))
    from += size
  }
  return chunks
}

describe('the spoken form', () => {
  describe.each(Object.entries(forms))('of %s', (_what, cases) => {
    it.each(cases)('%s', (written, said) => {
      expect(spoken(written)).toBe(said)
    })
  })

  it('is said in the middle of a sentence too', () => {
    expect(spoken('It is $49/month for 5-10 seats, from May 5 at 10:30 a.m., call 555-123-4567 or a@b.com!')).toBe(
      'It is forty-nine dollars per month for five to ten seats, from May fifth at ten thirty a.m., ' +
        'call five five five, one two three, four five six seven or a at b dot com!',
    )
  })

  it('leaves plain words as they are', () => {
    for (const text of [
      "Sure, I'd love to! Well-known, isn't it?",
      'Mr. Smith (our man) said "yes"; so be it...',
      ' Hello ',
      '',
    ]) {
      expect(spoken(text)).toBe(text)
    }
  })

  it('is the same however the text was streamed, to the byte', () =>
    fc.assert(
      fc.asyncProperty(anyText, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }), async (text, sizes) => {
        const pieces = await collect(chunked(text, sizes))
        const whole = spoken(text)
        const joined = pieces.join('')
        // Blanks at the very end are not worth a piece of their own.
        expect(joined.trimEnd()).toBe(whole.trimEnd())
        expect(whole.startsWith(joined)).toBe(true)
        for (const piece of pieces) expect(piece.trim()).not.toBe('')
      }),
      { numRuns: 2000 },
    ))

  it.each(everyForm)('of %s is not changed by being said again', written => {
    expect(spoken(spoken(written))).toBe(spoken(written))
  })

  it('leaves no figure, no currency sign and no emoji to the voice', () =>
    fc.assert(
      fc.property(anyText, text => {
        expect(spoken(text)).not.toMatch(/[\d$€£¥₹*`#😀🎉]/u)
      }),
      { numRuns: 1000 },
    ))

  it('never fails, whatever the text', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), text => {
        spoken(text)
      }),
      { numRuns: 1000 },
    ))
})
