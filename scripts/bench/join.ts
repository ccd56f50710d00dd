/**
 * Puts together what the caller's end, the three services and the server's journal each saw of a turn. Replies are followed by
 * the name in their words (answers.ts), words by the recogniser's session, all on the clock of this process. Pure.
 */
import { FRAME_MS } from '../../src/audio/frames.ts'
import { Certificates, type Certificate } from '../../src/call/certificate.ts'
import type { Pipeline } from '../../src/call/facts.ts'
import type { Entry } from '../../src/call/journal.ts'
import type { LogEntry as WordsEntry } from '../../test/vendors/assemblyai/assemblyai.ts'
import type { LogEntry as VoiceEntry } from '../../test/vendors/elevenlabs/elevenlabs.ts'
import type { ChatRequest } from '../../test/vendors/openai/openai.ts'
import { promptTokens, tokensOf } from '../../test/vendors/openai/tokens.ts'
import { answerNamed, nameIn } from './answers.ts'
import { clearedMs, replyBeganMs, type BenchCall, type SaidLine } from './bench-call.ts'
import { tokensNeededFor, type Turn } from './turn.ts'

export type ServiceLogs = {
  readonly words: readonly WordsEntry[]
  /** By the name in the answer. */
  readonly requests: ReadonlyMap<string, ChatRequest>
  readonly voice: readonly VoiceEntry[]
}

export type CallToJoin = {
  readonly call: BenchCall
  readonly pipeline: Pipeline
  readonly entries: readonly Entry[]
  /** The recogniser's session for this call. */
  readonly session: number
}

/** How far the server's start of silence may be from the truth and still be that of this line. */
const SAME_SILENCE_MS = 100
/** A reply that does not come so soon is not counted as one to this line. */
const LONGEST_TURN_MS = 9_000

export type Joined = {
  readonly turns: readonly Turn[]
  readonly clears: readonly Clear[]
  /** Lines that got no reply, or whose reply could not be followed through all services, and why. */
  readonly lost: readonly string[]
  /** What the model was paid for: replies that were heard, and drafts that nobody heard. Prompts are paid for in full. */
  readonly heard: Cost
  readonly discarded: Cost
  /** Frames that came so late that silence stood in for them: signs of a busy machine. */
  readonly stoodInFrames: number
}

export type Cost = { readonly replies: number; readonly promptTokens: number; readonly completionTokens: number }

/** How long the bot went on after the caller fell in. */
export type Clear = {
  readonly line: string
  /** From the end of the first voiced frame, and from the frame with which hearing was sure that this is a voice. */
  readonly afterVoiceMs: number
  readonly afterHeardMs: number
}

export function joinCalls(jobs: readonly CallToJoin[], serviceLogs: ServiceLogs): Joined {
  const logs = indexOf(serviceLogs)
  const calls = jobs.map(job => ({ job, certificates: certificatesOf(job.entries) }))
  const results = calls.flatMap(({ job, certificates }) =>
    job.call.said.map((_, index) => joinTurn(job, logs, certificates, index)),
  )
  const names = new Set(calls.flatMap(({ certificates }) => certificates.map(({ text }) => nameIn(text))))
  const requests = [...serviceLogs.requests]
  return {
    turns: results.filter(result => typeof result !== 'string'),
    lost: results.filter(result => typeof result === 'string'),
    clears: jobs.flatMap(job => job.call.said.flatMap(said => clearOf(job, said))),
    stoodInFrames: jobs
      .flatMap(({ entries }) => entries)
      .reduce((sum, entry) => sum + (entry.type === 'stood-in' ? entry.frames : 0), 0),
    heard: costOf(requests.flatMap(([name, request]) => (names.has(name) ? [request] : []))),
    discarded: costOf(requests.flatMap(([name, request]) => (names.has(name) ? [] : [request]))),
  }
}

const costOf = (requests: readonly ChatRequest[]): Cost => ({
  replies: requests.length,
  promptTokens: requests.reduce((sum, { body }) => sum + promptTokens(body.messages), 0),
  completionTokens: requests.reduce((sum, { tokens }) => sum + tokens, 0),
})

function certificatesOf(entries: readonly Entry[]): readonly Certificate[] {
  const certificates = new Certificates()
  for (const entry of entries) certificates.take(entry)
  return certificates.all
}

function joinTurn(job: CallToJoin, logs: LogIndex, certificates: readonly Certificate[], index: number): Turn | string {
  const lost = (why: string): string => `"${job.call.said[index]!.line.text}": ${why}`
  const { call, pipeline } = job
  const said = call.said[index]!
  const { toMs } = said
  const replyMs = replyBeganMs(call, index)
  if (replyMs === null || replyMs - toMs > LONGEST_TURN_MS) return lost('no reply')
  const serverMs = onServer(job.entries, toMs)
  const certificate = certificates.find(
    ({ silentSinceMs }) => silentSinceMs !== null && Math.abs(silentSinceMs - serverMs) <= SAME_SILENCE_MS,
  )
  if (!certificate) return lost('the server knows no turn that ended there')
  const name = nameIn(certificate.text)
  const request = name === null ? undefined : logs.requests.get(name)
  if (name === null || !request) return lost(`the reply is none of the model's: "${certificate.text}"`)
  const zeroMs = call.beganAtMs + toMs
  const words = wordsTimes(logs.words.get(job.session) ?? [], zeroMs)
  const voice = voiceTimes(logs, name)
  if (!words || !voice) return lost('a service knows nothing of it')
  const needed = tokensNeededFor(voice.text, tokensOf(answerNamed(name)))
  const textTokenAtMs = request.tokensAtMs[needed - 1]
  if (textTokenAtMs === undefined) return lost('the model never wrote so much')
  const ofTurn = (atMs: number): number => atMs - zeroMs
  return {
    pipeline,
    line: said.line.text,
    interrupting: said.interrupting,
    wordsMs: ofTurn(words.finalAtMs),
    declaredMs: ofTurn(words.declaredAtMs),
    requestMs: ofTurn(request.atMs),
    firstTokenMs: ofTurn(request.tokensAtMs[0]!),
    textTokenMs: ofTurn(textTokenAtMs),
    lastTokenMs: ofTurn(request.tokensAtMs.at(-1)!),
    textMs: ofTurn(voice.textAtMs),
    firstAudioMs: ofTurn(voice.firstAudioAtMs),
    allAudioMs: ofTurn(voice.allAtMs),
    pauseKnownMs: pauseKnownMs(job.entries, serverMs) - serverMs,
    releasedMs: certificate.releasedMs! - serverMs,
    gapMs: replyMs - toMs,
    sinceCompleteMs: call.beganAtMs + replyMs - call.framesSentAtMs[(toMs + 500) / FRAME_MS - 1]!,
    discarded: certificate.discarded,
  }
}

/** The logs by session, by socket and by name: a long run's are too long to be searched for each turn. */
type LogIndex = {
  readonly words: ReadonlyMap<number, readonly WordsEntry[]>
  readonly requests: ReadonlyMap<string, ChatRequest>
  readonly spoken: ReadonlyMap<string, VoiceEntry>
  readonly voice: ReadonlyMap<number | null, readonly VoiceEntry[]>
}

const indexOf = ({ words, requests, voice }: ServiceLogs): LogIndex => ({
  words: Map.groupBy(words, ({ session }) => session),
  requests,
  spoken: new Map(
    voice.toReversed().flatMap(entry => (nameSpoken(entry) === null ? [] : [[nameSpoken(entry)!, entry] as const])),
  ),
  voice: Map.groupBy(voice, ({ socket }) => socket),
})

const nameSpoken = ({ type, facts }: VoiceEntry): string | null =>
  type === 'received' && typeof facts['text'] === 'string' ? nameIn(facts['text']) : null

/**
 * A moment of the stream in the server's call time: where a busy machine or a network held frames up, silence stood in for them,
 * and they were heard after it.
 */
function onServer(entries: readonly Entry[], streamMs: number): number {
  let shiftMs = 0
  for (const entry of entries) {
    if (entry.type === 'stood-in' && entry.at <= streamMs + shiftMs) shiftMs += entry.frames * FRAME_MS
  }
  return streamMs + shiftMs
}

/** The last word's finality and the turn's end in this session, the first after the caller's last voiced frame. */
function wordsTimes(entries: readonly WordsEntry[], zeroMs: number) {
  const later = entries.filter(({ atMs }) => atMs >= zeroMs && atMs < zeroMs + LONGEST_TURN_MS)
  const declared = later.find(({ event, text }) => event === 'end-of-turn' && text !== '')
  if (!declared) return null
  const final = later.findLast(({ event, atMs }) => event === 'word-final' && atMs <= declared.atMs)
  return final ? { finalAtMs: final.atMs, declaredAtMs: declared.atMs } : null
}

/** What the voice was first given of the reply with this name, when its audio left, and when it said that there is no more. */
function voiceTimes({ spoken, voice }: LogIndex, name: string) {
  const told = spoken.get(name)
  if (!told) return null
  const context = told.facts['context_id']
  const later = (voice.get(told.socket) ?? []).filter(({ facts, atMs }) => facts['id'] === context && atMs >= told.atMs)
  const audio = later.filter(({ type }) => type === 'audio')
  const [first, last] = [audio[0], later.find(({ type }) => type === 'context-final') ?? audio.at(-1)]
  return first && last
    ? { text: told.facts['text'] as string, textAtMs: told.atMs, firstAudioAtMs: first.atMs, allAtMs: last.atMs }
    : null
}

/** When hearing told of the pause that lasted, in call time. */
function pauseKnownMs(entries: readonly Entry[], toMs: number): number {
  const paused = entries.find(
    ({ type, ...entry }) =>
      type === 'event' &&
      'event' in entry &&
      entry.event.type === 'caller-paused' &&
      Math.abs(entry.event.sinceMs - toMs) <= SAME_SILENCE_MS,
  )
  return paused?.at ?? NaN
}

function clearOf({ call, entries }: CallToJoin, said: SaidLine): readonly Clear[] {
  if (!said.interrupting) return []
  const atMs = clearedMs(call, said)
  const fromMs = onServer(entries, said.fromMs)
  const heard = entries.find(
    entry =>
      entry.type === 'event' && entry.event.type === 'caller-spoke' && Math.abs(entry.event.fromMs - fromMs) <= SAME_SILENCE_MS,
  )
  if (atMs === null || !heard) return []
  return [
    {
      line: said.line.text,
      afterVoiceMs: atMs - (said.fromMs + FRAME_MS),
      afterHeardMs: atMs - said.fromMs - (heard.at - fromMs),
    },
  ]
}
