import { openAI } from '../../../src/providers/openai/openai.ts'
import { describeThink, type ThinkPlan } from '../../conformance/think.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { type Answer, type Fault, startOpenAI } from '../../vendors/openai/openai.ts'

const sentence = 'Nooks dials five numbers at once, so that your people talk instead of waiting.'
const farewell: Answer = { text: 'Goodbye!', tool: { name: 'end_call', arguments: '{}' } }

const faults: Record<ThinkPlan, Fault | null> = {
  answers: null,
  'says nothing': { type: 'slow-headers', ms: null },
  'stops in the middle': { type: 'stall', afterTokens: 4 },
  'fails at once': { type: 'status', status: 401, code: 'invalid_api_key' },
  'fails in the middle': { type: 'cut', afterTokens: 4 },
  'ends the call': null,
}

/** The adapter talks to the emulator over real sockets; time is virtual on both sides. */
describeThink('The OpenAI adapter', async plan => {
  const clock = new VirtualClock()
  const emulator = await startOpenAI({
    clock,
    faults: [faults[plan]],
    answer: () => (plan === 'ends the call' ? farewell : sentence),
  })
  const provider = openAI({
    apiKey: 'sk-test',
    baseURL: emulator.baseURL,
    models: ['gpt-4.1'],
    clock,
    mayEndCall: plan === 'ends the call',
  })
  return {
    think: provider.think,
    messages: [
      { role: 'system', content: 'You sell.' },
      { role: 'user', content: 'What do you do?' },
    ],
    answer: plan === 'answers' ? sentence : null,
    pass: () => clock.advance(1),
    held: () => clock.waiting + emulator.open(),
    close: async () => {
      await provider.close()
      await emulator.close()
    },
  }
})
