/**
 * The differential proof: the same conversation through every pipeline, and whatever the caller heard must come from the same
 * request, to the byte. `plain`, which waits, transcribes, asks and speaks, is the measure of the others.
 */
import { isEarly } from '../../src/call/certificate.ts'
import type { Pipeline } from '../../src/call/facts.ts'
import { CallerVoice } from './caller-voice.ts'
import { generatedPlan, recordedNatures, recordedPlan, recordedScripts, type Plan } from './plan.ts'
import { rehearse, type Mistake, type Rehearsed } from './rehearsal.ts'

export type Difference = {
  readonly conversation: string
  readonly seed: number
  readonly pipeline: Pipeline
  /** Which audible turn, from 0. */
  readonly turn: number
  readonly what: 'request' | 'voice' | 'heard' | 'outcome' | 'number of turns'
  readonly plain: string
  readonly other: string
}

/** What went wrong in a single pipeline. */
export type Fault = { readonly conversation: string; readonly seed: number; readonly pipeline: Pipeline; readonly what: string }

export type Comparison = {
  readonly turns: number
  readonly requestsCompared: number
  readonly requestsMade: Readonly<Record<Pipeline, number>>
  readonly interrupted: number
  readonly asides: number
  readonly withdrawn: number
  readonly differences: readonly Difference[]
  readonly faults: readonly Fault[]
}

const pipelines = ['plain', 'streamed', 'draft'] as const

export type Proof = Comparison & { readonly conversations: number }

export type ProofOptions = {
  /** Of the generated conversations. */
  readonly seeds: readonly number[]
  /** Whether the recorded scripts are played too. */
  readonly recorded: boolean
  readonly mistake?: Mistake
  readonly played?: (proof: Proof) => void
}

/** Plays every recorded script, with either kind of recogniser, and the generated conversations. */
export async function proveSameWords({ seeds, recorded, mistake, played = () => {} }: ProofOptions): Promise<Proof> {
  const voice = new CallerVoice()
  const scripts = recorded ? recordedScripts.flatMap(file => recordedNatures.map(nature => recordedPlan(file, nature, 1))) : []
  let proof = nothingPlayed
  for (const plan of [...scripts, ...seeds.map(seed => generatedPlan(seed, voice))]) {
    proof = together(proof, await compare(plan, voice, mistake))
    played(proof)
  }
  return proof
}

/** So many seeds, from this one on. */
export const seedsFrom = (seed: number, count: number): readonly number[] => Array.from({ length: count }, (_, n) => seed + n)

const nothingPlayed: Proof = {
  conversations: 0,
  turns: 0,
  requestsCompared: 0,
  requestsMade: { plain: 0, streamed: 0, draft: 0 },
  interrupted: 0,
  asides: 0,
  withdrawn: 0,
  differences: [],
  faults: [],
}

const together = (a: Proof, b: Comparison): Proof => ({
  conversations: a.conversations + 1,
  turns: a.turns + b.turns,
  requestsCompared: a.requestsCompared + b.requestsCompared,
  requestsMade: {
    plain: a.requestsMade.plain + b.requestsMade.plain,
    streamed: a.requestsMade.streamed + b.requestsMade.streamed,
    draft: a.requestsMade.draft + b.requestsMade.draft,
  },
  interrupted: a.interrupted + b.interrupted,
  asides: a.asides + b.asides,
  withdrawn: a.withdrawn + b.withdrawn,
  differences: [...a.differences, ...b.differences],
  faults: [...a.faults, ...b.faults],
})

async function compare(plan: Plan, voice: CallerVoice, mistake?: Mistake): Promise<Comparison> {
  const [plain, streamed, draft] = await Promise.all(pipelines.map(pipeline => rehearse(plan, pipeline, voice, mistake)))
  const played = { plain: plain!, streamed: streamed!, draft: draft! }
  const count = (holds: (turn: Rehearsed['turns'][number]) => boolean): number => played.plain.turns.filter(holds).length
  return {
    turns: played.plain.turns.length,
    requestsCompared: 2 * count(turn => turn.request !== null),
    requestsMade: { plain: plain!.requests, streamed: streamed!.requests, draft: draft!.requests },
    interrupted: count(turn => turn.outcome === 'interrupted'),
    asides: played.plain.turns.flatMap(turn => turn.asides).length,
    withdrawn: count(turn => turn.outcome === 'withdrawn'),
    differences: [...differences(plan, played, 'streamed'), ...differences(plan, played, 'draft')],
    faults: pipelines.flatMap(pipeline => faults(played[pipeline]).map(what => ({ ...named(plan), pipeline, what }))),
  }
}

const named = ({ name, seed }: Plan) => ({ conversation: name, seed })

/** The first turn at which another pipeline departs from plain; after it all others do. */
function differences(plan: Plan, played: Readonly<Record<Pipeline, Rehearsed>>, pipeline: Pipeline): readonly Difference[] {
  const [plain, other] = [played.plain.turns, played[pipeline].turns]
  for (let turn = 0; turn < Math.max(plain.length, other.length); turn++) {
    const found = difference(plain[turn], other[turn])
    if (found) return [{ ...named(plan), pipeline, turn, ...found }]
  }
  return []
}

type Turn = Rehearsed['turns'][number]

function difference(plain: Turn | undefined, other: Turn | undefined): Pick<Difference, 'what' | 'plain' | 'other'> | null {
  if (!plain || !other) return { what: 'number of turns', plain: told(plain), other: told(other) }
  const differs = (what: Difference['what'], a: string, b: string) => (a === b ? null : { what, plain: a, other: b })
  return (
    differs('request', plain.request ?? `(the line ${plain.line})`, other.request ?? `(the line ${other.line})`) ??
    // White space at the end goes with the phrase in which it was given to the voice; no model is told of it.
    differs('heard', plain.heard.trim(), other.heard.trim()) ??
    differs('outcome', plain.outcome, other.outcome) ??
    // A reply that was cut short may not have been made to its end by a pipeline that makes it as it goes.
    (plain.outcome !== 'heard' && plain.text.startsWith(other.text) ? null : differs('voice', plain.text, other.text))
  )
}

const told = (turn: Turn | undefined): string => (turn ? `${turn.request ?? turn.line} -> ${turn.text}` : '(nothing)')

/** Hearing may place the end of speech in recordings 20 ms early, which is its measured accuracy; never more. */
const PLACED_EARLY_MS = 20

function faults({ turns, silentMs, leaked, gaveUp }: Rehearsed): readonly string[] {
  return [
    ...turns.filter(isEarly).map(turn => `turn ${turn.id} was released before 500 ms of silence`),
    ...silentMs.filter(ms => ms < 500 - PLACED_EARLY_MS).map(ms => `the bot spoke after ${ms} ms of silence`),
    ...(leaked > 0 ? [`${leaked} timers or streams were left behind`] : []),
    ...(gaveUp ? ['the caller waited for an answer in vain'] : []),
  ]
}
