/**
 * How a call's last leg stands, read from the journals in its folders, by whichever process is asked: the one that wrote them may
 * be dead, or be another. Reads piece by piece, so that a long call's journal does not hold up the calls that go on here.
 */
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { legAfter, type Leg } from '../call/broken-off.ts'
import { entryOf } from '../call/replay.ts'
import { fileNames, folderNames } from './call-folder.ts'

export type FoundLeg = { readonly folder: string; readonly leg: Leg }

/** The newest leg on which a caller was, else one that only rang; null if the call has no folder. */
export async function lastLegOf(callsDir: string, callSid: string): Promise<FoundLeg | null> {
  let last: FoundLeg | null = null
  for (const folder of folderNames(callSid)) {
    if (!existsSync(join(callsDir, folder))) break
    const leg = await readLeg(join(callsDir, folder, fileNames.journal))
    if (leg !== null && (last === null || isNewer(leg, last.leg))) last = { folder, leg }
  }
  return last
}

const isNewer = (leg: Leg, than: Leg): boolean => (leg.answered === than.answered ? leg.leg >= than.leg : leg.answered)

/** Null if there is no journal, or no heading in it: the process died that early. */
async function readLeg(path: string): Promise<Leg | null> {
  const file = createReadStream(path, 'utf8')
  try {
    let leg: Leg | null = null
    for await (const line of createInterface({ input: file, crlfDelay: Infinity })) {
      const next = take(leg, line)
      // What follows half a line is not to be believed.
      if (next === 'torn') break
      leg = next
    }
    return leg
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  } finally {
    file.destroy()
  }
}

/** Nine of ten entries are inputs that say nothing here but that time has passed. */
const PASSING = /^\{"at":(\d+),"ms":([\d.]+),"type":"input","input":\{"type":"(?!answered"|ended").*\}$/

function take(leg: Leg | null, line: string): Leg | null | 'torn' {
  const passing = PASSING.exec(line)
  if (passing) return leg && { ...leg, atMs: Number(passing[1]), lastMs: Number(passing[2]) }
  try {
    return legAfter(leg, entryOf(line))
  } catch {
    return 'torn'
  }
}
