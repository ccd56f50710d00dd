/** The flite voice in its worker threads: shared by every call. */
import { ProviderError } from '../../../ports.ts'
import type { FliteAnswer, FliteQuestion } from './worker.ts'
import { openWorkerLink } from '../worker-link.ts'

export interface ClauseVoice {
  /** Speaks the words of one clause. May be asked again before it has answered. Rejects with a `ProviderError`. */
  say(words: FliteQuestion): Promise<FliteAnswer>
  /** Ends the worker threads; whatever is under way is rejected. */
  close(): Promise<void>
}

/**
 * Starts so many worker threads; resolves once all can speak. Rejects with a `ProviderError` if the program is missing or
 * damaged.
 */
export async function loadFlite(workers: number): Promise<ClauseVoice> {
  const file = new URL('./worker.ts', import.meta.url)
  const opening = Array.from({ length: workers }, () => openWorkerLink<FliteQuestion, FliteAnswer>(file))
  const links = await Promise.all(opening).catch(async (error: unknown) => {
    for (const link of await Promise.allSettled(opening)) if (link.status === 'fulfilled') await link.value.close()
    throw failure('loading', error, false)
  })
  const free = [...links]
  return {
    async say(words) {
      const link = free.shift() ?? links[0]!
      try {
        return await link.ask(words)
      } catch (error) {
        throw failure('speaking', error, true)
      } finally {
        free.push(link)
      }
    },
    async close() {
      await Promise.all(links.map(link => link.close()))
    },
  }
}

function failure(stage: string, cause: unknown, retryable: boolean): ProviderError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new ProviderError('flite', stage, message, retryable, { cause })
}
