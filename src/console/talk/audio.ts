/** The browser's microphone and loudspeaker, as a telephone has them: frames out, frames and marks in. */
import captureUrl from './capture.worklet.ts?worker&url'
import playbackUrl from './playback.worklet.ts?worker&url'
import type { PlaybackNews } from './playback-news.ts'
import type { Order } from './wire.ts'

export type Devices = {
  /** Ids of devices; empty for what the browser takes by itself. */
  readonly microphone: string
  readonly speaker: string
  /** Takes the loudspeaker's sound out of the microphone's. Off only for who wears headphones and wants to hear the difference. */
  readonly echoCancellation: boolean
}

export type AudioEvents = {
  /** The next 20 ms of the microphone, as mu-law. */
  readonly frame: (frame: Uint8Array) => void
  readonly playback: (news: PlaybackNews) => void
  /** The microphone is gone: pulled out, or taken back by the user. */
  readonly lost: () => void
}

export type Audio = {
  readonly obey: (order: Order) => void
  /** In how many milliseconds what is at this moment of the context's clock will be heard. */
  readonly heardInMs: (atS: number) => number
  readonly use: (devices: Devices) => Promise<void>
  readonly close: () => void
}

/** Asks the user for the microphone. Rejects with what the browser says, see `whyNoMicrophone`. */
export async function openAudio(devices: Devices, events: AudioEvents): Promise<Audio> {
  // Undefined on a page that came unencrypted from another machine.
  const first = await openMicrophone(devices)
  const context = new AudioContext({ latencyHint: 'interactive' })
  try {
    return await connect(context, first, devices, events)
  } catch (error) {
    stopTracks(first)
    void context.close()
    throw error
  }
}

async function connect(context: AudioContext, first: MediaStream, devices: Devices, events: AudioEvents): Promise<Audio> {
  await Promise.all([context.audioWorklet.addModule(captureUrl), context.audioWorklet.addModule(playbackUrl), context.resume()])
  const capture = new AudioWorkletNode(context, 'capture', {
    numberOfOutputs: 0,
    channelCount: 1,
    channelCountMode: 'explicit',
  })
  const playback = new AudioWorkletNode(context, 'playback', { numberOfInputs: 0, outputChannelCount: [1] })
  capture.port.onmessage = ({ data }: MessageEvent<Uint8Array>) => events.frame(data)
  playback.port.onmessage = ({ data }: MessageEvent<PlaybackNews>) => events.playback(data)
  playback.connect(context.destination)

  let microphone = attach(context, first, capture, events.lost)
  await chooseSpeaker(context, devices.speaker)
  return {
    obey: order => playback.port.postMessage(order),
    heardInMs: atS => (atS - context.currentTime + (context.outputLatency || context.baseLatency || 0)) * 1000,
    async use(wanted) {
      const stream = await openMicrophone(wanted)
      microphone.detach()
      microphone = attach(context, stream, capture, events.lost)
      await chooseSpeaker(context, wanted.speaker)
    },
    close() {
      microphone.detach()
      void context.close()
    },
  }
}

function attach(context: AudioContext, stream: MediaStream, capture: AudioNode, lost: () => void) {
  const source = context.createMediaStreamSource(stream)
  source.connect(capture)
  for (const track of stream.getAudioTracks()) track.onended = lost
  return {
    detach: () => {
      source.disconnect()
      stopTracks(stream)
    },
  }
}

const openMicrophone = ({ microphone, echoCancellation }: Devices): Promise<MediaStream> =>
  navigator.mediaDevices.getUserMedia({
    audio: {
      ...(microphone !== '' && { deviceId: { exact: microphone } }),
      channelCount: 1,
      echoCancellation,
      noiseSuppression: true,
      autoGainControl: true,
    },
  })

/** Not every browser lets a page choose. */
async function chooseSpeaker(context: AudioContext, id: string): Promise<void> {
  const chooser = context as AudioContext & { readonly sinkId?: unknown; readonly setSinkId?: (id: string) => Promise<void> }
  if (chooser.sinkId !== id) await chooser.setSinkId?.(id)
}

export function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** What to do about it, in a sentence. */
export function whyNoDevice(error: unknown, what: 'microphone' | 'camera'): string {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError') return `The browser may not use the ${what}: allow it for this page, then try again.`
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return `There is no ${what}, or the one chosen is gone.`
  if (name === 'NotReadableError') return `Another program holds the ${what}.`
  return `The ${what} cannot be used: ${error instanceof Error ? error.message : String(error)}`
}

/** Browsers give devices only to pages that came by TLS, or from this machine. */
export const mayUseDevices = (): boolean => isSecureContext && 'mediaDevices' in navigator
