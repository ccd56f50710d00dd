/**
 * Writes the README's map of the code, a line a file, from the sentence with which each file opens. `npm run map`; with
 * `--check` it only says whether the map is true.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileLine, withMap } from './lib/code-map.ts'

const root = join(import.meta.dirname, '..')
const readme = join(root, 'README.md')
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

const files = ['src', 'twiml', 'scripts']
  .flatMap(folder => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name}`))
  .filter(name => /\.(tsx?|xml)$/.test(name) && !name.endsWith('.d.ts'))
  .sort()
const lines = files.map(name => fileLine(name, readFileSync(join(root, name), 'utf8')))
const page = readFileSync(readme, 'utf8')
const mapped = withMap(page, lines)

if (!values.check) writeFileSync(readme, mapped)
else if (mapped !== page) {
  console.error('The map of the code in README.md is not true any more: npm run map')
  process.exitCode = 1
}
