/** The whole product as its user starts it: `src/main.ts` in a process of its own, on a free port, with a data folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

export type ServerProcess = {
  readonly url: string
  readonly dataDir: string
  readonly process: ChildProcess
  /** Everything it has printed so far, log included. */
  readonly output: () => string
  /** Ends it, politely or not, waits for that, and gives how it ended. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | NodeJS.Signals | null>
  /** Removes what it has written. */
  readonly clean: () => void
}

const root = join(import.meta.dirname, '../..')

/** Starts it and waits until it answers. Rejects with all it printed if it does not start. */
export async function startServerProcess(environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), 'halfsecond-'))
  const child = spawn(process.execPath, [join(root, 'src/main.ts')], {
    // Nothing of the developer's own environment may decide what is tested.
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      STT: 'local',
      LLM: 'local',
      TTS: 'local',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const exited = new Promise<number | NodeJS.Signals | null>(resolve =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  )
  const url = await new Promise<string>((resolve, reject) => {
    const read = (piece: Buffer): void => {
      printed += piece.toString()
      const ready = /Ready after .*?(http:\/\/[\w.:[\]]+)/.exec(stripVTControlCharacters(printed))
      if (ready) resolve(ready[1]!)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void exited.then(code => reject(new Error(`the server ended with ${code}:\n${printed}`)))
  })
  return {
    url,
    dataDir,
    process: child,
    output: () => printed,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return exited
    },
    clean: () => rmSync(dataDir, { recursive: true, force: true }),
  }
}
