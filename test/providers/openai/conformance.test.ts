import type { ToolOffer } from '../../../src/ports.ts'
import { openAI } from '../../../src/providers/openai/openai.ts'
import { describeThink, type ThinkPlan } from '../../conformance/think.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { type Answer, type Fault, startOpenAI } from '../../vendors/openai/openai.ts'

const sentence = 'Nooks dials five numbers at once, so that your people talk instead of waiting.'
const booking: Answer = { text: 'One moment.', calls: [{ name: 'book_meeting', arguments: '{"time":"Monday"}' }] }

const bookMeeting: ToolOffer = {
  name: 'book_meeting',
  description: 'Notes a meeting.',
  parameters: {
    type: 'object',
    properties: { time: { type: 'string' } },
    required: ['time'],
    additionalProperties: false,
  },
}

const faults: Record<ThinkPlan, Fault | null> = {
  answers: null,
  'says nothing': { type: 'slow-headers', ms: null },
  'stops in the middle': { type: 'stall', afterTokens: 4 },
  'fails at once': { type: 'status', status: 401, code: 'invalid_api_key' },
  'fails in the middle': { type: 'cut', afterTokens: 4 },
  'calls a tool': null,
}

/** The adapter talks to the emulator over real sockets; time is virtual on both sides. */
describeThink('The OpenAI adapter', async plan => {
  const clock = new VirtualClock()
  const emulator = await startOpenAI({
    clock,
    faults: [faults[plan]],
    answer: messages => (plan === 'calls a tool' && messages.at(-1)?.role === 'user' ? booking : sentence),
  })
  const provider = openAI({
    apiKey: 'sk-test',
    baseURL: emulator.baseURL,
    models: ['gpt-4.1'],
    clock,
  })
  return {
    think: provider.think,
    messages: [
      { role: 'system', content: 'You sell.' },
      { role: 'user', content: 'What do you do?' },
    ],
    ...(plan === 'calls a tool' ? { tools: [bookMeeting] } : {}),
    answer: plan === 'answers' ? sentence : null,
    pass: () => clock.advance(1),
    held: () => clock.waiting + emulator.open(),
    close: async () => {
      await provider.close()
      await emulator.close()
    },
  }
})
