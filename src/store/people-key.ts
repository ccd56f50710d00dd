/**
 * Who calls, without keeping the number: a keyed hash of it. The same number always gives the same person, and nobody without
 * the key can try out numbers until one fits. The key lies in DATA_DIR/people.key; without it nobody is recognised any more.
 * Machines that share a database share it as well.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartFault } from '../start.ts'

/** The person behind a number as Twilio gives it; null if the caller withheld it. */
export type PersonOf = (number: string | null) => string | null

export const KEY_FILE = 'people.key'
const KEY_BYTES = 32
/** 16 bytes of the hash: short enough for an address, and no two of a billion people share them. */
const ID_CHARACTERS = 32

/**
 * What Twilio writes for a withheld number: the words, or the words dialled on a telephone's keys (ANONYMOUS, RESTRICTED,
 * BLOCKED, UNKNOWN, UNAVAILABLE). Such callers have nothing in common.
 * https://help.twilio.com/articles/223179988
 */
const WITHHELD =
  /^(|anonymous|restricted|blocked|unknown|unavailable|private|\+?(266696687|7378742833|2562533|8656696|86282452253))$/i

/** Makes the key if there is none. Throws a StartFault if it cannot be read or made. */
export function openPeople(dataDir: string): PersonOf {
  const key = readOrMakeKey(join(dataDir, KEY_FILE))
  return number => {
    const plain = (number ?? '').replace(/[\s().-]/g, '')
    if (WITHHELD.test(plain)) return null
    return createHmac('sha256', key).update(plain).digest('hex').slice(0, ID_CHARACTERS)
  }
}

function readOrMakeKey(path: string): string {
  const known = read(path)
  if (known !== null) return known
  try {
    writeFileSync(path, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    // Two programs may begin at once; the first one's key counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw faultOf(path, error)
  }
  return read(path)!
}

function read(path: string): string | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw faultOf(path, error)
  }
  if (/^[0-9a-f]{64}$/.test(text)) return text
  throw new StartFault(`${path} does not hold a key: put the right one back, or remove it and all callers become new people.`)
}

const faultOf = (path: string, error: unknown): StartFault =>
  new StartFault(`${path} cannot be used (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}): make it readable.`)
