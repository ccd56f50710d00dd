/**
 * A real server on a real port and in real time, with a public address and signed requests, whose calls are real ones with a
 * recogniser, a model and a voice that do what they are told: what strangers attack while somebody talks to it.
 */
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { readWav } from '../../src/audio/wav.ts'
import { FRAME_MS } from '../../src/audio/frames.ts'
import { Call } from '../../src/call/call.ts'
import { openReplies } from '../../src/call/reply.ts'
import { Calls, type CallHandle } from '../../src/calls.ts'
import { realClock, wallMs } from '../../src/clock.ts'
import type { Transcribe } from '../../src/ports.ts'
import { Secret } from '../../src/secret.ts'
import { buildServer } from '../../src/server.ts'
import { openGate } from '../../src/twilio/signature.ts'
import { openTickets } from '../../src/twilio/ticket.ts'
import { loadTwiml } from '../../src/twilio/twiml.ts'
import { FakeThink, saying } from '../support/fake-think.ts'
import { fakeVoice } from '../support/fake-speak.ts'

export const AUTH_TOKEN = '12345678901234567890123456789012'
export const PUBLIC_URL = 'https://bot.example.com'
/** How many calls the target takes. */
export const MAX_CALLS = 10

/** What the caller of a live call says, again and again, and when: one word, without the silence around it. */
export const WORD = voiced(readWav('yes', readFileSync(new URL('../fixtures/audio/pub-08-yes.wav', import.meta.url))))
export const wordAtMs = (n: number): number => 2_500 + n * 3_000

export type Target = {
  readonly port: number
  /** Frames of the caller's audio that reached this call; undefined if there never was such a call. */
  readonly framesHeard: (callSid: string) => number | undefined
  readonly calls: Calls
  readonly logged: readonly string[]
  /** A ticket as the webhook would hand it out. */
  readonly ticketFor: (callSid: string) => string
  readonly usedTicketFor: (callSid: string) => string
  readonly openSockets: () => number
  readonly close: () => Promise<void>
}

export async function openTarget(): Promise<Target> {
  const logged: string[] = []
  const log = pino({ level: 'info' }, { write: line => void logged.push(line) })
  const heard = new Map<string, number>()
  const create = ({ callSid }: { readonly callSid: string }): CallHandle => {
    heard.set(callSid, 0)
    const call = callOnFakes()
    const hear = call.hear.bind(call)
    call.hear = (audio, timestampMs) => {
      heard.set(callSid, heard.get(callSid)! + 1)
      hear(audio, timestampMs)
    }
    return call
  }
  const calls = new Calls({ create, clock: realClock, log, maxCalls: MAX_CALLS })
  const tickets = openTickets([new Secret(AUTH_TOKEN)], wallMs)
  const server = await buildServer({
    calls,
    clock: realClock,
    log,
    twiml: loadTwiml('twiml'),
    gate: openGate(PUBLIC_URL, [new Secret(AUTH_TOKEN)]),
    tickets,
    newCallSid: () => `CA${'0'.repeat(32)}`,
    publicUrl: PUBLIC_URL,
    apiToken: null,
    voicemail: 'hang-up',
    findLastLeg: async () => null,
    overflowNumber: null,
    transfer: null,
    maxCalls: MAX_CALLS,
    drainMs: 0,
    about: () => ({}),
    follow: () => null,
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    port: (server.server.address() as AddressInfo).port,
    framesHeard: callSid => heard.get(callSid),
    calls,
    logged,
    ticketFor: tickets.issue,
    usedTicketFor: callSid => {
      const ticket = tickets.issue(callSid)
      tickets.redeem(callSid, ticket)
      return ticket
    },
    openSockets: () => server.websocketServer.clients.size,
    close: () => server.close(),
  }
}

/** The words are sure 100 ms after they end and the reply is ready 80 ms later: all waits for the 500 ms, nothing for a service. */
function callOnFakes(): Call {
  const think = new FakeThink(realClock, () => saying(['All right. '], 30))
  const voice = fakeVoice({ clock: realClock, wordMs: 300, firstAudioMs: 50 })
  return new Call({
    clock: realClock,
    rules: { pipeline: 'draft', longestMs: 600_000 },
    detectVoice: () => ({ hear() {} }),
    transcribe: hearYes,
    journal: { write() {}, audio() {}, close: async () => {} },
    openReplies: signal => {
      const speak = voice.openVoice(signal)
      return openReplies({
        pipeline: 'draft',
        messages: (_, said) => [{ role: 'user', content: said }],
        think: think.think,
        speak,
        speakLine: (name, lineSignal) => speak(once(`${name}. `), lineSignal),
      })
    },
  })
}

/**
 * Takes each sound for the word "yes", and says so for good once it has been over for 100 ms. By the audio and not by a script, so
 * that a call which had to stand in for late frames goes on as before.
 */
const hearYes: Transcribe = tell => {
  let [heardMs, turn] = [0, -1]
  let sound: { readonly startMs: number; readonly endMs: number } | null = null
  return {
    hear(frame) {
      const startMs = heardMs
      heardMs += FRAME_MS
      if (frame.some(isLoud)) sound = { startMs: sound?.startMs ?? startMs, endMs: heardMs }
      if (sound === null || heardMs - sound.endMs < 100) return
      const word = { text: 'yes', ...sound, final: true, confidence: null }
      tell({ type: 'words', turn: ++turn, words: [word], completeToMs: sound.endMs })
      sound = null
    },
    callerSpoke() {},
    callerPaused() {},
    settle() {},
  }
}

/** Mu-law's lower seven bits count downwards from silence. */
function isLoud(byte: number): boolean {
  return (byte & 0x7f) < 0x50
}

/** From the first loud sample to the last. */
function voiced(audio: Uint8Array): Uint8Array {
  return audio.subarray(audio.findIndex(isLoud), audio.findLastIndex(isLoud) + 1)
}

async function* once(text: string): AsyncIterable<string> {
  yield text
}
