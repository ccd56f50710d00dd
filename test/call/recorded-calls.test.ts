import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Certificates, isEarly } from '../../src/call/certificate.ts'
import { replay } from '../../src/call/replay.ts'
import { readCallFolder } from '../../src/store/read-call-folder.ts'

const folder = join(import.meta.dirname, '../fixtures/calls')

describe('a recorded call', () => {
  it.each([
    ['loan', 5],
    ['hesitant', 6],
  ])('"%s" is decided as it was, with %d answers and none of them early', (name, answers) => {
    const recorded = readCallFolder(join(folder, name))
    const { entries, difference } = replay(recorded.entries, recorded.callerAudio)
    expect(difference).toBeNull()

    const certificates = new Certificates()
    for (const entry of entries) certificates.take(entry)
    const turns = certificates.all.filter(({ line }) => line === null)
    expect(turns).toHaveLength(answers)
    expect(turns.filter(isEarly)).toEqual([])
    for (const { releasedMs, silentSinceMs } of turns) expect(releasedMs! - silentSinceMs!).toBe(500)
  })
})
