/**
 * The worker thread that holds the Moonshine recogniser: telephone audio in, text out.
 *
 * Decoding runs on the native library's own threads, so several may be under way at once; raising the sample rate happens
 * here. It knows nothing of calls, turns or partial results.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linear } from '../../../audio/ulaw.ts'
import { resample } from '../../../audio/resample.ts'
import { createSherpaRecognizer, type SherpaRecognizer } from './sherpa.ts'
import { readWeights, type Weights } from '../weights.ts'
import { answerQuestions } from '../worker-link.ts'

const PHONE_HZ = 8000
const MODEL_HZ = 16_000

const FOLDER = 'dist/model/tiny/quantized'
const ENCODER: Weights = {
  packageName: '@moonshine-ai/moonshine-js',
  file: `${FOLDER}/encoder_model.onnx`,
  sha256: 'c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a',
}
const DECODER: Weights = {
  packageName: '@moonshine-ai/moonshine-js',
  file: `${FOLDER}/decoder_model_merged.onnx`,
  sha256: 'eed87831c3a6103534aae7d47a5d485025c659a1323901513961c39fe8a1a367',
}

/** What the recogniser is asked: mu-law from the first word to a little after the last. The answer is what was said, or ''. */
export type MoonshineQuestion = Uint8Array

await answerQuestions<MoonshineQuestion, string>(async () => {
  const recognizer = await load()
  return async audio => {
    const samples = Float32Array.from(audio, byte => linear[byte]!)
    return recognizer.recognise(resample(samples, PHONE_HZ, MODEL_HZ), MODEL_HZ)
  }
})

async function load(): Promise<SherpaRecognizer> {
  const [encoder, decoder, folder] = await Promise.all([
    readWeights(ENCODER),
    readWeights(DECODER),
    mkdtemp(join(tmpdir(), 'moonshine-')),
  ])
  try {
    const tokens = join(folder, 'tokens.txt')
    await writeFile(tokens, await tokenTable())
    return await createSherpaRecognizer({ encoder: encoder.path, mergedDecoder: decoder.path, tokens })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/**
 * Moonshine's vocabulary as sherpa-onnx reads it: a line for each token, its bytes in base64 and its number. It is Llama's
 * vocabulary of 32,000 and 768 tokens for special use; `<0x0A>` stands for a single byte.
 */
async function tokenTable(): Promise<string> {
  const { default: tokenizer } = await import('llama-tokenizer-js')
  const lines = Array.from({ length: 32_768 }, (_, id) => {
    const token = tokenizer.vocabById[id] ?? `<<ST_${id - 32_000}>>`
    const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1]
    const bytes = byte === undefined ? Buffer.from(token) : Buffer.from(byte, 'hex')
    return `${bytes.toString('base64')} ${id}\n`
  })
  return lines.join('')
}
