/** What Robin says word for word. Whoever calls hears first that no person is speaking. */
import type { Lines } from '../assistant.ts'

export const lines: Lines = {
  greeting: "Hello, I'm Robin, an AI that answers for Maya Lindqvist from her CV. What would you like to know?",
  recordingNotice: 'This call is recorded.',
  askToRecord: "Hello, I'm Robin, an AI that answers for Maya Lindqvist from her CV. May I record this call?",
  welcomeBack: "Hello again, it's Robin, the AI that answers for Maya Lindqvist. What else would you like to know?",
  welcomeBackByName: "Hello {name}, it's Robin, the AI that answers for Maya Lindqvist. What else would you like to know?",
  goOn: "Welcome back, it's Robin, the AI that answers for Maya. Let's go on where we stopped.",
  stillThere: 'Are you still there?',
  stillThereAgain: "I can't hear you right now. Take your time, I'm still on the line.",
  silenceGoodbye: "I still can't hear you, so I'll hang up now. Maya is glad about every call. Goodbye.",
  longestCallGoodbye: "I'm sorry, this is as long as one call with me can be. Please call Maya for the rest. Goodbye.",
  sayAgain: 'Sorry, could you say that again?',
  retryApology: 'Sorry, I lost my train of thought for a moment. Could you say that once more?',
  brokenGoodbye: 'Sorry, something is not working on my side. Please call again in a few minutes. Goodbye.',
  transfer: "I'll put you through to Maya now. One moment, please.",
  askToRate: 'If you have a second: how was this call? Press a key from one, for bad, to five, for great.',
  nobodyFree: 'Maya is not free right now. I can take down what you need, and she will call you back.',
  resume: "Sorry, we were cut off for a moment. I'm back now. Where were we?",
}
