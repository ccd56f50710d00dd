import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { phrases, phrasesOf } from '../../src/call/phrases.ts'

async function* stream(chunks: readonly string[]): AsyncGenerator<string> {
  for (const chunk of chunks) yield chunk
}

const collect = async (chunks: readonly string[]): Promise<readonly string[]> => {
  const pieces: string[] = []
  for await (const piece of phrases(stream(chunks))) pieces.push(piece)
  return pieces
}

/** `|` shows where the text is cut. It stands in no text. */
const cuts: readonly (readonly [what: string, marked: string])[] = [
  // The first piece
  ['gives the voice the first three words', 'Nooks helps sales |teams reach more people every single day.'],
  ['does not pause after "the"', 'We work with the best |teams in the country right now.'],
  ['waits no longer than 25 characters for a better place', 'We would not have been |in the office on that day at all.'],
  ['takes a short first sentence as it is', 'Sure! |I can help you with that today.'],
  ['takes a comma from the tenth character', 'Absolutely, |let me check that for you.'],
  ['does not stop at a comma after one little word', 'Well, let me |see what I can do for you here.'],
  ['takes long words before there are four of them', 'Unfortunately implementations |differ quite a bit.'],
  ['counts no sign as a word', 'Yes - we really |do that for every team we know.'],
  ['speaks a text of one word', 'Hello'],
  ['speaks a text that never reaches three words', 'Yes of course.'],
  ['begins with white space if the text does', '  Nooks helps sales |teams grow.'],
  // Sentences
  ['cuts after a full stop', 'Sure. |That works well for us. |Goodbye.'],
  ['cuts after a question mark', 'Sure. |Does that work for you? |Great.'],
  ['cuts after an exclamation mark', 'Sure. |That is wonderful news! |We begin tomorrow.'],
  ['cuts after a closing quote', 'Sure. |He said "call me back." |Then he left.'],
  ['cuts after a closing bracket', 'Sure. |It is quick (and easy.) |Try it.'],
  ['cuts before a sentence that begins with a quote', 'Sure. |That is all. |"Fine," he said.'],
  ['cuts before a sentence that begins with a number', 'Sure. |We have many. |5 of them are new.'],
  ['cuts before a sentence that begins with money', 'Sure. |It is cheap. |$5 is all it takes.'],
  ['cuts after a number that ends a sentence', 'Sure. |It costs $5. |We like that.'],
  ['cuts after a decimal that ends a sentence', 'Sure. |It costs 3.50. |We like that.'],
  ['does not cut before a small letter', 'Sure. |The Yahoo! people are here. |Good.'],
  ['cuts at a line break', 'Sure. |Here is the plan\n|We begin tomorrow.'],
  ['cuts at an empty line', 'Sure. |Here is the plan:\n\n|We begin tomorrow.'],
  ['keeps short sentences apart', 'Yes. |No. |Maybe.'],
  ['keeps a mixed mark together', 'Sure. |You did what?! |That is great.'],
  // Numbers
  ['keeps 1,000.50', 'Sure. |It would be 1,000.50 in all.'],
  ['keeps 3.5', 'Sure. |It grew by 3.5 times.'],
  ['cuts neither before nor after a number', 'We have about 5 people |here in the office.'],
  ['keeps $5 million dollars', 'They made over $5 million dollars |last year.'],
  ['keeps a price in words', 'It is only $ 49 a month |for each user.'],
  ['keeps a percentage with a space', 'We grew by 25 % last |year and again.'],
  ['keeps a range with spaces', 'You need about 5 – 10 people |for that kind of thing.'],
  ['keeps a list of numbers', 'Pick any of 1, 2, 3 or four |of these things.'],
  ['keeps a date', 'We open on May 5, 2026 in |the city of Boston.'],
  ['keeps a date with an abbreviated month', 'Sure. |We open on Jan. 5 at noon.'],
  ['keeps "No. 5"', 'Sure. |It is No. 5 on the list.'],
  ['cuts after the answer No', 'No. |That is all I know.'],
  ['keeps a telephone number with spaces', 'Call us at 555 123 4567 any |time of the day.'],
  ['keeps a telephone number with brackets', 'Call us at (555) 123-4567 any |time of the day.'],
  ['keeps an international number', 'Call us at +44 20 7946 0958 any |time of the day.'],
  ['keeps a size', 'The room is 300 sq ft |in the newest building.'],
  // Times
  ['keeps 10:30', 'How about 10:30 on Monday |or maybe later?'],
  ['keeps 3 p.m.', 'How about 3 p.m. on Friday |or maybe later?'],
  ['keeps 3 p.m. before a capital', 'Sure. |We can do 3 p.m. Monday if you like. |Good.'],
  ['keeps 10:30 a.m.', 'Sure. |We can do 10:30 a.m. Eastern time.'],
  // Abbreviations, initials, names
  ['keeps Mr. Smith', 'Sure. |I know Mr. Smith very well. |Good man.'],
  ['keeps Dr. Jones in the first piece', 'I saw Dr. Jones |yesterday at the office.'],
  ['keeps Mr Smith without a dot', 'Please ask for Mr Smith |when you call us next time.'],
  ['keeps e.g.', 'Sure. |Take a tool, e.g. Nooks, and try it.'],
  ['keeps i.e.', 'Sure. |Soon, i.e. Monday, we start.'],
  ['keeps U.S. before a capital', 'Sure. |The U.S. Army uses it. |Really.'],
  ['keeps Ph.D.', 'Sure. |She has a Ph.D. From Yale, too.'],
  ['keeps initials', 'Sure. |I read J. K. Rowling at night. |Nice.'],
  ['keeps one initial', 'Sure. |Ask John F. Kennedy about it. |Nice.'],
  ['keeps vs.', 'Sure. |It is Us vs. Them again. |Sad.'],
  ['keeps Acme Inc.', 'Sure. |We know Acme Inc. They are fine. |Good.'],
  ['cuts after etc. before a capital', 'Sure. |Mail, calls, etc. |We do it all.'],
  ['goes on after etc. before a small letter', 'Sure. |Mail, calls, etc. and more. |Good.'],
  // Addresses
  ['keeps an e-mail address', 'Write to john.doe@nooks.ai whenever |you like to.'],
  ['keeps a web address', 'Sure. |See https://www.nooks.ai/pricing?x=1.5 for more. |Bye.'],
  ['keeps a bare domain', 'Sure. |See nooks.ai for more. |Bye.'],
  ['cuts after a domain that ends a sentence', 'Sure. |See nooks.ai. |Bye.'],
  ['keeps Node.js', 'Sure. |We use Node.js here. |Bye.'],
  // Dots
  ['keeps three dots', 'Sure. |Well... maybe it works. |Good.'],
  ['keeps spaced words after dots', 'Sure. |Hmm ... let me think. |Good.'],
  ['cuts after dots that end a sentence', 'Sure. |Let me see... |Yes, it works.'],
  ['cuts after the one-character ellipsis', 'Sure. |Let me see… |Yes, it works.'],
  // Lists and marks
  ['keeps a list mark with its item', 'Here it is:\n|- One thing\n|- Another thing'],
  ['keeps a list number with its item', 'Here it is:\n|1. One thing\n|2. Another thing'],
  ['does not take a dash for a new sentence', 'Sure. |That is all. - Bob'],
  ['keeps an emoji with its sentence', 'Sure. |That is great! 😀 We begin.'],
  // Long sentences
  [
    'cuts a long sentence at its last clause mark before 150 characters',
    'Sure. |We help your people call more prospects every day of the week, find the right numbers for them, write down what was said on the phone, |' +
      'and keep all of it in the system that your team uses already.',
  ],
  [
    'cuts a long sentence without marks between words',
    'Sure. |We help your people call more prospects every day of the week and find the right numbers for them and write down what was said on the phone and keep |' +
      'all of it in the system that your team uses already.',
  ],
  [
    'does not cut a long sentence at a comma near its start',
    'Sure. |Indeed, we help your people call more prospects every day of the week and find the right numbers for them and write down what was said on the phone |' +
      'and keep all of it in the system that your team uses already.',
  ],
  [
    'cuts at a dash between clauses',
    'Sure. |' + 'It works for all of them '.repeat(3) + '- |' + 'and then for some others '.repeat(4).trim() + '.',
  ],
  ['cuts at a long dash', 'Absolutely — |let me check that for you.'],
]

describe('phrases', () => {
  it.each(cuts)('%s', async (_what, marked) => {
    const text = marked.replaceAll('|', '')
    expect(await collect([text])).toEqual(marked.split('|'))
    expect(await collect([...text])).toEqual(marked.split('|'))
    expect(phrasesOf(text)).toEqual(marked.split('|'))
  })

  it('has no piece for nothing, nor for white space', async () => {
    expect(await collect([])).toEqual([])
    expect(await collect([''])).toEqual([])
    expect(await collect([' ', '\n '])).toEqual([])
  })

  it('hands a piece over as soon as one character after it is there', async () => {
    const seen: string[] = []
    async function* text(): AsyncGenerator<string> {
      yield 'Sure.'
      expect(seen).toEqual([])
      yield ' I'
      expect(seen).toEqual(['Sure. '])
      yield ' can do that.'
      yield ' N'
      expect(seen).toEqual(['Sure. ', 'I can do that. '])
    }
    for await (const piece of phrases(text())) seen.push(piece)
    expect(seen).toEqual(['Sure. ', 'I can do that. ', 'N'])
  })

  it('ends the text behind it when the listener goes', async () => {
    let closed = false
    async function* text(): AsyncGenerator<string> {
      try {
        yield 'Sure. I can. '
        yield 'Never read. '
      } finally {
        closed = true
      }
    }
    for await (const _piece of phrases(text())) break
    expect(closed).toBe(true)
  })

  it('fails as its text fails', async () => {
    async function* text(): AsyncGenerator<string> {
      yield 'Sure. I'
      throw new Error('cut')
    }
    const seen: string[] = []
    await expect(
      (async () => {
        for await (const piece of phrases(text())) seen.push(piece)
      })(),
    ).rejects.toThrow('cut')
    expect(seen).toEqual(['Sure. '])
  })

  const bit = fc.oneof(
    fc.constantFrom(
      'Mr.',
      'p.m.',
      'U.S.',
      '$5',
      '1,000.50',
      'No.',
      '-',
      '—',
      '...',
      '!',
      '?',
      ', ',
      '. ',
      ': ',
      '\n',
      '\n- ',
      '😀',
      '"',
      ')',
      '*',
    ),
    fc.constantFrom(' ', ' ', ' the ', ' Nooks ', ' calls', ' million ', ' 555 123 4567 ', 'a@b.com', ' etc. '),
    fc.string({ maxLength: 6 }),
  )
  const anyText = fc.array(bit, { maxLength: 80 }).map(bits => bits.join(''))
  const chopped = fc
    .tuple(anyText, fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 20 }))
    .map(([text, sizes]) => ({ text, chunks: chop(text, sizes) }))

  it('joins to the text, however the text was chunked', () =>
    fc.assert(
      fc.asyncProperty(chopped, async ({ text, chunks }) => {
        const pieces = await collect(chunks)
        expect(pieces.join('')).toBe(text.trim() === '' ? '' : text)
      }),
      { numRuns: 500 },
    ))

  it('cuts the same places, however the text was chunked', () =>
    fc.assert(
      fc.asyncProperty(chopped, async ({ text, chunks }) => {
        expect(await collect(chunks)).toEqual(phrasesOf(text))
      }),
      { numRuns: 500 },
    ))

  it('never gives a blank piece, and cuts every long stretch of plain words', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('we', 'call', 'the', 'prospects', 'every', 'day,', 'and', 'then'), { maxLength: 200 }),
        list => {
          for (const piece of phrasesOf(list.join(' '))) {
            expect(piece.trim()).not.toBe('')
            expect(piece.length).toBeLessThanOrEqual(150)
          }
        },
      ),
    ))
})

/** Cuts `text` into chunks of the given sizes (in UTF-16 units, so also through an emoji; 0 gives an empty chunk), over and over. */
function chop(text: string, sizes: readonly number[]): readonly string[] {
  const chunks: string[] = []
  let from = 0
  for (const size of sizes) {
    chunks.push(text.slice(from, from + size))
    from += size
  }
  if (from >= text.length) return chunks
  return [...chunks, ...(from > 0 ? chop(text.slice(from), sizes) : [text])]
}
