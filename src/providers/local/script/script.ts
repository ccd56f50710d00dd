/**
 * A scripted brain: answers from rules and from a look-up over the assistant's facts, without any service and without a key.
 * It keeps the phone system usable and testable where no language model is; it does not pretend to be one. Stateless: it reads
 * the conversation from the messages alone, so the same messages always give the same reply.
 */
import type { Assistant } from '../../../assistant/assistant.ts'
import type { Message, Think, Thought } from '../../../ports.ts'
import { readConversation } from './conversation.ts'
import type { Meaning } from './meaning.ts'
import { understands } from './meaning.ts'
import type { Reply } from './voice.ts'
import { replyTo } from './reply.ts'
import { pieces } from './wording.ts'

/** What this brain is, for whoever looks at a log or a page: never to be taken for GPT-4. */
export const SCRIPT_DESCRIPTION = "a script: rules and a look-up over the assistant's facts; not GPT-4 and not a language model"

/** The whole reply at once, and what the caller was taken to mean; for tests and for a person who wants to know why. */
export const scriptedReply = (
  assistant: Assistant,
): ((messages: readonly Message[], tools?: readonly string[]) => Reply & { readonly meaning: Meaning }) => {
  const understand = understands(assistant)
  return (messages, tools = []) => {
    const conversation = readConversation(assistant, messages, tools)
    const meaning = understand(conversation.said)
    return { ...replyTo(assistant, conversation, meaning), meaning }
  }
}

/** Thinks by script, word by word and without delay. Makes no usage known: it costs nothing. Ends quietly on abort. */
export const scripted = (assistant: Assistant): Think => {
  const reply = scriptedReply(assistant)
  return (messages, signal, _note, _spent, tools = []) => {
    const names = tools.map(({ name }) => name)
    return thoughts(reply(messages, names), signal, names)
  }
}

async function* thoughts(
  { text, endsCall, call = endsCall ? END_CALL : undefined }: Reply,
  signal: AbortSignal,
  tools: readonly string[],
): AsyncGenerator<Thought> {
  for (const piece of pieces(text)) {
    await Promise.resolve() // an abort in the same tick as the question is heeded, too
    if (signal.aborted) return
    yield { type: 'text', text: piece }
  }
  if (signal.aborted || call === undefined || !tools.includes(call.name)) return
  yield { type: 'call-tool', call: { id: `call_${call.name}`, name: call.name, args: JSON.stringify(call.args) } }
}

const END_CALL = { name: 'end_call', args: {} }
