/** Reads what source files import and which globals they touch, and tells where that breaks the rules given. */
import { posix } from 'node:path'
import ts from 'typescript'

export type Rules = {
  /** For each area of src/ (see `areaOf`) the areas it may import from, itself always; 'everything' for who puts it together. */
  readonly areas: Readonly<Record<string, readonly string[] | 'everything'>>
  /** Files that compute and do nothing else: at run time they import only each other, and of packages only these. */
  readonly pure: RegExp
  readonly purePackages: readonly string[]
  /** Areas that are told everything by their caller and so import no package and nothing of Node. */
  readonly withoutPackages: readonly string[]
  /**
   * Areas that run in a browser: of our own files they import only these, as types or not, of packages only those, and nothing of
   * Node. The outside world is theirs to touch.
   */
  readonly browser: { readonly areas: readonly string[]; readonly borrows: RegExp; readonly packages: RegExp }
  /** Names of the outside world that only some files may touch, and why these may. */
  readonly outside: readonly string[]
  readonly mayTouch: Readonly<Record<string, { readonly names: readonly string[]; readonly because: string }>>
}

type Import = { readonly target: string; readonly typeOnly: boolean }
type Source = { readonly path: string; readonly imports: readonly Import[]; readonly touched: readonly string[] }

/** `files` are paths such as `src/call/turns.ts` with their text. One sentence for each fault. */
export function architectureFaults(files: ReadonlyMap<string, string>, rules: Rules): readonly string[] {
  const sources = [...files].map(([path, text]) => read(path, text, rules.outside))
  return [...sources.flatMap(source => faultsOf(source, rules)), ...cycles(sources)]
}

/** The folder below src/, the provider's own folder, or the name of a file that lies in src/ itself. */
export function areaOf(path: string): string {
  const [, first = '', second = ''] = path.split('/')
  return first === 'providers' ? `providers/${second}` : first.replace(/\.tsx?$/, '')
}

function faultsOf({ path, imports, touched }: Source, rules: Rules): readonly string[] {
  const area = areaOf(path)
  if (rules.browser.areas.includes(area)) return imports.flatMap(each => browserFaults(path, each.target, area, rules.browser))
  const allowed = rules.areas[area] ?? rules.areas[area.replace(/\/.*/, '/*')]
  if (allowed === undefined) return [`${path}: the area ${area} has no place in the rules yet`]
  const names = rules.mayTouch[path]?.names ?? []
  return [
    ...imports.flatMap(each => importFaults(path, each, allowed, rules)),
    ...touched.filter(name => !names.includes(name)).map(name => `${path} touches ${name}`),
  ]
}

function importFaults(
  path: string,
  { target, typeOnly }: Import,
  allowed: Rules['areas'][string],
  rules: Rules,
): readonly string[] {
  const isOurs = target.startsWith('src/')
  const isPure = rules.pure.test(path)
  if (isPure && !typeOnly && !(isOurs ? rules.pure.test(target) : rules.purePackages.includes(target))) {
    return [`${path} is pure but imports ${target}, which is not`]
  }
  if (!isOurs) {
    const isForbidden = !isPure && rules.withoutPackages.includes(areaOf(path))
    return isForbidden ? [`${path} imports ${target}, but its area imports no packages`] : []
  }
  if (allowed === 'everything' || areaOf(target) === areaOf(path) || allowed.includes(areaOf(target))) return []
  return [`${path} may not import ${target}`]
}

function browserFaults(path: string, target: string, area: string, { borrows, packages }: Rules['browser']): readonly string[] {
  const isAllowed = target.startsWith('src/') ? areaOf(target) === area || borrows.test(target) : packages.test(target)
  return isAllowed ? [] : [`${path} runs in a browser and may not import ${target}`]
}

function read(path: string, text: string, outside: readonly string[]): Source {
  const imports: Import[] = []
  const touched = new Set<string>()
  const visit = (node: ts.Node): void => {
    const specifier = importedBy(node)
    if (specifier) imports.push({ target: resolve(path, specifier.text), typeOnly: isTypeOnly(node) })
    const name = nameTouchedBy(node)
    if (name !== null && outside.includes(name)) touched.add(name)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS))
  return { path, imports, touched: [...touched, ...imports.map(({ target }) => target).filter(name => outside.includes(name))] }
}

function importedBy(node: ts.Node): ts.StringLiteral | null {
  let specifier: ts.Node | undefined
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) specifier = node.moduleSpecifier
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) specifier = node.arguments[0]
  return specifier && ts.isStringLiteral(specifier) ? specifier : null
}

/** `import { type A }` still loads the file; only `import type` does not. */
function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
  return ts.isExportDeclaration(node) && node.isTypeOnly
}

const resolve = (path: string, specifier: string): string =>
  specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier

/** `process`, or `Math.random`, but not the `process` of `queue.process`. */
function nameTouchedBy(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) return `${node.expression.text}.${node.name.text}`
  if (!ts.isIdentifier(node)) return null
  const { parent } = node
  const isOnlyAName = 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent)
  return isOnlyAName ? null : node.text
}

/** Files that at run time need each other to be loaded first. */
function cycles(sources: readonly Source[]): readonly string[] {
  const targets = new Map(
    sources.map(({ path, imports }) => [path, imports.filter(({ typeOnly }) => !typeOnly).map(({ target }) => target)]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const walk = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path)
    if (at >= 0) found.push(`${[...way.slice(at), path].join(' -> ')} is a circle`)
    if (at >= 0 || done.has(path)) return
    for (const target of targets.get(path) ?? []) walk(target, [...way, path])
    done.add(path)
  }
  for (const path of targets.keys()) walk(path, [])
  return found
}
