import { describe, expect, it } from 'vitest'
import { assistantNamed } from '../../../src/assistant/assistant.ts'
import { talk } from './script-talk.ts'

const interview = assistantNamed('interview')!
const answer = (said: string) => talk(interview, [said])[0]!

describe('the stand-in at an interview', () => {
  it.each([
    ['Tell me about yourself.', 'in-short'],
    ['Can you tell me about her background?', 'in-short'],
    ["What's Maya's current job?", 'current-job'],
    ['Where did she work before that?', 'previous-job'],
    ['How many years of experience does she have?', 'years'],
    ['What is she most proud of?', 'proudest'],
    ['Which programming languages does she know?', 'languages-code'],
    ['Does she have any experience with Kubernetes?', 'cloud'],
    ['What about databases?', 'databases'],
    ['Has she managed people?', 'leading'],
    ['Where did she study?', 'education'],
    ['What are her weaknesses?', 'weaknesses'],
    ['What are your strengths?', 'strengths'],
    ['Why does she want to leave her current company?', 'why-leaving'],
    ['What are the salary expectations?', 'price'],
    ['How much does she want to earn?', 'price'],
    ['What is her notice period?', 'start-date'],
    ['Would she relocate?', 'remote'],
    ['Does she need a visa?', 'permit'],
    ['Can we talk to references?', 'references'],
    ['What are her hobbies?', 'free-time'],
    ['Do you have any questions for us?', 'questions-for-us'],
    ['Is this call being recorded?', 'this-call-recorded'],
    ['Am I talking to a robot?', 'is-ai'],
    ['Who is this?', 'who-are-you'],
    ["I'd like to schedule a meeting with her.", 'book'],
    ['Can I speak to a real person?', 'human'],
    ['Goodbye.', 'goodbye'],
  ])('understands "%s"', (said, meant) => {
    expect(answer(said).meant).toBe(meant)
  })

  it.each([
    'Does she have a driving licence?',
    'What is her blood type?',
    'Who won the match last night?',
    'How old is her mother?',
  ])('says that it does not know rather than make something up: "%s"', said => {
    const { bot, meant } = answer(said)
    expect(meant).toBe('unknown-question')
    expect(interview.replies.acts['unknown-question'].some(way => bot.startsWith(way))).toBe(true)
  })

  it('says that it is an AI, and not Maya', () => {
    expect(answer('Are you a real person?').bot).toMatch(/I'm an AI/)
    expect(answer('Am I speaking to Maya?').bot).toMatch(/\bAI\b/)
  })

  it('never speaks of sales, whatever is asked', () => {
    const lines = [
      'Hello.',
      'What do you sell?',
      'How much is it?',
      'We have a car company.',
      'No.',
      'Hm.',
      'Our team is twelve.',
      'Okay.',
      'Yes.',
      'Tell me more.',
      'What?',
    ]
    for (const { bot } of talk(interview, lines)) expect(bot).not.toMatch(/\b(Nooks|dialer|sales|reps|demo|colleague)\b/i)
  })

  it('notes a talk with Maya, for her to confirm', () => {
    const said = talk(interview, [
      "I'd like to set up a meeting with her.",
      'Thursday.',
      'At ten.',
      'Erik Berg.',
      'erik at firm dot com',
      'Yes.',
    ])
    expect(said.at(-2)!.bot).toMatch(/Thursday at ten, for Erik Berg/)
    expect(said.at(-1)!.bot).toMatch(/Maya/)
  })

  it('tells more, and says the same thing in other words before it repeats itself', () => {
    const said = talk(interview, ['Where does she work now?', 'Tell me more.', 'Tell me more.']).map(({ bot }) => bot)
    expect(new Set(said).size).toBe(3)
  })
})
