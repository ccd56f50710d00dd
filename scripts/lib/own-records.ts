/** Opens, for a script, the records that the server of this folder keeps: by the same .env, whether it runs or not. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { StartFault } from '../../src/start.ts'
import { DATABASE_FILE, openDatabase, type Database } from '../../src/store/database.ts'
import { Fault } from './fault.ts'

export type OwnRecords = { readonly database: Database; readonly dataDir: string; readonly callsDir: string }

/** Opens them for as long as the work takes. What is wrong is a Fault. */
export async function withOwnRecords(work: (records: OwnRecords) => Promise<void>): Promise<void> {
  const records = await openOwnRecords().catch((error: unknown) => {
    throw error instanceof StartFault ? new Fault(1, error.message) : error
  })
  try {
    await work(records)
  } finally {
    await records.database.destroy()
  }
}

async function openOwnRecords(): Promise<OwnRecords> {
  const dotEnv = join(import.meta.dirname, '../../.env')
  if (existsSync(dotEnv)) process.loadEnvFile(dotEnv)
  const { dataDir, databaseUrl } = readConfig(process.env, path => readFileSync(path, 'utf8'))
  if (databaseUrl === null && !existsSync(join(dataDir, DATABASE_FILE))) {
    throw new Fault(
      1,
      `There is no ${join(dataDir, DATABASE_FILE)}: no call has been stored there. DATA_DIR names another folder.`,
    )
  }
  const database = await openDatabase({ dataDir, url: databaseUrl?.reveal() ?? null, note: () => {} })
  return { database, dataDir, callsDir: join(dataDir, 'calls') }
}
