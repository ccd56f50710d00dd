import { describe, expect, it } from 'vitest'
import { evenWords, withoutLead } from '../../../src/providers/local/script/hear.ts'
import { digitsIn, digitsInWords, numberInWords, ordinalInWords } from '../../../src/providers/local/script/numbers.ts'
import { dayIn, digitsGiven, emailIn, nameIn, teamIn, timeIn } from '../../../src/providers/local/script/slots.ts'

describe('numbers', () => {
  it.each([
    [0, 'zero'], [7, 'seven'], [13, 'thirteen'], [20, 'twenty'], [42, 'forty two'], [100, 'one hundred'],
    [250, 'two hundred fifty'], [1000, 'one thousand'], [1234, 'one thousand two hundred thirty four'], [12345, 'one two three four five'],
  ])('%i is "%s"', (n, words) => expect(numberInWords(n)).toBe(words)) // prettier-ignore

  it.each([[1, 'first'], [3, 'third'], [12, 'twelfth'], [20, 'twentieth'], [21, 'twenty first'], [30, 'thirtieth'], [31, 'thirty first']])(
    'day %i is the %s', (n, words) => expect(ordinalInWords(n)).toBe(words)) // prettier-ignore

  it.each([
    ['nine oh two one oh', '90210'],
    ['double five one two', '5512'],
    ['212 555 0198', '2125550198'],
    ['twenty three forty', '2340'],
    ['call me', ''],
  ])('the digits of "%s" are "%s"', (said, digits) => expect(digitsIn(said.split(' '))).toBe(digits))

  it('are read aloud in groups', () => {
    expect(digitsInWords('10001')).toBe('one zero zero zero one')
    expect(digitsInWords('2125550198')).toBe('two one two, five five five, zero one nine eight')
  })
})

describe('the day and the time of a meeting', () => {
  it.each([
    ['next Tuesday would be great', 'next Tuesday'],
    ['tomorrow', 'tomorrow'],
    ['on the 3rd of March', 'March third'],
    ['March 21', 'March twenty first'],
    ['the fifth', 'the fifth'],
    ['sometime next week', 'next week'],
    ['whenever', 'any day'],
    ['I have not decided', null],
  ])('day in "%s": %s', (said, day) => expect(dayIn(evenWords(said))).toBe(day))

  it.each([
    ['at three', false, 'at three'],
    ['three', true, 'at three'],
    ['three', false, null],
    ['10:30 a.m.', true, 'at ten thirty A M'],
    ['4 pm', false, 'at four P M'],
    ['half past two', true, 'at half past two'],
    ['around noon', true, 'at noon'],
    ['in the late afternoon', true, 'in the late afternoon'],
    ['at three in the afternoon', true, 'at three in the afternoon'],
    ["three o'clock", true, 'at three'],
  ])('time in "%s" (asked: %s): %s', (said, asked, time) => expect(timeIn(evenWords(said), asked)).toBe(time))
})

describe('who it is for', () => {
  it.each([
    ['My name is Jane Doe', false, 'Jane Doe'],
    ["I'm Abigail Claflin.", false, 'Abigail Claflin'],
    ['You can call me Abbie.', false, 'Abbie'],
    ['this is Anna from Contoso', false, 'Anna'],
    ["it's José", true, 'José'],
    ['Jane', false, null],
    ['Jane', true, 'Jane'],
    ['Yes, that is correct', true, null],
    ['call me back later', false, null],
    ["I'm not interested", true, null],
    ['what do you need that for', true, null],
  ])('name in "%s" (asked: %s): %s', (said, asked, name) => expect(nameIn(said, asked)).toBe(name))

  it.each([
    ['jane@acme.com', 'jane at acme dot com'],
    ['it is bob dot jones at example dot com', 'bob dot jones at example dot com'],
    ['kim_7@mail.acme.co.uk.', 'kim underscore seven at mail dot acme dot co dot uk'],
    ['meet me at noon', null],
  ])('email in "%s": %s', (said, email) => expect(emailIn(said)).toBe(email))

  it.each([
    ["it's 4 1 5 5 5 5 2 6 7 1", '4155552671'],
    ['one zero zero zero one', '10001'],
    ['ten to fifteen people', ''],
    ['we have two offices', ''],
  ])('number in "%s": "%s"', (said, digits) => expect(digitsGiven(evenWords(said))).toBe(digits))

  it.each([
    ['about twenty five', 'Twenty five'],
    ['12', 'Twelve'],
    ['five or six people', 'Five or six'],
    ['ten to fifteen', 'Ten to fifteen'],
    ['just me', 'Just you'],
    ['a handful', 'A handful'],
    ['I would rather not say', null],
  ])('team in "%s": %s', (said, team) => expect(teamIn(evenWords(said))).toBe(team))
})

describe('what recognisers write differently', () => {
  it.each([
    ["I'd like to, it's fine.", 'i would like to it is fine'],
    ['dont call', 'do not call'],
    ['E-mail me: jane@acme.com!', 'email me jane@acme.com'],
    ['Uh-huh', 'mhm'],
    ['[um] OK', 'okay'],
    ['all right', 'alright'],
    ['…', ''],
  ])('"%s" is "%s"', (said, even) => expect(evenWords(said)).toBe(even))

  it.each([
    ['yes how much is it', 'yes', 'how much is it'],
    ['okay no that is wrong', 'no', 'that is wrong'],
    ['definitely not', 'no', ''],
    ['no time', null, 'no time'],
    ['hi good morning', 'greeting', ''],
  ])('"%s" begins with %s and goes on "%s"', (said, lead, rest) => expect(withoutLead(said)).toEqual({ lead, rest }))
})
