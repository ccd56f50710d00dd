/**
 * Tools in OpenAI's terms, both ways: what is offered, what was called before and came of it, and the calls that a stream spells
 * out piece by piece (https://developers.openai.com/api/docs/guides/function-calling#streaming). It judges no call: whether
 * there is such a tool, and whether the arguments will do, is for who runs it to say.
 */
import type { ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions'
import type { Message, ToolCall, ToolOffer } from '../../ports.ts'

type Delta = NonNullable<ChatCompletionChunk.Choice.Delta['tool_calls']>[number]

/** The calls of one reply, as far as they have been spelt out. */
export class SpelledCalls {
  readonly #calls = new Map<number, ToolCall>()

  /** The first piece of a call has its id and name; each has a stretch of its arguments. Calls may come side by side. */
  take({ index, id, function: piece }: Delta): void {
    const call = this.#calls.get(index) ?? { id: '', name: '', args: '' }
    this.#calls.set(index, {
      // Some servers of one's own give no ids.
      id: call.id || (id ?? `call_${index}`),
      name: call.name + (piece?.name ?? ''),
      args: call.args + (piece?.arguments ?? ''),
    })
  }

  get all(): readonly ToolCall[] {
    return [...this.#calls.entries()].toSorted(([one], [other]) => one - other).map(([, call]) => call)
  }
}

/** `strict`: the model is held to the schema, letter by letter. */
export const offered = ({ name, description, parameters }: ToolOffer, strict: boolean): ChatCompletionTool => ({
  type: 'function',
  function: { name, description, parameters: { ...parameters }, ...(strict ? { strict } : {}) },
})

export function messageParam(message: Message): ChatCompletionMessageParam {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.content }
  if (message.role !== 'assistant' || !message.calls?.length) return { role: message.role, content: message.content }
  const calls = message.calls.map(({ id, name, args }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: args },
  }))
  return { role: 'assistant', content: message.content === '' ? null : message.content, tool_calls: calls }
}
