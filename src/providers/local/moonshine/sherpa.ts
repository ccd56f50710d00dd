/**
 * The one use made of sherpa-onnx-node, with types: its own leave out Moonshine's merged decoder, which it does accept.
 */
import { createRequire } from 'node:module'

export interface SherpaRecognizer {
  /** What is said in the samples (-1 to 1). Decodes off the JavaScript thread; several may be under way at once. */
  recognise(samples: Float32Array, sampleRateHz: number): Promise<string>
}

export type MoonshineFiles = { readonly encoder: string; readonly mergedDecoder: string; readonly tokens: string }

type Stream = { acceptWaveform(wave: { readonly samples: Float32Array; readonly sampleRate: number }): void }
type Native = { createStream(): Stream; decodeAsync(stream: Stream): Promise<{ readonly text: string }> }
type Sherpa = { readonly OfflineRecognizer: { createAsync(config: object): Promise<Native> } }

/** Loads a Moonshine model (sherpa-onnx: "moonshine v2", merged decoder) onto one thread a decode. */
export async function createSherpaRecognizer(files: MoonshineFiles): Promise<SherpaRecognizer> {
  const { OfflineRecognizer } = createRequire(import.meta.url)('sherpa-onnx-node') as Sherpa
  const native = await OfflineRecognizer.createAsync({
    featConfig: { sampleRate: 16_000, featureDim: 80 },
    modelConfig: {
      moonshine: { encoder: files.encoder, mergedDecoder: files.mergedDecoder },
      tokens: files.tokens,
      numThreads: 1,
      provider: 'cpu',
      debug: 0,
    },
  })
  return {
    async recognise(samples, sampleRateHz) {
      const stream = native.createStream()
      stream.acceptWaveform({ samples, sampleRate: sampleRateHz })
      const { text } = await native.decodeAsync(stream)
      return text.trim()
    },
  }
}
