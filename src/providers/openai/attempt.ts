/**
 * One request for one reply: its chunks become thoughts, within time limits. A stream that ends without a reason to end has
 * been cut, whatever the SDK makes of it: it ends such a loop without an error.
 *
 * `finish_reason`: "stop" is whole; "length" ends at the last whole sentence (see Tail); "content_filter" leaves the reply
 * unfinished, which is a failure. Calls of tools come at the end, whole.
 */
import type { OpenAI } from 'openai'
import type { ChatCompletionChunk, ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions'
import type { Clock, Thought } from '../../ports.ts'
import { fail, type Failure, failureOf, tooLate } from './failure.ts'
import { Tail } from './tail.ts'
import { SpelledCalls } from './tool-calls.ts'
import { waitFor } from './waiting.ts'

export type Limits = {
  /** From asking to the headers of the answer. */
  readonly headersMs: number
  /** From asking to the first text, or the first of a tool call. */
  readonly firstTextMs: number
  /** From one chunk to the next. */
  readonly stallMs: number
}

/** What is known of a request's cost; null until the service has told. */
export type Cost = { id: string | null; chunks: number; usage: { readonly prompt: number; readonly completion: number } | null }

export type Attempt = {
  readonly client: OpenAI
  readonly body: ChatCompletionCreateParamsStreaming
  readonly limits: Limits
  readonly clock: Clock
  readonly secret: string
  readonly maxTokens: number
  readonly signal: AbortSignal
  readonly cost: Cost
}

/** Wraps a failure on its way up; never leaves this folder. */
export class Failed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.error.message)
    this.failure = failure
  }
}

/** The usage comes right behind the finish. A server that promised it and does not send it must not hold the end of the text up. */
const USAGE_MS = 150
/** The real service ends the body a few ms after [DONE]; only then can the connection be used again. */
const DRAIN_MS = 1_000

/** Rejects with `Failed`. Ends quietly on abort, and then takes the connection down. */
export async function* attempt(work: Attempt): AsyncGenerator<Thought, void, undefined> {
  const { client, body, clock, limits, signal } = work
  const request = new AbortController()
  const abort = (): void => request.abort()
  signal.addEventListener('abort', abort)
  const askedMs = clock.now()
  let open = true
  try {
    const opened = await within(
      work,
      'headers',
      limits.headersMs,
      client.chat.completions.create(body, { signal: request.signal }),
    )
    if (!opened) return
    const chunks = opened[Symbol.asyncIterator]()
    yield* read(work, chunks, askedMs)
    if (signal.aborted) return
    open = false
    void drain(chunks, clock, request)
  } finally {
    signal.removeEventListener('abort', abort)
    if (open) request.abort()
  }
}

async function* read(work: Attempt, chunks: AsyncIterator<ChatCompletionChunk>, askedMs: number): AsyncGenerator<Thought> {
  const { clock, limits, signal, cost } = work
  const tail = new Tail(work.maxTokens)
  const calls = new SpelledCalls()
  let begun = false
  for (;;) {
    const limitMs = begun ? limits.stallMs : Math.max(0, limits.firstTextMs - (clock.now() - askedMs))
    const result = await within(work, begun ? 'stall' : 'first text', limitMs, chunks.next())
    if (!result) return
    if (result.done) throw new Failed(fail('stream', 'it ended before the reply did', { type: 'again', afterMs: 0 }))
    const { text, finish, callsTool } = digest(result.value, cost, calls)
    begun ||= text !== '' || callsTool
    if (text !== '') {
      const said = tail.next(text)
      if (said !== '') yield { type: 'text', text: said }
      if (signal.aborted) return
    }
    if (finish !== null) {
      yield* ending(work, chunks, finish, tail, calls)
      return
    }
  }
}

/** Takes note of what a chunk says about cost and tools. The usage chunk has no choice at all. */
function digest(
  chunk: ChatCompletionChunk,
  cost: Cost,
  calls: SpelledCalls,
): { readonly text: string; readonly finish: string | null; readonly callsTool: boolean } {
  cost.id ??= chunk.id ?? null
  if (chunk.usage) cost.usage = { prompt: chunk.usage.prompt_tokens, completion: chunk.usage.completion_tokens }
  const choice = chunk.choices?.[0]
  if (!choice) return { text: '', finish: null, callsTool: false }
  const spelled = choice.delta?.tool_calls ?? []
  for (const piece of spelled) calls.take(piece)
  // A refusal is an answer too: the caller hears that the model will not talk about it.
  const text = (choice.delta?.content ?? '') + (choice.delta?.refusal ?? '')
  if (text !== '') cost.chunks++
  return { text, finish: choice.finish_reason ?? null, callsTool: spelled.length > 0 }
}

async function* ending(
  work: Attempt,
  chunks: AsyncIterator<ChatCompletionChunk>,
  finish: string,
  tail: Tail,
  { all: calls }: SpelledCalls,
): AsyncGenerator<Thought> {
  if (finish === 'content_filter') throw new Failed(fail('content filter', 'the reply was withheld'))
  if (finish !== 'length' && tail.rest() !== '') yield { type: 'text', text: tail.rest() }
  if (work.signal.aborted) return
  if (work.cost.chunks === 0 && calls.length === 0)
    throw new Failed(fail('stream', 'the reply is empty', { type: 'again', afterMs: 0 }))
  for (const call of calls) yield { type: 'call-tool', call }
  if (work.cost.usage === null && work.body.stream_options?.include_usage) {
    // The reply is whole; a stream that breaks now costs the exact count, no more.
    const result = await waitFor(chunks.next(), USAGE_MS, work.clock, work.signal).catch(() => null)
    if (result?.type === 'done' && !result.value.done) digest(result.value.value, work.cost, new SpelledCalls())
  }
}

/** The value, or null on abort. A rejection or a missed limit becomes `Failed`. */
async function within<T>(
  { clock, signal, secret }: Attempt,
  stage: string,
  limitMs: number,
  promise: Promise<T>,
): Promise<T | null> {
  const waited = await waitFor(promise, limitMs, clock, signal).catch((error: unknown) => {
    throw new Failed(failureOf(error, secret))
  })
  if (waited.type === 'late') throw new Failed(tooLate(stage, limitMs))
  return waited.type === 'aborted' ? null : waited.value
}

/** Reads to the end of the body so that the connection can be used again; one that does not end is given up. */
async function drain(chunks: AsyncIterator<ChatCompletionChunk>, clock: Clock, request: AbortController): Promise<void> {
  const callOff = clock.after(DRAIN_MS, () => request.abort())
  try {
    while (!(await chunks.next()).done);
  } catch {
    // The reply is complete; what happens to the rest of its body costs at most the connection.
    request.abort()
  } finally {
    callOff()
  }
}
