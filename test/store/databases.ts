/**
 * One suite for every database the product can use: SQLite always, Postgres where TEST_DATABASE_URL names a server on which the
 * tests may make schemas. Each store has a data folder and a schema of its own, and leaves nothing behind.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, describe } from 'vitest'
import { realClock, wallMs } from '../../src/clock.ts'
import { openStore, type Store, type StoreParts } from '../../src/store/store.ts'

const server = process.env['TEST_DATABASE_URL']

/** What the names of this process's schemas begin with; other test files run beside it. */
export const OWN_SCHEMAS = `halfsecond_test_${process.pid}_`

export type TestStore = Store & {
  readonly dataDir: string
  readonly notes: readonly string[]
  /** As after a restart, two minutes later unless told: another store on the same folder and database. */
  readonly again: (parts?: Partial<StoreParts>) => Promise<TestStore>
}

export type OpenTestStore = (parts?: Partial<StoreParts>) => Promise<TestStore>

export function onEachDatabase(tests: (open: OpenTestStore, kind: 'SQLite' | 'Postgres') => void): void {
  describe('on SQLite', () => tests(opener(null), 'SQLite'))
  describe.skipIf(server === undefined)('on Postgres (skipped unless TEST_DATABASE_URL is set)', () =>
    tests(opener(server ?? null), 'Postgres'),
  )
}

/** Where the database makes no difference. */
export const onSqlite = (tests: (open: OpenTestStore) => void): void => tests(opener(null))

function opener(url: string | null): OpenTestStore {
  const endings: (() => Promise<unknown>)[] = []
  let count = 0
  afterEach(async () => {
    for (const end of endings.splice(0).toReversed()) await end()
  })

  async function openIn(parts: Pick<StoreParts, 'dataDir' | 'databaseUrl'> & Partial<StoreParts>): Promise<TestStore> {
    const notes: string[] = []
    const note = (text: string): void => void notes.push(text)
    const store = await openStore({ clock: realClock, wallMs, note, ...parts })
    endings.push(() => store.close(1000))
    return Object.assign(store, {
      dataDir: parts.dataDir,
      notes,
      again: (more: Partial<StoreParts> = {}) => openIn({ ...parts, wallMs: () => wallMs() + 120_000, ...more }),
    })
  }

  return async parts => {
    const dataDir = mkdtempSync(join(tmpdir(), 'halfsecond-store-'))
    endings.push(async () => rmSync(dataDir, { recursive: true, force: true }))
    const schema = `${OWN_SCHEMAS}${++count}`
    if (url !== null) {
      await onServer(url, `drop schema if exists ${schema} cascade; create schema ${schema}`)
      endings.push(() => onServer(url, `drop schema ${schema} cascade`))
    }
    return openIn({ dataDir, databaseUrl: url === null ? null : inSchema(url, schema), ...parts })
  }
}

function inSchema(url: string, schema: string): string {
  const address = new URL(url)
  address.searchParams.set('options', `-c search_path=${schema}`)
  // By which a test finds its own connections among those of others.
  address.searchParams.set('application_name', schema)
  return address.href
}

export async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  await client.end()
}
