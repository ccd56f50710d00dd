/**
 * Voice detection by Silero VAD v6 (MIT), an ONNX model that @ricky0123/vad-web carries, run by onnxruntime in this process.
 *
 * One session serves all calls: windows that become ready within a few milliseconds of each other are judged in one run, which
 * makes each several times cheaper. onnxruntime-node runs on the calling thread, so a batch has a size beyond which it would hold
 * up other calls' audio. It only reports probabilities; what they mean for the call is decided elsewhere.
 */
import { fileURLToPath } from 'node:url'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { BYTES_PER_MS } from '../../audio/frames.ts'
import type { Frame } from '../../audio/frames.ts'
import { linear } from '../../audio/ulaw.ts'
import { ProviderError } from '../../ports.ts'
import type { Clock, DetectVoice } from '../../ports.ts'

/** At 8 kHz the model wants 256 new samples, preceded by the last 32 of the window before. */
const WINDOW_SAMPLES = 256
const CONTEXT_SAMPLES = 32
const INPUT_SAMPLES = CONTEXT_SAMPLES + WINDOW_SAMPLES
const WINDOW_MS = WINDOW_SAMPLES / BYTES_PER_MS
/** The model's memory of one call: two layers (hidden and cell) of 128. */
const LAYERS = 2
const LAYER_SIZE = 128

/** How long windows of several calls are gathered: a small part of the 32 ms a window lasts. */
const GATHER_MS = 5
/** About 1 ms of computing on a 2026 server core; audio of other calls waits no longer than that. */
const BATCH_MAX = 32
/** Windows of one call that may wait. When the machine falls behind further, old news about the call is of no use. */
const WAITING_MAX = 8

/** One call's stream of windows. */
type Ear = {
  readonly tell: (windowEndMs: number, probability: number) => void
  readonly signal: AbortSignal
  readonly memory: Float32Array
  waiting: number
}

type Window = { readonly ear: Ear; readonly endMs: number; readonly samples: Float32Array }

/** Loads the model, which takes a moment, once for all calls. Rejects with a `ProviderError` if it cannot be loaded. */
export async function loadSilero(clock: Clock, report: (error: ProviderError) => void): Promise<Silero> {
  try {
    const model = fileURLToPath(import.meta.resolve('@ricky0123/vad-web/dist/silero_vad_v6.onnx'))
    const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 })
    return new Silero(session, clock, report)
  } catch (cause) {
    throw new ProviderError('silero', 'load', 'the voice detector cannot be loaded', false, { cause })
  }
}

/** The loaded model. Once a run has failed, which is reported once, it tells nothing more. */
export class Silero {
  readonly #session: InferenceSession
  readonly #clock: Clock
  readonly #report: (error: ProviderError) => void
  readonly #inputs = new Float32Array(BATCH_MAX * INPUT_SAMPLES)
  readonly #memories = new Float32Array(LAYERS * BATCH_MAX * LAYER_SIZE)
  readonly #sampleRate = new Tensor('int64', BigInt64Array.of(8000n), [])
  #waiting: Window[] = []
  #isRunning = false
  #isOver = false

  constructor(session: InferenceSession, clock: Clock, report: (error: ProviderError) => void) {
    this.#session = session
    this.#clock = clock
    this.#report = report
  }

  readonly detect: DetectVoice = (tell, signal) => {
    const ear: Ear = { tell, signal, memory: new Float32Array(LAYERS * LAYER_SIZE), waiting: 0 }
    let samples = new Float32Array(INPUT_SAMPLES)
    let filled = CONTEXT_SAMPLES
    let endMs = 0
    const hear = (frame: Frame): void => {
      for (const byte of frame) {
        samples[filled++] = linear[byte] ?? 0
        if (filled < INPUT_SAMPLES) continue
        endMs += WINDOW_MS
        const next = new Float32Array(INPUT_SAMPLES)
        next.set(samples.subarray(WINDOW_SAMPLES))
        this.#enqueue({ ear, endMs, samples })
        samples = next
        filled = CONTEXT_SAMPLES
      }
    }
    return { hear }
  }

  /** Frees the model. Calls still listening are told nothing more. */
  async close(): Promise<void> {
    this.#isOver = true
    this.#waiting = []
    await this.#session.release()
  }

  #enqueue(window: Window): void {
    if (this.#isOver || window.ear.signal.aborted || window.ear.waiting >= WAITING_MAX) return
    window.ear.waiting++
    this.#waiting.push(window)
    if (!this.#isRunning) this.#runSoon(GATHER_MS)
  }

  #runSoon(delayMs: number): void {
    this.#isRunning = true
    this.#clock.after(delayMs, () => void this.#run())
  }

  async #run(): Promise<void> {
    const batch = this.#takeBatch()
    try {
      if (batch.length > 0) await this.#judge(batch)
    } catch (cause) {
      if (!this.#isOver) this.#report(new ProviderError('silero', 'run', 'the voice detector failed', false, { cause }))
      this.#isOver = true
      this.#waiting = []
    }
    this.#isRunning = false
    if (this.#waiting.length > 0) this.#runSoon(this.#waiting.length < BATCH_MAX ? GATHER_MS : 0)
  }

  /** The oldest windows, at most one of each call: a window needs the memory that the one before it leaves. */
  #takeBatch(): readonly Window[] {
    const batch: Window[] = []
    const taken = new Set<Ear>()
    const left: Window[] = []
    for (const window of this.#waiting) {
      if (window.ear.signal.aborted) continue
      if (batch.length === BATCH_MAX || taken.has(window.ear)) left.push(window)
      else {
        taken.add(window.ear)
        batch.push(window)
      }
    }
    this.#waiting = left
    return batch
  }

  async #judge(batch: readonly Window[]): Promise<void> {
    const count = batch.length
    batch.forEach(({ ear, samples }, index) => {
      this.#inputs.set(samples, index * INPUT_SAMPLES)
      for (let layer = 0; layer < LAYERS; layer++) {
        const memory = ear.memory.subarray(layer * LAYER_SIZE, (layer + 1) * LAYER_SIZE)
        this.#memories.set(memory, (layer * count + index) * LAYER_SIZE)
      }
    })
    const results = await this.#session.run({
      input: new Tensor('float32', this.#inputs.subarray(0, count * INPUT_SAMPLES), [count, INPUT_SAMPLES]),
      state: new Tensor('float32', this.#memories.subarray(0, count * LAYERS * LAYER_SIZE), [LAYERS, count, LAYER_SIZE]),
      sr: this.#sampleRate,
    })
    this.#tell(batch, floats(results['output']), floats(results['stateN']))
  }

  #tell(batch: readonly Window[], probabilities: Float32Array, memories: Float32Array): void {
    batch.forEach(({ ear, endMs }, index) => {
      for (let layer = 0; layer < LAYERS; layer++) {
        const start = (layer * batch.length + index) * LAYER_SIZE
        ear.memory.set(memories.subarray(start, start + LAYER_SIZE), layer * LAYER_SIZE)
      }
      ear.waiting--
      if (!ear.signal.aborted && !this.#isOver) ear.tell(endMs, probabilities[index] ?? 0)
    })
  }
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data
  throw new TypeError('the model gave no floats')
}
