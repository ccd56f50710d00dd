/** Talks with the script as a call would: every reply is heard to its end and goes into the history. */
import type { Assistant } from '../../../src/assistant/assistant.ts'
import type { Exchange } from '../../../src/assistant/messages.ts'
import { buildMessages } from '../../../src/assistant/messages.ts'
import { meaningName } from '../../../src/providers/local/script/meaning.ts'
import { scriptedReply } from '../../../src/providers/local/script/script.ts'

export type Said = { readonly caller: string; readonly bot: string; readonly meant: string; readonly endsCall: boolean }

/** A call after the greeting, line by line; ends where the script ends it. */
export const talk = (assistant: Assistant, callerLines: readonly string[]): readonly Said[] => {
  const reply = scriptedReply(assistant)
  const history: Exchange[] = [{ caller: '', bot: assistant.lines.greeting, interrupted: false }]
  const said: Said[] = []
  for (const caller of callerLines) {
    const { text, endsCall, meaning } = reply(buildMessages(assistant, history, caller))
    said.push({ caller, bot: text, meant: meaningName(meaning), endsCall })
    history.push({ caller, bot: text, interrupted: false })
    if (endsCall) break
  }
  return said
}
