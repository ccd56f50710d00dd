/** The words of a call with their times: who may read what of them, and what is said where there are none. */
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import * as shapes from '../../src/api/shapes.ts'
import type { Entry } from '../../src/call/journal.ts'
import { unredacted } from '../../src/redact/redact.ts'
import { onEachDatabase, type TestStore } from '../store/databases.ts'
import { entriesOf, headingOf, journalFor } from '../store/played-call.ts'
import { openApi } from './rig.ts'

const heading = headingOf(1)
const path = `/api/conversations/${heading.callSid}/words`
const journalOf = ({ callsDir }: TestStore): string => join(callsDir, heading.callSid, 'journal.ndjson')

/** The caller tells a number that grows word by word, and goes on about it. */
function tellsNumber(): readonly Entry[] {
  const told = 'My number is 555 123 4567 890 thanks.'.split(' ')
  return told.map((_, n) => ({
    at: 10_000 + n * 100,
    ms: 0,
    type: 'input',
    input: {
      type: 'heard',
      news: {
        type: 'words',
        turn: 1,
        words: told.slice(0, n + 1).map((text, i) => ({
          text,
          startMs: 10_000 + i * 100,
          endMs: 10_080 + i * 100,
          final: false,
          confidence: null,
        })),
        completeToMs: null,
      },
    },
  }))
}

async function withCall(store: TestStore, more: readonly Entry[] = []): Promise<void> {
  const journal = journalFor(store.callsDir, heading, store)
  for (const entry of [...entriesOf(heading), ...more]) journal.write(entry)
  await journal.close()
  while (store.state().waiting > 0) await new Promise(setImmediate)
}

const textOf = ({ words }: z.output<typeof shapes.timedWords>, who: string): string =>
  words
    .filter(word => word.who === who)
    .map(({ text }) => text)
    .join(' ')

describe('the words of a call', () => {
  onEachDatabase(open => {
    it('are told with their times, and without numbers, however they were said', async () => {
      const store = await open()
      await withCall(store, tellsNumber())
      const { ask } = await openApi(store)
      const answer = await ask(path)
      const words = shapes.timedWords.parse(answer.body)
      expect(words.damagedLines).toBe(0)
      expect(words.words.find(({ text }) => text === 'Stop!')).toMatchObject({ who: 'caller', turn: 4, startMs: 8900 })
      expect(textOf(words, 'caller')).toMatch(/^Yes\. please\. Stop! My number is \[number\]\.? thanks\.$/)
      expect(JSON.stringify(answer.body)).not.toMatch(/"text":"[^"]*\d{3}/)
      expect(answer.response.headers.get('cache-control')).toBe('private, no-store')
    })

    it('have their numbers where the owner wants it so', async () => {
      const store = await open({ redact: unredacted })
      await withCall(store, tellsNumber())
      const { ask } = await openApi(store)
      expect(textOf(shapes.timedWords.parse((await ask(path)).body), 'caller')).toContain('555 123 4567 890')
    })

    it('are told as far as the journal can be read', async () => {
      const store = await open()
      await withCall(store)
      appendFileSync(journalOf(store), 'nonsense\n{"at":1}\n{"at":20')
      const { ask } = await openApi(store)
      expect((await ask(path)).body).toMatchObject({ damagedLines: 2 })
      writeFileSync(journalOf(store), '{"type":"input"}\n')
      expect(await ask(path)).toMatchObject({
        status: 422,
        body: { error: 'the journal of this call is damaged and cannot be read' },
      })
    })

    it('are missed with a word why', async () => {
      const store = await open()
      await withCall(store)
      const { ask } = await openApi(store)
      const missing = { error: 'there is no journal of this call on this machine' }
      expect(await ask(`${path}?call=another`)).toMatchObject({ status: 404, body: missing })
      rmSync(join(store.callsDir, heading.callSid), { recursive: true })
      expect(await ask(path)).toMatchObject({ status: 404, body: missing })
      const unknown = headingOf(9).callSid
      expect(await ask(`/api/conversations/${unknown}/words`)).toMatchObject({
        status: 404,
        body: { error: `there is no conversation ${unknown}` },
      })
    })
  })
})
