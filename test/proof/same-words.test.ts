import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/ports.ts'
import type { Mistake } from './rehearsal.ts'
import { proveSameWords, seedsFrom } from './same-words.ts'

const withLast = (messages: readonly Message[], change: (said: string) => string): readonly Message[] =>
  messages.map((message, n) => (n === messages.length - 1 ? { ...message, content: change(message.content) } : message))

describe('plain, streamed and draft', () => {
  it('ask the same, say the same and are heard the same, in recorded and in generated conversations', async () => {
    const proof = await proveSameWords({ seeds: seedsFrom(1, 60), recorded: true })
    expect(proof.differences).toEqual([])
    expect(proof.faults).toEqual([])
    expect(proof.conversations).toBe(66)
    expect(proof.requestsCompared).toBeGreaterThan(400)
    // It is a proof only if there were drafts to be thrown away, callers who cut in, and some who only listened aloud.
    expect(proof.requestsMade.draft - proof.requestsMade.plain).toBeGreaterThan(60)
    expect(proof.interrupted).toBeGreaterThan(30)
    expect(proof.asides).toBeGreaterThan(5)
    expect(proof.withdrawn).toBeGreaterThan(2)
  })

  it.each([
    ['"okay" is said to a question of which only the first words have been made', [92, 155, 186, 268]],
    ['"hmm" is followed by more within half a second', [60]],
    ['a reply is dropped while a word of it is being written', [232]],
  ])('are the same where %s', async (_, seeds) => {
    const { differences, faults } = await proveSameWords({ seeds, recorded: false })
    expect([differences, faults]).toEqual([[], []])
  })
})

describe('the proof', () => {
  it('finds a draft that is asked about all words but the last', async () => {
    const mistake: Mistake = (pipeline, messages) =>
      pipeline === 'draft' ? withLast(messages, said => said.split(' ').slice(0, -1).join(' ') || said) : messages
    const { differences } = await proveSameWords({ seeds: [], recorded: true, mistake })
    expect(new Set(differences.map(({ pipeline, what }) => `${pipeline} ${what}`))).toEqual(new Set(['draft request']))
    expect(differences[0]!.plain).toContain('Hi Dave, I filled out an auto application')
    expect(differences[0]!.other).toContain('Hi Dave, I filled out an auto application')
  })

  it('finds a draft that is let out although more was said since', async () => {
    let stale = ''
    const mistake: Mistake = (pipeline, messages) => {
      const said = messages.at(-1)!.content
      if (pipeline !== 'draft') return messages
      if (!said.startsWith(stale) || stale === '') stale = said
      return withLast(messages, () => stale)
    }
    const { differences } = await proveSameWords({ seeds: seedsFrom(1, 10), recorded: true, mistake })
    expect(differences.length).toBeGreaterThan(3)
    expect(new Set(differences.map(({ pipeline }) => pipeline))).toEqual(new Set(['draft']))
  })

  it('finds a request that differs in white space only', async () => {
    const mistake: Mistake = (pipeline, messages) => (pipeline === 'streamed' ? withLast(messages, said => `${said} `) : messages)
    const { differences } = await proveSameWords({ seeds: [], recorded: true, mistake })
    expect(differences).toHaveLength(6)
  })
})
