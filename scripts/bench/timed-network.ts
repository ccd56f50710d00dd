/** Real sockets that keep when each of the caller's frames really left: a busy machine sends some later than they were due. */
import type { Clock } from '../../src/ports.ts'
import { realNetwork, type Network } from '../../test/vendors/twilio/network.ts'

export type TimedNetwork = {
  readonly network: Network
  /** The n-th is when the caller's n-th frame left, on the clock; from 0. */
  readonly framesSentAtMs: readonly number[]
}

/** For one call. */
export function timedNetwork(clock: Clock): TimedNetwork {
  const real = realNetwork()
  const framesSentAtMs: number[] = []
  const network: Network = {
    post: (url, form, headers) => real.post(url, form, headers),
    async connect(url, headers, listener) {
      const socket = await real.connect(url, headers, listener)
      return {
        ...socket,
        send: text => {
          if (text.startsWith('{"event":"media"')) framesSentAtMs.push(clock.now())
          socket.send(text)
        },
      }
    },
  }
  return { network, framesSentAtMs }
}
