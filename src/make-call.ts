/** Puts one call together: its record, its services, the assistant's words. */
import type { Assistant, Lines } from './assistant/assistant.ts'
import { buildMessages } from './assistant/messages.ts'
import { sparing } from './budgets/sparing.ts'
import { Call } from './call/call.ts'
import { ConsentWatch, planAfter, type RecordingPlan } from './call/consent.ts'
import { Deeds } from './call/deeds.ts'
import type { LineName } from './call/facts.ts'
import { openReplies, type Replies } from './call/reply.ts'
import type { Doing } from './call/thinking.ts'
import type { CallHandle, Ring } from './calls.ts'
import type { Config } from './config.ts'
import { costCeiling } from './cost-ceiling.ts'
import type { Knows } from './knowledge/relevant.ts'
import type { Log } from './log.ts'
import { wallTime } from './clock.ts'
import { recalling, type Recall, type Recalled } from './memory/recall.ts'
import { greetingsFor, namedGreeting } from './memory/welcome.ts'
import { observed, type CallObserver } from './observe/observed.ts'
import type { Clock, Note, Speech } from './ports.ts'
import type { FixedLines } from './providers/audio-cache.ts'
import { redactionOf } from './redact/redact.ts'
import type { Services } from './services.ts'
import { CallFolder } from './store/call-folder.ts'
import { consented } from './store/consented.ts'
import type { LiveJournals } from './store/live-journals.ts'
import { readNextLeg } from './store/next-leg.ts'
import type { Store } from './store/store.ts'
import { callIdOf } from './store/call-record.ts'
import type { OpenTools } from './tools/tools.ts'

export type CallWorld = {
  readonly config: Config
  readonly log: Log
  readonly clock: Clock
  readonly assistant: Assistant
  /** Which of its facts go along with a request. */
  readonly knows: Knows
  readonly services: Services
  readonly lines: FixedLines
  readonly journals: LiveJournals
  /** Who else is told of a new call, entry by entry. */
  readonly observers: () => readonly CallObserver[]
  readonly store: Store
  readonly openTools: OpenTools
  /** Whether the calls going on are to make fewer drafts. */
  readonly mustSpare: () => boolean
}

/** The assistant's words for each line that turn-taking may call for. */
const lineNames: Readonly<Record<LineName, keyof Lines>> = {
  greeting: 'greeting',
  resume: 'resume',
  'nobody-free': 'nobodyFree',
  'still-there': 'stillThere',
  'anyone-there': 'stillThereAgain',
  goodbye: 'silenceGoodbye',
  'time-up': 'longestCallGoodbye',
  pardon: 'sayAgain',
  trouble: 'retryApology',
  broken: 'brokenGoodbye',
  transfer: 'transfer',
  rating: 'askToRate',
}

/** The assistant's words for a line, and what has to be said about recording before the call goes on. */
export const lineText = (assistant: Assistant, recording: RecordingPlan, name: LineName): string =>
  name === 'greeting' ? greetingText(assistant, recording, assistant.lines.greeting) : assistant.lines[lineNames[name]]

function greetingText({ lines }: Assistant, recording: RecordingPlan, greeting: string): string {
  if (recording === 'ask') return lines.askToRecord
  return recording === 'notice' ? `${lines.recordingNotice} ${greeting}` : greeting
}

/** What a call may say without thinking; to be spoken before the first call. */
export const fixedTexts = (
  assistant: Assistant,
  { recording, askFeedback }: Pick<Config, 'recording' | 'askFeedback'>,
): readonly string[] => {
  const { welcomeBack, goOn } = assistant.lines
  return [
    ...(Object.keys(lineNames) as LineName[])
      .filter(name => name !== 'rating' || askFeedback)
      .map(name => lineText(assistant, recording, name)),
    ...[welcomeBack, goOn].map(greeting => greetingText(assistant, recording, greeting)),
  ]
}

export function makeCall(world: CallWorld, ring: Ring): CallHandle {
  const { callSid, from } = ring
  const { config, log, clock, assistant, services, journals, store } = world
  const resumes = ring.leg > 1 ? readNextLeg(store.callsDir, callSid, ring.leg) : null
  const rules = {
    pipeline: config.pipeline,
    longestMs: Math.max(0, config.maxCallMs - (resumes?.spentMs ?? 0)),
    zeroTransfers: config.transferNumber !== null,
    asksRating: config.askFeedback,
  }
  const startedAt = new Date().toISOString()
  const folder = new CallFolder({
    calls: store.callsDir,
    name: callSid,
    redact: redactionOf(config),
    failed: error => log.error({ err: error, callSid }, 'part of a call cannot be recorded; the call goes on'),
  })
  const recall = recallFor(world, ring, startedAt)
  const conversationId = recall.known.then(recalled => ring.conversationId ?? recalled?.continues ?? null)
  const stored = store.record(folder, { callSid, startedAt, from, conversationId, folder: folder.made })
  const { recordingNotice, askToRecord } = assistant.lines
  const consent = new ConsentWatch(
    planAfter(resumes?.consent, config.recording),
    config.recording === 'ask' ? askToRecord : recordingNotice,
  )
  const consenting = consented(journals.watched(callSid, stored), consent)
  const thrift = sparing({ mustSpare: world.mustSpare, clock, tell: spares => call.spare(spares) })
  const ceiling = ceilingFor(world, callSid, () => call.leave('limit'))
  const journal = observed(consenting, [...world.observers(), ...ceiling, thrift, watchdogLog(log, callSid)], error =>
    log.error({ err: error, callSid }, 'a call cannot be observed; it goes on'),
  )
  const heading = { version: 1, callSid, startedAt, assistant: assistant.id, providers: services.names(), rules } as const
  journal.write({ at: 0, ms: 0, type: 'call', ...heading, ...(resumes && { resumes }) })
  const tools = world.openTools({
    callId: callIdOf({ callSid, startedAt }),
    callSid,
    personId: store.personOf(from),
    ...numbersOf(ring, config.twilio.number),
  })
  const doing = { clock, tools, deeds: new Deeds({ kept: () => folder.kept() }) }
  services.warm()
  const call: Call = new Call({
    clock,
    rules,
    resumption: resumes ?? undefined,
    journal,
    transcribe: services.transcribe,
    detectVoice: services.detectVoice,
    openReplies: (signal, note) => repliesOf(world, resumes ? null : recall, doing, signal, note),
  })
  return call
}

/** Whoever runs the machine learns at once which service keeps callers waiting. */
const watchdogLog = (log: Log, callSid: string): CallObserver => ({
  take(entry) {
    if (entry.type === 'stalled') log.warn({ callSid, stage: entry.stage, forMs: entry.forMs }, 'a stage keeps a caller waiting')
  },
  end() {},
})

function ceilingFor({ config, clock, log }: CallWorld, callSid: string, reached: () => void): readonly CallObserver[] {
  const { maxCallUsd: maxUsd } = config
  return maxUsd === null ? [] : [costCeiling({ maxUsd, clock, log: log.child({ callSid }), reached })]
}

/** On a call that we made, the person on the line is the one who was called. */
function numbersOf({ from, to }: Ring, ownNumber: string | null) {
  const isOurs = from !== null && from === ownNumber
  return { callerNumber: isOurs ? to : from, ownNumber: ownNumber ?? to }
}

/** Looks up who calls while the phone still rings; nothing waits for it. */
function recallFor(
  { config, assistant, clock, log, store }: CallWorld,
  { callSid, from, conversationId }: Ring,
  startedAt: string,
): Recall {
  const note = (text: string, facts: object): void => log.warn({ callSid, ...facts }, text)
  const { continueWithinMs } = config
  const who = { personId: store.personOf(from), conversationId, assistant: assistant.id, startedAt }
  return recalling({ database: store.database, clock, wallTime, continueWithinMs, note }, who)
}

/** `recall` is null for a call that goes on: its own history is what was before, and is not to be told twice. */
function repliesOf(world: CallWorld, recall: Recall | null, doing: Doing, signal: AbortSignal, note: Note): Replies {
  const { config, assistant, services, lines } = world
  const greet = recall && greeter(world, recall)
  return openReplies({
    pipeline: config.pipeline,
    messages: (history, said) => buildMessages(assistant, history, said, recall?.take()?.earlier, world.knows(history, said)),
    think: (messages, replySignal, _note, spent, tools) => services.think(messages, replySignal, note, spent, tools),
    doing,
    speak: services.openVoice(signal, note),
    speakLine: name => (name === 'greeting' && greet ? greet() : kept(lines, lineText(assistant, config.recording, name))),
  })
}

/** Greets with the best greeting that is spoken already, so that it begins at once. The one by name is made as the phone rings. */
function greeter({ config, assistant, lines, log }: CallWorld, recall: Recall): () => AsyncIterable<Speech> {
  const byName = new Map<string, Speech>()
  const whole = (greeting: string): string => greetingText(assistant, config.recording, greeting)
  void recall.known
    .then(async (recalled: Recalled | null) => {
      const text = recalled && namedGreeting(assistant.lines, recalled)
      if (text !== null && config.recording !== 'ask') byName.set(whole(text), await lines.sayOnce(whole(text)))
    })
    .catch((error: unknown) => log.warn({ err: error }, 'a greeting by name cannot be spoken; the usual one will do'))
  return () => {
    const greetings = greetingsFor(assistant.lines, recall.take()).map(whole)
    const text = greetings.find(each => byName.has(each) || lines.find(each) !== null) ?? whole(assistant.lines.greeting)
    const speech = byName.get(text)
    return speech ? once(speech) : kept(lines, text)
  }
}

async function* once(speech: Speech): AsyncIterable<Speech> {
  yield speech
}

async function* kept(lines: FixedLines, text: string): AsyncIterable<Speech> {
  yield lines.find(text) ?? (await lines.say(text))
}
