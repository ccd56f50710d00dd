import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Entry, Heading } from '../../src/call/journal.ts'
import { realClock, wallMs } from '../../src/clock.ts'
import { redactedJournal } from '../../src/redact/journal-copy.ts'
import { callsWithSid, exportCall } from '../../src/store/export.ts'
import { openStore, type Store, type StoreParts } from '../../src/store/store.ts'
import { entriesOf, headingOf, journalFor } from './played-call.ts'

let dataDir = ''
let store: Store | null = null

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'halfsecond-export-'))
})
afterEach(async () => {
  await store?.close(1000)
  rmSync(dataDir, { recursive: true, force: true })
})

const SAID = 'My card is 4242 4242 4242 4242, mail anna@acme.com.'

/** The played call, in which the caller says something that is nobody's business. */
const told = (heading: Heading): readonly Entry[] =>
  JSON.parse(JSON.stringify(entriesOf(heading)).replaceAll('Yes. please.', SAID)) as Entry[]

async function recordedIn(parts: Partial<StoreParts> = {}): Promise<Store> {
  store = await openStore({ dataDir, databaseUrl: null, clock: realClock, wallMs, note: () => {}, ...parts })
  const journal = journalFor(store.callsDir, headingOf(1), store)
  for (const entry of told(headingOf(1))) journal.write(entry)
  await journal.close()
  while (store.state().waiting > 0) await new Promise(setImmediate)
  return store
}

const exported = async ({ database, callsDir }: Store, share: boolean) => {
  const [call] = await callsWithSid(database, headingOf(1).callSid)
  const { path, files } = await exportCall(call!, callsDir, join(dataDir, 'out'), share ? redactedJournal : null)
  const texts = files.filter(file => /json|md$/.test(file)).map(file => readFileSync(join(path, file), 'utf8'))
  return { files: readdirSync(path).sort(), text: texts.join('\n') }
}

describe('a call that is given away', () => {
  it('is whole for its owner: recordings, and the journal from which it can be run again', async () => {
    const { files, text } = await exported(await recordedIn(), false)
    expect(files).toEqual(expect.arrayContaining(['caller.ulaw', 'mixed.wav', 'journal.ndjson', 'record.json', 'transcript.md']))
    expect(text).toContain('4242 4242')
  })

  it('has no recordings for others, and no number or address in any of its files', async () => {
    const { files, text } = await exported(await recordedIn(), true)
    expect(files).toEqual(['journal.ndjson', 'record.json', 'transcript.md', 'turns.jsonl'])
    expect(text).not.toMatch(/4242|anna|acme/)
    expect(text).toContain('My card is [card number], mail [e-mail].')
  })
})

describe('the records of a call', () => {
  it('have no number and no address in turns and transcript; the journal has, for the call to be run again', async () => {
    const { callsDir, database } = await recordedIn()
    const turns = await database.selectFrom('turns').select(['said']).orderBy('id').execute()
    expect(turns.map(({ said }) => said)).toContain('My card is [card number], mail [e-mail].')
    const file = (name: string): string => readFileSync(join(callsDir, headingOf(1).callSid, name), 'utf8')
    expect(file('transcript.md') + file('turns.jsonl')).not.toMatch(/4242|anna/)
    expect(file('journal.ndjson')).toContain('4242')
  })

  it('have them where the owner wants it so', async () => {
    const { database } = await recordedIn({ redact: text => text })
    const turns = await database.selectFrom('turns').select(['said']).execute()
    expect(turns.map(({ said }) => said)).toContain(SAID)
  })
})
