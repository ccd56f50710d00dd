/**
 * SQLite for Kysely, by Node's own `node:sqlite` in a thread of its own. Kysely hands out the one connection to one user at a
 * time, so transactions cannot mix.
 */
import { Worker } from 'node:worker_threads'
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import type { SqliteAnswer, SqliteQuestion } from './sqlite-worker.ts'

/** A statement failed; see https://sqlite.org/rescode.html for the code. Null: the thread itself was lost. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError'
  readonly code: number | null

  constructor(message: string, code: number | null) {
    super(message)
    this.code = code
  }
}

export const sqliteDialect = (path: string): Dialect => ({
  createAdapter: () => new Adapter(),
  createDriver: () => new ThreadDriver(path),
  createIntrospector: database => new SqliteIntrospector(database),
  createQueryCompiler: () => new SqliteQueryCompiler(),
})

class Adapter extends SqliteAdapter {
  /** So that each migration happens as a whole or not at all. */
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class ThreadDriver implements Driver {
  readonly #path: string
  #thread: Thread | null = null

  constructor(path: string) {
    this.#path = path
  }

  async init(): Promise<void> {
    this.#thread = new Thread(this.#path)
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#thread!
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // Takes the lock at once: a transaction that first reads could otherwise find it taken when it is too late to wait.
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#thread?.end()
  }
}

type Waiting = { readonly resolve: (answer: SqliteAnswer) => void; readonly reject: (error: Error) => void }

class Thread implements DatabaseConnection {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #lost: SqliteError | null = null
  #lastId = 0

  constructor(path: string) {
    this.#worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { workerData: path })
    this.#worker.on('message', (answer: SqliteAnswer) => this.#take(answer))
    this.#worker.on('error', (error: unknown) => this.#lose(error instanceof Error ? error.message : String(error)))
    this.#worker.on('exit', () => this.#lose('the thread of the database has ended'))
    // The thread keeps the program running only while it is asked something: a program that fails to start must end.
    this.#worker.unref()
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const answer = await this.#ask(sql, parameters)
    if (answer.type === 'failed') throw new SqliteError(answer.message, answer.code)
    if (answer.type === 'rows') return { rows: answer.rows as Row[] }
    return { rows: [], numAffectedRows: BigInt(answer.changes), insertId: BigInt(answer.lastInsertId) }
  }

  /** Not in use: what is much is read page by page, so that writers get their turn. */
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new SqliteError('rows are not streamed', null)
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #ask(sql: string, parameters: readonly unknown[]): Promise<SqliteAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost)
      const id = ++this.#lastId
      if (this.#waiting.size === 0) this.#worker.ref()
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, sql, parameters } satisfies SqliteQuestion)
    })
  }

  #take(answer: SqliteAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    waiting?.resolve(answer)
  }

  #lose(why: string): void {
    this.#lost ??= new SqliteError(why, null)
    for (const { reject } of this.#waiting.values()) reject(this.#lost)
    this.#waiting.clear()
  }
}
