/** The README's map of the code: what each file says of itself, by folder. Pure. */

export type FileLine = { readonly name: string; readonly line: string }

const BEGIN = '<!-- map: npm run map -->'
const END = '<!-- /map -->'

/** The first sentence of the comment with which a file opens. Throws if it opens with none. */
export function fileLine(name: string, content: string): FileLine {
  const comment = /\/\*\*([\s\S]*?)\*\/|<!--([\s\S]*?)-->/.exec(content)
  const text = (comment?.[1] ?? comment?.[2] ?? '')
    .replaceAll(/^[ \t]*\* ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  if (text === '') throw new Error(`${name} does not say what it is for`)
  const sentence = /^.*?[.:](?= [A-Z"'`]|$)/.exec(text)?.[0] ?? text
  return { name, line: sentence.replace(/[.:]$/, '').replaceAll('|', '\\|') }
}

/** The page with its map renewed. Throws if the page has no place for one. */
export function withMap(page: string, files: readonly FileLine[]): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from === -1 || to < from) throw new Error(`the page has no ${BEGIN} … ${END}`)
  return `${page.slice(0, from)}${BEGIN}\n${mapOf(files)}${page.slice(to)}`
}

function mapOf(files: readonly FileLine[]): string {
  const folders = Map.groupBy(files, ({ name }) => name.slice(0, name.lastIndexOf('/') + 1))
  return [...folders]
    .map(
      ([folder, inside]) =>
        `\n**\`${folder}\`**\n\n${inside.map(({ name, line }) => `- \`${name.slice(folder.length)}\` ${line}\n`).join('')}\n`,
    )
    .join('')
}
