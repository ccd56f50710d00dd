/**
 * GPT-4 and its successors behind the `Think` port, by OpenAI's Chat Completions or any server compatible with them (Ollama,
 * vLLM, Azure OpenAI v1). It asks again only while nothing has been said, and never lets an SDK error or the key out.
 * It does not decide what the bot is told: the messages come whole.
 */
import { OpenAI } from 'openai'
import type { Allow, Answer, Clock, Message, Note, Spent, Think, Thought, ToolOffer } from '../../ports.ts'
import { answering } from './answer.ts'
import { attempt, type Cost, Failed, type Limits } from './attempt.ts'
import { checkModels, type ModelCheck } from './check.ts'
import { WarmConnections } from './connections.ts'
import { contextTokens, estimatedPrompt, fitting } from './context.ts'
import { type Dialect, requestBody } from './dialect.ts'
import { fail, type Failure, failureOf } from './failure.ts'
import { Models } from './models.ts'
import { readingFetch } from './rate-headers.ts'
import { pause } from './waiting.ts'

export type { Limits } from './attempt.ts'
export type { ModelCheck } from './check.ts'

/** What one request cost. Aborted ones are told too, estimated, for they are paid for as well. */
export type Usage = {
  /** The service's own id of the request, or null if it never said. */
  readonly id: string | null
  readonly model: string
  readonly promptTokens: number
  readonly completionTokens: number
  readonly estimated: boolean
  /** True if the reply was dropped or broke off. */
  readonly unfinished: boolean
}

export type OpenAIOptions = {
  /** Null for a server that wants none. */
  readonly apiKey: string | null
  /** Ends in /v1. */
  readonly baseURL?: string
  /** The models to ask, best first: the first that the account can use is asked. */
  readonly models: readonly string[]
  readonly clock: Clock
  /** For models that do not reason; those choose for themselves. */
  readonly temperature?: number
  /** A reply on the telephone is short; what reaches this limit ends with its last whole sentence. */
  readonly maxTokens?: number
  /** What the model can read, if it is not one of OpenAI's. */
  readonly contextTokens?: number
  readonly limits?: Partial<Limits>
  /** Connections kept open and free for the next request while others are in use. */
  readonly spareConnections?: number
  /** Told once per request that cost something, when it is over. */
  readonly onUsage?: (usage: Usage) => void
  /** Told what went wrong and was put right: a request asked again, a model gone, a connection that could not be opened. For the log. */
  readonly note?: (text: string) => void
  /** Told how many requests and tokens are left, what each reply took, and of refusals for want of either. */
  readonly allow?: Allow
}

export type OpenAIProvider = {
  readonly think: Think
  /** For what nobody waits for on the telephone: answers in JSON, with more time and more words. */
  readonly answer: Answer
  /** Which model will be asked and what to fix, to be asked before the first call. Never rejects. */
  readonly check: () => Promise<ModelCheck>
  /** The model that the next reply will be asked of; null if none is left. */
  readonly model: () => string | null
  /** Opens spare connections, up to the number wanted. Worth doing as the telephone rings. Never rejects. */
  readonly warm: () => Promise<void>
  /** Ends every connection; replies under way fail. */
  readonly close: () => Promise<void>
}

const OFFICIAL = 'https://api.openai.com/v1'
/** A caller hears silence meanwhile: beyond this an apology is better than an answer. */
const LIMITS: Limits = { headersMs: 4_000, firstTextMs: 6_000, stallMs: 4_000 }
/** From the question to the first text, however often it had to be asked. */
const GIVE_UP_MS = 8_000
const RETRIES = 2
/** What a server may ask us to wait; longer, and the call has failed. */
const LONGEST_PAUSE_MS = 1_000

/** One reply, over all requests that were needed for it. */
type Reply = {
  readonly messages: readonly Message[]
  readonly tools: readonly ToolOffer[]
  readonly signal: AbortSignal
  readonly spent: Spent
  readonly startedMs: number
  said: boolean
  retries: number
}

export function openAI(options: OpenAIOptions): OpenAIProvider {
  const { clock, apiKey, baseURL = OFFICIAL, temperature = 0.4, maxTokens = 220, note = () => {}, allow = () => {} } = options
  const secret = apiKey ?? ''
  const models = new Models(options.models)
  const connections = new WarmConnections({
    baseURL,
    apiKey,
    clock,
    spare: options.spareConnections ?? 1,
    path: () => `/models/${encodeURIComponent(models.current ?? '')}`,
    failed: error => note(`A spare connection could not be opened: ${failureOf(error, secret).error.message}`),
  })
  const client = sdkClient(apiKey, baseURL, connections, allow)

  async function* think(
    messages: readonly Message[],
    signal: AbortSignal,
    record: Note = () => {},
    spent: Spent = () => {},
    tools: readonly ToolOffer[] = [],
  ): AsyncGenerator<Thought, void, undefined> {
    const reply: Reply = { messages, tools, signal, spent, startedMs: clock.now(), said: false, retries: 0 }
    while (!signal.aborted) {
      const failure = yield* askOnce(reply)
      if (failure === null) return
      const afterMs = pauseBeforeRetry(failure, reply)
      note(`${failure.error.message}; asked again`)
      record(failure.error)
      if (afterMs > 0) await pause(afterMs, clock, signal)
    }
  }

  /** One request. Returns null if the reply is complete or aborted, else what is in its way. */
  async function* askOnce(reply: Reply): AsyncGenerator<Thought, Failure | null, undefined> {
    const { signal } = reply
    const model = models.current
    if (model === null) return fail('model', `none of ${options.models.join(', ')} can be used`)
    const dialect = models.dialect(model)
    const messages = fitting(reply.messages, (options.contextTokens ?? contextTokens(model)) - maxTokens)
    const body = requestBody(model, messages, dialect, { temperature, maxTokens, tools: reply.tools })
    const cost: Cost = { id: null, chunks: 0, usage: null }
    let complete = false
    try {
      const limits = limitsFor(reply)
      for await (const thought of attempt({ client, body, limits, clock, secret, maxTokens, signal, cost })) {
        reply.said = true
        yield thought
      }
      if (signal.aborted) return null
      complete = true
      const { promptTokens, completionTokens, estimated } = usageOf(model, messages, cost, false)
      yield { type: 'usage', model, promptTokens, completionTokens, estimated }
      return null
    } catch (error) {
      if (signal.aborted) return null
      return learn(error instanceof Failed ? error.failure : failureOf(error, secret), model, dialect)
    } finally {
      // A request that was refused costs nothing; one that was dropped or broke off is paid for as far as it came.
      if (complete || signal.aborted || cost.id !== null) {
        const usage = usageOf(model, messages, cost, !complete)
        options.onUsage?.(usage)
        const { promptTokens, completionTokens, estimated } = usage
        if (!complete) reply.spent({ model, promptTokens, completionTokens, estimated })
        allow({ type: 'spent', tokens: usage.promptTokens + usage.completionTokens })
      }
    }
  }

  function limitsFor(reply: Reply): Limits {
    const limits = { ...LIMITS, ...options.limits }
    const leftMs = Math.max(0, GIVE_UP_MS - (clock.now() - reply.startedMs))
    return { ...limits, headersMs: Math.min(limits.headersMs, leftMs), firstTextMs: Math.min(limits.firstTextMs, leftMs) }
  }

  /** Remembers for all replies to come what this one found out. */
  function learn(failure: Failure, model: string, dialect: Dialect): Failure {
    const { remedy, error } = failure
    tellRefusal(failure)
    if (remedy.type === 'next-model') models.markGone(model)
    if (remedy.type !== 'rephrase' || models.learn(model, dialect, remedy.complaint)) return failure
    return { error, remedy: { type: 'none' } }
  }

  function tellRefusal({ error, remedy }: Failure): void {
    if (error.stage === 'quota') allow({ type: 'refused', what: 'quota', retryMs: null })
    const retryMs = remedy.type === 'again' && Number.isFinite(remedy.afterMs) ? remedy.afterMs : null
    if (error.stage === 'rate limit') allow({ type: 'refused', what: 'rate', retryMs })
  }

  /** How long to wait before the request may be made again. Throws if that is no use. */
  function pauseBeforeRetry({ error, remedy }: Failure, reply: Reply): number {
    if (reply.said) throw error
    switch (remedy.type) {
      case 'none':
        throw error
      case 'rephrase':
        return 0
      case 'next-model':
        if (models.current === null) throw error
        return 0
      case 'again': {
        const wouldBeMs = clock.now() - reply.startedMs + remedy.afterMs
        if (++reply.retries > RETRIES || remedy.afterMs > LONGEST_PAUSE_MS || wouldBeMs >= GIVE_UP_MS) throw error
        return remedy.afterMs
      }
    }
  }

  return {
    think,
    answer: answering({ client, models, clock, secret, ...(options.contextTokens && { contextTokens: options.contextTokens }) }),
    check: () => checkModels(client, models, clock, secret),
    model: () => models.current,
    warm: () => connections.warm(),
    close: () => connections.close(),
  }
}

function usageOf(model: string, messages: readonly Message[], { id, chunks, usage }: Cost, unfinished: boolean): Usage {
  return {
    id,
    model,
    promptTokens: usage?.prompt ?? estimatedPrompt(messages),
    completionTokens: usage?.completion ?? chunks,
    estimated: usage === null,
    unfinished,
  }
}

/** Everything is said explicitly: what is left out, the SDK reads from the environment. */
const sdkClient = (apiKey: string | null, baseURL: string, connections: WarmConnections, allow: Allow): OpenAI =>
  new OpenAI({
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    baseURL,
    maxRetries: 0,
    logLevel: 'off',
    // Node's types describe the undici inside Node, ours come with the package; what fetch calls, `dispatch`, is the same in both.
    fetch: readingFetch(allow),
    fetchOptions: { dispatcher: connections as unknown as NonNullable<RequestInit['dispatcher']> },
    ...(apiKey === null ? { defaultHeaders: { authorization: null } } : {}),
  })
