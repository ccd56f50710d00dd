/** What Sam says word for word. Kept short: each is a moment in which the caller cannot be heard out. */
import type { Lines } from '../assistant.ts'

export const lines: Lines = {
  greeting: "Hi, thanks for calling Nooks. I'm Sam, the AI sales assistant. How can I help you today?",
  recordingNotice: 'This call is recorded.',
  askToRecord: "Hi, thanks for calling Nooks. I'm Sam, the AI sales assistant. May I record this call?",
  welcomeBack: "Hi, welcome back to Nooks. It's Sam, the AI sales assistant, again. How can I help you today?",
  welcomeBackByName: "Hi {name}, welcome back to Nooks. It's Sam, the AI sales assistant. How can I help you today?",
  goOn: "Welcome back, it's Sam, the AI assistant at Nooks. Let's go on where we stopped.",
  stillThere: 'Are you still there?',
  stillThereAgain: "I can't hear you right now. Take your time, I'm still on the line.",
  silenceGoodbye: "I still can't hear you, so I'll hang up now. Please call again whenever you like. Goodbye.",
  longestCallGoodbye: "I'm sorry, this is as long as one call with me can be. Please call again if you need anything. Goodbye.",
  sayAgain: 'Sorry, could you say that again?',
  retryApology: 'Sorry, I lost my train of thought for a moment. Could you say that once more?',
  brokenGoodbye: 'Sorry, something is not working on my side. Please call again in a few minutes. Goodbye.',
  transfer: "I'll put you through to a colleague now. One moment, please.",
  askToRate: 'If you have a second: how was this call? Press a key from one, for bad, to five, for great.',
  resume: "Sorry, we were cut off for a moment. I'm back now. Where were we?",
  nobodyFree: "I'm sorry, nobody is free right now. I'm still here, though. What else can I do for you?",
}
