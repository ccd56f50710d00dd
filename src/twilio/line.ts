/** The caller's end of the line over Twilio's WebSocket. Sends; what arrives is read by stream.ts. */
import type { WebSocket } from 'ws'
import type { EndReason } from '../calls.ts'
import type { Line } from '../ports.ts'
import { outbound } from './media-stream.ts'

/**
 * How much may wait in this process for the network. Twilio takes audio as fast as it is sent and keeps up to ten minutes
 * itself, so more than this (a minute and a half of speech) means that the other end has stopped reading for good.
 */
export const MAX_WAITING_BYTES = 1024 * 1024

/**
 * `closing` is told why, just before this side closes the connection; everything else is learnt from the socket itself. Once
 * the connection closes, for whatever reason, everything here does nothing.
 */
export function openLine(socket: WebSocket, streamSid: string, closing: (reason: EndReason) => void): Line {
  const messages = outbound(streamSid)

  function send(message: string): void {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount <= MAX_WAITING_BYTES) return socket.send(message)
    closing('line-congested')
    // A polite close would have to wait behind all the audio.
    socket.terminate()
  }

  return {
    play: audio => {
      if (audio.length > 0) send(messages.media(audio))
    },
    mark: name => send(messages.mark(name)),
    clear: () => send(messages.clear),
    hangUp: () => {
      if (socket.readyState !== socket.OPEN) return
      closing('assistant-hung-up')
      // Twilio goes on with what follows `</Connect>` once we have closed the stream.
      socket.close(1000, 'the assistant has hung up')
    },
  }
}
