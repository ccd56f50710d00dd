import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCallFolder } from '../../src/store/read-call-folder.ts'

const line = (digit: string): string => JSON.stringify({ at: 20, ms: 20, type: 'input', input: { type: 'digit', digit } })

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfsecond-read-'))
  writeFileSync(join(folder, 'caller.ulaw'), new Uint8Array(320).fill(7))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const journal = (content: string): void => writeFileSync(join(folder, 'journal.ndjson'), content)

describe("reading a call's folder", () => {
  it('gives its entries and the audio of the caller', () => {
    journal(`${line('1')}\n${line('ü')}\n`)
    const read = readCallFolder(folder)
    expect(read).toMatchObject({ folder, torn: 0 })
    expect(read.entries.map(entry => JSON.stringify(entry))).toEqual([line('1'), line('ü')])
    expect([...new Set(read.callerAudio)]).toEqual([7])
    expect(read.callerAudio).toHaveLength(320)
  })

  it('takes the journal itself for the folder it is in', () => {
    journal(`${line('1')}\n`)
    expect(readCallFolder(join(folder, 'journal.ndjson'))).toEqual(readCallFolder(folder))
  })

  it('leaves out a last line that the end of the process cut off, wherever it was cut', () => {
    for (let length = 1; length < line('2').length; length++) {
      journal(`${line('1')}\n${line('2').slice(0, length)}`)
      expect(readCallFolder(folder)).toMatchObject({ entries: [{ input: { digit: '1' } }], torn: 1 })
    }
  })

  it('gives no entries of a call whose process was killed before the first', () => {
    journal('')
    expect(readCallFolder(folder)).toMatchObject({ entries: [], torn: 0 })
  })

  it('names the line that is no entry', () => {
    journal(`${line('1')}\nnonsense\n${line('2')}\n`)
    expect(() => readCallFolder(folder)).toThrow('journal.ndjson line 2 is not a journal entry: nonsense')
  })

  it('names what is missing', () => {
    expect(() => readCallFolder(folder)).toThrow(`${join(folder, 'journal.ndjson')} cannot be read (ENOENT)`)
    journal('')
    rmSync(join(folder, 'caller.ulaw'))
    expect(() => readCallFolder(folder)).toThrow(`${join(folder, 'caller.ulaw')} cannot be read (ENOENT)`)
    expect(() => readCallFolder(join(folder, 'nowhere'))).toThrow('nowhere cannot be read (ENOENT)')
  })
})
