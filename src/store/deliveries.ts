/** What the owner's webhook has still to be told, oldest first: kept until it was taken, also over restarts. */
import type { Database } from './database.ts'
import type { DeliveryRow } from './tables.ts'

/** So many are read at a time. */
const BATCH = 20

export const waitingDeliveries = (database: Database): Promise<DeliveryRow[]> =>
  database.selectFrom('deliveries').selectAll().orderBy('createdAt').orderBy('id').limit(BATCH).execute()

export async function delivered(database: Database, id: string): Promise<void> {
  await database.deleteFrom('deliveries').where('id', '=', id).execute()
}
