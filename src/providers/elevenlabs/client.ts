/** The vendor's SDK, set up so that it never waits, retries or lingers on its own. */
import { ElevenLabsClient } from '@elevenlabs/elevenlabs-js'
import { NO_ANSWER } from './errors.ts'
import type { VoiceChoice } from './settings.ts'

export function sdkClient({ apiKey, url }: VoiceChoice): ElevenLabsClient {
  return new ElevenLabsClient({ apiKey, baseUrl: url, maxRetries: 0, fetch: answeringFetch })
}

/**
 * Fetch that answers even when there is no answer. The SDK (2.73.0, core/fetcher/makeRequest) starts a timer of four minutes
 * with each request and stops it only once fetch has resolved: a request that fails or is aborted would keep the process
 * alive that long.
 */
const answeringFetch: typeof fetch = async (input, init) => {
  try {
    return await fetch(input, init)
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
    return new Response(`${String(error)}${cause}`, { status: NO_ANSWER })
  }
}
