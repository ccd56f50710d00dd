import { describe, expect, test } from 'vitest'
import { correctNames } from '../../../src/providers/local/moonshine/names.ts'

const correct = correctNames(['Nooks', 'Sam', 'parallel dialer', 'HubSpot', 'RevOps', 'ZoomInfo', 'Salesforce', 'CRM', 'demo'])

describe('Names that the recogniser cannot know', () => {
  test.each([
    ['What does looks do?', 'What does Nooks do?'],
    ["Are you calling from Luke's?", 'Are you calling from Nooks?'],
    ['Tell me about looks.', 'Tell me about Nooks.'],
    ['We used Nux last year', 'We used Nooks last year'],
    ["I'd like to see a Lux demo.", "I'd like to see a Nooks demo."],
    ['what is nukes', 'what is Nooks'],
    ['Does it work with hub spot?', 'Does it work with HubSpot?'],
    ['our rev ops team, zoominfo too', 'our RevOps team, ZoomInfo too'],
  ])('"%s" becomes "%s"', (heard, meant) => {
    expect(correct(heard)).toBe(meant)
  })

  test.each([
    'It looks good.',
    'That looks like what we need.',
    'She looks after the team.',
    'Luke said no.',
    'The news is on.',
    'Our sales force is ten people.',
    'Knocks and locks, books and cooks.',
    'No, thanks.',
    'The same spot in the hub.',
    '',
  ])('"%s" stays as it is', text => {
    expect(correct(text)).toBe(text)
  })

  test('without names nothing changes', () => {
    expect(correctNames([])('What does looks do?')).toBe('What does looks do?')
  })
})
