/**
 * The local engines, loaded once for the whole process: a recogniser and a voice that need no key and no network. Real speech
 * recognition and synthesis, but small models: for trying, testing and falling back, not the quality of the hosted services.
 */
import { availableParallelism } from 'node:os'
import type { OpenVoice, Transcribe } from '../../ports.ts'
import { createFlite } from './flite/flite.ts'
import { loadFlite } from './flite/engine.ts'
import { correctNames } from './moonshine/names.ts'
import { createMoonshine } from './moonshine/moonshine.ts'
import { loadMoonshine } from './moonshine/engine.ts'
import { createWorkQueue } from './work-queue.ts'

export type LocalEngines = {
  readonly transcribe: Transcribe
  readonly openVoice: OpenVoice
  /** Ends the worker threads. Calls that still use the engines are told that they failed. */
  close(): Promise<void>
}

export type LocalEngineOptions = {
  /** Names the recogniser should expect, most important first; the assistant's key terms. */
  readonly keyTerms: readonly string[]
  /** Told as each engine is ready, in any order. */
  readonly onReady?: (engine: 'moonshine' | 'flite') => void
}

/** More than two clauses or utterances at once would only slow each other down on the machines this is made for. */
const MOST_SLOTS = 2

/**
 * Loads both engines side by side. Rejects with a `ProviderError` that says what is missing or damaged; then nothing is left
 * running.
 */
export async function loadLocalEngines({ keyTerms, onReady }: LocalEngineOptions): Promise<LocalEngines> {
  const slots = Math.min(MOST_SLOTS, availableParallelism())
  const loading = [
    loadMoonshine().then(engine => ready('moonshine', engine)),
    loadFlite(slots).then(engine => ready('flite', engine)),
  ] as const
  function ready<Engine>(name: 'moonshine' | 'flite', engine: Engine): Engine {
    onReady?.(name)
    return engine
  }
  const [moonshine, flite] = await Promise.all(loading).catch(async (error: unknown) => {
    for (const engine of await Promise.allSettled(loading)) if (engine.status === 'fulfilled') await engine.value.close()
    throw error
  })
  return {
    transcribe: createMoonshine(moonshine, createWorkQueue(slots), correctNames(keyTerms)),
    openVoice: createFlite(flite, createWorkQueue(slots)),
    async close() {
      await Promise.all([moonshine.close(), flite.close()])
    },
  }
}
