/** Made-up calls for a database: all alike, but of different callers and times. */
import type { Database } from '../../src/store/database.ts'
import type { CallRow, CostRow, TurnRow } from '../../src/store/tables.ts'

/** Turns of each call. */
export const TURNS = 12
const CALLS_A_TIME = 100
/** Every caller has rung so often. */
const CALLS_OF_A_PERSON = 5

export const sidOf = (n: number): string => `CA${n.toString(16).padStart(32, '0')}`
export const startOf = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString()
const personOf = (n: number): string =>
  Math.floor(n / CALLS_OF_A_PERSON)
    .toString(16)
    .padStart(32, '0')

/** Stores so many calls, one a minute from the beginning of 2026. Gives one of the callers. */
export async function fillWithCalls(database: Database, count: number): Promise<string> {
  for (let from = 0; from < count; from += CALLS_A_TIME) {
    const numbers = Array.from({ length: Math.min(CALLS_A_TIME, count - from) }, (_, index) => from + index)
    await database.transaction().execute(async writer => {
      const people = [...new Set(numbers.map(personOf))].map(id => ({ id, firstCallAt: startOf(from) }))
      await writer.insertInto('people').values(people).execute()
      const begun = (n: number) => ({ id: sidOf(n), personId: personOf(n), createdAt: startOf(n) })
      await writer.insertInto('conversations').values(numbers.map(begun)).execute()
      await writer.insertInto('calls').values(numbers.map(callOf)).execute()
      for (const n of numbers) {
        await writer.insertInto('turns').values(turnsOf(n)).execute()
        await writer.insertInto('costs').values(costsOf(n)).execute()
      }
    })
  }
  return personOf(Math.floor(count / 2))
}

const callOf = (n: number): CallRow => ({
  id: `${sidOf(n)}-1`,
  callSid: sidOf(n),
  conversationId: sidOf(n),
  personId: personOf(n),
  startedAt: startOf(n),
  assistant: 'nooks',
  pipeline: 'draft',
  stt: 'AssemblyAI universal-streaming-english',
  llm: 'gpt-4',
  tts: 'ElevenLabs eleven_flash_v2_5, voice x',
  vad: 'Silero v6',
  folder: '',
  endedReason: 'caller-hung-up',
  lengthMs: 180_000,
})

const turnsOf = (n: number): readonly TurnRow[] =>
  Array.from({ length: TURNS }, (_, index) => ({
    callId: `${sidOf(n)}-1`,
    id: index + 1,
    line: null,
    said: 'What would that cost for a team of about twenty people, and is there a trial?',
    silentSinceMs: index * 15_000,
    completeMs: index * 15_000 + 500,
    settledMs: index * 15_000 + 300,
    basis: 'final',
    draftMs: index * 15_000 + 300,
    discarded: 0,
    firstTokenMs: index * 15_000 + 400,
    firstAudioMs: index * 15_000 + 480,
    releasedMs: index * 15_000 + 500,
    firstFrameMs: index * 15_000 + 500,
    firstMarkMs: index * 15_000 + 600,
    endedMs: index * 15_000 + 9_000,
    text: 'That depends on how you use it. '.repeat(6),
    heard: 'That depends on how you use it. '.repeat(6),
    outcome: 'heard',
    amended: 0,
    holds: 0,
    asides: '[]',
  }))

const costsOf = (n: number): readonly CostRow[] =>
  Array.from({ length: TURNS }).flatMap((_, index) =>
    (['prompt-tokens', 'completion-tokens', 'characters'] as const).map(unit => ({
      callId: `${sidOf(n)}-1`,
      turnId: index + 1,
      service: unit === 'characters' ? ('voice' as const) : ('model' as const),
      unit,
      provider: 'gpt-4',
      quantity: 100,
      estimated: 0 as const,
      dropped: 0 as const,
      usd: 0.001,
      pricedOn: '2023-06-13',
    })),
  )
