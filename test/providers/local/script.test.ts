import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { assistantNamed } from '../../../src/assistant/assistant.ts'
import { buildMessages } from '../../../src/assistant/messages.ts'
import type { Thought } from '../../../src/ports.ts'
import { SCRIPT_DESCRIPTION, scripted, scriptedReply } from '../../../src/providers/local/script/script.ts'
import { endCall } from '../../../src/tools/end-call.ts'
import { talk } from './script-talk.ts'

const nooks = assistantNamed('nooks')!

/** Each line: what the caller says, what it is taken to mean, and what the reply must contain. `END`: and the call ends. */
type Line = readonly [caller: string, meant: string, reply: RegExp, end?: 'END']

const tells = (lines: readonly Line[]): void => {
  const said = talk(
    nooks,
    lines.map(([caller]) => caller),
  )
  lines.forEach(([caller, meant, reply, end], n) => {
    expect(said[n]?.meant, `meaning of "${caller}"`).toBe(meant)
    expect(said[n]?.bot, `reply to "${caller}"`).toMatch(reply)
    expect(said[n]?.endsCall, `call ended after "${caller}"`).toBe(end === 'END')
  })
}

describe('a call with the script', () => {
  it('goes from the first question to a noted demo', () => {
    tells([
      ['What is Nooks?', 'what-it-is', /^Nooks is an AI sales platform\..* How many people on your team make sales calls\?$/],
      ['about twenty', 'statement', /^Twenty, got it\. What do you use for calling today\?$/],
      ['we use aircall', 'competitors', /good to know\. Would you like to see it in a demo\?$/],
      ['yes please', 'yes', /a colleague will confirm it\. Which day would suit you\?$/],
      ['next Tuesday', 'statement', /what time of day is best\?$/],
      ['at three in the afternoon', 'statement', /May I have your name\?$/],
      ['Jane Doe', 'statement', /number or email/],
      ['five five five two one two', 'digits', /^I heard five five five, two one two\. What comes next\?$/],
      [
        'three four five six',
        'digits',
        /next Tuesday at three in the afternoon, for Jane Doe, and to reach you, five five five, two one two, three four five six\. Is that right\?$/,
      ],
      ['yes', 'yes', /it is noted\. A colleague will confirm it/],
      ["no thanks, that's all", 'goodbye', /[Gg]oodbye\.$/, 'END'],
    ])
  })

  it('takes everything at once when everything is said at once', () => {
    tells([
      [
        "Let's do a demo next Monday at 4 pm, my name is Carla, carla@contoso.com",
        'book',
        /next Monday at four P M, for Carla, and to reach you, carla at contoso dot com\. Is that right\?$/,
      ],
      ['yes', 'yes', /A colleague will confirm/],
    ])
  })

  it('corrects what it got wrong', () => {
    tells([
      ['I have no time', 'no-time', /at a better time\. Which day would suit you\?$/],
      ['Tuesday', 'statement', /what time of day/],
      ['around noon', 'statement', /your name/],
      ['Eve Adams', 'statement', /number or email/],
      [
        "it's 4 1 5 5 5 5 2 6 7 1",
        'digits',
        /Tuesday at noon, for Eve Adams, and to reach you, four one five, five five five, two six seven one\./,
      ],
      ['no', 'no', /What should I change\?$/],
      ['the number is wrong', 'statement', /On which number or email can we reach you\?$/],
      ['four one five five five five two six seven two', 'digits', /two six seven two\. Did I get that right\?$/],
      ['no, make it Friday', 'no', /Friday at noon, for Eve Adams/],
      ['correct', 'yes', /noted/],
    ])
  })

  it('answers a question in the middle of noting a demo, and goes on where it was', () => {
    tells([
      ['I want to book a meeting', 'book', /Which day would suit you\?$/],
      ['hold on', 'hold', /take your time/],
      ['tomorrow', 'statement', /what time of day/],
      ['how long is the demo', 'demo', /^In a demo, a colleague shows you Nooks.* What time shall I put down\?$/],
      ['three pm', 'statement', /your name/],
      ['are you a robot', 'is-ai', /I'm an AI.* Who may I say is asking\?$/],
      ['Bob', 'statement', /number or email/],
      ['this number', 'statement', /tomorrow at three P M, for Bob, and to reach you, the number you are calling from\./],
    ])
  })

  it('leaves a meeting alone when the caller changes their mind', () => {
    tells([
      ['book a demo', 'book', /Which day/],
      ["I don't know", 'unsure', /no hurry\. And what time/],
      ['never mind', 'no', /I won't note a time\./],
    ])
  })

  it('notes a call back when somebody wants a person', () => {
    tells([
      ["I'd like to speak to customer support.", 'human', /^I can't put you through from here.* number or email/],
      ['bob dot jones at example dot com', 'statement', /May I have your name\?$/],
      ['Bob', 'statement', /I have Bob, and to reach you, bob dot jones at example dot com\. Is that right\?$/],
      ['yes', 'yes', /noted/],
      ['no', 'no', /Shall we leave it there for today\?$/],
      ['yes', 'yes', /goodbye/i, 'END'],
    ])
  })

  it('does not invent a price, however often it is asked', () => {
    tells([
      ['How much does it cost?', 'price', /no public price list.* A colleague will give you exact figures\./],
      ['just roughly, how much', 'price', /would rather not guess/],
      ["that's too expensive", 'too-expensive', /a colleague can tell you whether it pays off/],
    ])
  })

  it('says that it is an AI, and never that it is human', () => {
    for (const question of ['Are you human?', 'am I talking to a real person', 'Is this AI?', 'are you a robot'])
      expect(talk(nooks, [question])[0]?.bot).toMatch(/\bAI\b/)
  })

  it('promises to stop, and says goodbye, when the caller does not want to be called', () => {
    tells([
      ['Where did you get my number?', 'number-source', /I can't see where your number came from/],
      ['Take me off your list!', 'remove-me', /sorry.*do not want to be called\. Goodbye\.$/, 'END'],
    ])
  })

  it('answers objections without pushing', () => {
    tells([
      ["I'm not interested.", 'not-interested', /I will not push\. What do you use for calling today\?$/],
      ['I said I am not interested', 'not-interested', /I leave it at that\. Shall we leave it there for today\?$/],
      ['yes', 'yes', /goodbye/i, 'END'],
    ])
    tells([
      ['We already have a dialer.', 'have-a-tool', /several tools into one/],
      ['Just send me an email.', 'send-email', /a colleague will\. What is the best number or email/],
    ])
  })

  it('repeats itself when asked, and only then', () => {
    const [first, second, third] = talk(nooks, ['does it work with HubSpot', 'Sorry, what did you say?', 'what?'])
    expect(second?.bot).toBe(`Sure, once more. ${first?.bot}`)
    expect(third?.bot).toBe(`Of course, here it is again. ${first?.bot}`)
  })

  it('repeats a sentence whole if the caller cut it off', () => {
    const cut = { caller: 'who uses it', bot: 'HubSpot, Greenhouse, Seismic, Deel', interrupted: true }
    expect(scriptedReply(nooks)(buildMessages(nooks, [cut], 'sorry, what?')).text).toContain(
      'the customers Nooks names in public.',
    )
  })

  it('tells further facts when asked for more, never the same one twice running', () => {
    const said = talk(nooks, ['what does nooks do', 'tell me more', 'go on', 'and then', 'what else', 'tell me more'])
    expect(new Set(said.map(({ bot }) => bot)).size).toBe(6)
  })

  it('lets the caller finish a sentence', () => {
    tells([
      ['This is something that', 'fragment', /^Go on, I'm listening\.$/],
      ['the thing is that we', 'fragment', /^Yes, please go on\.$/],
    ])
  })

  it('asks back once, then offers a person', () => {
    tells([
      ['asdf qwer', 'statement', /^I'm not sure I followed you\./],
      ['zxcv uiop', 'statement', /^Sorry, I didn't quite get that\. Shall a colleague call you about it\?$/],
    ])
  })

  it('says so when it does not know', () => {
    tells([
      ['what is the airspeed of a swallow', 'unknown-question', /^That I don't know, and I won't guess\. Shall a colleague/],
    ])
  })

  it('does not hang up on a single word that may be misheard', () => {
    const said = talk(nooks, ['No.', 'What?', 'Nope.', 'no', 'no'])
    expect(said.every(({ endsCall }) => !endsCall)).toBe(true)
  })

  it('understands an answer to a question that was cut off after it was clear', () => {
    const history = [{ caller: 'sounds good', bot: 'Glad to hear that. Would you like to see', interrupted: true }]
    expect(scriptedReply(nooks)(buildMessages(nooks, history, 'Yes.')).text).toMatch(/Which day would suit you\?$/)
  })

  it('answers both halves together if the caller went on before hearing anything', () => {
    const history = [{ caller: 'I wanted to ask', bot: '', interrupted: true }]
    expect(scriptedReply(nooks)(buildMessages(nooks, history, 'what it costs')).text).toMatch(/price list/)
  })
})

describe('what the script says, whatever it hears', () => {
  const someLines = [
    'yes', 'no', 'okay', 'what?', 'hold on', 'how much is it', 'book a demo', 'Tuesday', 'at three', 'Jane', '212 555 0198',
    'jane@acme.com', 'tell me more', 'not interested', 'who are you', 'hello?', 'I was wondering if', 'send me an email',
    'Hi, I would like to buy a Chromecast', 'testing', 'thanks', 'what is the capital of Peru', 'blah blah', 'no, the time',
    'I am José', '1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9', 'you cut me off', 'does it work with Salesforce', 'about 25 of us',
  ] // prettier-ignore
  const line = fc.oneof(fc.constantFrom(...someLines), fc.string(), fc.string({ unit: 'grapheme' }), fc.lorem())
  const dialogue = fc.array(line, { minLength: 1, maxLength: 14 })
  const asksToRepeat = (meant: string) => meant === 'repeat'

  it('is never empty, short, and plain words a voice can read: no digits, no markup', () => {
    fc.assert(
      fc.property(dialogue, lines => {
        for (const { bot } of talk(nooks, lines)) {
          expect(bot).toMatch(/^[\p{L}][\p{L}\p{M} ,.:;?'-]*[.?]$/u)
          expect(bot.split(/\s+/).length).toBeLessThanOrEqual(45)
          expect(bot.match(/\?/g)?.length ?? 0).toBeLessThanOrEqual(2)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('is never the same twice running, and no sentence of it is, unless the caller asks to hear it again', () => {
    const sentences = (text: string) => text.split(/(?<=[.?])\s+/)
    fc.assert(
      fc.property(dialogue, lines => {
        const said = talk(nooks, lines)
        said.slice(1).forEach(({ bot, meant }, n) => {
          const before = said[n]?.bot ?? ''
          expect(bot).not.toBe(before)
          if (!asksToRepeat(meant)) for (const one of sentences(bot)) expect(sentences(before)).not.toContain(one)
        })
      }),
      { numRuns: 150 },
    )
  })

  it('is the same for the same conversation', () => {
    fc.assert(
      fc.property(dialogue, lines => {
        expect(talk(nooks, lines)).toEqual(talk(nooks, lines))
      }),
      { numRuns: 50 },
    )
  })
})

describe('the script as a stream', () => {
  const thoughtsOn = async (said: string): Promise<readonly Thought[]> => {
    const thoughts: Thought[] = []
    const { signal } = new AbortController()
    for await (const thought of scripted(nooks)(buildMessages(nooks, [], said), signal, undefined, undefined, [endCall.offer]))
      thoughts.push(thought)
    return thoughts
  }

  it('comes word by word, and the pieces joined are the reply', async () => {
    const thoughts = await thoughtsOn('What is Nooks?')
    expect(thoughts.slice(0, 3)).toEqual([
      { type: 'text', text: 'Nooks' },
      { type: 'text', text: ' is' },
      { type: 'text', text: ' an' },
    ])
    expect(thoughts.map(thought => (thought.type === 'text' ? thought.text : '')).join('')).toBe(
      scriptedReply(nooks)(buildMessages(nooks, [], 'What is Nooks?')).text,
    )
  })

  it('wants the call to end after the goodbye, not before', async () => {
    expect((await thoughtsOn('goodbye')).at(-1)).toMatchObject({ type: 'call-tool', call: { name: 'end_call' } })
  })

  it('does not end a call whose goodbye was broken off', async () => {
    const abort = new AbortController()
    const thoughts: Thought[] = []
    const messages = buildMessages(nooks, [], 'goodbye')
    for await (const thought of scripted(nooks)(messages, abort.signal, undefined, undefined, [endCall.offer])) {
      thoughts.push(thought)
      if (thought.type === 'text' && /goodbye/i.test(thought.text)) abort.abort()
    }
    expect(thoughts.length).toBeGreaterThan(3)
    expect(thoughts.some(({ type }) => type === 'call-tool')).toBe(false)
  })

  it('calls itself what it is', () => {
    expect(SCRIPT_DESCRIPTION).toMatch(/script/)
    expect(SCRIPT_DESCRIPTION).toMatch(/not GPT-4/)
  })
})
