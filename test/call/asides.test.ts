import { describe, expect, it } from 'vitest'
import { endsSentence, hasAsked, isAside } from '../../src/call/asides.ts'
import { newCall, type Event } from '../../src/call/facts.ts'
import { step } from '../../src/call/turns.ts'
import { saying } from '../support/fake-think.ts'
import { audioWith, callerScript, Phone } from '../support/phone.ts'

/** What the bot had said when the caller made a sound, and what it was about to say. */
const telling = ['Nooks helps sales teams ', 'reach more people every single day. '] as const
const asking = ['Would you like to see ', 'a short demo on Tuesday? '] as const

describe('a caller who listens', () => {
  const listening = [
    'Mm-hm.',
    'mm hmm',
    'Mhm.',
    'Uh-huh.',
    'Yeah.',
    'yeah yeah',
    'Right, right, right.',
    'Okay.',
    'OK, great.',
    'I see.',
    'Oh, I see.',
    'Okay, got it.',
    'Yeah, that makes sense.',
    'Of course.',
    'Sure, go on.',
    'Huh.',
    'Really.',
    'Wow. Okay, cool.',
    'Yes.',
  ]
  it.each(listening)('lets the bot go on with "%s"', remark => {
    expect(isAside(remark, ...telling)).toBe(true)
  })

  it.each(listening)('answers with "%s" when the bot asks something', remark => {
    expect(isAside(remark, ...asking)).toBe(false)
  })

  it.each(['', ' ', '...', '-', '?'])('has said no word with "%s"', remark => {
    expect(isAside(remark, ...telling)).toBe(true)
    expect(isAside(remark, ...asking)).toBe(true)
  })
})

describe('a caller who wants the floor', () => {
  it.each([
    'No.',
    'Nope.',
    'Nah.',
    'Wait.',
    'Stop.',
    'Stop, stop.',
    'Hold on.',
    'Sorry?',
    'What?',
    'Huh?',
    'Right?',
    'Hello?',
    'Excuse me.',
    'I',
    'I am',
    'Got a question.',
    'All of them?',
    'Thanks, bye.',
    'Oh no.',
    'Okay, but how much is it?',
    'Yeah, we use Salesforce.',
    'Right, I have a question.',
    'Mm-hm, and what does that cost?',
    'I see a problem there.',
    'Yeah yeah yeah yeah yeah.',
    'How much?',
    'Salesforce.',
    'Ja, natürlich.',
    'はい',
  ])('stops it with "%s", whatever it was saying', remark => {
    expect(isAside(remark, ...telling)).toBe(false)
    expect(isAside(remark, ...asking)).toBe(false)
  })
})

describe('whether the bot has asked something', () => {
  it.each<readonly [what: string, heard: string, ahead: string, asked: boolean]>([
    ['in the middle of a statement', 'Nooks helps ', 'sales teams. ', false],
    ['in the middle of a question', 'Would you like ', 'a demo? ', true],
    ['at the end of a question', 'Would you like a demo? ', '', true],
    ['in the sentence after a question', 'Would you like a demo? It takes ', 'ten minutes. ', true],
    ['at the end of that sentence', 'Would you like a demo? It takes ten minutes. ', 'Most teams ', true],
    ['two sentences later', 'Would you like a demo? It takes ten minutes. Most ', 'teams do it. ', false],
    ['before a question of which nothing was heard', 'Nooks helps sales teams. ', 'Shall we meet? ', false],
    ['after its first word', 'Nooks helps sales teams. Shall ', 'we meet? ', true],
    ['before anything was heard', '', 'Shall we meet? ', false],
    ['in a question with "ten a.m." in it', 'Would tomorrow ', 'at ten a.m. work for you? ', true],
    ['in a question with "p.m. Tuesday" in it', 'Would four ', 'p.m. Tuesday work for you? ', true],
    ['in a question with "Dr. Miller" in it', 'Should I ', 'talk to Dr. Miller first? ', true],
    ['in a question with an address in it', 'Is it ', 'nooks.ai or dot com? ', true],
    ['after a question that ends in a quotation mark', 'Did he say "what for?" ', 'Many do. ', true],
    ['while the end of the sentence is not known yet', 'Would you ', 'like ', false],
  ])('%s', (_what, heard, ahead, asked) => {
    expect(hasAsked(heard, ahead)).toBe(asked)
  })

  it.each([
    ['like a demo? ', true],
    ['like a demo?', true],
    ['ten minutes. Most teams ', true],
    ['like a ', false],
    ['at ten a.m. on ', false],
    ['at ten a.m.', false],
    ['', false],
  ])('is known once the sentence has its end: "%s"', (ahead, known) => {
    expect(endsSentence(ahead)).toBe(known)
  })
})

describe("the bot's own voice coming back", () => {
  const heard = 'We work with two hundred sales teams, and they reach more people '
  const ahead = 'every single day without hiring anyone. '

  it.each([
    ['the last words', 'reach more people'],
    ['words a moment ago', 'sales teams and they reach'],
    ['words that were on their way', 'people every single day'],
    ['one word in five misheard', 'teams and they reach more purple'],
    ['a word left out', 'sales and they reach'],
    ['a word split in two', 'sales teams and they reach more pea pull every single day'],
    ['all of it', 'We work with two hundred sales teams and they reach more people every single day'],
  ])('is passed over: %s', (_what, remark) => {
    expect(isAside(remark, heard, ahead)).toBe(true)
  })

  it.each([
    ['a single word, which may be a choice', 'People.'],
    ['words it said some time ago', 'two hundred'],
    ['words it is far from saying', 'without hiring'],
    ['the same words here and there', 'sales reach people'],
    ['half of the words', 'reach fewer of the people'],
    ['its words and a question', 'reach more people with what'],
    ['its words as a question', 'More people?'],
  ])('is not %s', (_what, remark) => {
    expect(isAside(remark, heard, ahead)).toBe(false)
  })

  it('is not a protest in the words that it just used', () => {
    expect(isAside('No, no.', 'There is no contract, no setup fee, ', 'and no risk. ')).toBe(false)
    expect(isAside('Wait, no.', 'You do not wait, no ', 'paper work. ')).toBe(false)
    expect(isAside('Stop it.', 'And when you want to stop it ', 'you just stop it. ')).toBe(false)
  })

  it('is passed over with a protest in it when it is long', () => {
    expect(isAside('is no contract no setup fee', 'There is no contract, no setup fee, ', 'and no risk. ')).toBe(true)
  })

  it('is not an answer in the words of the question', () => {
    const question = ['Monday or Wednesday, which works best for you? ', ''] as const
    expect(isAside('Wednesday.', ...question)).toBe(false)
    expect(isAside('Wednesday works for me.', ...question)).toBe(false)
    expect(isAside('Wednesday works best.', ...question)).toBe(false)
    expect(isAside('I do have ten minutes.', 'Do you have ten minutes? ', '')).toBe(false)
    expect(isAside('Do you have ten minutes?', 'Do you have ten minutes? ', '')).toBe(true)
  })
})

describe('a remark that is still being recognised', () => {
  const sofar = (remark: string, [heard, ahead]: readonly [string, string]) => isAside(remark, heard, ahead, false)

  it('may become an aside: half a word of one, half a phrase of one, the first word of an echo', () => {
    for (const remark of ['ye', 'mm-h', 'I', 'got', 'oh i', 'makes', 'okay go', 'sales', 'sales te', 'peop']) {
      expect([remark, sofar(remark, ['Nooks helps sales teams reach more ', 'people. '])]).toEqual([remark, true])
    }
  })

  it('may become the echo of a question', () => {
    expect(sofar('like to', ['Would you like to ', 'see a demo? '])).toBe(true)
    expect(sofar('yes', ['Would you like to ', 'see a demo? '])).toBe(false)
  })

  it('cuts in with the first word that can become neither', () => {
    for (const remark of ['no', 'wait', 'stop', 'but', 'okay but', 'how', 'yeah we']) {
      expect([remark, sofar(remark, ['Nooks helps sales teams stop losing time, no wait ', 'at all. '])]).toEqual([remark, false])
    }
  })
})

describe('on a call', () => {
  const yesAudio = callerScript('pub-call-3-hesitant.wav').audio.subarray(1395 * 8, 1940 * 8)
  const word = (text: string, atMs: number) => ({ text, startMs: atMs, endMs: atMs + 545, finalAfterMs: 200 })

  /** The bot counts to ten; the caller says something in between, which is told at first as it is mistaken for. */
  async function callWith(remark: string, mistakenFor: string, finalAfterMs = 600) {
    const answer = (said: string) => saying([said === 'Yes.' ? 'One two three four five six seven eight nine ten. ' : 'Fine. '])
    const words = [word('Yes.', 6000), { ...word(remark, 8600), mistakenFor, partialAfterMs: 0, finalAfterMs }]
    const phone = new Phone({ words, answer })
    await phone.speak(audioWith(16_000, { atMs: 6000, audio: yesAudio }, { atMs: 8600, audio: yesAudio }))
    const turns = phone.turns().slice(1)
    return turns.map(({ said, outcome, asides }) => ({ said, outcome, asides }))
  }

  it('waits for the whole of "yeah", whose first half is no word', async () => {
    expect(await callWith('Yeah.', 'ye')).toEqual([{ said: 'Yes.', outcome: 'heard', asides: ['Yeah.'] }])
  })

  it('waits for the whole of an echo', async () => {
    expect(await callWith('four five six', 'fo')).toEqual([{ said: 'Yes.', outcome: 'heard', asides: ['four five six'] }])
  })

  it('answers a word that only began like an aside', async () => {
    expect(await callWith('Yesterday.', 'ye')).toEqual([
      { said: 'Yes.', outcome: 'interrupted', asides: [] },
      { said: 'Yesterday.', outcome: 'heard', asides: [] },
    ])
  })

  it('takes what it has for the words when they are not settled 700 ms after the caller fell silent', () => {
    const said = (text: string): Event & { type: 'words' } => {
      const word = { text, startMs: 8600, endMs: 9100, final: false, confidence: null, turn: 0, place: 0 }
      return { type: 'words', at: 9200, words: [word], settled: null }
    }
    const told = (remark: string, untilMs: number) => {
      const events: readonly Event[] = [
        { type: 'call-answered', at: 0 },
        { type: 'caller-spoke', at: 8660, fromMs: 8600 },
        { type: 'reply-held', at: 8660, id: 1, text: 'One two three ', ahead: 'four five. ', whole: true },
        { type: 'caller-paused', at: 9160, sinceMs: 9100 },
        said(remark),
        { type: 'woke', at: untilMs },
      ]
      let turns = newCall({ pipeline: 'draft', longestMs: 600_000 })
      let did: readonly string[] = []
      for (const event of events) {
        const [next, commands] = step(turns, event)
        ;[turns, did] = [next, [...did, ...commands.map(({ type }) => type)]]
      }
      return did.filter(type => type !== 'settle')
    }
    expect(told('Four', 9799)).toEqual(['say', 'hold'])
    expect(told('Four', 9800)).toEqual(['say', 'hold', 'drop'])
    expect(told('Okay', 9800)).toEqual(['say', 'hold', 'resume'])
  })
})
