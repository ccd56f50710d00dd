import { describe, expect, test } from 'vitest'
import { close, follow, newConversation, present, type Conversation } from '../../src/call/conversation.ts'
import { ConversationView, type Screen } from '../../scripts/lib/conversation-view.ts'
import type { Entry, GivenCommand, Input, ToldEvent } from '../../src/call/journal.ts'

type Timeless<T> = T extends unknown ? Omit<T, 'at'> : never

const event = (at: number, told: Timeless<ToldEvent>): Entry => ({ at, ms: at, type: 'event', event: { ...told, at } })
const words = (at: number, said: string, isSettled = false): Entry =>
  event(at, { type: 'words', said, settled: isSettled ? { toMs: at, basis: 'declared' } : null })
const command = (at: number, given: GivenCommand): Entry => ({ at, ms: at, type: 'command', command: given })
const input = (at: number, came: Input): Entry => ({ at, ms: at, type: 'input', input: came })
const phrase = (at: number, id: number, text: string): Entry => input(at, { type: 'reply', id, news: { type: 'phrase', text } })

const told = (...entries: readonly Entry[]): Conversation => entries.reduce(follow, newConversation)

/** The caller asks, a draft is made and released. */
const asked: readonly Entry[] = [
  event(980, { type: 'caller-spoke', fromMs: 920 }),
  words(1000, 'what does'),
  words(1500, 'what does it cost', true),
  command(1500, { type: 'prepare', id: 2, said: 'what does it cost' }),
  phrase(1600, 2, 'Ten dollars '),
  phrase(1700, 2, 'a month.'),
]
const release = command(2000, { type: 'release', id: 2, silentSince: 1500, basis: 'declared' })

describe('a conversation told by the journal', () => {
  test('shows words that may still change as partial, and then as settled', () => {
    expect(present(told(words(1000, 'what does')))).toEqual([{ who: 'caller', atMs: 1000, text: 'what does', state: 'partial' }])
    expect(present(told(words(1000, 'what does'), words(1500, 'what does it', true)))).toEqual([
      { who: 'caller', atMs: 1000, text: 'what does it', state: 'settled' },
    ])
  })

  test('shows a draft as not audible, and forgets one that is thrown away', () => {
    expect(present(told(...asked)).at(-1)).toEqual({
      who: 'bot',
      atMs: 1500,
      heard: '',
      ahead: 'Ten dollars a month.',
      state: 'draft',
    })
    const dropped = told(...asked, command(1800, { type: 'drop', id: 2, why: 'words-changed' }))
    expect(present(dropped).map(({ who }) => who)).toEqual(['caller'])
  })

  test('shows what of a reply has been heard and what is still ahead', () => {
    const conversation = told(...asked, release, event(2300, { type: 'reply-heard', id: 2, text: 'Ten' }))
    expect(present(conversation)).toEqual([
      { who: 'caller', atMs: 920, text: 'what does it cost', state: 'answered' },
      { who: 'bot', atMs: 2000, heard: 'Ten', ahead: 'dollars a month.', state: 'speaking' },
    ])
  })

  test('shows the words that a reply answers also if they were settled and answered in the same moment', () => {
    const conversation = told(
      event(900, { type: 'caller-spoke', fromMs: 840 }),
      words(1500, 'what does'),
      words(2000, '', true),
      command(2000, { type: 'prepare', id: 2, said: 'what does it cost' }),
      release,
    )
    expect(present(conversation)[0]).toEqual({ who: 'caller', atMs: 840, text: 'what does it cost', state: 'answered' })
  })

  test('a reply heard to its end is past, with the words it answered', () => {
    const conversation = told(...asked, release, event(3000, { type: 'reply-finished', id: 2, text: 'Ten dollars a month.' }))
    expect(present(conversation)).toEqual([])
    expect(conversation.past).toEqual([
      { who: 'caller', atMs: 920, text: 'what does it cost', state: 'answered' },
      { who: 'bot', atMs: 2000, heard: 'Ten dollars a month.', ahead: '', state: 'heard' },
    ])
  })

  test('an interrupted reply keeps what was heard and what was not', () => {
    const conversation = told(
      ...asked,
      release,
      command(2400, { type: 'hold', id: 2 }),
      event(2400, { type: 'reply-held', id: 2, text: 'Ten dollars', ahead: ' a month.', whole: true }),
      words(2700, 'no wait'),
      command(2700, { type: 'drop', id: 2, why: 'interrupted' }),
    )
    expect(conversation.past.at(-1)).toEqual({ who: 'bot', atMs: 2000, heard: 'Ten dollars', ahead: 'a month.', state: 'cut' })
    expect(present(conversation)).toEqual([{ who: 'caller', atMs: 2700, text: 'no wait', state: 'partial' }])
  })

  test('an aside does not end the reply', () => {
    const conversation = told(
      ...asked,
      release,
      command(2400, { type: 'hold', id: 2 }),
      words(2600, 'right', true),
      command(2700, { type: 'resume', id: 2, aside: 'right' }),
    )
    expect(present(conversation).slice(1)).toEqual([
      { who: 'bot', atMs: 2000, heard: '', ahead: 'Ten dollars a month.', state: 'speaking' },
      { who: 'caller', atMs: 2700, text: 'right', state: 'aside' },
    ])
  })

  test('a reply withdrawn before a word was heard leaves the caller’s words open', () => {
    const conversation = told(...asked, release, command(2050, { type: 'drop', id: 2, why: 'withdrawn' }))
    expect(conversation.past).toEqual([])
    expect(present(conversation)).toEqual([{ who: 'caller', atMs: 920, text: 'what does it cost', state: 'settled' }])
  })

  test('a fixed line shows its words as the voice gives them', () => {
    const speech = { type: 'speech', bytes: 800, words: [{ text: 'Hello ', startMs: 0, endMs: 100 }] } as const
    const conversation = told(
      command(0, { type: 'say', id: 1, line: 'greeting', said: '' }),
      input(20, { type: 'reply', id: 1, news: speech }),
    )
    expect(present(conversation)).toEqual([{ who: 'bot', atMs: 0, heard: '', ahead: 'Hello', state: 'speaking' }])
  })

  test('once the call is over, what was audible stays and a draft does not', () => {
    expect(close(told(...asked)).past).toEqual([{ who: 'caller', atMs: 920, text: 'what does it cost', state: 'settled' }])
    expect(close(told(...asked, release)).past.map(({ who }) => who)).toEqual(['caller', 'bot'])
    expect(told(input(9000, { type: 'ended', reason: 'caller-hung-up' })).past).toEqual([
      { who: 'note', atMs: 9000, text: 'the call is over: caller hung up' },
    ])
  })
})

describe('drawn', () => {
  const cut = [
    ...asked,
    release,
    event(2400, { type: 'reply-held', id: 2, text: 'Ten dollars', ahead: ' a month.', whole: true }),
    command(2700, { type: 'drop', id: 2, why: 'interrupted' }),
  ] satisfies Entry[]

  const plainly = (_style: unknown, text: string): string => text
  const inTags = (style: unknown, text: string): string => `<${[style].flat().join()}>${text}</>`

  function draw(screen: Partial<Screen>, entries: readonly Entry[], paint = screen.isTTY ? inTags : plainly): readonly string[] {
    const written: string[] = []
    const view = new ConversationView({ write: text => written.push(text), ...screen }, paint)
    let conversation = newConversation
    for (const entry of entries) view.draw((conversation = follow(conversation, entry)))
    return written
  }

  test('into a file: each utterance once, when nothing about it can change any more, and no control characters', () => {
    expect(draw({ isTTY: false }, cut)).toEqual([
      '00:00 Caller what does it cost\n00:02 Bot    Ten dollars — cut off [unheard: a month.]\n',
    ])
  })

  test('on a terminal: what may change is drawn anew in its place', () => {
    const [first = '', second = ''] = draw({ isTTY: true, columns: 80 }, [words(1000, 'what does'), words(1200, 'what does it')])
    expect(first).toBe('<dim>00:01 </><cyan>Caller </><dim,italic>what does …</>\n')
    expect(second).toBe('\x1b[1A\r\x1b[J<dim>00:01 </><cyan>Caller </><dim,italic>what does it …</>\n')
  })

  test('on a terminal: each state has a look of its own', () => {
    const looks = draw({ isTTY: true, columns: 200 }, cut).join('')
    expect(looks).toContain('<dim,italic>(not audible yet) Ten dollars a month.</>')
    expect(looks).toContain('<bold>what does it cost</>')
    expect(looks).toContain('Ten dollars <red>— cut off</> <dim,strikethrough>[unheard: a month.]</>')
  })

  test('on a narrow terminal: as many rows are erased as were drawn', () => {
    const long = 'one two three four five six seven eight nine ten'
    const [first = '', second = ''] = draw({ isTTY: true, columns: 40 }, [words(1000, long), words(1200, 'one')], plainly)
    expect(first).toBe('00:01 Caller one two three four five six \n             seven eight nine ten …\n')
    expect(second.startsWith('\x1b[2A')).toBe(true)
  })
})
