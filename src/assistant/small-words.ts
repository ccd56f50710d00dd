/** What any assistant of the script says in the same words, whoever it answers for: yes and no, asking back, noting a meeting. */

export const smallQuestions = {
  record: ['May I record this call?'],
  else: ['What else would you like to know?', 'Is there anything else I can help with?', 'Anything else on your mind?'],
  close: ['Shall we leave it there for today?', 'Is that all for today, then?', 'Shall I let you go?'],
  day: ['Which day would suit you?', 'What day works best for you?', 'Which day shall I note?'],
  time: ['And what time of day is best?', 'What time shall I put down?', 'Around what time would you like it?'],
  name: ['May I have your name?', 'Who may I say is asking?', 'What name shall I note?'],
  contact: [
    'What is the best number or email for you?',
    'On which number or email can we reach you?',
    'Which number or email shall I note?',
  ],
  confirm: ['Is that right?', 'Did I get that right?', 'Is that correct?'],
  change: ['What should I change?', 'Which part shall I correct?', 'What did I get wrong?'],
  'digits-rest': ['What comes next?', 'And the rest?', 'How does it go on?'],
  meeting: ['Does that still suit you?', 'Is that still good for you?'],
} as const

export const smallWords = {
  greeting: ['Hello, nice to hear from you.', 'Hi there, thanks for calling.', 'Hello, good to have you on the line.'],
  'greeted-again': ["Yes, hello, I'm here.", "I'm still with you.", 'Hello again, I can hear you.'],
  'glad-to-meet': ['Nice to meet you, {name}.', 'Good to have you on the line, {name}.', 'Hello, {name}.'],
  thanks: ["You're welcome.", 'My pleasure.', 'Happy to help.'],
  hold: ["Sure, take your time. I'm here.", "No rush, I'll wait.", 'Of course, I am not going anywhere.'],
  repeat: ['Sure, once more.', 'Of course, here it is again.', 'No problem, again.'],
  yes: ['Great.', 'Good.', 'Wonderful.', 'Perfect.'],
  no: ['All right.', 'No problem.', 'That is fine.', 'Understood.'],
  unsure: ['That is fine, there is no hurry.', 'No need to decide anything now.', 'Fair enough, we can go step by step.'],
  acknowledge: ['Good.', 'All right.', 'Okay then.', 'Very well.'],
  testing: ['I can hear you loud and clear.', 'Yes, your voice comes through well.', 'It works, I can hear every word.'],
  digits: ['I heard {digits}.', 'I have {digits}.', 'That was {digits}.'],
  'small-talk': ["I'm doing well, thanks for asking.", 'All good here, thank you.', 'A good day for a phone call, I would say.'],
  rude: ["I'm sorry this is frustrating.", 'I understand you are upset, and I am sorry.', 'Sorry, I would like to do better.'],
  complaint: [
    "Sorry about that, I'm listening. Please go ahead.",
    'You are right, sorry. Please go on.',
    'My apologies. Tell me again, and I will listen.',
  ],
  emergency: [
    'If this is an emergency, please hang up and call the emergency services now.',
    "I can't help in an emergency. Please hang up and call for help right away.",
  ],
  unclear: [
    "I'm not sure I followed you.",
    "Sorry, I didn't quite get that.",
    'Forgive me, I lost you there.',
    'Hm, that one I did not understand.',
  ],
  fragment: ["Go on, I'm listening.", 'Yes, please go on.', 'Take your time. You were saying?', "I'm with you, please continue."],
  'read-back': ['I have {note}.', 'Let me read it back: {note}.', 'So that is {note}.'],
  'meeting-remembered': ['Last time you wished for a meeting {meeting}.', 'On your last call I noted a meeting {meeting}.'],
  'booking-dropped': [
    "No problem, I won't note a time.",
    'All right, we leave the meeting aside.',
    'That is fine, no meeting then.',
  ],
  'not-done': [
    "I'm sorry, that did not work just now; nothing has been noted.",
    'Sorry, something went wrong, and I could not put it down.',
  ],
} as const
