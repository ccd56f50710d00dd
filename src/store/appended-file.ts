/**
 * A file that only grows, written without ever making the writer wait: pieces queue in memory while one write is under way and
 * go out together in the next. A header whose content depends on the length (WAV) is renewed with every write, so that the
 * file can be read at any moment. A failed write is told once; what was written before stays.
 */
import { open, type FileHandle } from 'node:fs/promises'

export type AppendedFileParts = {
  /** Resolves once the file's folder exists. */
  readonly path: Promise<string>
  readonly failed: (error: Error) => void
  /** The header of a body of so many bytes; always of the same length. */
  readonly header?: (bodyBytes: number) => Uint8Array
}

/** What may wait for a stalled disk, in bytes; over a minute of everything a call writes. What comes later is not kept. */
const WAITING_MAX = 4 * 1024 * 1024

export class AppendedFile {
  readonly #header: (bodyBytes: number) => Uint8Array
  readonly #failed: (error: Error) => void
  readonly #file: Promise<FileHandle | null>
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #bodyBytes = 0
  #broken = false
  #writing: Promise<void> | null = null

  constructor({ path, failed, header }: AppendedFileParts) {
    this.#header = header ?? (() => new Uint8Array(0))
    this.#failed = failed
    this.#file = path.then(name => open(name, 'wx')).catch((error: unknown) => this.#giveUp(error))
  }

  append(piece: string | Uint8Array): void {
    if (this.#broken) return
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    if (this.#waitingBytes > WAITING_MAX) this.#giveUp(new Error(`the disk is too slow: ${this.#waitingBytes} bytes are waiting`))
    else this.#writing ??= this.#writeAll()
  }

  /** Resolves once everything appended so far is written, or given up: what a killed process leaves behind has it. */
  async written(): Promise<void> {
    await this.#writing
  }

  /** Resolves once everything appended is written and the file is closed. */
  async close(): Promise<void> {
    await this.#writing
    const file = await this.#file
    await file?.close().catch((error: unknown) => this.#giveUp(error))
  }

  async #writeAll(): Promise<void> {
    try {
      const file = await this.#file
      while (file && this.#waiting.length > 0) await this.#writeWaiting(file)
    } catch (error) {
      this.#giveUp(error)
    }
    this.#writing = null
  }

  async #writeWaiting(file: FileHandle): Promise<void> {
    const bytes = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    const header = this.#header(this.#bodyBytes + bytes.length)
    if (this.#bodyBytes === 0) await writeWhole(file, Buffer.concat([header, bytes]), 0)
    else {
      await writeWhole(file, bytes, header.length + this.#bodyBytes)
      if (header.length > 0) await writeWhole(file, header, 0)
    }
    this.#bodyBytes += bytes.length
  }

  #giveUp(error: unknown): null {
    if (!this.#broken) this.#failed(error instanceof Error ? error : new Error(String(error)))
    this.#broken = true
    this.#waiting = []
    this.#waitingBytes = 0
    return null
  }
}

/** A disk that is almost full takes a part of what it is given, and refuses the rest only when it is asked again. */
async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written)
    written += bytesWritten
  }
}
