/**
 * Speech by plain HTTP streaming through the vendor's SDK: for when the WebSocket is not to be had. Each line of the answer is
 * audio with the times of its characters, as on the WebSocket. Only audio leaves here: an error page, other JSON or a file format
 * with a header is a failure, never sound.
 */
import type { ElevenLabsClient } from '@elevenlabs/elevenlabs-js'
import { ProviderError } from '../../ports.ts'
import type { Allow, Clock } from '../../ports.ts'
import { durationMs } from '../../audio/frames.ts'
import { newsInHeaders } from './allowances.ts'
import { PROVIDER, asProviderError } from './errors.ts'
import { OUTPUT_FORMAT } from './settings.ts'
import type { VoiceChoice } from './settings.ts'
import type { Alignment } from './wire.ts'

/** Mu-law as it comes, with the times of its characters from its first sample, if they are told. */
export type HttpPiece = { readonly audio: Uint8Array; readonly alignment: Alignment | null }

/** Ends quietly on abort; rejects with a ProviderError. */
export type HttpSpeech = (text: string, previousText: string, signal: AbortSignal) => AsyncIterable<HttpPiece>

const FIRST_BYTE_TIMEOUT_MS = 4_000
const NEXT_BYTE_TIMEOUT_MS = 2_500
/** Enough of what was said before for the voice to go on in the same tone. */
const PREVIOUS_TEXT_CHARACTERS = 200

export function httpSpeech(client: ElevenLabsClient, choice: VoiceChoice, clock: Clock, allow: Allow): HttpSpeech {
  return async function* (text, previousText, signal) {
    const request = new Deadline(clock, signal)
    try {
      request.within(FIRST_BYTE_TIMEOUT_MS)
      const { data, rawResponse } = await client.textToSpeech
        .streamWithTimestamps(choice.voiceId, body(choice, text, previousText), { maxRetries: 0, abortSignal: request.signal })
        .withRawResponse()
      for (const news of newsInHeaders(rawResponse.headers)) allow(news)
      refusePage(rawResponse.headers.get('content-type') ?? '')
      const times = new Times()
      for await (const { audioBase64, alignment } of data) {
        request.within(NEXT_BYTE_TIMEOUT_MS)
        const audio = Buffer.from(audioBase64, 'base64')
        refuseHeader(audio)
        if (signal.aborted) return
        yield { audio, alignment: times.of(durationMs(audio.length), alignment) }
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

type WireAlignment = {
  readonly characters: readonly string[]
  readonly characterStartTimesSeconds: readonly number[]
  readonly characterEndTimesSeconds: readonly number[]
}

/**
 * The times of one answer's characters, from the first sample of the piece they come with. By HTTP the service counts from the
 * answer's beginning (so pipecat's ElevenLabsHttpTTSService takes it), on the WebSocket from the piece's; which one it is,
 * shows in whether the times go on from those told before.
 */
class Times {
  #pieceMs = 0
  #toldToMs = 0

  /** To be asked for each piece in order. */
  of(lengthMs: number, wire: WireAlignment | undefined): Alignment | null {
    const fromMs = this.#pieceMs
    this.#pieceMs += lengthMs
    if (!wire || wire.characters.length === 0) return null
    const { characters, characterStartTimesSeconds: starts, characterEndTimesSeconds: ends } = wire
    if (starts.length !== characters.length || ends.length !== characters.length) return null
    const goesOn = starts[0]! * 1000 >= this.#toldToMs - ROUNDING_MS
    const offsetMs = goesOn ? fromMs : 0
    this.#toldToMs = ends.at(-1)! * 1000 + (goesOn ? 0 : fromMs)
    return {
      chars: characters,
      startsMs: starts.map(start => start * 1000 - offsetMs),
      durationsMs: ends.map((end, index) => (end - starts[index]!) * 1000),
    }
  }
}

const ROUNDING_MS = 10

/** Raw mu-law has no header; WAV and MP3 files have, and would be heard as a burst of noise. */
function refuseHeader(bytes: Uint8Array): void {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1')
  if (start === 'RIFF' || start.startsWith('ID3'))
    throw new ProviderError(PROVIDER, 'http', `sent a ${start.trim()} file instead of raw mu-law`, false)
}

/** A proxy's page comes with a good status, and the SDK passes over lines that are no JSON. */
function refusePage(contentType: string): void {
  const type = contentType.split(';')[0]!.trim()
  if (type === 'text/html' || type === 'text/plain')
    throw new ProviderError(PROVIDER, 'http', `sent ${type} instead of audio`, true)
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
