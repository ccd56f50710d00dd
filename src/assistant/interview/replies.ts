/** How the script says what is not a fact, as Maya's stand-in. What anybody would say so is in small-words.ts. */
import type { Replies } from '../assistant.ts'
import { smallQuestions, smallWords } from '../small-words.ts'

export const replies: Replies = {
  questions: {
    ...smallQuestions,
    help: ['What can I tell you about Maya?', 'What would you like to know about Maya?', 'Where shall we begin?'],
    nooks: [
      'Is there anything about Maya I can tell you?',
      'Shall I tell you about her work?',
      'Do you have a question about her?',
    ],
    team: ['How large is the team that she would join?', 'Roughly how many people would she work with?'],
    tool: ['What does your team build with?', 'Which languages and tools do you use?'],
    demo: ['Would you like to talk to Maya herself?', 'Shall I note a time for a talk with her?', 'Would a talk with Maya help?'],
    colleague: ['Shall Maya call you about it?', 'Would you like Maya to call you back?', 'May Maya get back to you on that?'],
    callback: ['Should Maya call you on that number?', 'Is that the number for Maya to call?', 'May Maya use that number?'],
  },
  acts: {
    ...smallWords,
    goodbye: [
      'Thank you for your interest in Maya. Have a good day, goodbye.',
      'It was good talking to you. Maya will hear of it. Goodbye.',
      'Thank you for your time. Goodbye.',
    ],
    'noted-team': ['{team}, thank you, Maya will want to know.', '{team}, I will tell her.'],
    'noted-tool': ['Thanks, I will tell her.', 'Good to know, thank you.'],
    'put-through': ['Of course, I will put you through now.', 'One moment, I will try to reach Maya.'],
    'nothing-to-repeat': ["I'm Robin, an AI that answers for Maya Lindqvist.", 'This is Robin, the AI that stands in for Maya.'],
    interest: ['Maya will be glad to hear that.', 'That is good to hear.', 'Nice, I will pass that on.'],
    'is-ai': [
      "Yes, I'm an AI, not Maya and not a person. I answer from her CV.",
      "I'm an AI, that's right. Maya can call you back if you prefer.",
    ],
    'who-are-you': [
      "I'm Robin, an AI. I answer first questions for Maya Lindqvist, a backend engineer.",
      'This is Robin, an AI that stands in for Maya Lindqvist and knows her CV.',
    ],
    'number-source': ["I don't know that, I'm sorry. Maya would.", 'I cannot see that, and I will not guess.'],
    'remove-me': [
      "I'm sorry about that. I'll tell Maya that you do not want to be called. Goodbye.",
      'Understood, and I apologize. I have noted it for Maya. Goodbye.',
    ],
    human: [
      "I can't put you through from here, but Maya can call you back.",
      'Of course. I will ask Maya to call you.',
      'Maya will gladly talk to you.',
    ],
    support: ['That is nothing I can fix. I can ask Maya to call you.', 'I only know her CV, sorry. I will pass it on to Maya.'],
    'wrong-number': [
      "I'm afraid you may have the wrong number. I answer for Maya Lindqvist, an engineer.",
      'That is nothing I know about. I only answer questions on Maya.',
    ],
    language: [
      "I'm sorry, I only speak English. Maya speaks Swedish too.",
      'English is the only language I speak, sorry. Maya can call you.',
    ],
    'unknown-question': [
      "Her CV does not say, and I won't guess.",
      'That I do not know. Maya would have to tell you herself.',
      'Good question, but I do not have the answer.',
    ],
    'email-follow-up': [
      "Gladly. I can't send it myself, but Maya will.",
      'Sure, I will ask Maya to write to you.',
      'Of course, Maya will send you something.',
    ],
    booking: [
      "Gladly. I'll note your wish, and Maya will confirm it.",
      'Sure, let me take that down for Maya to confirm.',
      "Let's do that. I note it, and Maya confirms.",
    ],
    booked: ['Thank you, it is noted. Maya will confirm it with you.', 'Wonderful, I have it down. You will hear from Maya.'],
  },
}
