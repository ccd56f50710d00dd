/** The service's own words: chunks of a stream, a whole completion, errors, model facts. */
import { z } from 'zod'

const callSchema = z.strictObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
})

const toolSchema = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string(),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    strict: z.boolean().optional(),
  }),
})

export const requestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(
    z.looseObject({
      role: z.string(),
      /** Null in the real service where there are only calls; '' here. */
      content: z
        .string()
        .nullable()
        .transform(text => text ?? ''),
      tool_calls: z.array(callSchema).optional(),
      tool_call_id: z.string().optional(),
    }),
  ),
  stream: z.boolean().optional(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).optional(),
  max_tokens: z.number().optional(),
  max_completion_tokens: z.number().optional(),
  tools: z.array(toolSchema).optional(),
})
export type ChatBody = z.infer<typeof requestSchema>

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'
export type Usage = { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number }

export const usage = (prompt: number, completion: number): Usage & Record<string, unknown> => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
})

/** One `data:` line. With `usageAsked` every chunk but the last has usage null. */
export function chunk(
  id: string,
  model: string,
  delta: Readonly<Record<string, unknown>> | null,
  finish: FinishReason | null,
  usageField: Usage | null | undefined,
): string {
  const choices = delta === null ? [] : [{ index: 0, delta, logprobs: null, finish_reason: finish }]
  return data({
    id,
    object: 'chat.completion.chunk',
    created: 1_795_000_000,
    model,
    service_tier: 'default',
    system_fingerprint: null,
    choices,
    ...(usageField === undefined ? {} : { usage: usageField }),
  })
}

export const data = (value: unknown): string => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`

export const completion = (
  id: string,
  model: string,
  message: Readonly<Record<string, unknown>>,
  finish: FinishReason,
  used: Usage,
): unknown => ({
  id,
  object: 'chat.completion',
  created: 1_795_000_000,
  model,
  choices: [
    {
      index: 0,
      message: { role: 'assistant', refusal: null, annotations: [], ...message },
      logprobs: null,
      finish_reason: finish,
    },
  ],
  usage: used,
  service_tier: 'default',
  system_fingerprint: null,
})

export const errorBody = (message: string, type: string, code: string | null, param: string | null = null): unknown => ({
  error: { message, type, param, code },
})

export const modelNotFound = (model: string): unknown =>
  errorBody(
    `The model \`${model}\` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations`,
    'invalid_request_error',
    'model_not_found',
  )
