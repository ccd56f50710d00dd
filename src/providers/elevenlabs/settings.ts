/** What the voice is: fixed in the configuration, the same for every reply of every call. */

/** The service's own names and ranges; what is not given is left to the voice's own settings. */
export type VoiceSettings = {
  /** 0 to 1: low is lively, high is even. */
  readonly stability?: number
  /** 0 to 1: how closely to keep to the original speaker. */
  readonly similarityBoost?: number
  /** 0 to 1; costs latency above 0. */
  readonly style?: number
  /** Costs latency. */
  readonly useSpeakerBoost?: boolean
  /** 0.7 to 1.2, 1 being the voice's own pace. */
  readonly speed?: number
}

export type VoiceChoice = {
  readonly apiKey: string
  /** The HTTP base, such as https://api.elevenlabs.io; the WebSocket lives at the same host. */
  readonly url: string
  readonly voiceId: string
  readonly model: string
  readonly voiceSettings: VoiceSettings
}

/** The only format the telephone takes; raw bytes without a header. */
export const OUTPUT_FORMAT = 'ulaw_8000' as const

/** The longest the service allows (its default is 20 s): how long it waits for text before it hangs up. */
export const INACTIVITY_TIMEOUT_MS = 180_000

/**
 * The multi-context WebSocket of this voice. `auto_mode` makes audio of each message at once instead of collecting 120
 * characters; `sync_alignment` sends the characters' times with each piece of audio. (ElevenLabs API reference, "Multi-Context
 * WebSocket".)
 */
export function socketUrl({ url, voiceId, model }: VoiceChoice): string {
  const socket = new URL(`v1/text-to-speech/${encodeURIComponent(voiceId)}/multi-stream-input`, withSlash(url))
  socket.protocol = socket.protocol === 'http:' ? 'ws:' : 'wss:'
  socket.searchParams.set('model_id', model)
  socket.searchParams.set('output_format', OUTPUT_FORMAT)
  socket.searchParams.set('auto_mode', 'true')
  socket.searchParams.set('sync_alignment', 'true')
  socket.searchParams.set('inactivity_timeout', String(INACTIVITY_TIMEOUT_MS / 1000))
  return socket.href
}

/** The voice settings as the WebSocket spells them; the SDK does the same for HTTP by itself. */
export const wireVoiceSettings = (settings: VoiceSettings): Readonly<Record<string, number | boolean>> => ({
  ...(settings.stability === undefined ? {} : { stability: settings.stability }),
  ...(settings.similarityBoost === undefined ? {} : { similarity_boost: settings.similarityBoost }),
  ...(settings.style === undefined ? {} : { style: settings.style }),
  ...(settings.useSpeakerBoost === undefined ? {} : { use_speaker_boost: settings.useSpeakerBoost }),
  ...(settings.speed === undefined ? {} : { speed: settings.speed }),
})

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`)
