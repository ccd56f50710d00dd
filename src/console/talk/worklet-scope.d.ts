/** What an AudioWorklet's own world has beside the language. https://webaudio.github.io/web-audio-api/#AudioWorkletGlobalScope */
declare const sampleRate: number
/** Seconds on the context's clock, at the first sample of what is asked for now. */
declare const currentTime: number
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort
  abstract process(inputs: readonly (readonly Float32Array[])[], outputs: readonly (readonly Float32Array[])[]): boolean
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void
