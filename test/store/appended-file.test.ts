import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readWav, wavHeader } from '../../src/audio/wav.ts'
import { AppendedFile } from '../../src/store/appended-file.ts'

const { disk } = await vi.hoisted(async () => {
  const { SmallDisk } = await import('./small-disk.ts')
  return { disk: new SmallDisk() }
})
vi.mock('node:fs/promises', () => disk.files())

let folder = ''
let failures: string[] = []
const failed = (error: Error): void => void failures.push(error.message)
const path = (): string => join(folder, 'file')
const content = (): string => readFileSync(path(), 'utf8')
/** Lets the disk work until it has been written to so often; a busy machine's may take its time. */
async function written(writes: number): Promise<void> {
  while (disk.writes < writes) await new Promise(setImmediate)
}
const opened = (): AppendedFile => new AppendedFile({ path: Promise.resolve(path()), failed })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfsecond-file-'))
  failures = []
  Object.assign(disk, { freeBytes: Infinity, beforeWrite: async () => {}, afterWrite: () => {}, writes: 0 })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a file that grows', () => {
  it('holds what was appended, in order, also what came before it was open', async () => {
    const file = opened()
    file.append('one\n')
    file.append(Buffer.from('two\n'))
    await file.close()
    expect(content()).toBe('one\ntwo\n')
    expect(failures).toEqual([])
  })

  it('keeps the order of 5,000 lines that come while earlier ones are being written', async () => {
    const file = opened()
    const lines = Array.from({ length: 5000 }, (_, n) => `line ${n} ${'x'.repeat(n % 97)}\n`)
    for (const [n, line] of lines.entries()) {
      file.append(line)
      if (n % 250 === 249) await written(disk.writes + 1)
    }
    await file.close()
    expect(content()).toBe(lines.join(''))
    expect(disk.writes).toBeGreaterThanOrEqual(20)
    expect(disk.writes).toBeLessThan(500)
  })

  it('is written as it grows, without being closed', async () => {
    const file = opened()
    file.append('one\n')
    await written(1)
    expect(content()).toBe('one\n')
    file.append('two\n')
    await written(2)
    expect(content()).toBe('one\ntwo\n')
    await file.close()
  })

  it('is there, and empty, if nothing was appended', async () => {
    await opened().close()
    expect(content()).toBe('')
  })

  it('never writes over a file that is there already', async () => {
    writeFileSync(path(), 'precious')
    const file = opened()
    file.append('new')
    await file.close()
    expect(content()).toBe('precious')
    expect(failures).toEqual([expect.stringContaining('EEXIST')])
  })
})

describe('a WAV file that grows', () => {
  it('can be played after every single write, and is as long as it says', async () => {
    const lengths: number[] = []
    disk.afterWrite = () => lengths.push(readWav('growing', readFileSync(path())).length)
    const file = new AppendedFile({ path: Promise.resolve(path()), failed, header: bytes => wavHeader(1, bytes) })
    for (let n = 0; n < 30; n++) {
      file.append(new Uint8Array(480).fill(n))
      // The first with its header, then each and the header anew.
      await written(1 + 2 * n)
    }
    await file.close()
    expect(failures).toEqual([])
    expect(lengths).toHaveLength(59)
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
    const whole = readFileSync(path())
    expect(Buffer.from(whole.subarray(0, 58)).equals(wavHeader(1, 14_400))).toBe(true)
    expect(whole.subarray(58)).toHaveLength(14_400)
    expect([...new Set(whole.subarray(58))]).toEqual(Array.from({ length: 30 }, (_, n) => n))
  })
})

describe('a file that cannot be kept', () => {
  it('says so once if its folder cannot be made, and takes everything all the same', async () => {
    const file = new AppendedFile({ path: Promise.reject(new Error('no such disk')), failed })
    for (let n = 0; n < 100; n++) {
      file.append('line\n')
      await new Promise(setImmediate)
    }
    await file.close()
    expect(failures).toEqual(['no such disk'])
  })

  it('keeps what fitted on the disk, and says once that it is full', async () => {
    disk.freeBytes = 25
    const file = opened()
    for (let n = 0; n < 20; n++) {
      file.append(`line ${n}\n`)
      await written(Math.min(n + 1, 4))
    }
    // Room that comes later would leave a gap.
    disk.freeBytes = 1000
    file.append('line 20\n')
    await file.close()
    expect(failures).toEqual(['ENOSPC: no space left on device, write'])
    expect(content()).toBe('line 0\nline 1\nline 2\nline')
  })

  it('leaves no hole where the disk took only a part', async () => {
    disk.freeBytes = 10
    disk.beforeWrite = async () => {
      // Somebody makes room between two writes.
      if (disk.writes === 1) disk.freeBytes = 1000
    }
    const file = opened()
    file.append('one two three four five\n')
    await written(2)
    file.append('six\n')
    await file.close()
    expect(failures).toEqual([])
    expect(content()).toBe('one two three four five\nsix\n')
  })

  it('gives up a disk that stands still, with 4 MB waiting, and holds no more than that', async () => {
    let goOn = (): void => {}
    let isWaiting = false
    disk.beforeWrite = () =>
      new Promise(resolve => {
        goOn = resolve
        isWaiting = true
      })
    const file = opened()
    file.append('first')
    while (!isWaiting) await new Promise(setImmediate)
    const piece = new Uint8Array(1024 * 1024)
    for (let n = 0; n < 4; n++) file.append(piece)
    expect(failures).toEqual([])
    file.append('one byte more')
    for (let n = 0; n < 40; n++) file.append(piece)
    expect(failures).toEqual(['the disk is too slow: 4194317 bytes are waiting'])
    disk.freeBytes = 0
    goOn()
    await file.close()
    expect(failures).toHaveLength(1)
    expect(content()).toBe('')
  })
})
