/**
 * A call's recording as the page needs it. Not every browser plays mu-law, so both legs are fetched, read here, and given to the
 * browser as plain PCM: left the caller, right the bot.
 */
import { BYTES_PER_MS, SILENCE_BYTE } from '../../audio/frames.ts'
import { linear } from '../../audio/ulaw.ts'
import { legOf, type Leg } from './peaks.ts'

export type Recording = { readonly caller: Leg; readonly bot: Leg; readonly lengthMs: number; readonly playable: Blob }

const HZ = 8000
const MULAW = 7

/** Rejects with an error that says in words what is wrong. */
export async function fetchRecording(
  audio: { readonly caller: string; readonly bot: string },
  signal: AbortSignal,
): Promise<Recording> {
  const [caller, bot] = await Promise.all([fetchLeg(audio.caller, signal), fetchLeg(audio.bot, signal)])
  const lengthMs = Math.max(caller.length, bot.length) / BYTES_PER_MS
  return { caller: legOf(caller), bot: legOf(bot), lengthMs, playable: new Blob([pcmWav(caller, bot)], { type: 'audio/wav' }) }
}

async function fetchLeg(address: string, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(address, { signal })
  if (response.ok) return mulawIn(new Uint8Array(await response.arrayBuffer()))
  const gone = response.status === 404 || response.status === 410
  throw new Error(
    gone ? 'The recording is not on the server’s machine any more.' : `The server gave no recording (status ${response.status}).`,
  )
}

/** The audio in a WAV file of one channel of mu-law at 8 kHz. Throws if it is anything else. */
export function mulawIn(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let isMulaw = false
  for (let at = 12; at + 8 <= file.length;) {
    const tag = String.fromCharCode(...file.subarray(at, at + 4))
    const bytes = view.getUint32(at + 4, true)
    if (tag === 'fmt ' && at + 16 <= file.length)
      isMulaw =
        view.getUint16(at + 8, true) === MULAW && view.getUint16(at + 10, true) === 1 && view.getUint32(at + 12, true) === HZ
    // A file of a call that goes on may have grown, or not yet, since its header was written.
    if (tag === 'data' && isMulaw) return file.subarray(at + 8, at + 8 + bytes)
    at += 8 + bytes + (bytes % 2)
  }
  throw new Error('The recording is not mu-law at 8 kHz: its file is damaged.')
}

/** A WAV file of 16-bit samples, left one leg, right the other; the shorter goes on in silence. */
export function pcmWav(left: Uint8Array, right: Uint8Array): ArrayBuffer {
  const frames = Math.max(left.length, right.length)
  const header = new DataView(new ArrayBuffer(44))
  const tag = (at: number, text: string): void => [...text].forEach((sign, n) => header.setUint8(at + n, sign.charCodeAt(0)))
  tag(0, 'RIFF')
  header.setUint32(4, 36 + frames * 4, true)
  tag(8, 'WAVEfmt ')
  header.setUint32(16, 16, true)
  header.setUint16(20, 1, true)
  header.setUint16(22, 2, true)
  header.setUint32(24, HZ, true)
  header.setUint32(28, HZ * 4, true)
  header.setUint16(32, 4, true)
  header.setUint16(34, 16, true)
  tag(36, 'data')
  header.setUint32(40, frames * 4, true)
  const file = new ArrayBuffer(44 + frames * 4)
  new Uint8Array(file).set(new Uint8Array(header.buffer))
  // Whatever computes this page is little-endian, as WAV is.
  const samples = new Int16Array(file, 44)
  for (let n = 0; n < frames; n++) {
    samples[2 * n] = linear[left[n] ?? SILENCE_BYTE]! * 32_767
    samples[2 * n + 1] = linear[right[n] ?? SILENCE_BYTE]! * 32_767
  }
  return file
}
