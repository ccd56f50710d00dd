/** The Moonshine recogniser in its worker thread: one for the whole process, shared by every call. */
import { ProviderError } from '../../../ports.ts'
import type { MoonshineQuestion } from './worker.ts'
import { openWorkerLink } from '../worker-link.ts'

export interface Recogniser {
  /**
   * What is said in this mu-law audio, or '' if nothing is. The audio should begin and end close to the speech and stay under
   * 15 seconds or so. May be asked again before it has answered. Rejects with a `ProviderError`.
   */
  recognise(audio: Uint8Array): Promise<string>
  /** Ends the worker thread; whatever is under way is rejected. */
  close(): Promise<void>
}

/** Loads the weights and resolves once audio can be recognised. Rejects with a `ProviderError` if they are missing or damaged. */
export async function loadMoonshine(): Promise<Recogniser> {
  const file = new URL('./worker.ts', import.meta.url)
  const link = await openWorkerLink<MoonshineQuestion, string>(file).catch((error: unknown) => {
    throw failure('loading', error, false)
  })
  return {
    recognise: audio =>
      link.ask(audio).catch((error: unknown) => {
        throw failure('recognising', error, true)
      }),
    close: () => link.close(),
  }
}

function failure(stage: string, cause: unknown, retryable: boolean): ProviderError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new ProviderError('moonshine', stage, message, retryable, { cause })
}
