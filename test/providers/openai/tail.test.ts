import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Tail } from '../../../src/providers/openai/tail.ts'

const given = (tokens: readonly string[], maxTokens: number): { readonly said: string; readonly rest: string } => {
  const tail = new Tail(maxTokens)
  const said = tokens.map(token => tail.next(token)).join('')
  return { said, rest: tail.rest() }
}

const numbered = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => ['This ', 'is ', 'sentence ', 'number ', `${n}`, '.', ' ']).flat()

describe('The end of a reply that may be too long', () => {
  it('passes on every token as it comes, far from the limit', () => {
    const tail = new Tail(220)
    for (const token of numbered(20)) expect(tail.next(token)).toBe(token)
  })

  it('is given out by whole sentences, near the limit', () => {
    const { said, rest } = given(numbered(60).slice(0, 220), 220)
    expect(said).toMatch(/number \d+\. $/)
    expect(rest).toBe('This is sentence ')
  })

  it('lets the running sentence finish word by word', () => {
    const tail = new Tail(20)
    const tokens = ['a ', 'b ', 'c ', 'd ', 'e ', 'f ', 'g ', 'h ', 'i ', 'j ', 'k ', 'l', '.', ' ', 'm ', 'n ']
    expect(tokens.map(token => tail.next(token))).toEqual([...tokens.slice(0, 14), '', ''])
    expect(tail.rest()).toBe('m n ')
  })

  it('takes no point inside a number or a name for an end', () => {
    const { said } = given(['It ', 'is ', '3', '.', '5 ', 'at ', 'nooks', '.', 'ai ', 'and'], 2)
    expect(said).toBe('It is 3.5 at nooks.ai and')
  })

  it('keeps every character, whatever comes', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', ' b', '. ', '.', ' ', '! C', '3.5', '" ')),
        fc.integer({ min: 1, max: 40 }),
        (tokens, most) => {
          const { said, rest } = given(tokens, most)
          expect(said + rest).toBe(tokens.join(''))
        },
      ),
    ))
})
