/**
 * Answers in JSON behind the `Answer` port, for what no caller waits for: the same client and models as the replies on the
 * telephone, with more time and more words. What a model or server does not know is left out and asked again; everything
 * else that fails is for the asker to try later.
 */
import type { OpenAI } from 'openai'
import { ProviderError, type Answer, type Clock, type Message } from '../../ports.ts'
import { attempt, Failed, type Cost, type Limits } from './attempt.ts'
import { contextTokens, estimatedPrompt, fitting } from './context.ts'
import { requestBody, type Dialect } from './dialect.ts'
import { fail, failureOf, PROVIDER, type Failure } from './failure.ts'
import type { Models } from './models.ts'

export type AnsweringParts = {
  readonly client: OpenAI
  readonly models: Models
  readonly clock: Clock
  readonly secret: string
  /** What the model can read, if it is not one of OpenAI's. */
  readonly contextTokens?: number
}

const LIMITS: Limits = { headersMs: 20_000, firstTextMs: 30_000, stallMs: 10_000 }
const MAX_TOKENS = 900

export function answering({ client, models, clock, secret, ...known }: AnsweringParts): Answer {
  return async (messages, shape, signal) => {
    for (;;) {
      const model = models.current
      if (model === null) throw fail('model', 'none is left that can be used').error
      const dialect = models.dialect(model)
      const asked = fitting(messages, (known.contextTokens ?? contextTokens(model)) - MAX_TOKENS)
      const body = requestBody(model, asked, dialect, { temperature: 0, maxTokens: MAX_TOKENS, tools: [], shape })
      const cost: Cost = { id: null, chunks: 0, usage: null }
      try {
        const text = await textOf({ client, body, limits: LIMITS, clock, secret, maxTokens: MAX_TOKENS, signal, cost })
        if (signal.aborted) throw new ProviderError(PROVIDER, 'answer', 'it was called off', true)
        return { text, model, usage: usageOf(asked, cost) }
      } catch (error) {
        if (!(error instanceof Failed) || !mayAskAgain(error.failure, model, dialect)) throw reasonOf(error)
      }
    }
  }

  function mayAskAgain({ remedy }: Failure, model: string, dialect: Dialect): boolean {
    if (remedy.type === 'next-model') models.markGone(model)
    return remedy.type === 'next-model' || (remedy.type === 'rephrase' && models.learn(model, dialect, remedy.complaint))
  }

  function reasonOf(error: unknown): ProviderError {
    if (error instanceof ProviderError) return error
    return (error instanceof Failed ? error.failure : failureOf(error, secret)).error
  }
}

async function textOf(work: Parameters<typeof attempt>[0]): Promise<string> {
  let text = ''
  for await (const thought of attempt(work)) if (thought.type === 'text') text += thought.text
  return text
}

const usageOf = (messages: readonly Message[], { usage, chunks }: Cost) => ({
  promptTokens: usage?.prompt ?? estimatedPrompt(messages),
  completionTokens: usage?.completion ?? chunks,
  estimated: usage === null,
})
