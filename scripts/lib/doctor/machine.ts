/** What this machine must give: a folder to write to, a port to listen on, engines that load. */
import { createServer } from 'node:net'
import { realClock } from '../../../src/clock.ts'
import type { Config } from '../../../src/config.ts'
import { ProviderError } from '../../../src/ports.ts'
import { loadLocalEngines } from '../../../src/providers/local/engines.ts'
import { loadSilero } from '../../../src/providers/local/silero.ts'
import { openDataDir, StartFault } from '../../../src/start.ts'
import { broken, fine, mind, type Finding } from './finding.ts'

export function checkDataDir({ dataDir }: Config): Finding {
  try {
    openDataDir(dataDir)
    return fine('data folder', `${dataDir} can be written.`)
  } catch (error) {
    if (error instanceof StartFault) return broken('data folder', error.message)
    throw error
  }
}

/** Whether the port can be had; if not, whether it is Halfsecond itself that has it. */
export async function checkPort({ host, port }: Config): Promise<Finding> {
  const code = await listenOnce(host, port)
  if (code === null) return fine('port', `${port} on ${host} is free.`)
  if (code === 'EADDRINUSE') {
    return (await isHalfsecond(host, port))
      ? mind('port', `Halfsecond is running on port ${port} already; what follows is of its next start.`)
      : broken('port', `Port ${port} on ${host} is taken by another program: stop it, or set PORT to another port.`)
  }
  if (code === 'EACCES') return broken('port', `Port ${port} is only for the administrator: set PORT to a port above 1023.`)
  return broken('port', `${host} cannot be listened on (${code}): set HOST to an address of this machine, such as 127.0.0.1.`)
}

function listenOnce(host: string, port: number): Promise<string | null> {
  const server = createServer()
  return new Promise(resolve => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown reason'))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
}

async function isHalfsecond(host: string, port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${host}:${port}/health`, { signal: AbortSignal.timeout(3_000) })
    return 'pipeline' in ((await response.json()) as object)
  } catch {
    // Whatever it is, it does not speak as Halfsecond does.
    return false
  }
}

/** Loads what runs on this machine, as a start would, and lets it go again. */
export async function checkEngines({ recogniser, voice }: Config): Promise<Finding> {
  const startedMs = realClock.now()
  const loaded: string[] = []
  try {
    const silero = await loadSilero(realClock, () => {})
    loaded.push('silero')
    await silero.close()
    if (recogniser.kind === 'local' || voice.kind === 'local') {
      const engines = await loadLocalEngines({ keyTerms: [], onReady: engine => loaded.push(engine) })
      await engines.close()
    }
    const seconds = ((realClock.now() - startedMs) / 1000).toFixed(1)
    return fine('engines', `${loaded.join(', ')} loaded in ${seconds} s.`)
  } catch (error) {
    const why = error instanceof ProviderError ? error.message : String(error)
    return broken('engines', `${why}: run \`npm ci\` again.`)
  }
}
