/**
 * Whose call a folder holds, in the folder itself (`call.json`): what the journal does not say, so that a database that was lost
 * can be made anew from the folders, and a person's folders are found without one. Holds no number.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

export const ORIGIN_FILE = 'call.json'

const shape = z.object({
  callSid: z.string(),
  startedAt: z.string(),
  personId: z.string().nullable(),
  conversationId: z.string(),
})

export type KeptOrigin = z.infer<typeof shape>

export const writeOrigin = (folder: string, origin: KeptOrigin): Promise<void> =>
  writeFile(join(folder, ORIGIN_FILE), `${JSON.stringify(origin, null, 2)}\n`)

/** Null if the file is missing or is none. */
export async function readOrigin(folder: string): Promise<KeptOrigin | null> {
  try {
    return shape.safeParse(JSON.parse(await readFile(join(folder, ORIGIN_FILE), 'utf8'))).data ?? null
  } catch {
    return null
  }
}
