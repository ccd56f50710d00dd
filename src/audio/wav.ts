/**
 * WAV files: reading any recording into the telephone's format, and writing the telephone's format so that any player opens it.
 *
 * Reading is for callers played from files and gives 8 kHz mono mu-law whatever comes in. Writing makes 8 kHz mu-law WAVs
 * (format tag 7), mono or stereo, whole or growing. Both are pure: no file is opened here. Compressed formats (MP3 in WAV,
 * ADPCM, GSM) are refused, by name.
 */
import alawmulaw from 'alawmulaw'
import { SILENCE_BYTE } from './frames.ts'
import { resample } from './resample.ts'

const { alaw, mulaw } = alawmulaw
const PHONE_HZ = 8000

/* ── Writing ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** How many bytes `wavHeader` makes: the audio begins there. */
export const WAV_HEADER_BYTES = 58

/**
 * The header of an 8 kHz mu-law WAV file whose audio is so many bytes, all channels together. A file that grows is kept
 * playable by writing the header again at position 0. RIFF asks for one more byte (any) after audio of odd length.
 */
export function wavHeader(channels: 1 | 2, dataBytes: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(WAV_HEADER_BYTES))
  writeTag(header, 0, 'RIFF')
  header.setUint32(4, WAV_HEADER_BYTES - 8 + dataBytes + (dataBytes % 2), true)
  writeTag(header, 8, 'WAVE')
  writeTag(header, 12, 'fmt ')
  header.setUint32(16, 18, true)
  header.setUint16(20, MULAW, true)
  header.setUint16(22, channels, true)
  header.setUint32(24, PHONE_HZ, true)
  header.setUint32(28, PHONE_HZ * channels, true)
  header.setUint16(32, channels, true)
  header.setUint16(34, 8, true)
  header.setUint16(36, 0, true)
  writeTag(header, 38, 'fact')
  header.setUint32(42, 4, true)
  header.setUint32(46, Math.floor(dataBytes / channels), true)
  writeTag(header, 50, 'data')
  header.setUint32(54, dataBytes, true)
  return new Uint8Array(header.buffer)
}

/** The audio of a stereo file from two mu-law streams that began together; the shorter goes on in silence. */
export function interleave(left: Uint8Array, right: Uint8Array): Uint8Array {
  const audio = new Uint8Array(2 * Math.max(left.length, right.length)).fill(SILENCE_BYTE)
  left.forEach((byte, index) => (audio[2 * index] = byte))
  right.forEach((byte, index) => (audio[2 * index + 1] = byte))
  return audio
}

/** A whole WAV file from one mu-law stream, or from two as its left and right. */
export function writeWav(left: Uint8Array, right?: Uint8Array): Uint8Array {
  const audio = right ? interleave(left, right) : left
  const file = new Uint8Array(WAV_HEADER_BYTES + audio.length + (audio.length % 2))
  file.set(wavHeader(right ? 2 : 1, audio.length))
  file.set(audio, WAV_HEADER_BYTES)
  return file
}

/* ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** The file cannot be played to the bot. The message names the file and says why, in words for whoever chose it. */
export class WavError extends Error {
  override readonly name = 'WavError'
}

/**
 * The recording as the telephone would carry it: 8 kHz mono mu-law, channels mixed, resampled if need be. What is 8 kHz mono
 * mu-law already comes out byte for byte. A file cut short gives what is there. Throws `WavError`, naming the file `name`.
 */
export function readWav(name: string, file: Uint8Array): Uint8Array {
  const refuse = (reason: string): never => {
    throw new WavError(`${name}: ${reason}`)
  }
  const { format, audio } = findChunks(file, refuse)
  const sampleCount = Math.floor(audio.byteLength / format.blockBytes)
  if (sampleCount === 0) return refuse('it holds no audio')
  if (format.tag === MULAW && format.channels === 1 && format.hz === PHONE_HZ) return bytesOf(audio).slice()
  const decode = decoderFor(format, refuse)
  const mono = mixDown(audio, format, sampleCount, decode)
  return mulaw.encode(Int16Array.from(resample(mono, format.hz, PHONE_HZ), toInt16))
}

type Refuse = (reason: string) => never
type Format = {
  readonly tag: number
  readonly channels: number
  readonly hz: number
  /** Bytes of one sample of one channel, and of all channels at one moment. */
  readonly sampleBytes: number
  readonly blockBytes: number
}
/** The sample at a byte position, between -1 and 1. */
type Decode = (audio: DataView, offset: number) => number

const PCM = 1
const FLOAT = 3
const ALAW = 6
const MULAW = 7
const EXTENSIBLE = 0xfffe

/** Walks over whatever chunks there are (LIST, fact, id3, bext …) to the two that matter. */
function findChunks(file: Uint8Array, refuse: Refuse): { readonly format: Format; readonly audio: DataView } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (file.length === 0) return refuse('it is empty')
  if (file.length < 12 || readTag(view, 0) !== 'RIFF' || readTag(view, 8) !== 'WAVE') return refuse(notWav(view))
  let format: Format | null = null
  for (let at = 12; at + 8 <= file.length;) {
    const bytes = Math.min(view.getUint32(at + 4, true), file.length - at - 8)
    const chunk = new DataView(file.buffer, file.byteOffset + at + 8, bytes)
    const tag = readTag(view, at)
    if (tag === 'fmt ') format = readFormat(chunk, refuse)
    if (tag === 'data') return format ? { format, audio: chunk } : refuse('its audio comes before its format')
    at += 8 + bytes + (bytes % 2)
  }
  return refuse(format ? 'it holds no audio' : 'it does not say what format its audio has')
}

function notWav(view: DataView): string {
  const tag = view.byteLength >= 4 ? readTag(view, 0) : ''
  if (tag === 'RF64' || tag === 'BW64' || tag === 'RIFX')
    return `it is a ${tag} file, which is not supported; save it as plain WAV`
  return 'it is not a WAV file'
}

function readFormat(chunk: DataView, refuse: Refuse): Format {
  if (chunk.byteLength < 16) return refuse('its format description is cut short')
  const declaredTag = chunk.getUint16(0, true)
  const tag = declaredTag === EXTENSIBLE && chunk.byteLength >= 26 ? chunk.getUint16(24, true) : declaredTag
  const channels = chunk.getUint16(2, true)
  const hz = chunk.getUint32(4, true)
  const blockBytes = chunk.getUint16(12, true)
  if (channels === 0) return refuse('it says that it has no channels')
  if (hz < 1000 || hz > 768_000) return refuse(`its sample rate is ${hz} Hz; 1,000 to 768,000 Hz are supported`)
  return { tag, channels, hz, blockBytes, sampleBytes: blockBytes / channels }
}

/** PCM of fewer bits than its bytes hold sits in the upper bits (12 in 16, 20 in 24), so that bytes alone decide how to read it. */
function decoderFor({ tag, sampleBytes }: Format, refuse: Refuse): Decode {
  const decode = decoders[`${tag}/${sampleBytes}`]
  if (decode) return decode
  const bits = Number.isInteger(sampleBytes) ? `${8 * sampleBytes} bits` : 'an odd number of bits'
  return refuse(`${names[tag] ?? `format ${tag}`} with ${bits} a sample is not supported; save it as 16-bit PCM`)
}

const decoders: Readonly<Record<string, Decode>> = {
  [`${PCM}/1`]: (audio, at) => (audio.getUint8(at) - 128) / 2 ** 7,
  [`${PCM}/2`]: (audio, at) => audio.getInt16(at, true) / 2 ** 15,
  [`${PCM}/3`]: (audio, at) => (audio.getUint8(at) + audio.getInt16(at + 1, true) * 2 ** 8) / 2 ** 23,
  [`${PCM}/4`]: (audio, at) => audio.getInt32(at, true) / 2 ** 31,
  [`${FLOAT}/4`]: (audio, at) => finite(audio.getFloat32(at, true)),
  [`${FLOAT}/8`]: (audio, at) => finite(audio.getFloat64(at, true)),
  [`${ALAW}/1`]: (audio, at) => alaw.decodeSample(audio.getUint8(at)) / 2 ** 15,
  [`${MULAW}/1`]: (audio, at) => mulaw.decodeSample(audio.getUint8(at)) / 2 ** 15,
}

/** The names of what decent programs write, for the error. The list is long: https://www.iana.org/assignments/wave-avi-codec-registry */
const names: Readonly<Record<number, string>> = {
  [PCM]: 'PCM',
  2: 'Microsoft ADPCM',
  [FLOAT]: 'floating point',
  [ALAW]: 'A-law',
  [MULAW]: 'mu-law',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  80: 'MPEG',
  85: 'MP3',
}

function mixDown(audio: DataView, format: Format, sampleCount: number, decode: Decode): Float32Array {
  const mono = new Float32Array(sampleCount)
  for (let index = 0; index < sampleCount; index++) {
    let sum = 0
    for (let channel = 0; channel < format.channels; channel++) {
      sum += decode(audio, index * format.blockBytes + channel * format.sampleBytes)
    }
    mono[index] = sum / format.channels
  }
  return mono
}

const finite = (sample: number): number => (Number.isFinite(sample) ? Math.max(-1, Math.min(1, sample)) : 0)

const toInt16 = (sample: number): number => Math.max(-32_768, Math.min(32_767, Math.round(sample * 2 ** 15)))

const bytesOf = (view: DataView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

const readTag = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))

function writeTag(view: DataView, at: number, tag: string): void {
  for (let index = 0; index < tag.length; index++) view.setUint8(at + index, tag.charCodeAt(index))
}
