import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/call/journal.ts'
import { entryOf } from '../../src/call/replay.ts'
import { redactedJournal } from '../../src/redact/journal-copy.ts'

const played = readFileSync(new URL('../store/played-call.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map(entryOf)

/** What a recogniser tells as these words come one by one. */
function heard(text: string): readonly Entry[] {
  const all = text
    .split(' ')
    .map((word, n) => ({ text: word, startMs: n * 300, endMs: n * 300 + 250, final: true, confidence: null }))
  return all.flatMap((_, n): readonly Entry[] => {
    const words = all.slice(0, n + 1)
    const at = n * 300 + 300
    const said = words.map(word => word.text).join(' ')
    return [
      { at, ms: at, type: 'input', input: { type: 'heard', news: { type: 'words', turn: 0, words, completeToMs: null } } },
      { at, ms: at, type: 'event', event: { type: 'words', at, said, settled: null } },
    ]
  })
}

const key = (digit: string): Entry => ({ at: 0, ms: 0, type: 'input', input: { type: 'digit', digit } })
const textOf = (entries: readonly Entry[]): string => JSON.stringify(entries)

describe('a journal that is given away', () => {
  it('shows nothing of a number that was growing, but the last few digits that stand in many', () => {
    const copy = redactedJournal(heard('my number is four one five five five five two six seven one thanks'))
    const text = textOf(copy)
    expect(text).not.toMatch(
      /(one|two|four|five|six|seven)"?,? ?.{0,90}(one|two|four|five|six|seven).{0,90}(one|two|four|five|six|seven)/,
    )
    expect(text).toContain('my number is')
    expect(text).toContain('thanks')
    const last = copy.at(-2)!
    expect(
      last.type === 'input' && last.input.type === 'heard' && last.input.news.type === 'words' && last.input.news.words,
    ).toEqual([
      expect.objectContaining({ text: 'my', startMs: 0 }),
      expect.objectContaining({ text: 'number', startMs: 300 }),
      expect.objectContaining({ text: 'is', startMs: 600 }),
      expect.objectContaining({ text: '[number]', startMs: 900 }),
      expect.objectContaining({ text: 'thanks' }),
    ])
  })

  it('shows nothing of an e-mail address that was growing', () => {
    const text = textOf(redactedJournal(heard('it is john dot smith at acme dot com')))
    expect(text).not.toMatch(/john|smith|acme/)
    expect(text).toContain('it is [e-mail]')
  })

  it('shows no number that was typed, and a single key', () => {
    expect(textOf(redactedJournal([...'4242424242'].map(key)))).not.toMatch(/"digit":"\d"/)
    expect(redactedJournal([key('0')])).toEqual([key('0')])
  })

  it('is otherwise the same', () => {
    expect(redactedJournal(played)).toEqual(JSON.parse(JSON.stringify(played)))
  })
})
