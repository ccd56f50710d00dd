import { assistantNamed } from '../../../src/assistant/assistant.ts'
import { buildMessages } from '../../../src/assistant/messages.ts'
import { scripted, scriptedReply } from '../../../src/providers/local/script/script.ts'
import { describeThink, type ThinkPlan } from '../../conformance/think.ts'

const nooks = assistantNamed('nooks')!

/** A meeting has been read back, and only a yes is wanted. */
const readBack = [
  {
    caller: 'Please book a demo next Tuesday at three. My name is Jane Miller, and you reach me at jane@acme.com.',
    bot: `Let me read it back: next Tuesday at three, for Jane Miller. ${nooks.replies.questions.confirm[0]}`,
    interrupted: false,
  },
]

const bookMeeting = {
  name: 'book_meeting',
  description: 'Puts a meeting down.',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
}

/** What to say so that the script behaves as planned. It has no network: it neither waits nor fails. */
const said: Partial<Record<ThinkPlan, string>> = { answers: 'What is Nooks?', 'calls a tool': 'Yes.' }

describeThink('the script', async plan => {
  const asked = said[plan]
  if (asked === undefined) return null
  const messages = buildMessages(nooks, plan === 'calls a tool' ? readBack : [], asked)
  return {
    think: scripted(nooks),
    messages,
    ...(plan === 'calls a tool' ? { tools: [bookMeeting] } : {}),
    answer: scriptedReply(nooks)(messages).text,
    pass: () => new Promise(resolve => setImmediate(resolve)),
    held: () => 0,
    close: () => Promise.resolve(),
  }
})
