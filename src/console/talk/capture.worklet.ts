/** Takes up the microphone, and hands on each 20 ms as the line wants them. The caller's time goes on while no microphone is there. */
import { Uplink } from './uplink.ts'

class Capture extends AudioWorkletProcessor {
  readonly #uplink = new Uplink(sampleRate)
  readonly #silence = new Float32Array(128)

  override process(inputs: readonly (readonly Float32Array[])[]): boolean {
    for (const frame of this.#uplink.push(inputs[0]?.[0] ?? this.#silence)) this.port.postMessage(frame)
    return true
  }
}

registerProcessor('capture', Capture)
