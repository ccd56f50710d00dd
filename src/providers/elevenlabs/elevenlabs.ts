/**
 * The voice of ElevenLabs behind the `OpenVoice` port. One WebSocket per call, opened with the call and kept until its end;
 * where it is lost, the unspoken rest of a reply is spoken by another, or by HTTP. It refuses to hand on anything but raw mu-law.
 */
import { validateHeaderValue } from 'node:http'
import type { Allow, Clock, OpenVoice, Speak } from '../../ports.ts'
import { checkVoice } from './check.ts'
import type { VoiceCheck } from './check.ts'
import { sdkClient } from './client.ts'
import { httpSpeech } from './http-speech.ts'
import { speakReply } from './reply.ts'
import { OUTPUT_FORMAT, wireVoiceSettings } from './settings.ts'
import type { VoiceChoice } from './settings.ts'
import { Voice } from './voice.ts'
import type { Note } from './voice.ts'

export type { VoiceSettings } from './settings.ts'
export type { VoiceCheck } from './check.ts'
export type { Note } from './voice.ts'

export type ElevenLabsOptions = VoiceChoice & {
  readonly clock: Clock
  /** Told of connections, losses and fallbacks, with times; for the log. */
  readonly note?: Note
  /** Told of requests at once and of characters left: the service limits both for all calls together. */
  readonly allow?: Allow
}

export type ElevenLabs = {
  readonly openVoice: OpenVoice
  /** Whether voice, model and account will do, to be asked before the first call. Never rejects. */
  readonly check: () => Promise<VoiceCheck>
  /** All that shapes the sound of this voice; audio kept under another such text is another voice's. */
  readonly sound: string
}

export function elevenLabs(options: ElevenLabsOptions): ElevenLabs {
  const { clock, note = () => {}, allow = () => {} } = options
  refuseUnusable(options)
  const client = sdkClient(options)
  const http = httpSpeech(client, options, clock, allow)

  const openVoice: OpenVoice = (callSignal, record = () => {}) => {
    if (callSignal.aborted) return silence
    const voice = new Voice(options, clock, note, record)
    callSignal.addEventListener('abort', () => voice.end(), { once: true })
    return (phrases, signal) => speakReply(phrases, [callSignal, signal], { voice, http, clock, note, record, allow })
  }

  const { voiceId, model, voiceSettings } = options
  return {
    openVoice,
    check: async () => {
      const found = await checkVoice(client, options, clock)
      for (const news of found.allowances) allow(news)
      return found
    },
    sound: JSON.stringify(['ElevenLabs', OUTPUT_FORMAT, voiceId, model, wireVoiceSettings(voiceSettings)]),
  }
}

/** What would throw at each connection throws here, at start-up, where it can be read. */
function refuseUnusable(choice: VoiceChoice): void {
  if (!URL.canParse(choice.url)) throw new Error(`ElevenLabs: ${choice.url} is not a URL`)
  try {
    validateHeaderValue('xi-api-key', choice.apiKey)
  } catch {
    throw new Error('ElevenLabs: the API key holds characters that no key has')
  }
}

/** The voice of a call that is over already. */
const silence: Speak = async function* () {}
