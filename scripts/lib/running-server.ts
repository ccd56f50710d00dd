/** The server that a call is placed to: where it is, what Twilio calls it, and whether it is there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { StartFault } from '../../src/start.ts'
import { reasonOf } from '../../test/vendors/twilio/webhooks.ts'
import { Fault } from './fault.ts'

const root = join(import.meta.dirname, '../..')

export type RunningServer = {
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly url: string
  /** What Twilio calls it, which is what it signs. */
  readonly publicUrl: string
  readonly authToken: string | undefined
}

/** By the server's own configuration (.env), so that a call is signed if the server wants that. `url` stands in for the address. */
export function readServer(url: string | undefined): RunningServer {
  try {
    process.loadEnvFile(join(root, '.env'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  try {
    const { port, publicUrl, twilio } = readConfig(process.env, path => readFileSync(path, 'utf8'))
    const address = new URL(url ?? `http://127.0.0.1:${port}`).origin
    return publicUrl === null
      ? { url: address, publicUrl: address, authToken: undefined }
      : { url: address, publicUrl, authToken: twilio.authToken?.reveal() }
  } catch (error) {
    if (error instanceof StartFault) throw new Fault(2, error.message)
    throw new Fault(2, `--url: ${url} is not an address such as http://127.0.0.1:3000`)
  }
}

/** Makes sure that the server is there, and tells who answers. */
export async function greetServer({ url }: RunningServer): Promise<string> {
  const response = await fetch(`${url}/health`).catch((error: unknown) => {
    throw new Fault(
      1,
      `No server answers at ${url} (${reasonOf(error)}). Start it with \`npm start\`, or say where it is with --url.`,
    )
  })
  const { stt, llm, tts } = (await response.json().catch(() => ({}))) as Partial<Record<string, string>>
  return [`Calling ${url}`, ...(stt && llm && tts ? [`  hears   ${stt}`, `  answers ${llm}`, `  speaks  ${tts}`] : [])].join('\n')
}

/** Where the server can be reached from here, given an address as Twilio knows it; a proxy would do the same. */
export function reach(address: string, { url, publicUrl }: RunningServer): string {
  const [from, to] = address.startsWith('ws') ? [publicUrl.replace(/^http/, 'ws'), url.replace(/^http/, 'ws')] : [publicUrl, url]
  return address.startsWith(from) ? to + address.slice(from.length) : address
}
