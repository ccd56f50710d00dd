import { describe, expect, it } from 'vitest'
import { assistantNamed } from '../../../src/assistant/assistant.ts'
import { meaningName, understands } from '../../../src/providers/local/script/meaning.ts'
import { heldOut, tuned, unseen, type Paraphrase } from './script-paraphrases.ts'
import { talk } from './script-talk.ts'

const nooks = assistantNamed('nooks')!
const understand = understands(nooks)

const share = (rows: readonly Paraphrase[]): number =>
  rows.filter(([said, meaning]) => meaning.split('|').includes(meaningName(understand(said)))).length / rows.length

describe('how often the script understands', () => {
  it('at least 90 in 100 of all 443 wordings', () => {
    expect([...tuned, ...heldOut, ...unseen]).toHaveLength(443)
    expect(share([...tuned, ...heldOut, ...unseen])).toBeGreaterThanOrEqual(0.9)
  })

  it('at least 95 in 100 of the wordings its rules were corrected with', () => expect(share(tuned)).toBeGreaterThanOrEqual(0.95))

  it('at least 85 in 100 of those written with them but held out', () => expect(share(heldOut)).toBeGreaterThanOrEqual(0.85))

  it('at least 72 in 100 of those written after the rules', () => expect(share(unseen)).toBeGreaterThanOrEqual(0.72))
})

/** What the recorded callers of test/fixtures/audio say: as documented, and as Moonshine tiny heard them. */
const recordedCallers: readonly (readonly [said: string, meanings: string])[] = [
  [
    'Hi Dave, I filled out an auto application last night and the last page it says to call and give more information.',
    'wrong-number',
  ],
  [
    'Hi Dave. I told that in a photo application last night and at the last page it says to call and give more information.',
    'statement',
  ],
  ['Okay.', 'acknowledge'],
  ["I'm an individual.", 'small-teams'],
  ['No, I just want a new car.', 'wrong-number'],
  ["Yes, that's right.", 'yes'],
  ['Yes, it is.', 'yes'],
  ['Yet that is,', 'statement'],
  ["Hi, I'd like to buy a Chromecast and I was wondering whether you could help me with that.", 'wrong-number'],
  ["Let's go with the black one.", 'wrong-number'],
  ["Let's get the black one.", 'wrong-number'],
  ['Regular Chromecast is fine.', 'wrong-number'],
  ['Regular chromecap is fine.', 'statement'],
  ['Express, please.', 'wrong-number'],
  ['Expressly.', 'statement'],
  ['Yes.', 'yes'],
  ['Yeah', 'yes'],
  ['You have to.', 'statement|fragment'],
  ['[um] This is something that', 'fragment'],
  ['Um, this is uh something that, uh.', 'fragment'],
  ['I am testing to make sure that the VAD is working properly.', 'testing'],
  ["I'm testing to.", 'testing|fragment'],
  ['I am getting to Uh make sure that Uh bad Uh if Uh work properly', 'statement'],
  ["Uh, make sure that uh, that uh, is uh, what's in top of the.", 'fragment|statement'],
  ['Nope.', 'no'],
  ['You know,', 'acknowledge'],
  ["I don't know. I'm not so sure.", 'unsure'],
  ["I don't know I'm not too strong", 'unsure'],
  ["I don't know why I'm not too sure.", 'unsure'],
  ['Billing department.', 'support'],
  ['Building department.', 'support'],
  ["I'd like to speak to customer support.", 'human'],
  ['One zero zero zero one.', 'digits'],
  ['one zero zero zero one nine oh two one oh zero one eight zero three', 'digits'],
  ['I know two one, oh.', 'statement|digits'],
  ['01803.', 'digits'],
  [
    "Hi, my name's Jack Groetzinger and I'm going to be talking about how to recruit a cofounder and a team for your startup.",
    'introduction',
  ],
  [
    'Hi, my name is Jack Rethinger and I am going to be talking about how to recruit a co-founder and a team for your startup.',
    'introduction',
  ],
  ['And the first gear, the quick overview of what we are going to talk about.', 'statement|what-it-is'],
  ['And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.', 'statement'],
  ['Several tornadoes touch', 'statement'],
  ['Down as a line of severe thunderstorms swept through Colorado on Sunday.', 'statement'],
  [
    'Mrs. Allen, said Catherine the next morning, will there be any harm in my calling on Miss Tilney today?',
    'unknown-question|statement',
  ],
  ["I'm Abigail Claflin.", 'introduction'],
  ["I'm ava gale claw one.", 'statement'],
  ['You can call me Abbie.', 'introduction'],
  ['Yeah, as, as much as it is worth celebrating the first spacewalk with an all-female team', 'yes|statement'],
]

describe('the recorded callers', () => {
  it.each(recordedCallers)('"%s" is understood', (said, meanings) => {
    expect(meanings.split('|')).toContain(meaningName(understand(said)))
  })

  it.each([
    [
      'the caller about a car loan',
      [
        'Hi Dave, I filled out an auto application last night.',
        'Okay.',
        "I'm an individual.",
        'No, I just want a new car.',
        "Yes, that's right.",
        'Yes, it is.',
      ],
    ],
    [
      'the buyer of a Chromecast',
      ["Hi, I'd like to buy a Chromecast.", 'Mm.', "Let's get the black one.", 'Regular Chromecast is fine.', 'Express, please.'],
    ],
    [
      'the hesitant one',
      [
        'Yes.',
        'Um, this is uh something that, uh.',
        'I am testing to make sure that the VAD is working properly.',
        'Nope.',
        "I don't know. I'm not so sure.",
        'Billing department.',
      ],
    ],
  ])('%s is never hung up on, and never hears the same thing twice', (_who, lines) => {
    const said = talk(nooks, lines)
    expect(said.map(({ caller }) => caller)).toEqual(lines)
    expect(new Set(said.map(({ bot }) => bot)).size).toBe(lines.length)
    expect(said.some(({ endsCall }) => endsCall)).toBe(false)
  })

  it('is told kindly that this is Nooks when a caller wants a Chromecast', () => {
    expect(talk(nooks, ["Hi, I'd like to buy a Chromecast."])[0]?.bot).toMatch(
      /^I'm afraid you may have the wrong number\. This is Nooks/,
    )
  })
})
