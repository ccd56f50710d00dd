import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileLine, withMap } from '../../scripts/lib/code-map.ts'

describe('the map of the code', () => {
  it('takes the first sentence with which a file opens', () => {
    const content = '/**\n * Plays one reply at a time on the\n * line. It is told of time.\n */\nexport {}\n'
    expect(fileLine('src/call/player.ts', content)).toEqual({
      name: 'src/call/player.ts',
      line: 'Plays one reply at a time on the line',
    })
    expect(fileLine('twiml/busy.xml', '<?xml?>\n<!-- All lines are busy. -->')).toMatchObject({ line: 'All lines are busy' })
  })

  it('wants every file to say what it is for', () => {
    expect(() => fileLine('src/a.ts', 'export {}')).toThrow('src/a.ts does not say what it is for')
  })

  it('is put between its marks, by folder', () => {
    const page = 'before\n<!-- map: npm run map -->\nold\n<!-- /map -->\nafter'
    expect(withMap(page, [{ name: 'src/a.ts', line: 'Does a' }])).toBe(
      'before\n<!-- map: npm run map -->\n\n**`src/`**\n\n- `a.ts` Does a\n\n<!-- /map -->\nafter',
    )
  })

  it('in the README is true', () => {
    const root = join(import.meta.dirname, '../..')
    expect(() => execFileSync(process.execPath, [join(root, 'scripts/map.ts'), '--check'], { stdio: 'pipe' })).not.toThrow()
  })
})
