/** Twilio's messages as they stand on the wire, and a few ways to spoil them. */

export const STREAM_SID = 'MZ0123456789abcdef0123456789abcdef'
export const callSid = (n: number): string => `CA${n.toString(16).padStart(32, '0')}`

export const CONNECTED = '{"event":"connected","protocol":"Call","version":"1.0.0"}'

export const start = (call: string, ticket = 'none', streamSid = STREAM_SID): string =>
  `{"event":"start","sequenceNumber":"1","streamSid":"${streamSid}","start":{"streamSid":"${streamSid}",` +
  `"accountSid":"AC00000000000000000000000000000000","callSid":"${call}","tracks":["inbound"],` +
  `"customParameters":{"from":"+15550001111","to":"+15550002222","ticket":"${ticket}"},` +
  '"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}}}'

export const media = (timestamp: number, audio: Uint8Array, streamSid = STREAM_SID): string =>
  `{"event":"media","sequenceNumber":"2","streamSid":"${streamSid}","media":{"track":"inbound","chunk":"1",` +
  `"timestamp":"${timestamp}","payload":"${Buffer.from(audio).toString('base64')}"}}`

export const dtmf = (digit: string): string =>
  `{"event":"dtmf","sequenceNumber":"41","streamSid":"${STREAM_SID}","dtmf":{"track":"inbound_track","digit":"${digit}"}}`

export const mark = (name: string): string =>
  `{"event":"mark","sequenceNumber":"97","streamSid":"${STREAM_SID}","mark":{"name":${JSON.stringify(name)}}}`

export const stop = (call: string): string =>
  `{"event":"stop","sequenceNumber":"412","streamSid":"${STREAM_SID}","stop":{"accountSid":"AC0","callSid":"${call}"}}`

/** 20 ms that are easy to tell from others. */
export const frame = (byte: number): Uint8Array => new Uint8Array(160).fill(byte)

/** The message with one piece of its text replaced; fails if the piece is not there. */
export function spoil(message: string, piece: string, other: string): string {
  if (!message.includes(piece)) throw new Error(`${piece} is not in ${message}`)
  return message.replace(piece, () => other)
}
