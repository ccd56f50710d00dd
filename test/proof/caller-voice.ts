/** What callers of generated conversations sound like: stretches of recorded speech in the noise of a line. */
import { readFileSync } from 'node:fs'
import alawmulaw from 'alawmulaw'
import { BYTES_PER_MS, FRAME_BYTES, FRAME_MS, type Frame } from '../../src/audio/frames.ts'
import { linear } from '../../src/audio/ulaw.ts'
import { readWav } from '../../src/audio/wav.ts'
import type { DetectVoice } from '../../src/ports.ts'

/** A stretch of recorded speech without a long pause: where it lies in which recording. */
export type Snippet = { readonly file: string; readonly fromMs: number; readonly toMs: number }

type Manifest = { readonly clips: readonly { readonly file: string; readonly speech_segments_ms: readonly [number, number][] }[] }

const folder = new URL('../fixtures/audio/', import.meta.url)

/** One person, close to the telephone, in each. */
const clean = [3, 6, 7, 8, 9, 10, 11, 12, 13, 15, 19]

export class CallerVoice {
  readonly #recordings = new Map<string, Float32Array>()
  /** Stretches that can carry words, and bursts too short for them. */
  readonly snippets: readonly Snippet[]
  readonly coughs: readonly Snippet[]

  constructor() {
    const { clips } = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Manifest
    const usable = clips.filter(({ file }) => clean.includes(Number(file.slice(4, 6))))
    const all = usable.flatMap(({ file, speech_segments_ms }) =>
      speech_segments_ms.map(([fromMs, toMs]) => ({ file, fromMs, toMs })),
    )
    this.snippets = all.filter(({ fromMs, toMs }) => toMs - fromMs >= 300 && toMs - fromMs <= 2600)
    this.coughs = this.snippets.map(({ file, fromMs }) => ({ file, fromMs, toMs: fromMs + 160 }))
  }

  samples({ file, fromMs, toMs }: Snippet): Float32Array {
    return this.#recording(file).subarray(fromMs * BYTES_PER_MS, toMs * BYTES_PER_MS)
  }

  #recording(file: string): Float32Array {
    const known = this.#recordings.get(file)
    if (known) return known
    const samples = Float32Array.from(readWav(file, readFileSync(new URL(file, folder))), byte => linear[byte]!)
    this.#recordings.set(file, samples)
    return samples
  }

  /** Ten seconds of a telephone line on which nobody speaks, at this level. */
  lineNoise(db: number): Float32Array {
    const noise = this.#recording('pub-16-line-noise.wav')
    const rms = Math.sqrt(noise.reduce((sum, sample) => sum + sample * sample, 0) / noise.length)
    return noise.map(sample => (sample / rms) * 10 ** (db / 20))
  }
}

type Laid = { readonly fromMs: number; readonly samples: Float32Array }

/** The caller's leg of one call: the noise of the line, and whatever is laid into it, from then on. */
export class CallerLeg {
  readonly #noise: Float32Array
  readonly #quietFrames: readonly Frame[]
  #laid: Laid[] = []
  #atMs = 0

  constructor(noise: Float32Array) {
    this.#noise = noise
    this.#quietFrames = Array.from({ length: noise.length / FRAME_BYTES }, (_, n) =>
      encoded(noise.subarray(n * FRAME_BYTES, (n + 1) * FRAME_BYTES)),
    )
  }

  lay(fromMs: number, samples: Float32Array): void {
    this.#laid.push({ fromMs, samples })
  }

  next(): Frame {
    const fromMs = this.#atMs
    this.#atMs += FRAME_MS
    this.#laid = this.#laid.filter(({ fromMs: start, samples }) => start + samples.length / BYTES_PER_MS > fromMs)
    const n = (fromMs / FRAME_MS) % this.#quietFrames.length
    if (this.#laid.every(({ fromMs: start }) => start >= fromMs + FRAME_MS)) return this.#quietFrames[n]!
    const mixed = this.#noise.slice(n * FRAME_BYTES, (n + 1) * FRAME_BYTES)
    for (const laid of this.#laid) add(mixed, fromMs, laid)
    return encoded(mixed)
  }
}

function add(frame: Float32Array, frameFromMs: number, { fromMs, samples }: Laid): void {
  const offset = Math.round((frameFromMs - fromMs) * BYTES_PER_MS)
  for (let at = 0; at < frame.length; at++) frame[at] = frame[at]! + (samples[at + offset] ?? 0)
}

const encoded = (samples: Float32Array): Frame =>
  alawmulaw.mulaw.encode(Int16Array.from(samples, sample => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)))))

export type Stretch = { readonly fromMs: number; readonly toMs: number }

const WINDOW_MS = 32
/** As measured of Silero: it believes in a voice this much after it began, and lets it go this much after it ended. */
const BELIEVES_AFTER_MS = 30
const LETS_GO_AFTER_MS = 100
/** Its answers come so many frames late. */
const LATE_FRAMES = 2

/** A voice detector that knows when the caller speaks, and is as slow about it as the real one. */
export const knowingDetector =
  (speech: readonly Stretch[]): DetectVoice =>
  tell => {
    let heardMs = 0
    let judgedMs = 0
    return {
      hear() {
        heardMs += FRAME_MS
        while (judgedMs + WINDOW_MS <= heardMs - LATE_FRAMES * FRAME_MS) {
          judgedMs += WINDOW_MS
          const windowEndMs = judgedMs
          const isVoice = speech.some(
            ({ fromMs, toMs }) => windowEndMs >= fromMs + BELIEVES_AFTER_MS && windowEndMs <= toMs + LETS_GO_AFTER_MS,
          )
          tell(windowEndMs, isVoice ? 0.95 : 0.02)
        }
      },
    }
  }
