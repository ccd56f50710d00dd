/**
 * Opens the database that keeps the calls: SQLite in the data folder, or Postgres where several machines share one. Brings its
 * schema up to date. What is stored, and how, is told by tables.ts, migrations.ts and the files that read and write.
 */
import { join } from 'node:path'
import { CamelCasePlugin, Kysely, PostgresDialect, type Dialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { StartFault } from '../start.ts'
import { migrations } from './migrations.ts'
import { sqliteDialect, SqliteError } from './sqlite-dialect.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>

export const DATABASE_FILE = 'halfsecond.db'

/** Connections to Postgres: one for the writer, the rest for readers. */
const CONNECTIONS_MAX = 5
/** A Postgres that does not answer must not hold a request, or the start, for long. */
const CONNECT_MS = 5_000

export type DatabaseParts = {
  readonly dataDir: string
  /** `postgres://…`, or null for SQLite. May hold a password; is never shown. */
  readonly url: string | null
  /** Told of connections lost while nobody used them. */
  readonly note: (error: Error) => void
}

/** Rejects with a StartFault that says what to do if the database cannot be used. `destroy()` closes it. */
export async function openDatabase({ dataDir, url, note }: DatabaseParts): Promise<Database> {
  const path = join(dataDir, DATABASE_FILE)
  const dialect = url === null ? sqliteDialect(path) : postgresDialect(url, note)
  const database = new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] })
  try {
    await bringUpToDate(database)
    return database
  } catch (error) {
    await database.destroy()
    const where = url === null ? path : 'of DATABASE_URL'
    throw new StartFault(`The database ${where} cannot be used: ${reasonOf(error)}`)
  }
}

function postgresDialect(url: string, note: (error: Error) => void): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_MS,
    allowExitOnIdle: true,
  })
  pool.on('error', note)
  return new PostgresDialect({ pool })
}

/**
 * How many steps this Postgres lacks of being up to date; takes none. Rejects with a StartFault that says what is wrong if it
 * cannot be used.
 */
export async function missingMigrations(url: string): Promise<number> {
  const database = new Kysely<Tables>({ dialect: postgresDialect(url, () => {}) })
  try {
    const all = await migratorOf(database).getMigrations()
    return all.filter(({ executedAt }) => executedAt === undefined).length
  } catch (error) {
    throw new StartFault(`The database of DATABASE_URL cannot be used: ${reasonOf(error)}`)
  } finally {
    await database.destroy()
  }
}

// Kysely's own two tables are not spelt in camel case.
const migratorOf = (database: Database): Migrator =>
  new Migrator({ db: database.withoutPlugins(), provider: { getMigrations: async () => ({ ...migrations }) } })

async function bringUpToDate(database: Database): Promise<void> {
  const { error } = await migratorOf(database).migrateToLatest()
  if (error !== undefined) throw error as Error
}

/** SQLite's result codes, without what they say in particular: https://sqlite.org/rescode.html */
const sqliteReasons: Readonly<Record<number, string>> = {
  8: 'it may only be read; make it writable.',
  11: 'it is damaged. Move it away and start again: every call that still has its folder is taken in anew.',
  13: 'the disk is full.',
  14: 'it cannot be opened; is its folder writable?',
  26: 'it is not a database. Move it away and start again: every call that still has its folder is taken in anew.',
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message: string }
  if (error instanceof SqliteError) return sqliteReasons[(error.code ?? 0) & 0xff] ?? `${message}.`
  if (/previously executed migration .* is missing/.test(message)) return 'a newer Halfsecond has changed it; start that one.'
  if (code === '28P01' || code === '28000') return 'it refuses the name or the password.'
  if (code === '3D000') return 'there is no database of that name; create it.'
  return `${message === '' && typeof code === 'string' ? code : message}.`
}

/** How the network says that a server is out of reach. */
const AWAY = /^(ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|E(HOST|NET)UNREACH)$/

/**
 * Whether a failed statement may succeed later: the database is locked, full, restarting or out of reach. Everything else is a
 * fault of the statement itself, which would only fail again.
 */
export function mayPass(error: unknown): boolean {
  // Busy, locked, I/O error, full, cannot open.
  if (error instanceof SqliteError) return [5, 6, 10, 13, 14].includes((error.code ?? 0) & 0xff)
  const { code, message } = error as { readonly code?: string; readonly message?: string }
  // https://www.postgresql.org/docs/15/errcodes-appendix.html: connection, rollback, resources, operator's intervention.
  if (code !== undefined) return /^(08|40|53|57)...$/.test(code) || AWAY.test(code)
  return /connection terminated|timeout/i.test(message ?? '')
}
