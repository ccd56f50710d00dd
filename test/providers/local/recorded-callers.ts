/** Recorded callers whose words are known, as the tests of a recogniser want them. */
import { readFileSync } from 'node:fs'
import { byteLength, FRAME_BYTES, FRAME_MS, type Frame } from '../../../src/audio/frames.ts'
import { readWav } from '../../../src/audio/wav.ts'
import type { Caller } from '../../conformance/transcribe.ts'

type Script = { readonly file: string; readonly events: readonly Utterance[] }
type Utterance = { readonly start_ms: number; readonly end_ms: number; readonly transcript: string }

const folder = new URL('../../fixtures/audio/', import.meta.url)

/** Some utterances of a scripted caller, counted from 1 as in the manifest, beginning so long before the first. */
export function scriptedCaller(file: string, firstUtterance: number, lastUtterance: number, leadMs: number): Caller {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as { caller_scripts: readonly Script[] }
  const script = manifest.caller_scripts.find(one => one.file === file)
  const said = script?.events.slice(firstUtterance - 1, lastUtterance) ?? []
  const fromMs = Math.max(0, Math.floor(((said[0]?.start_ms ?? 0) - leadMs) / FRAME_MS) * FRAME_MS)
  const toMs = (said.at(-1)?.end_ms ?? 0) + 400
  return {
    frames: framesOf(recording(file).subarray(byteLength(fromMs), byteLength(toMs))),
    stretches: said.map(({ start_ms, end_ms, transcript }) => ({
      fromMs: start_ms - fromMs,
      toMs: end_ms - fromMs,
      text: transcript,
    })),
  }
}

/** A recording of test/fixtures/audio, as mu-law. */
export const recording = (file: string): Uint8Array => readWav(file, readFileSync(new URL(file, folder)))

export function framesOf(audio: Uint8Array): readonly Frame[] {
  return Array.from({ length: Math.floor(audio.length / FRAME_BYTES) }, (_, index) =>
    audio.slice(index * FRAME_BYTES, (index + 1) * FRAME_BYTES),
  )
}
