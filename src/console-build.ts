/** Builds the web page into dist/console where that is missing or of other sources, in a process of its own: in about a second. */
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The file in the built page that says from what it was built. */
export const BUILT_FROM = 'built-from.txt'

/** What the page may be made of; more than it is, which costs a second now and then. */
const SOURCES = ['src/console/**/*.*', 'src/audio/*.ts', 'src/call/**/*.ts', 'vite.config.ts', 'package-lock.json']

export function consoleFingerprint(root: string): string {
  const hash = createHash('sha256')
  for (const path of globSync(SOURCES, { cwd: root }).toSorted()) hash.update(`${path}\0`).update(readFileSync(join(root, path)))
  return hash.digest('hex')
}

export const consoleDirOf = (root: string): string => join(root, 'dist/console')

export const isConsoleBuilt = (root: string): boolean => builtFrom(consoleDirOf(root)) === consoleFingerprint(root)

/**
 * Builds it beside the one in use, and puts it in its place when it is whole: others may be reading that one, or building too.
 * `id` is to differ between those that build at once. Rejects with what the builder said.
 */
export async function buildConsole(root: string, id: string): Promise<void> {
  const made = join(root, `dist/console-${id}`)
  try {
    await runVite(root, made)
    putInPlace(made, consoleDirOf(root), join(root, `dist/console-${id}-old`))
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

function putInPlace(made: string, place: string, old: string): void {
  try {
    if (existsSync(place)) renameSync(place, old)
    renameSync(made, place)
  } catch (error) {
    // Another has put the same there meanwhile.
    if (builtFrom(place) !== builtFrom(made)) throw error
  } finally {
    rmSync(old, { recursive: true, force: true })
  }
}

function builtFrom(dir: string): string | null {
  try {
    return readFileSync(join(dir, BUILT_FROM), 'utf8')
  } catch {
    return null
  }
}

async function runVite(root: string, outDir: string): Promise<void> {
  const manifest = createRequire(import.meta.url).resolve('vite/package.json')
  const vite = join(dirname(manifest), 'bin/vite.js')
  const options = ['build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn']
  const child = fork(vite, options, { cwd: root, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let said = ''
  child.stdout?.on('data', (piece: Buffer) => (said += piece.toString()))
  child.stderr?.on('data', (piece: Buffer) => (said += piece.toString()))
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => (code === 0 ? resolve() : reject(new Error(`vite ended with ${code}:\n${said.trim()}`))))
  })
}
