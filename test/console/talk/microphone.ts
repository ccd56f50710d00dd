/** A WAV for the browser's made-up microphone, from recorded callers: 16 bits at 48 kHz, as a sound card would give it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { resample } from '../../../src/audio/resample.ts'
import { linear } from '../../../src/audio/ulaw.ts'

const RATE_HZ = 48_000

/** For `inBrowser`: played once, then silence. `audio` is mu-law. Removed after the tests of the file. */
export function microphoneWith(audio: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-microphone-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'caller.wav')
  writeFileSync(file, wavOf(resample(Float32Array.from(audio, byte => linear[byte]!), 8000, RATE_HZ))) // prettier-ignore
  return `${file}%noloop`
}

/** http://soundfile.sapp.org/doc/WaveFormat/ */
function wavOf(samples: Float32Array): Buffer {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length * 2, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(RATE_HZ, 24)
  header.writeUInt32LE(RATE_HZ * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length * 2, 40)
  const data = Int16Array.from(samples, sample => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))))
  return Buffer.concat([header, Buffer.from(data.buffer)])
}
