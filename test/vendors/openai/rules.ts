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
  if (refused.includes('strict') && body.tools?.some(tool => tool.function.strict !== undefined))
    return unrecognized('tools[0].function.strict')
  return wrongParameter(body) ?? wrongShape(body) ?? wrongTools(body) ?? wrongMessages(body) ?? wrongCalls(body)
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
  if (messages.some(({ content, tool_calls }) => content.trim() === '' && tool_calls === undefined))
    return refuse('A message has no content.')
  if (!['user', 'tool'].includes(messages.at(-1)!.role)) return refuse('The last message is neither of the user nor of a tool.')
  const tokens = promptTokens(messages)
  if (tokens <= contextTokens(model)) return null
  return refuse(
    `This model's maximum context length is ${contextTokens(model)} tokens. However, your messages resulted in ${tokens} tokens.`,
    'context_length_exceeded',
  )
}

/** https://developers.openai.com/api/docs/guides/function-calling#strict-mode */
function wrongTools({ tools = [] }: ChatBody): Refusal | null {
  const names = tools.map(tool => tool.function.name)
  const refuse = (message: string): Refusal => ({ message, code: 'invalid_function_parameters', param: 'tools' })
  const wrong = names.find((name, n) => !/^[\w-]{1,64}$/.test(name) || names.indexOf(name) !== n)
  if (wrong !== undefined) return refuse(`Invalid 'tools[].function.name': '${wrong}'.`)
  for (const { function: tool } of tools) {
    const fault = tool.strict ? looseIn(tool.parameters) : null
    if (fault) return refuse(`Invalid schema for function '${tool.name}': ${fault}`)
  }
  return null
}

/** Where a schema is looser than strict mode allows, or null. */
function looseIn(schema: unknown): string | null {
  if (typeof schema !== 'object' || schema === null) return null
  const { type, properties = {}, required, additionalProperties } = schema as Readonly<Record<string, unknown>>
  if (type === 'object') {
    const keys = Object.keys(properties as object)
    if (additionalProperties !== false) return "'additionalProperties' is required to be supplied and to be false."
    const missing = keys.find(key => !Array.isArray(required) || !required.includes(key))
    if (missing)
      return `'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`
  }
  const unknown = Object.keys(schema).find(key => ['minLength', 'maxLength', '$schema', 'default', 'not', 'oneOf'].includes(key))
  if (unknown) return `'${unknown}' is not permitted.`
  for (const inner of Object.values(schema)) {
    const fault = Array.isArray(inner) ? inner.map(looseIn).find(found => found !== null) : looseIn(inner)
    if (fault) return fault
  }
  return null
}

/** Each call is followed by its result, and each result belongs to a call. */
function wrongCalls({ messages }: ChatBody): Refusal | null {
  const refuse = (message: string): Refusal => ({ message, code: null, param: 'messages' })
  let open = new Set<string>()
  for (const { role, tool_calls, tool_call_id: id = '' } of messages) {
    if (role === 'tool') {
      if (!open.delete(id))
        return refuse("Messages with role 'tool' must be a response to a preceding message with 'tool_calls'.")
      continue
    }
    if (open.size > 0) break
    open = new Set(tool_calls?.map(call => call.id))
    if (open.size !== (tool_calls?.length ?? 0)) return refuse('Two tool calls have the same id.')
    if ([...open].some(call => call.length > 40)) return refuse("Invalid 'tool_calls[].id': string too long.")
  }
  if (open.size === 0) return null
  const ids = [...open].join(', ')
  return refuse(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. Missing: ${ids}`,
  )
}
