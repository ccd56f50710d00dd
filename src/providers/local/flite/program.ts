/**
 * Runs the flite program (WASM) on a text, wholly in memory: no process, no disk.
 *
 * The program knows files and a console through WASI (preview 1). Here its arguments are its only input, the one file it
 * writes is a growing buffer, and its console is kept as text. Every call of WASI that flite does not need says "not
 * supported". https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */

/** What flite wrote: a whole WAV file, and on its console the phones with the second at which each ends. */
export type FliteOutput = { readonly wav: Uint8Array; readonly console: string }

/** File descriptors: 0 to 2 are the console, 3 is the root folder that the program finds open, 4 the file it creates. */
const FOLDER = 3
const FILE = 4

/** Error numbers of WASI. */
const SUCCESS = 0
const BAD_DESCRIPTOR = 8
const NOT_SUPPORTED = 58

/** Types of file, in WASI's numbers. */
const DIRECTORY = 3
const REGULAR_FILE = 4
const ALL_RIGHTS = 0xffffffffffffffffn

/** A minute of 16 kHz audio: more than any phrase; what a program out of hand writes beyond it is refused. */
const FILE_LIMIT_BYTES = 60 * 32_000
const FIRST_FILE_BYTES = 256 * 1024
const FILE_TOO_LARGE = 22

/** Says `text` with the voice compiled in under this name. A new instance for each text: the program ends after one. */
export async function runFlite(program: WebAssembly.Module, voice: string, text: string): Promise<FliteOutput> {
  const wasi = new Wasi(['flite', '-voice', voice, '-psdur', '-t', text, '-o', '/speech.wav'])
  const instance = await WebAssembly.instantiate(program, { wasi_snapshot_preview1: wasi.imports(program) })
  wasi.run(instance)
  return { wav: wasi.file, console: wasi.console }
}

/** Thrown through the program by its own `proc_exit`, the only way for it to end early. */
class Exit extends Error {
  readonly code: number
  constructor(code: number) {
    super(`flite ended with code ${code}`)
    this.code = code
  }
}

class Wasi {
  readonly #arguments: readonly Uint8Array[]
  #memory = new WebAssembly.Memory({ initial: 0 })
  #buffer = new Uint8Array(FIRST_FILE_BYTES)
  #length = 0
  #position = 0
  console = ''

  constructor(programArguments: readonly string[]) {
    this.#arguments = programArguments.map(argument => new TextEncoder().encode(`${argument}\0`))
  }

  get file(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  run(instance: WebAssembly.Instance): void {
    this.#memory = instance.exports['memory'] as WebAssembly.Memory
    try {
      ;(instance.exports['_start'] as () => void)()
    } catch (error) {
      if (!(error instanceof Exit) || error.code !== 0) throw error
    }
  }

  /** Everything the program imports; what is not implemented answers that it is not supported. */
  imports(program: WebAssembly.Module): WebAssembly.ModuleImports {
    const unsupported = WebAssembly.Module.imports(program).map(({ name }) => [name, () => NOT_SUPPORTED] as const)
    return { ...Object.fromEntries(unsupported), ...this.#console(), ...this.#files() }
  }

  #console(): WebAssembly.ModuleImports {
    return {
      args_sizes_get: (countAt: number, bytesAt: number) => {
        this.#view.setUint32(countAt, this.#arguments.length, true)
        const bytes = this.#arguments.reduce((sum, argument) => sum + argument.length, 0)
        this.#view.setUint32(bytesAt, bytes, true)
        return SUCCESS
      },
      args_get: (listAt: number, textAt: number) => {
        let at = textAt
        for (const [index, argument] of this.#arguments.entries()) {
          this.#view.setUint32(listAt + 4 * index, at, true)
          this.#bytes(at, argument.length).set(argument)
          at += argument.length
        }
        return SUCCESS
      },
      clock_time_get: (_clock: number, _precision: bigint, timeAt: number) => {
        this.#view.setBigUint64(timeAt, 0n, true)
        return SUCCESS
      },
      proc_exit: (code: number) => {
        throw new Exit(code)
      },
    }
  }

  #files(): WebAssembly.ModuleImports {
    return {
      fd_prestat_get: (descriptor: number, at: number) => {
        if (descriptor !== FOLDER) return BAD_DESCRIPTOR
        this.#view.setUint32(at, 0, true)
        this.#view.setUint32(at + 4, 1, true)
        return SUCCESS
      },
      fd_prestat_dir_name: (_descriptor: number, nameAt: number) => {
        this.#bytes(nameAt, 1)[0] = '/'.charCodeAt(0)
        return SUCCESS
      },
      fd_fdstat_get: (descriptor: number, at: number) => {
        this.#bytes(at, 24).fill(0)
        this.#view.setUint8(at, descriptor === FOLDER ? DIRECTORY : REGULAR_FILE)
        this.#view.setBigUint64(at + 8, ALL_RIGHTS, true)
        this.#view.setBigUint64(at + 16, ALL_RIGHTS, true)
        return SUCCESS
      },
      path_open: (...args: readonly unknown[]) => {
        this.#view.setUint32(args[8] as number, FILE, true)
        return SUCCESS
      },
      fd_close: () => SUCCESS,
      fd_seek: (_descriptor: number, offset: bigint, whence: number, at: number) => {
        this.#position = [0, this.#position, this.#length][whence]! + Number(offset)
        this.#view.setBigUint64(at, BigInt(this.#position), true)
        return SUCCESS
      },
      fd_write: (descriptor: number, listAt: number, count: number, writtenAt: number) => {
        let written = 0
        for (let index = 0; index < count; index++) {
          const bytes = this.#bytes(
            this.#view.getUint32(listAt + 8 * index, true),
            this.#view.getUint32(listAt + 8 * index + 4, true),
          )
          if (descriptor !== FILE) this.console += Buffer.from(bytes).toString('latin1')
          else if (!this.#write(bytes)) return FILE_TOO_LARGE
          written += bytes.length
        }
        this.#view.setUint32(writtenAt, written, true)
        return SUCCESS
      },
    }
  }

  #write(bytes: Uint8Array): boolean {
    const end = this.#position + bytes.length
    if (end > FILE_LIMIT_BYTES) return false
    if (end > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(end, this.#buffer.length * 2))
      larger.set(this.#buffer)
      this.#buffer = larger
    }
    this.#buffer.set(bytes, this.#position)
    this.#position = end
    this.#length = Math.max(this.#length, end)
    return true
  }

  /** The program's memory moves when it grows, so neither view is ever kept. */
  get #view(): DataView {
    return new DataView(this.#memory.buffer)
  }

  #bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, at, length)
  }
}
