/** The page on a real server with a store of its own; calls are journals that the test writes, entry by entry. */
import { onTestFinished } from 'vitest'
import { addApi } from '../../src/api/api.ts'
import { stagesOf } from '../../src/api/streaming.ts'
import type { Journal, Heading } from '../../src/call/journal.ts'
import { LiveJournals } from '../../src/store/live-journals.ts'
import type { TestStore } from '../store/databases.ts'
import { journalFor } from '../store/played-call.ts'
import { openTelephone } from '../twilio/telephone.ts'
import { builtConsole } from './browser.ts'

export type Console = {
  readonly address: string
  /** A call begins; nothing is on its journal yet. It is closed with the test if not before. */
  readonly beginCall: (heading: Heading) => Journal
}

export async function openConsole(store: TestStore): Promise<Console> {
  const journals = new LiveJournals()
  const { address } = await openTelephone({
    pagesDir: await builtConsole(),
    follow: journals.follow,
    addOwnRoutes: async (server, onlyOperator) => {
      await server.register(addApi, {
        store,
        calls: { find: () => null },
        mayTransfer: false,
        onlyOperator,
        stages: () =>
          stagesOf({
            pipeline: 'draft',
            local: { recogniser: true, brain: true, voice: true },
            names: { stt: 'Moonshine tiny', llm: 'script', tts: 'flite' },
          }),
        wallTime: () => '2026-11-21T12:00:00.000Z',
        newId: () => 'c0ffee00-0000-4000-8000-000000000001',
        version: '1.2.3',
      })
    },
  })
  return {
    address,
    beginCall(heading) {
      const journal = journals.watched(heading.callSid, journalFor(store.callsDir, heading, store))
      let closed: Promise<void> | null = null
      const close = (): Promise<void> => (closed ??= journal.close())
      onTestFinished(close)
      return { ...journal, close }
    },
  }
}
