/** The recorded callers of test/fixtures/audio with the truth about when they speak, clean or with noise mixed in. */
import { readFileSync } from 'node:fs'
import alawmulaw from 'alawmulaw'
import { BYTES_PER_MS } from '../../src/audio/frames.ts'
import { linear } from '../../src/audio/ulaw.ts'
import { readWav } from '../../src/audio/wav.ts'

/** A stretch of time, from start to end, in ms of the recording. */
export type Stretch = readonly [startMs: number, endMs: number]

export type Recording = {
  readonly name: string
  /** A script is one caller with sharp edges and constructed pauses; a clip is as it was found; the rest has no speech at all. */
  readonly kind: 'script' | 'clip' | 'no speech'
  readonly audio: Uint8Array
  /** Where there is voice, and what the 500 ms rule makes of it: pauses within a turn are shorter, those between turns are not. */
  readonly segments: readonly Stretch[]
  readonly turns: readonly Stretch[]
}

export type NoiseName = 'line' | 'kitchen' | 'music'

type ClipEntry = {
  readonly file: string
  readonly speech_segments_ms: readonly Stretch[]
  readonly turns_under_500ms_rule: readonly Stretch[]
}
type ScriptEvent = { readonly start_ms: number; readonly end_ms: number; readonly speech_segments: readonly Stretch[] }
type ScriptEntry = { readonly file: string; readonly events: readonly ScriptEvent[] }
type Manifest = { readonly clips: readonly ClipEntry[]; readonly caller_scripts: readonly ScriptEntry[] }

const folder = new URL('../fixtures/audio/', import.meta.url)

/** All recordings, and the noise of a kitchen (what pub-14 has and pub-13 has not). */
export function readRecordings(): readonly Recording[] {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Manifest
  const clips = manifest.clips.map(clip => {
    const segments = clip.speech_segments_ms
    return recording(clip.file, segments.length > 0 ? 'clip' : 'no speech', segments, clip.turns_under_500ms_rule)
  })
  const scripts = manifest.caller_scripts.map(({ file, events }) => {
    const turns = events.map(event => [event.start_ms, event.end_ms] as const)
    return recording(file, 'script', events.flatMap(event => event.speech_segments), turns) // prettier-ignore
  })
  const kitchen: Recording = { name: 'kitchen', kind: 'no speech', audio: encode(kitchenNoise()), segments: [], turns: [] }
  return [...scripts, ...clips, kitchen]
}

/** The recording with the noise, over and over, so many dB below the speech (both as RMS, the speech where there is speech). */
export function withNoise(recording: Recording, noise: NoiseName, snrDb: number): Recording {
  const speech = decode(recording.audio)
  const added = noiseSamples(noise)
  const gain = speechRms(speech, recording.segments) / rms(added) / 10 ** (snrDb / 20)
  const mixed = speech.map((sample, index) => sample + gain * (added[index % added.length] ?? 0))
  return { ...recording, audio: encode(mixed) }
}

/** The recording, louder by so many dB. */
export function amplified(recording: Recording, db: number): Recording {
  return { ...recording, audio: encode(decode(recording.audio).map(sample => sample * 10 ** (db / 20))) }
}

function recording(file: string, kind: Recording['kind'], segments: readonly Stretch[], turns: readonly Stretch[]): Recording {
  return { name: file.replace('.wav', ''), kind, audio: readAudio(file), segments, turns }
}

const readAudio = (file: string): Uint8Array => readWav(file, readFileSync(new URL(file, folder)))

function noiseSamples(noise: NoiseName): Float64Array {
  if (noise === 'kitchen') return kitchenNoise()
  return decode(readAudio(noise === 'line' ? 'pub-16-line-noise.wav' : 'pub-17-hold-music.wav'))
}

/** The clean speech was mixed in at some gain; the one that explains most of the noisy recording leaves the noise. */
function kitchenNoise(): Float64Array {
  const noisy = decode(readAudio('pub-14-noisy-female.wav'))
  const clean = decode(readAudio('pub-13-librispeech-female.wav'))
  let [shared, power] = [0, 0]
  clean.forEach((sample, index) => {
    shared += sample * (noisy[index] ?? 0)
    power += sample * sample
  })
  return noisy.map((sample, index) => sample - (shared / power) * (clean[index] ?? 0))
}

const decode = (audio: Uint8Array): Float64Array => Float64Array.from(audio, byte => linear[byte] ?? 0)

const encode = (samples: Float64Array): Uint8Array =>
  alawmulaw.mulaw.encode(Int16Array.from(samples, sample => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)))))

const rms = (samples: Float64Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)

function speechRms(samples: Float64Array, segments: readonly Stretch[]): number {
  const spoken = segments.map(([startMs, endMs]) => samples.subarray(startMs * BYTES_PER_MS, endMs * BYTES_PER_MS))
  const sampleCount = spoken.reduce((sum, { length }) => sum + length, 0)
  return Math.sqrt(spoken.reduce((sum, part) => sum + rms(part) ** 2 * part.length, 0) / sampleCount)
}
