/**
 * What is known of a caller as the phone rings. The store may be slow and nobody waits for it: whoever needs the answer takes
 * what is there by then, and what was taken first holds for the whole call, so that every request of it is made alike.
 */
import type { Earlier, Exchange } from '../assistant/messages.ts'
import type { RememberedFact } from '../assistant/remembered.ts'
import type { Clock } from '../ports.ts'
import type { Database } from '../store/database.ts'
import { factsOf, lastCall, summaryOf, turnsOf, type PastCall, type WhoCalls } from '../store/memory.ts'

/** Somebody who has called before. */
export type Recalled = {
  readonly earlier: Earlier
  /** The conversation that goes on; null if this is a new one. */
  readonly continues: string | null
  /** As the caller gave it; null if unknown. */
  readonly name: string | null
}

export type RecallParts = {
  readonly database: Database
  readonly clock: Clock
  /** The date and time so many milliseconds from now, as ISO 8601 in UTC. */
  readonly wallTime: (offsetMs: number) => string
  /** A caller who comes back so soon goes on with the last call; 0: never. */
  readonly continueWithinMs: number
  readonly note: (text: string, facts: object) => void
}

export type Recall = {
  /** What is known by now. The first answer, also if it is null, is the answer for good. */
  readonly take: () => Recalled | null
  /** Resolves with what there is to know, or null if the store fails or takes too long. Never rejects. */
  readonly known: Promise<Recalled | null>
}

/** After this the store is taken to have nothing to say; a call's record waits for it to know its conversation. */
export const RECALL_MS = 2_000
const TURNS_MAX = 200
const LAST_TURNS = 4
const FACTS_MAX = 60

/** Begins to look. */
export function recalling(parts: RecallParts, who: WhoCalls): Recall {
  const { clock, note } = parts
  let found: Recalled | null = null
  let taken: { readonly answer: Recalled | null } | null = null
  const known = new Promise<Recalled | null>(resolve => {
    const callOff = clock.after(RECALL_MS, () => {
      note('the store is too slow to say who calls; the call goes on without', { waitedMs: RECALL_MS })
      resolve(null)
    })
    const end = (answer: Recalled | null): void => {
      callOff()
      resolve(answer)
    }
    look(parts, who).then(end, (error: unknown) => {
      note('who calls cannot be found out; the call goes on without', { err: error })
      end(null)
    })
  })
  void known.then(answer => {
    found = answer
  })
  return { take: () => (taken ??= { answer: found }).answer, known }
}

async function look(parts: RecallParts, who: WhoCalls): Promise<Recalled | null> {
  const { database } = parts
  const last = await lastCall(database, who)
  if (!last) return null
  const { personId, assistant } = who
  const continues = last.conversationId === who.conversationId || isRecent(parts, last) ? last.conversationId : null
  const [turns, summary, facts] = await Promise.all([
    turnsOf(database, continues === null ? { callId: last.id } : { conversationId: continues }, TURNS_MAX),
    summaryOf(database, last.id),
    personId === null ? [] : factsOf(database, personId, assistant, parts.wallTime(0), FACTS_MAX),
  ])
  const exchanges = turns.map(({ said, heard, outcome }): Exchange => ({
    caller: said,
    bot: heard,
    interrupted: outcome === 'interrupted',
  }))
  const holding = facts.filter(fact => isCurrent(fact, facts))
  return {
    continues,
    name: holding.find(({ kind }) => kind === 'name')?.fact ?? null,
    earlier: {
      history: continues === null ? [] : exchanges,
      remembered: {
        lastTurns: continues === null ? exchanges.filter(({ caller }) => caller !== '').slice(-LAST_TURNS) : [],
        summary: continues === null ? summary : null,
        lastCallOn: dayOf(last.startedAt),
        facts: holding.map(({ kind, quote, startedAt }): RememberedFact => ({ kind, said: quote, on: dayOf(startedAt) })),
      },
    },
  }
}

const dayOf = (time: string): string => time.slice(0, 10)

/** Ended a moment ago. While it goes on somebody else is calling from the same number. */
const isRecent = ({ continueWithinMs, wallTime }: RecallParts, { endedReason, startedAt, lengthMs }: PastCall): boolean =>
  continueWithinMs > 0 && endedReason !== null && startedAt >= wallTime(-(continueWithinMs + lengthMs))

/** Of these a person has one; what was told on a later call takes the place of what was told before. */
const SINGLE: ReadonlySet<string> = new Set(['name', 'company', 'role', 'team', 'meeting'])

type DatedFact = { readonly kind: string; readonly callId: string; readonly quote: string }

/** `facts` begin with the newest. */
const isCurrent = (fact: DatedFact, facts: readonly DatedFact[]): boolean => {
  const first = facts.find(({ kind, quote }) => kind === fact.kind && (SINGLE.has(kind) || quote === fact.quote))
  return SINGLE.has(fact.kind) ? first?.callId === fact.callId : first === fact
}
