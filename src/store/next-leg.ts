/**
 * What the next leg of a call goes on from, laid into the folder of the one that was broken off (`next-leg.json`): small, so that
 * the process which gets the stream can read it in the moment in which the caller is on the line.
 */
import { existsSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Resumption } from '../call/facts.ts'
import { folderNames } from './call-folder.ts'

export const NEXT_LEG_FILE = 'next-leg.json'

/** We wrote it ourselves: only that it is whole is looked at. */
const shape = z.looseObject({
  leg: z.number().int(),
  opening: z.string(),
  history: z.array(z.looseObject({ id: z.number().int(), caller: z.string(), bot: z.string() })),
  owed: z.string(),
  spentMs: z.number(),
})

/** Laid down again it replaces what was there. */
export async function keepNextLeg(callsDir: string, folder: string, resumption: Resumption): Promise<void> {
  const path = join(callsDir, folder, NEXT_LEG_FILE)
  await writeFile(`${path}.part`, JSON.stringify(resumption))
  await rename(`${path}.part`, path)
}

/** Null if there is none, as where processes share no folder. */
export function readNextLeg(callsDir: string, callSid: string, leg: number): (Resumption & { readonly folder: string }) | null {
  for (const folder of folderNames(callSid)) {
    if (!existsSync(join(callsDir, folder))) return null
    const found = read(join(callsDir, folder, NEXT_LEG_FILE))
    if (found?.leg === leg) return { ...found, folder }
  }
  return null
}

function read(path: string): Resumption | null {
  try {
    return shape.parse(JSON.parse(readFileSync(path, 'utf8'))) as unknown as Resumption
  } catch {
    // Missing, or half a file of another disk's: as good as none.
    return null
  }
}
