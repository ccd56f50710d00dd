/** What can stop the program from starting, told in one sentence to whoever starts it. */
import { accessSync, constants, mkdirSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

/** Print the message, without a stack trace, and exit. */
export class StartFault extends Error {
  override readonly name = 'StartFault'
}

/** Makes the folder that holds journals and recordings if it is not there. Throws a StartFault if it cannot be written. */
export function openDataDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
    accessSync(path, constants.W_OK | constants.X_OK)
  } catch (error) {
    const why = codeOf(error) ?? 'unknown reason'
    throw new StartFault(`The folder ${path} cannot be written (${why}): make it writable, or set DATA_DIR to another.`)
  }
}

/** Starts to listen and gives the address, as `http://host:port`. Throws a StartFault if the address is not to be had. */
export async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await server.listen({ host, port })
  } catch (error) {
    const sentence = listenFaults[codeOf(error) ?? '']?.(host, port)
    if (sentence === undefined) throw error
    throw new StartFault(sentence)
  }
}

const listenFaults: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (host, port) => `Port ${port} on ${host} is taken by another program: stop it, or set PORT to another port.`,
  EACCES: (_, port) => `Port ${port} is only for the administrator: set PORT to a port above 1023.`,
  EADDRNOTAVAIL: host => `${host} is not an address of this machine: set HOST to one, such as 127.0.0.1.`,
  ENOTFOUND: host => `${host} is not a name this machine knows: set HOST to an address, such as 127.0.0.1.`,
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code
