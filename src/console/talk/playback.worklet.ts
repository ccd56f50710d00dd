/** Plays what the server sends, and tells what of it was handed to the loudspeaker when. */
import type { PlaybackNews } from './playback-news.ts'
import { Speaker } from './speaker.ts'
import type { Order } from './wire.ts'

const TELL_EVERY_S = 0.02

class PlaybackProcessor extends AudioWorkletProcessor {
  readonly #speaker = new Speaker(sampleRate)
  #power = 0
  #samples = 0

  constructor() {
    super()
    this.port.onmessage = ({ data }: MessageEvent<Order>) => this.#obey(data)
  }

  override process(_: unknown, outputs: readonly (readonly Float32Array[])[]): boolean {
    const [output = [], ...others] = outputs[0] ?? []
    if (!(output instanceof Float32Array)) return true
    for (const { name, inMs } of this.#speaker.fill(output)) {
      this.#tell({ type: 'reached', name, atS: currentTime + inMs / 1000 })
    }
    for (const other of others) other.set(output)
    this.#measure(output)
    return true
  }

  #obey(order: Order): void {
    const { playout } = this.#speaker
    if (order.type === 'play') playout.play(order.audio)
    else if (order.type === 'mark') playout.mark(order.name)
    else this.#tell({ type: 'cleared', names: playout.clear() })
  }

  #measure(output: Float32Array): void {
    for (const sample of output) this.#power += sample * sample
    this.#samples += output.length
    if (this.#samples < TELL_EVERY_S * sampleRate) return
    const { nextMark } = this.#speaker.playout
    this.#tell({ type: 'playing', level: Math.sqrt(this.#power / this.#samples), nextMark })
    this.#power = 0
    this.#samples = 0
  }

  #tell(news: PlaybackNews): void {
    this.port.postMessage(news)
  }
}

registerProcessor('playback', PlaybackProcessor)
