/**
 * A load balancer in front of several servers: each request and each stream goes to any of those that take connections, whichever
 * took the last one of the same call. Who does not answer is passed over, as by nginx' proxy_next_upstream.
 */
import { realNetwork, type Network } from './network.ts'

export type LoadBalancer = Network & {
  /** The server that carries a call's newest stream, by the address of its stream; null: none has begun. */
  readonly carrierOf: (callSid: string) => string | null
}

/** `servers` are such as `http://127.0.0.1:3000`; `publicUrl` is what stands before their paths in Twilio's addresses. */
export function balance(servers: () => readonly string[], publicUrl: string, random: () => number): LoadBalancer {
  const carriers = new Map<string, string>()

  async function anyOf<T>(ask: (server: string, network: Network) => Promise<T>): Promise<T> {
    const order = servers()
      .map(server => ({ server, key: random() }))
      .sort((a, b) => a.key - b.key)
    let failure: unknown = new Error('no server is up')
    for (const { server } of order) {
      try {
        return await ask(
          server,
          realNetwork(url =>
            url.replace(publicUrl, server).replace(publicUrl.replace(/^http/, 'ws'), server.replace(/^http/, 'ws')),
          ),
        )
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  return {
    carrierOf: callSid => carriers.get(callSid) ?? null,
    post: (url, form, headers) => anyOf((_, network) => network.post(url, form, headers)),
    connect: (url, headers, listener) =>
      anyOf(async (server, network) => {
        const socket = await network.connect(url, headers, listener)
        carriers.set(url.split('/').at(-1)!, server)
        return socket
      }),
  }
}
