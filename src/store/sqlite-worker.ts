/**
 * The thread in which SQLite runs, one database a thread. Node's `node:sqlite` is synchronous: on the main thread a slow disk or
 * a lock held by another program would stop the audio of every call.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

export type SqliteQuestion = { readonly id: number; readonly sql: string; readonly parameters: readonly unknown[] }

export type SqliteAnswer = { readonly id: number } & (
  | { readonly type: 'rows'; readonly rows: readonly unknown[] }
  | { readonly type: 'done'; readonly changes: number; readonly lastInsertId: number }
  /** `code` is SQLite's extended result code, https://sqlite.org/rescode.html, or null if it is none of SQLite's. */
  | { readonly type: 'failed'; readonly message: string; readonly code: number | null }
)

/** How long a lock held by another program is waited for before a statement fails. Writers try again; readers need no lock. */
const BUSY_MS = 500
/** Statements kept prepared; the product has some fifty. */
const STATEMENTS_MAX = 200

let database: DatabaseSync | null = null
const statements = new Map<string, StatementSync>()

parentPort!.on('message', (question: SqliteQuestion) => parentPort!.postMessage(answer(question)))

function answer({ id, sql, parameters }: SqliteQuestion): SqliteAnswer {
  try {
    const statement = prepared(sql)
    const values = parameters as SQLInputValue[]
    // Rows are plain objects elsewhere; SQLite's have no prototype.
    if (statement.columns().length > 0) return { id, type: 'rows', rows: statement.all(...values).map(row => ({ ...row })) }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { id, type: 'done', changes: Number(changes), lastInsertId: Number(lastInsertRowid) }
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number }
    return { id, type: 'failed', message, code: errcode ?? null }
  }
}

function prepared(sql: string): StatementSync {
  const known = statements.get(sql)
  if (known) return known
  const statement = open().prepare(sql)
  if (statements.size >= STATEMENTS_MAX) statements.clear()
  statements.set(sql, statement)
  return statement
}

/** Opened by the first statement, so that a file that cannot be opened fails that statement and the next may try again. */
function open(): DatabaseSync {
  if (database) return database
  const opened = new DatabaseSync(workerData as string, { timeout: BUSY_MS, enableForeignKeyConstraints: true })
  try {
    // A crash of the machine may lose the newest transactions but never their order: https://sqlite.org/pragma.html#pragma_synchronous
    opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  } catch (error) {
    opened.close()
    throw error
  }
  database = opened
  return opened
}
