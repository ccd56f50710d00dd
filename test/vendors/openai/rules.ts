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
  return wrongParameter(body) ?? wrongMessages(body)
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
