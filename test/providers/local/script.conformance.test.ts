import { assistantNamed } from '../../../src/assistant/assistant.ts'
import { buildMessages } from '../../../src/assistant/messages.ts'
import { scripted, scriptedReply } from '../../../src/providers/local/script/script.ts'
import { describeThink, type ThinkPlan } from '../../conformance/think.ts'

const nooks = assistantNamed('nooks')!

/** What to say so that the script behaves as planned. It has no network: it neither waits nor fails. */
const said: Partial<Record<ThinkPlan, string>> = { answers: 'What is Nooks?', 'ends the call': 'Goodbye.' }

describeThink('the script', async plan => {
  const asked = said[plan]
  if (asked === undefined) return null
  const messages = buildMessages(nooks, [], asked)
  return {
    think: scripted(nooks),
    messages,
    answer: scriptedReply(nooks)(messages).text,
    pass: () => new Promise(resolve => setImmediate(resolve)),
    held: () => 0,
    close: () => Promise.resolve(),
  }
})
