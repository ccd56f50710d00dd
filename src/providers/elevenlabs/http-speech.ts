/**
 * Speech by plain HTTP streaming through the vendor's SDK: for when the WebSocket is not to be had. Only audio leaves here: an error
 * page, JSON or a file format with a header is a failure, never sound.
 */
import type { ElevenLabsClient } from '@elevenlabs/elevenlabs-js'
import { ProviderError } from '../../ports.ts'
import type { Clock } from '../../ports.ts'
import { PROVIDER, asProviderError } from './errors.ts'
import { OUTPUT_FORMAT } from './settings.ts'
import type { VoiceChoice } from './settings.ts'
import type { Note } from './voice.ts'

/** Bytes of mu-law, as they come. Ends quietly on abort; rejects with a ProviderError. */
export type HttpSpeech = (text: string, previousText: string, signal: AbortSignal) => AsyncIterable<Uint8Array>

const FIRST_BYTE_TIMEOUT_MS = 4_000
const NEXT_BYTE_TIMEOUT_MS = 2_500
/** Enough of what was said before for the voice to go on in the same tone. */
const PREVIOUS_TEXT_CHARACTERS = 200

export function httpSpeech(client: ElevenLabsClient, choice: VoiceChoice, clock: Clock, note: Note): HttpSpeech {
  return async function* (text, previousText, signal) {
    const request = new Deadline(clock, signal)
    try {
      request.within(FIRST_BYTE_TIMEOUT_MS)
      const { data, rawResponse } = await client.textToSpeech
        .stream(choice.voiceId, body(choice, text, previousText), { maxRetries: 0, abortSignal: request.signal })
        .withRawResponse()
      noteConcurrency(rawResponse.headers, note)
      refuseAllButAudio(rawResponse.headers.get('content-type') ?? '')
      for await (const bytes of data) {
        request.within(NEXT_BYTE_TIMEOUT_MS)
        refuseHeader(bytes)
        if (signal.aborted) return
        yield bytes
      }
    } catch (error) {
      if (signal.aborted) return
      if (request.expired) throw new ProviderError(PROVIDER, 'http', 'no audio in time', true)
      throw asProviderError('http', error, choice.apiKey)
    } finally {
      request.end()
    }
  }
}

const body = ({ model, voiceSettings }: VoiceChoice, text: string, previousText: string) => ({
  text: text.trim(),
  modelId: model,
  outputFormat: OUTPUT_FORMAT,
  voiceSettings,
  ...(previousText ? { previousText: previousText.slice(-PREVIOUS_TEXT_CHARACTERS) } : {}),
})

/** The service says with each answer how many requests run and how many may. */
function noteConcurrency(headers: Headers, note: Note): void {
  const current = headers.get('current-concurrent-requests')
  const maximum = headers.get('maximum-concurrent-requests')
  if (maximum) note('voice requests at once', { current: Number(current ?? 0), maximum: Number(maximum) })
}

function refuseAllButAudio(contentType: string): void {
  if (!/^audio\//.test(contentType))
    throw new ProviderError(PROVIDER, 'http', `answered with ${contentType || 'no content type'} instead of audio`, true)
}

/** Raw mu-law has no header; WAV and MP3 files have, and would be heard as a burst of noise. */
function refuseHeader(bytes: Uint8Array): void {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1')
  if (start === 'RIFF' || start.startsWith('ID3'))
    throw new ProviderError(PROVIDER, 'http', `sent a ${start.trim()} file instead of raw mu-law`, false)
}

/** Aborts a request that takes too long, or whose reply is no longer wanted. */
class Deadline {
  readonly #clock: Clock
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal
  readonly #abort = (): void => this.#controller.abort()
  #cancel = (): void => {}
  expired = false

  constructor(clock: Clock, outer: AbortSignal) {
    this.#clock = clock
    this.#outer = outer
    if (outer.aborted) this.#abort()
    outer.addEventListener('abort', this.#abort)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  within(ms: number): void {
    this.#cancel()
    this.#cancel = this.#clock.after(ms, () => {
      this.expired = true
      this.#abort()
    })
  }

  end(): void {
    this.#cancel()
    this.#outer.removeEventListener('abort', this.#abort)
    this.#abort()
  }
}
