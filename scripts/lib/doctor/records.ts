/** Whether calls can be kept: the database that DATABASE_URL names, and room in the data folder. Changes nothing. */
import { statfs } from 'node:fs/promises'
import type { Config } from '../../../src/config.ts'
import { StartFault } from '../../../src/start.ts'
import { missingMigrations } from '../../../src/store/database.ts'
import { broken, fine, mind, type Finding } from './finding.ts'

export async function checkDatabase({ databaseUrl }: Pick<Config, 'databaseUrl'>): Promise<Finding> {
  const name = 'database'
  if (databaseUrl === null) return fine(name, 'SQLite in the data folder. Set DATABASE_URL for more than one machine.')
  try {
    const missing = await missingMigrations(databaseUrl.reveal())
    if (missing === 0) return fine(name, 'Postgres answers, and its tables are up to date.')
    return fine(name, `Postgres answers; the next start brings its tables up to date (${missing} steps).`)
  } catch (error) {
    if (error instanceof StartFault) return broken(name, `${error.message} Mend DATABASE_URL, or unset it for SQLite.`)
    throw error
  }
}

/** Both legs, and both again in one file, at 8,000 bytes a second each. */
const HOUR_BYTES = 4 * 8_000 * 3_600
const FEW_HOURS = 10
const GIGABYTE = 1e9

export async function checkSpace({ dataDir }: Pick<Config, 'dataDir'>, look: typeof statfs = statfs): Promise<Finding> {
  const name = 'disk'
  try {
    const { bavail, bsize } = await look(dataDir)
    const hours = Math.floor((bavail * bsize) / HOUR_BYTES)
    const told = `${((bavail * bsize) / GIGABYTE).toFixed(1)} GB are free in ${dataDir}: enough for ${hours} hours of calls`
    if (hours === 0) return broken(name, `${told}. Make room, or set DATA_DIR to another disk.`)
    if (hours < FEW_HOURS) return mind(name, `${told}. Make room, or have old calls removed by RETENTION_DAYS.`)
    return fine(name, `${told}.`)
  } catch (error) {
    return mind(
      name,
      `How much room ${dataDir} has cannot be found out (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`,
    )
  }
}
