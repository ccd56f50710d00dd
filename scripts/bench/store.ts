/**
 * How fast stored calls are found again: fills a database with calls and asks the interface for them, over HTTP on this machine.
 * `npm run bench:store`; on Postgres too where TEST_DATABASE_URL names a server. Exit code 1 if the list or a call takes longer
 * than it may (95 of 100 times).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fastify } from 'fastify'
import { addApi } from '../../src/api/api.ts'
import { realClock, wallMs, wallTime } from '../../src/clock.ts'
import { openStore } from '../../src/store/store.ts'
import { describeMachine, load, machine } from './machine.ts'
import { spreadOf } from './percentiles.ts'
import { fillWithCalls, sidOf, startOf, TURNS } from './stored-calls.ts'

const REPEATS = 50
const LONGEST_MS = 200

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '10000' }, json: { type: 'boolean', default: false } },
})
const count = Number(values.calls)

type Measured = {
  readonly database: string
  readonly question: string
  readonly p50: number
  readonly p95: number
  readonly max: number
}

const before = load()
const server = process.env['TEST_DATABASE_URL']
const measured = [...(await measure('SQLite', null)), ...(server === undefined ? [] : await onPostgres(server))]
if (values.json) console.log(JSON.stringify({ machine: machine(), calls: count, turns: TURNS, measured }, null, 2))
else tell(measured)
process.exitCode = measured.some(({ p95 }) => p95 > LONGEST_MS) ? 1 : 0

function tell(rows: readonly Measured[]): void {
  console.log(`${count.toLocaleString('en')} calls of ${TURNS} turns; each question asked ${REPEATS} times, in milliseconds\n`)
  console.log('database   question                                 p50    p95    max')
  for (const { database, question, p50, p95, max } of rows) {
    const figures = [p50, p95, max].map(ms => ms.toFixed(1).padStart(7)).join('')
    console.log(`${database.padEnd(11)}${question.padEnd(37)}${figures}${p95 > LONGEST_MS ? '  TOO LONG' : ''}`)
  }
  if (server === undefined) console.log('\nPostgres was left out: TEST_DATABASE_URL is not set.')
  console.log(`\n${describeMachine(machine(), before, load())}`)
}

async function onPostgres(url: string): Promise<readonly Measured[]> {
  const { Client } = (await import('pg')).default
  const schema = `halfsecond_bench_${process.pid}`
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`create schema ${schema}`)
  try {
    const address = new URL(url)
    address.searchParams.set('options', `-c search_path=${schema}`)
    return await measure('Postgres', address.href)
  } finally {
    await client.query(`drop schema ${schema} cascade`)
    await client.end()
  }
}

async function measure(name: string, databaseUrl: string | null): Promise<readonly Measured[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'halfsecond-bench-'))
  const note = (text: string, facts: object): void => console.error(text, facts)
  const store = await openStore({ dataDir, databaseUrl, clock: realClock, wallMs, note })
  const caller = await fillWithCalls(store.database, count)
  const api = fastify()
  const stages = () => []
  await api.register(addApi, {
    store,
    calls: { find: () => null },
    mayTransfer: false,
    onlyOperator: async () => undefined,
    stages,
    wallTime,
    newId: () => '',
    version: 'bench',
  })
  const url = await api.listen({ host: '127.0.0.1', port: 0 })
  const questions = {
    'the newest 50 conversations': '/api/conversations',
    'the newest 200': '/api/conversations?limit=200',
    '50 from the middle, by date': `/api/conversations?until=${startOf(Math.floor(count / 2))}`,
    "one caller's conversations": `/api/conversations?person=${caller}`,
    'one call with its turns': `/api/conversations/${sidOf(Math.floor(count / 3))}`,
    'one caller': `/api/people/${caller}`,
  }
  const results: Measured[] = []
  for (const [question, path] of Object.entries(questions)) {
    const { p50, p95, max } = spreadOf(await times(`${url}${path}`))
    results.push({ database: name, question, p50, p95, max })
  }
  await api.close()
  await store.close(1000)
  rmSync(dataDir, { recursive: true })
  return results
}

async function times(url: string): Promise<readonly number[]> {
  const taken: number[] = []
  for (let n = 0; n < REPEATS; n++) {
    const startedMs = performance.now()
    const response = await fetch(url)
    await response.arrayBuffer()
    taken.push(performance.now() - startedMs)
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
  }
  return taken
}
