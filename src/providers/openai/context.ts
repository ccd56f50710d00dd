/**
 * Keeps a conversation inside what a model can read: the oldest exchanges go first, the instructions and what the caller said
 * last never. Pure.
 *
 * Tokens are estimated, as the tokenizer is not at hand: three characters to a token, where English text has about four, and
 * a few for the frame of each message. So the estimate errs on the safe side and a few exchanges go a little early.
 */
import type { Message } from '../../ports.ts'

const CHARACTERS_PER_TOKEN = 3
const TOKENS_PER_MESSAGE = 5

/** Model names by their beginning; the first that fits counts. https://developers.openai.com/api/docs/models */
const contexts: readonly (readonly [model: RegExp, tokens: number])[] = [
  [/^gpt-4(?:-0314|-0613)?$/, 8_192],
  [/^gpt-4-32k/, 32_768],
  [/^gpt-4\.1/, 1_000_000],
  [/^(?:gpt-4o|gpt-4-turbo|gpt-4-|o1)/, 128_000],
  [/^(?:gpt-[5-9]|gpt-\d{2}|o\d)/, 200_000],
]
/** What is unknown is a model on somebody's own machine; few of those are started with less. */
const UNKNOWN_CONTEXT_TOKENS = 8_192

export const contextTokens = (model: string): number => contexts.find(([name]) => name.test(model))?.[1] ?? UNKNOWN_CONTEXT_TOKENS

export const estimatedTokens = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN)

export const estimatedPrompt = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => sum + estimatedTokens(textOf(message)) + TOKENS_PER_MESSAGE, 0)

const textOf = (message: Message): string =>
  message.role === 'assistant' && message.calls ? message.content + JSON.stringify(message.calls) : message.content

/** The messages that fit into so many tokens. Too much even without any history: that is left to the service to refuse. */
export function fitting(messages: readonly Message[], tokens: number): readonly Message[] {
  let kept = messages
  while (estimatedPrompt(kept) > tokens) {
    const shorter = withoutOldest(kept)
    if (shorter === kept) return kept
    kept = shorter
  }
  return kept
}

/** Without the first exchange: from the first message that is no instruction up to the next of the caller's. */
function withoutOldest(messages: readonly Message[]): readonly Message[] {
  const first = messages.findIndex(({ role }) => role !== 'system')
  // What came of the tools called for it belongs to what the caller said last.
  const said = messages.findLastIndex(({ role }) => role === 'user')
  const last = said === -1 ? messages.length - 1 : said
  if (first === -1 || first >= last) return messages
  const next = messages.findIndex(({ role }, n) => n > first && role === 'user')
  const end = next === -1 ? last : next
  return messages.filter(({ role }, n) => n < first || n >= end || role === 'system')
}
