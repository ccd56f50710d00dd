/** The adapter and the emulator, joined by real sockets, under one virtual clock. */
import type { Message, Thought } from '../../../src/ports.ts'
import { openAI, type OpenAIOptions, type OpenAIProvider, type Usage } from '../../../src/providers/openai/openai.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { type OpenAIEmulator, type OpenAIEmulatorOptions, startOpenAI } from '../../vendors/openai/openai.ts'

export type World = {
  readonly clock: VirtualClock
  readonly emulator: OpenAIEmulator
  readonly provider: OpenAIProvider
  readonly notes: readonly string[]
  readonly usages: readonly Usage[]
  /** Asks and hears the reply to its end, letting time go on meanwhile. */
  readonly ask: (said?: string | readonly Message[], signal?: AbortSignal) => Promise<Heard>
  /** Lets time go on until that is so. */
  readonly until: (condition: () => boolean) => Promise<void>
  readonly close: () => Promise<void>
}

export type Heard = {
  readonly text: string
  readonly thoughts: readonly Thought[]
  readonly failure: Error | null
  readonly tookMs: number
}

export const asked = (said: string): readonly Message[] => [
  { role: 'system', content: 'You sell.' },
  { role: 'user', content: said },
]

export async function openWorld(
  emulated: Partial<OpenAIEmulatorOptions> = {},
  options: Partial<OpenAIOptions> = {},
): Promise<World> {
  const clock = new VirtualClock()
  const notes: string[] = []
  const usages: Usage[] = []
  const emulator = await startOpenAI({ clock, ...emulated })
  const provider = openAI({
    apiKey: 'sk-test',
    baseURL: emulator.baseURL,
    models: ['gpt-4.1'],
    clock,
    note: text => notes.push(text),
    onUsage: usage => usages.push(usage),
    ...options,
  })
  const until = async (condition: () => boolean): Promise<void> => {
    for (let n = 0; n < 100_000; n++) {
      if (condition()) return
      await clock.advance(1)
    }
    throw new Error('what was waited for did not happen')
  }
  const ask = async (
    said: string | readonly Message[] = 'What do you do?',
    signal = new AbortController().signal,
  ): Promise<Heard> => {
    const thoughts: Thought[] = []
    const startedMs = clock.now()
    let failure: Error | null = null
    let over = false
    void (async () => {
      try {
        for await (const thought of provider.think(typeof said === 'string' ? asked(said) : said, signal)) thoughts.push(thought)
      } catch (error) {
        failure = error as Error
      }
      over = true
    })()
    await until(() => over)
    return { text: textOf(thoughts), thoughts, failure, tookMs: clock.now() - startedMs }
  }
  const close = async (): Promise<void> => {
    await provider.close()
    await emulator.close()
  }
  return { clock, emulator, provider, notes, usages, ask, until, close }
}

export const textOf = (thoughts: readonly Thought[]): string =>
  thoughts.map(thought => (thought.type === 'text' ? thought.text : '')).join('')
