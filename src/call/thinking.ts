/**
 * The thinking behind one reply: the model speaks, wishes for tools, is told what came of them, and goes on speaking. What it
 * says comes out in parts, one for each stretch between tools, so that a part is spoken whole while a tool is at work.
 *
 * Tools that only look something up run at once, also for a draft, and are not waited for long. Those that change the world wait
 * until the reply is released, so they never run for a draft; dropping the reply before that means that they never run at all.
 */
import type { Clock, Message, Outcome, Task, Think, Thought, Tool, ToolCall } from '../ports.ts'
import { Deeds, type Effect, type TellDeed } from './deeds.ts'

/** A look-up never delays a reply: what is not found by then counts as not found. */
export const LOOK_UP_MS = 150
/** An effect that takes longer is bridged by a few words; shorter, and they would only delay the answer. */
export const FILLER_AFTER_MS = 1_200
/** So often a reply may turn to its tools; after that the model gets none, and has to speak. */
export const ROUNDS_MAX = 4

/** What the assistant can do on this call, and has done. */
export type Doing = { readonly clock: Clock; readonly tools: readonly Tool[]; readonly deeds: Deeds }

/** Of an assistant that can only talk. */
export const doingNothing = (): Doing => ({
  clock: { now: () => 0, after: () => () => {} },
  tools: [],
  deeds: new Deeds({ kept: async () => {} }),
})

export type Farewell = Extract<Task, { readonly type: 'farewell' }>

export type ThinkingNews =
  /** The model has begun to answer. */
  | { readonly type: 'thinking-aloud' }
  | Extract<Thought, { readonly type: 'usage' }>
  /** A look-up, and what the model was told. Refused wishes are told so, too. */
  | { readonly type: 'looked-up'; readonly tool: string; readonly args: string; readonly says: string }
  | Farewell

export type ThinkingParts = {
  readonly think: Think
  readonly doing: Doing
  readonly signal: AbortSignal
  /** Resolves when the caller may hear the reply. */
  readonly released: Promise<void>
  readonly tell: (news: ThinkingNews) => void
  /** Also told after the abort: what was begun is done. */
  readonly tellDeed: TellDeed
}

/** What the model did in one go. */
type Round = { text: string; readonly calls: ToolCall[] }

/** The parts of the reply, to be read one after another, each to its end. Ends quietly on abort; fails as the model does. */
export async function* thinking(question: readonly Message[], parts: ThinkingParts): AsyncGenerator<AsyncIterable<string>> {
  const { think, doing, signal, tell } = parts
  const offers = doing.tools.map(({ offer }) => offer)
  const told = { begun: false, filled: false }
  let messages = question
  let said = ''
  let farewell: Farewell | null = null
  for (let round = 1; !signal.aborted; round++) {
    const now: Round = { text: '', calls: [] }
    yield textOf(think(messages, signal, undefined, undefined, round <= ROUNDS_MAX ? offers : []), now, told, tell)
    said += now.text
    const tasks = now.calls.map(call => ({ call, task: taskOf(call, doing.tools) }))
    farewell = tasks.map(({ task }) => task).findLast(task => task.type === 'farewell') ?? farewell
    const mayEnd = tasks.every(({ task }) => task.type === 'farewell') && (tasks.length === 0 || said.trim() !== '')
    if (mayEnd || round > ROUNDS_MAX) break
    const results = yield* resultsOf(tasks, told, parts)
    messages = [...messages, { role: 'assistant', content: now.text.trim(), calls: now.calls }, ...results]
  }
  if (farewell && !signal.aborted) tell(farewell)
}

/** The text of one round; its calls, and what else the model tells, go elsewhere. */
async function* textOf(
  thoughts: AsyncIterable<Thought>,
  round: Round,
  told: { begun: boolean },
  tell: ThinkingParts['tell'],
): AsyncGenerator<string> {
  for await (const thought of thoughts) {
    if (!told.begun) tell({ type: 'thinking-aloud' })
    told.begun = true
    if (thought.type === 'text') {
      round.text += thought.text
      yield thought.text
    } else if (thought.type === 'call-tool') round.calls.push(thought.call)
    else tell(thought)
  }
  // More will be said after the tools.
  if (round.calls.length > 0 && /\S$/.test(round.text)) yield ' '
}

function taskOf({ name, args }: ToolCall, tools: readonly Tool[]): Task {
  const tool = tools.find(({ offer }) => offer.name === name)
  return tool?.read(args) ?? { type: 'refused', why: `There is no tool called ${name}.` }
}

type Wish = { readonly call: ToolCall; readonly task: Task }

/** Sees to all of a round's wishes side by side. What is said meanwhile, if anything, is yielded. */
async function* resultsOf(
  wishes: readonly Wish[],
  told: { filled: boolean },
  parts: ThinkingParts,
): AsyncGenerator<AsyncIterable<string>, readonly Message[]> {
  const { signal, released, doing } = parts
  const results = Promise.all(wishes.map(wish => resultOf(wish, parts)))
  const effect = wishes.map(({ task }) => task).find(task => task.type === 'effect')
  if (effect && !told.filled) {
    await orAborted(released, signal)
    if (!signal.aborted && (await takesLonger(results, FILLER_AFTER_MS, doing.clock, signal))) {
      told.filled = true
      yield once(`${effect.filler} `)
    }
  }
  return (await orAborted(results, signal)) ?? []
}

async function resultOf({ call, task }: Wish, parts: ThinkingParts): Promise<Message> {
  const { id: callId, name, args } = call
  const content = await saysOf(name, args, task, parts)
  return { role: 'tool', callId, content }
}

async function saysOf(tool: string, args: string, task: Task, parts: ThinkingParts): Promise<string> {
  const { tell, doing, signal } = parts
  if (task.type === 'effect') return afterwards(await outcomeOf(tool, task, parts))
  if (task.type === 'farewell') return `It comes about once you have been heard. Say your last words now, in one sentence.`
  const says = task.type === 'refused' ? task.why : await lookUp(task.run, doing.clock, signal)
  tell({ type: 'looked-up', tool, args, says })
  return says
}

const afterwards = ({ done, says }: Outcome): string => (done ? says : `Not done. Say so to the caller. ${says}`)

async function outcomeOf(tool: string, effect: Effect, { released, signal, doing, tellDeed }: ThinkingParts): Promise<Outcome> {
  await orAborted(released, signal)
  return signal.aborted ? { done: false, says: '' } : doing.deeds.do(tool, effect, tellDeed)
}

async function lookUp(run: (signal: AbortSignal) => Promise<string>, clock: Clock, signal: AbortSignal): Promise<string> {
  const enough = new AbortController()
  const looking = run(AbortSignal.any([signal, enough.signal])).catch((error: unknown) => `It failed: ${String(error)}.`)
  if (!(await takesLonger(looking, LOOK_UP_MS, clock, signal))) return (await orAborted(looking, signal)) ?? ''
  enough.abort()
  return 'Nothing was found in time.'
}

/* ── Waiting ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** The value, or null if the abort comes first. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve(null)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Whether it takes longer than that. False on abort. */
function takesLonger(work: Promise<unknown>, ms: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    const end = (late: boolean): void => {
      callOff()
      resolve(late)
    }
    const callOff = clock.after(ms, () => end(true))
    void orAborted(work, signal).then(
      () => end(false),
      () => end(false),
    )
  })
}

async function* once(text: string): AsyncGenerator<string> {
  yield text
}
