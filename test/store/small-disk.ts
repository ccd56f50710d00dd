/**
 * A disk that can be slow, or full, for tests: real files, but each write passes here first. Use it by
 * `vi.mock('node:fs/promises', () => smallDisk.files())`.
 */
import type { FileHandle } from 'node:fs/promises'
import { vi } from 'vitest'

export class SmallDisk {
  freeBytes = Infinity
  /** What happens before each write; it may take its time. */
  beforeWrite: () => Promise<void> = async () => {}
  afterWrite: () => void = () => {}
  /** Writes that are done, or were refused. */
  writes = 0

  async files(): Promise<typeof import('node:fs/promises')> {
    const real = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises')
    const open = async (path: string, flags: string) => this.#watched(await real.open(path, flags))
    return { ...real, open: open as typeof real.open }
  }

  /** Only what makes a file longer needs room; as much as fits is written, and a write that nothing of fits is refused. */
  #watched(file: FileHandle): Pick<FileHandle, 'write' | 'close'> {
    let size = 0
    const write = async (bytes: Uint8Array, offset: number, length: number, position: number) => {
      await this.beforeWrite()
      const room = Math.max(0, size - position) + this.freeBytes
      if (length > 0 && room <= 0) {
        this.writes++
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      }
      const done = await file.write(bytes, offset, Math.min(length, room), position)
      const grown = Math.max(0, position + done.bytesWritten - size)
      size += grown
      this.freeBytes -= grown
      this.writes++
      this.afterWrite()
      return done
    }
    return { write: write as FileHandle['write'], close: () => file.close() }
  }
}
