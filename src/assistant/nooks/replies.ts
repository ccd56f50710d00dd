/**
 * How the script says what is not a fact. Several wordings for each occasion: it never says the same sentence twice in a row.
 * `{braces}` are filled in from the conversation. The last sentence of a question entry is what the script recognises again
 * when the caller answers, so each must be different from every other.
 */
import type { Replies } from '../assistant.ts'
import { smallQuestions, smallWords } from '../small-words.ts'

export const replies: Replies = {
  questions: {
    ...smallQuestions,
    help: ['What can I tell you about Nooks?', 'What would you like to know about Nooks?', 'Where shall we start?'],
    nooks: [
      'Is there anything about Nooks I can help you with?',
      'Did you mean to reach Nooks?',
      'Can I help you with sales calls instead?',
    ],
    team: ['How many people on your team make sales calls?', 'Roughly how many reps do you have?'],
    tool: ['What do you use for calling today?', 'Which tools does your team work with now?'],
    demo: ['Would you like to see it in a demo?', 'Shall I note a time for a demo?', 'Would a demo with a colleague help?'],
    colleague: [
      'Shall a colleague call you about it?',
      'Would you like a colleague to call you back?',
      'May a colleague get back to you on that?',
    ],
    callback: [
      'Should a colleague call you on that number?',
      'Is that the number to call you on?',
      'May a colleague use that number?',
    ],
  },
  acts: {
    ...smallWords,
    goodbye: [
      'Thanks for calling Nooks. Have a good day, goodbye.',
      'It was good talking to you. Goodbye.',
      'Thank you for your time. Goodbye.',
    ],
    'nothing-to-repeat': ["I'm Sam, the AI sales assistant at Nooks.", 'This is Sam, the AI assistant at Nooks.'],
    interest: ['Glad to hear that.', 'Nice that you like it.', 'That is good to hear.'],
    'is-ai': [
      "Yes, I'm an AI assistant, not a person.",
      "I'm an AI, that's right. A human colleague can call you back if you prefer.",
    ],
    'who-are-you': [
      "I'm Sam, the AI sales assistant at Nooks. We make software for sales teams.",
      "This is Sam, an AI assistant. You've reached Nooks, the AI sales platform.",
    ],
    'number-source': ["I can't see where your number came from, I'm sorry.", 'I do not know that, and I will not guess.'],
    'remove-me': [
      "I'm sorry about that. I'll pass on that you do not want to be called. Goodbye.",
      'Understood, and I apologize. I have noted it for my colleagues. Goodbye.',
    ],
    human: [
      "I can't put you through from here, but a colleague can call you back.",
      'Of course. I will ask a colleague to call you.',
      'A colleague will gladly talk to you.',
    ],
    support: [
      "This is the sales line, so I can't fix that myself. I can ask the right colleague to call you.",
      "I'm only on the sales side, sorry. I'll pass it on to a colleague.",
    ],
    'wrong-number': [
      "I'm afraid you may have the wrong number. This is Nooks; we make software for sales teams.",
      "That is not something we offer, I'm sorry. Nooks only makes software for sales calls.",
      'I wish I could help with that, but here we only do software for sales teams.',
      'I cannot do that for you, I am afraid. At Nooks it is all about software for sales calls.',
    ],
    language: [
      "I'm sorry, I only speak English. A colleague may be able to help in your language.",
      'English is the only language I speak, sorry. I can ask a colleague to call you.',
    ],
    'unknown-question': [
      "That I don't know, and I won't guess.",
      "I'm not sure about that one.",
      "Good question, but I don't have the answer.",
    ],
    'noted-team': ['{team}, got it.', '{team}, thank you.'],
    'noted-tool': ['Thanks, good to know.', 'Good, that helps me.', 'All right, I see.'],
    'email-follow-up': [
      "Gladly. I can't send it myself, but a colleague will.",
      'Sure, I will ask a colleague to write to you.',
      'Of course, a colleague will send you something.',
    ],
    booking: [
      "Gladly. I'll note your wish, and a colleague will confirm it.",
      'Sure, let me take that down for a colleague to confirm.',
      "Let's do that. I note it, and a colleague confirms.",
    ],
    booked: [
      'Thank you, it is noted. A colleague will confirm it with you.',
      'Wonderful, I have it down. You will hear from a colleague.',
    ],
    'put-through': ["Of course, I'm putting you through now.", "One moment, I'll connect you with a colleague."],
  },
}
