/**
 * Which parameters a model understands, and what to leave out when a server says it does not know one. Pure.
 *
 * gpt-4, 4o and 4.1 take `temperature` and `max_tokens`; gpt-5 and later reason, so they take `max_completion_tokens` and
 * `reasoning_effort`, and no temperature of one's own (https://developers.openai.com/api/docs/guides/reasoning). Servers
 * compatible with OpenAI know fewer of them and answer 400 to the others.
 */
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions'
import type { AnswerShape, Message, ToolOffer } from '../../ports.ts'
import { messageParam, offered } from './tool-calls.ts'

export type Effort = 'none' | 'minimal' | 'low'

export type Dialect = {
  readonly usage: boolean
  /** Whether padding against eavesdroppers on the lengths of chunks may be asked to be left out. */
  readonly obfuscation: boolean
  /** How the length is limited; what a server refuses is crossed off. */
  readonly limits: readonly ('max_tokens' | 'max_completion_tokens')[]
  readonly temperature: boolean
  readonly effort: Effort | null
  readonly tools: boolean
  /** Whether an answer can be held to a JSON schema. */
  readonly shapes: boolean
  /** Whether tools may say that the model is to keep to their schema. */
  readonly strict: boolean
}

export type Wish = {
  readonly temperature: number
  readonly maxTokens: number
  /** What the model may call. */
  readonly tools: readonly ToolOffer[]
  /** Hold the answer to this shape. */
  readonly shape?: AnswerShape
}

/** A model that thinks at length before it speaks needs room for that inside the limit. */
const REASONING_TOKENS = 1024

/** Structured outputs came with gpt-4o: https://developers.openai.com/api/docs/guides/structured-outputs */
const keepsToShapes = (model: string): boolean => !/^gpt-(?:3|4(?:-|$))/.test(model)

const reasons = (model: string): boolean => /^(?:gpt-(?:[5-9]|\d{2})|o\d)/.test(model)

/** How the model is asked until a server objects. */
export const dialectOf = (model: string): Dialect => ({
  usage: true,
  obfuscation: true,
  limits: reasons(model) ? ['max_completion_tokens', 'max_tokens'] : ['max_tokens', 'max_completion_tokens'],
  temperature: !reasons(model),
  effort: reasons(model) ? quickestEffort(model) : null,
  tools: true,
  shapes: keepsToShapes(model),
  strict: true,
})

/** gpt-5 knows "minimal", its successors "none" instead, the o-series neither. The caller is waiting: the least there is. */
function quickestEffort(model: string): Effort {
  if (/^o\d/.test(model)) return 'low'
  return /^gpt-5(?![\d.])/.test(model) ? 'minimal' : 'none'
}

/** The dialect without what the server complained about, or null if the complaint is about something else. */
export function without(dialect: Dialect, complaint: string): Dialect | null {
  const about = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(complaint)
  if (about('include_obfuscation')) return dialect.obfuscation ? { ...dialect, obfuscation: false } : null
  if (about('stream_options') || about('include_usage')) return dialect.usage ? { ...dialect, usage: false } : null
  if (dialect.effort !== null && about('reasoning_effort')) return { ...dialect, effort: null }
  if (dialect.temperature && about('temperature')) return { ...dialect, temperature: false }
  // "Unsupported parameter: 'max_tokens' … Use 'max_completion_tokens' instead." names both: the one that was sent is wrong.
  if (dialect.limits[0] !== undefined && about(dialect.limits[0])) return { ...dialect, limits: dialect.limits.slice(1) }
  if (dialect.tools && dialect.strict && about('strict')) return { ...dialect, strict: false }
  if (dialect.tools && (about('tools') || about('tool_choice'))) return { ...dialect, tools: false }
  if (dialect.shapes && (about('response_format') || about('json_schema'))) return { ...dialect, shapes: false }
  return null
}

export function requestBody(
  model: string,
  messages: readonly Message[],
  dialect: Dialect,
  wish: Wish,
): ChatCompletionCreateParamsStreaming {
  const room = dialect.effort === 'low' || (reasons(model) && dialect.effort === null) ? REASONING_TOKENS : 0
  return {
    model,
    messages: messages.map(messageParam),
    stream: true,
    ...(dialect.temperature ? { temperature: wish.temperature } : {}),
    ...(dialect.limits[0] === undefined ? {} : { [dialect.limits[0]]: wish.maxTokens + room }),
    ...(dialect.effort === null ? {} : { reasoning_effort: dialect.effort }),
    ...(dialect.usage
      ? { stream_options: { include_usage: true, ...(dialect.obfuscation ? { include_obfuscation: false } : {}) } }
      : {}),
    ...(wish.shape && dialect.shapes
      ? { response_format: { type: 'json_schema', json_schema: { ...wish.shape, strict: true } } }
      : {}),
    ...(wish.tools.length > 0 && dialect.tools ? { tools: wish.tools.map(tool => offered(tool, dialect.strict)) } : {}),
  }
}
