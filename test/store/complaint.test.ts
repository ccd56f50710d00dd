import { describe, expect, it } from 'vitest'
import { conversationOf } from '../../src/store/read-records.ts'
import { complains } from '../../src/store/complaint.ts'
import { onEachDatabase } from './databases.ts'
import { entriesOf, headingOf, journalFor } from './played-call.ts'

describe('a complaint about the call itself', () => {
  it.each([
    'You cut me off!',
    "You're interrupting me.",
    'Stop interrupting me, please.',
    'Let me finish.',
    "Hey, you're not listening.",
    'You are way too slow.',
    'I already told you that.',
    "That's not what I asked.",
    'You keep talking over me.',
    'This is so frustrating.',
  ])('is heard in: %s', said => {
    expect(complains(said)).toBe(true)
  })

  it.each([
    'What do you do?',
    'Do you cut costs?',
    'Let me talk to a person.',
    'It cuts our time in half.',
    'Is it slow?',
    'They interrupted our trial.',
    '',
  ])('is none: %s', said => {
    expect(complains(said)).toBe(false)
  })

  onEachDatabase(open => {
    it("stands in the call's feedback, with its turn and in the caller's words, once however often it is stored", async () => {
      const store = await open()
      const journal = journalFor(store.callsDir, headingOf(1), store, '+15551234567')
      const entries = entriesOf(headingOf(1)).map(entry =>
        entry.type === 'command' && entry.command.type === 'prepare'
          ? { ...entry, command: { ...entry.command, said: 'You cut me off!' } }
          : entry,
      )
      for (const entry of entries) journal.write(entry)
      await journal.close()
      await expect.poll(() => store.state().waiting).toBe(0)
      await store.database.updateTable('calls').set({ endedReason: null }).execute()
      const next = await store.again()
      await next.tookIn
      const [call] = (await conversationOf(next.database, headingOf(1).callSid))!.calls
      const told = call!.feedback.map(({ turnId, rating, words, source }) => ({ turnId, rating, words, source }))
      expect(told).toEqual(
        call!.turns
          .filter(({ line }) => line === null)
          .map(({ id }) => ({ turnId: id, rating: null, words: 'You cut me off!', source: 'caller' })),
      )
      expect(told.length).toBeGreaterThan(0)
    })
  })
})
