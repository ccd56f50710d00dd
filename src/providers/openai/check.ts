/** Asks the service, before the first call, which of the wanted models it has, and says in plain words what to fix. */
import { APIError, type OpenAI } from 'openai'
import type { Clock } from '../../ports.ts'
import { failureOf } from './failure.ts'
import type { Models } from './models.ts'
import { waitFor } from './waiting.ts'

export type ModelCheck = {
  /** The model that will be asked; null if there is none. */
  readonly model: string | null
  /** The day OpenAI will shut it down, as the service says it, or null. */
  readonly shutdownDate: string | null
  /** What must be fixed before replies can be thought of; empty if they can. */
  readonly problems: readonly string[]
  /** What may matter soon, or could not be found out. */
  readonly warnings: readonly string[]
}

const TIMEOUT_MS = 8_000

type Facts =
  | { readonly type: 'there'; readonly shutdownDate: string | null }
  | { readonly type: 'missing'; readonly why: string }
  | { readonly type: 'refused'; readonly why: string }
  | { readonly type: 'unknown'; readonly why: string }

/** Never rejects: what goes wrong is a finding. Models found missing are marked gone. */
export async function checkModels(client: OpenAI, models: Models, clock: Clock, secret: string): Promise<ModelCheck> {
  const warnings: string[] = []
  for (let name = models.current; name !== null; name = models.current) {
    const facts = await ask(client, name, clock, secret)
    switch (facts.type) {
      case 'there': {
        const { shutdownDate } = facts
        if (shutdownDate) warnings.push(`OpenAI shuts ${name} down on ${shutdownDate}: name a successor in OPENAI_MODEL.`)
        return { model: name, shutdownDate, problems: [], warnings }
      }
      case 'unknown':
        warnings.push(`Whether ${name} can be used could not be found out: ${facts.why}`)
        return { model: name, shutdownDate: null, problems: [], warnings }
      case 'refused':
        return { model: name, shutdownDate: null, problems: [`OPENAI_API_KEY is refused: ${facts.why}`], warnings }
      case 'missing':
        models.markGone(name)
        warnings.push(`${name} cannot be used by this account: ${facts.why}`)
        break
      default:
        facts satisfies never
    }
  }
  const problem = `None of the models can be used: ${models.gone.join(', ')}. Set OPENAI_MODEL to one that can.`
  return { model: null, shutdownDate: null, problems: [problem], warnings }
}

async function ask(client: OpenAI, name: string, clock: Clock, secret: string): Promise<Facts> {
  const abort = new AbortController()
  try {
    const waited = await waitFor(client.models.retrieve(name, { signal: abort.signal }), TIMEOUT_MS, clock, abort.signal)
    if (waited.type === 'done') return { type: 'there', shutdownDate: shutdownDateOf(waited.value) }
    abort.abort()
    return { type: 'unknown', why: `no answer for ${TIMEOUT_MS} ms` }
  } catch (error) {
    return factsOf(error, secret)
  }
}

/** A 404 without this code says nothing about the model: many a compatible server does not tell its models at all. */
function factsOf(error: unknown, secret: string): Facts {
  const { error: failure } = failureOf(error, secret)
  if (error instanceof APIError && error.code === 'model_not_found') return { type: 'missing', why: failure.message }
  return { type: failure.stage === 'authentication' ? 'refused' : 'unknown', why: failure.message }
}

/** A field the SDK does not know yet. https://developers.openai.com/api/docs/deprecations */
function shutdownDateOf(model: object): string | null {
  const date: unknown = 'shutdown_date' in model ? model.shutdown_date : null
  return typeof date === 'string' || typeof date === 'number' ? String(date) : null
}
