/** What the service refuses to be asked. Each refusal is a bug of the client; a strict emulator fails its test for it. */
import type { ChatBody } from './wire.ts'
import { promptTokens } from './tokens.ts'

export type Refusal = { readonly message: string; readonly code: string | null; readonly param: string | null }

const known = new Set(
  (
    'model messages stream stream_options temperature top_p n stop max_tokens max_completion_tokens presence_penalty ' +
    'frequency_penalty logit_bias logprobs top_logprobs user seed tools tool_choice parallel_tool_calls response_format ' +
    'service_tier store metadata prediction reasoning_effort verbosity prompt_cache_key prompt_cache_retention safety_identifier'
  ).split(' '),
)

const reasons = (model: string): boolean => /^(?:gpt-(?:[5-9]|\d\d)|o\d)/.test(model)

const contextTokens = (model: string): number => (/^gpt-4(?:-0613|-0314)?$/.test(model) ? 8192 : 128_000)

const unrecognized = (name: string): Refusal => ({
  message: `Unrecognized request argument supplied: ${name}`,
  code: null,
  param: null,
})

/** The first thing wrong with a request, or null. `refused`: parameters that this server does not know. */
export function refusalOf(body: ChatBody, refused: readonly string[] = []): Refusal | null {
  const foreign = Object.keys(body).find(key => !known.has(key) || refused.includes(key))
  if (foreign) return unrecognized(foreign)
  const foreignOption = Object.keys(body.stream_options ?? {}).find(key => refused.includes(key))
  if (foreignOption) return unrecognized(`stream_options.${foreignOption}`)
  return wrongParameter(body) ?? wrongShape(body) ?? wrongMessages(body)
}

function wrongParameter(body: ChatBody): Refusal | null {
  const refuse = (param: string, message: string, code: string | null = null): Refusal => ({ message, code, param })
  if (body.stream_options && !body.stream)
    return refuse('stream_options', "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
  if (body.max_tokens !== undefined && body.max_completion_tokens !== undefined)
    return refuse('max_tokens', "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
  if (!reasons(body.model)) return body['reasoning_effort'] === undefined ? null : unrecognized('reasoning_effort')
  if (body.max_tokens !== undefined)
    return refuse(
      'max_tokens',
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'unsupported_parameter',
    )
  if (body['temperature'] !== undefined && body['temperature'] !== 1)
    return refuse(
      'temperature',
      "Unsupported value: 'temperature' does not support this value with this model. Only the default (1) value is supported.",
      'unsupported_value',
    )
  return null
}

/** Structured outputs, strict: https://developers.openai.com/api/docs/guides/structured-outputs */
function wrongShape(body: ChatBody): Refusal | null {
  const format = body['response_format'] as { type?: string; json_schema?: { name?: string; schema?: unknown } } | undefined
  if (format?.type !== 'json_schema') return null
  const refuse = (message: string): Refusal => ({ message, code: null, param: 'response_format' })
  if (/^gpt-(3|4(-|$))/.test(body.model))
    return refuse("Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.")
  const name = format.json_schema?.name ?? ''
  return looseObjects(format.json_schema?.schema).length === 0
    ? null
    : refuse(
        `Invalid schema for response_format '${name}': every object needs 'additionalProperties': false and all its properties required.`,
      )
}

/** The objects in a schema that a strict one may not contain. */
function looseObjects(schema: unknown): readonly unknown[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { type, additionalProperties, required, properties } = schema as Readonly<Record<string, unknown>>
  const names = Object.keys((properties as object | undefined) ?? {})
  const strict = additionalProperties === false && Array.isArray(required) && names.every(name => required.includes(name))
  return [...(type === 'object' && !strict ? [schema] : []), ...Object.values(schema).flatMap(looseObjects)]
}

function wrongMessages({ model, messages }: ChatBody): Refusal | null {
  const refuse = (message: string, code: string | null = null): Refusal => ({ message, code, param: 'messages' })
  if (messages.length === 0) return refuse("[] is too short - 'messages'")
  const wrong = messages.find(({ role }) => !['system', 'developer', 'user', 'assistant', 'tool'].includes(role))
  if (wrong) return refuse(`Invalid value: '${wrong.role}'. Supported values are: 'system', 'assistant', 'user', 'tool'.`)
  if (messages.some(({ content }) => content.trim() === '')) return refuse('A message has no content.')
  if (messages.at(-1)?.role !== 'user') return refuse('The last message is not of the user.')
  const tokens = promptTokens(messages)
  if (tokens <= contextTokens(model)) return null
  return refuse(
    `This model's maximum context length is ${contextTokens(model)} tokens. However, your messages resulted in ${tokens} tokens.`,
    'context_length_exceeded',
  )
}
