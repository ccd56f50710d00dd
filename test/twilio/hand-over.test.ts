/** A caller who wants a person: a whole call in virtual time, over the real webhooks and streams, and what each webhook says. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assistantNamed } from '../../src/assistant/assistant.ts'
import { realClock, wallMs } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { findLastLeg } from '../../src/legs.ts'
import { makeCall, type CallWorld } from '../../src/make-call.ts'
import type { Message, Thought } from '../../src/ports.ts'
import type { FixedLines } from '../../src/providers/audio-cache.ts'
import { Secret } from '../../src/secret.ts'
import { LiveJournals } from '../../src/store/live-journals.ts'
import { openStore } from '../../src/store/store.ts'
import { transferToHuman } from '../../src/tools/transfer-to-human.ts'
import { howDialEnded, shortened, type Transfer } from '../../src/twilio/hand-over.ts'
import { openGate } from '../../src/twilio/signature.ts'
import type { RecordedLeg } from '../../src/twilio/switchboard.ts'
import { audioOfWord, fakeVoice } from '../support/fake-speak.ts'
import { FakeThink, saying, type FakeReply } from '../support/fake-think.ts'
import { fakeTranscribe } from '../support/fake-transcribe.ts'
import { callerScript } from '../support/phone.ts'
import { calls } from '../support/tools.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'
import { at, ScriptedCaller, type Caller } from '../vendors/twilio/caller.ts'
import { chance } from '../vendors/twilio/chance.ts'
import type { DialPlan } from '../vendors/twilio/dial.ts'
import { networkInto } from '../vendors/twilio/network.ts'
import { placeCall, type CallEvent, type PhoneCall } from '../vendors/twilio/phone-call.ts'
import { ALICE, openTelephone, type Setting } from './telephone.ts'

const nooks = assistantNamed('nooks')!
const { transfer: transferLine, nobodyFree } = nooks.lines
const PUBLIC_URL = 'https://bot.example.com'
const AUTH_TOKEN = 'the auth token of the emulated account'
const COLLEAGUE = '+15550003333'
const BRIEF = 'Jane <jane@example.com> & co. want a price for twelve seats.'

/** Half a second of speech, two seconds into each stream on which something is said. */
const SAYS_AT_MS = 2000
const speech = callerScript('pub-call-3-hesitant.wav').audio.subarray(1395 * 8, 1940 * 8)

type Scene = {
  /** What the caller says on each stream; '' is nothing. */
  readonly says: readonly string[]
  readonly pressesZero?: boolean
  readonly dials: readonly DialPlan[]
  readonly manner?: Transfer['manner']
  readonly from?: string
}

/** Plays a call to its end: it is hung up once it has been on its last stream for seven seconds. */
async function play({ says, pressesZero = false, dials, manner = 'warm', from = '+15105550111' }: Scene) {
  const dataDir = mkdtempSync(join(tmpdir(), 'hand-over-'))
  const store = await openStore({ dataDir, databaseUrl: null, clock: realClock, wallMs, note: () => {} })
  onTestFinished(async () => {
    await store.close(1000)
    rmSync(dataDir, { recursive: true })
  })
  const telephone = await openTelephone({
    create: ring => makeCall(world, ring),
    publicUrl: PUBLIC_URL,
    gate: openGate(PUBLIC_URL, [new Secret(AUTH_TOKEN)]),
    findLastLeg: findLastLeg({ callsDir: store.callsDir, wallMs }),
    transfer: { number: COLLEAGUE, manner },
  })
  const { clock } = telephone
  const think = new FakeThink(clock, answerOf)
  const { lines, said } = spokenLines()
  const voice = fakeVoice({ clock })
  let streams = 0
  const world: CallWorld = {
    config: readConfig({ TRANSFER_NUMBER: COLLEAGUE, RECORDING: 'always' }, () => ''),
    log: pino({ level: 'silent' }),
    clock,
    assistant: nooks,
    knows: () => nooks.facts,
    services: {
      transcribe: (tell, signal) => fakeTranscribe({ clock, words: wordsIn(says[streams++] ?? '') }).transcribe(tell, signal),
      detectVoice: () => ({ hear() {} }),
      openVoice: voice.openVoice,
      think: think.think,
      names: () => ({ stt: 's', llm: 'l', tts: 't', vad: 'v' }),
      warm: () => {},
    } as Partial<CallWorld['services']> as CallWorld['services'],
    lines,
    journals: new LiveJournals(),
    store,
    observers: () => [],
    openTools: () => [transferToHuman],
    mustSpare: () => false,
  }
  const caller = new CallerOfStreams(says)
  const call = placeCall({
    network: networkInto(telephone.server),
    clock,
    random: chance(1),
    voiceUrl: `${PUBLIC_URL}/twilio/voice`,
    authToken: AUTH_TOKEN,
    caller,
    dials,
    identity: { from },
    watch: event => {
      if (event.type === 'stream-began') caller.beganAtMs.push(event.atMs)
    },
  })
  await untilOver(call, clock, () => {
    if (pressesZero && caller.onStreamMs(call.nowMs) === SAYS_AT_MS && caller.beganAtMs.length === 1) call.press('0')
    if (caller.beganAtMs.length === says.length && caller.onStreamMs(call.nowMs) >= 7000) call.hangUp()
  })
  const { events } = await call.ended
  const asked = events.flatMap(event => (event.type === 'asked' ? [new URL(event.url)] : []))
  return { events, said, think, asked, dialled: events.filter(event => event.type === 'dialled'), clock }
}

/** Time passes only on a stream and while a telephone rings or two people talk; otherwise the server is waited for. */
async function untilOver(call: PhoneCall, clock: VirtualClock, tick: () => void): Promise<void> {
  const state = { over: false }
  const done = (): void => void (state.over = true)
  call.ended.then(done, done)
  while (!state.over) {
    const last = call.events.findLast(({ type }) => TIMED.has(type))
    if (last?.type === 'stream-began' || last?.type === 'ringing') {
      await clock.advance(20)
      if (last.type === 'stream-began') tick()
    } else await new Promise(setImmediate)
  }
}

const TIMED = new Set<CallEvent['type']>(['stream-began', 'stream-ended', 'ringing', 'dialled'])

/** Says what is to be said on each stream at its place in it. */
class CallerOfStreams implements Caller {
  readonly beganAtMs: number[] = []
  readonly #scripts: readonly ScriptedCaller[]

  constructor(says: readonly string[]) {
    const lineOf = (name: string) => ({ name, audio: speech, when: at(SAYS_AT_MS) })
    this.#scripts = says.map(name => new ScriptedCaller(name === '' ? [] : [lineOf(name)]))
  }

  onStreamMs(nowMs: number): number {
    return nowMs - (this.beganAtMs.at(-1) ?? nowMs)
  }

  speak(moment: Parameters<Caller['speak']>[0]): ReturnType<Caller['speak']> {
    const script = this.#scripts[this.beganAtMs.length - 1] ?? this.#scripts.at(-1)!
    return script.speak({ ...moment, atMs: this.onStreamMs(moment.atMs) })
  }
}

const wordsIn = (text: string) => (text === '' ? [] : [{ text, startMs: SAYS_AT_MS, endMs: SAYS_AT_MS + 545, finalAfterMs: 200 }])

/** Puts through whoever asks for a person, and talks with others. */
function answerOf(messages: readonly Message[]): FakeReply {
  const thoughts: readonly Thought[] = [
    { type: 'text', text: 'I put you through. ' },
    calls('transfer_to_human', JSON.stringify({ brief: BRIEF })),
  ]
  return messages.at(-1)!.content === 'A person, please.'
    ? { thoughts: thoughts.map(thought => ({ afterMs: 20, thought })), ending: 'complete' }
    : saying(['Sure. '], 20)
}

/** The fixed lines, each 300 ms long, and which of them were said. */
function spokenLines() {
  const said: string[] = []
  const speak = (text: string) => {
    said.push(text)
    return { audio: audioOfWord(text, 300), words: [{ text, startMs: 0, endMs: 300 }] }
  }
  const lines: FixedLines = {
    find: speak,
    say: async text => speak(text),
    sayOnce: async text => speak(text),
    prepare: async () => [],
  }
  return { lines, said }
}

const historyOf = (messages: readonly Message[] | undefined): string =>
  (messages ?? []).flatMap(({ role, content }) => (role === 'system' ? [] : [`${role}: ${content}`])).join('\n')

describe('a caller who asks for a person', () => {
  it('comes back to the assistant, which remembers all, if nobody answers', async () => {
    const { said, think, asked, dialled } = await play({
      says: ['A person, please.', 'Never mind.'],
      dials: [{ outcome: 'no-answer' }],
    })

    expect(dialled).toEqual([expect.objectContaining({ number: COLLEAGUE, outcome: 'no-answer', whispered: null })])
    expect(asked.map(({ pathname, search }) => pathname + search).filter(path => !path.includes('status'))).toEqual([
      '/twilio/voice',
      '/twilio/after-stream?leg=1',
      '/twilio/after-dial?leg=1',
    ])
    expect(said.filter(text => text === nobodyFree)).toHaveLength(1)
    const history = historyOf(think.asked.at(-1))
    expect(history).toContain('user: A person, please.')
    expect(history).toContain('assistant: I put you through.')
    expect(history).toMatch(/user: Never mind\.$/)
  })

  it('is connected to a person who was told first what the call is about; the brief stands in no address', async () => {
    const { events, asked, dialled, said } = await play({
      says: ['A person, please.'],
      dials: [{ outcome: 'answered', talkMs: 30_000 }],
    })
    expect(dialled).toMatchObject([{ outcome: 'answered', bridged: true }])
    expect(dialled[0]!.whispered).toContain(BRIEF)
    expect(asked.map(({ pathname }) => pathname)).toContain('/twilio/whisper')
    expect(decodeURIComponent(asked.join(' '))).not.toMatch(/jane|price/i)
    expect(events.at(-1)).toMatchObject({ type: 'verb', verb: { name: 'Hangup' } })
    expect(said).not.toContain(nobodyFree)
  })

  it('is connected at once if transfers are cold', async () => {
    const { dialled, asked } = await play({ says: ['A person, please.'], dials: [{ outcome: 'answered' }], manner: 'cold' })
    expect(dialled).toEqual([expect.objectContaining({ whispered: null, bridged: true })])
    expect(asked.map(({ pathname }) => pathname)).not.toContain('/twilio/whisper')
  })

  it.each(['client:anna', 'sip:anna@example.com', 'anonymous'])(
    'is put through without a number of their own: %s',
    async from => {
      const { dialled } = await play({ says: ['A person, please.'], dials: [{ outcome: 'answered' }], from })
      expect(dialled).toMatchObject([{ outcome: 'answered', bridged: true }])
    },
  )

  it('gets there by the key 0 as well, and may try again after a busy line', async () => {
    const { said, dialled } = await play({
      says: ['', 'A person, please.', ''],
      pressesZero: true,
      dials: [{ outcome: 'busy' }, { outcome: 'no-answer' }],
    })
    expect(said.filter(text => [transferLine, nobodyFree].includes(text))).toEqual([transferLine, nobodyFree, nobodyFree])
    expect(dialled).toHaveLength(2)
  })
})

/* ── Webhook by webhook ──────────────────────────────────────────────────────────────────────────────────── */

const PERSON = `CA${'b'.repeat(32)}`

async function post(
  path: string,
  form: Record<string, string>,
  setting: Setting = {},
): Promise<{ status: number; twiml: string }> {
  const telephone = await openTelephone({ transfer: { number: COLLEAGUE, manner: 'warm' }, ...setting })
  const answer = await fetch(telephone.address + path, { method: 'POST', body: new URLSearchParams(form) })
  return { status: answer.status, twiml: await answer.text() }
}

const handedOver = (brief: string): RecordedLeg => ({
  leg: 1,
  how: 'handed-over',
  quietMs: 1000,
  conversationId: null,
  brief,
  goOn: async () => {},
})

describe('the person who takes the call', () => {
  const asks = { CallSid: PERSON, ParentCallSid: ALICE }

  it('hears the brief of the call that theirs belongs to, as text and never as markup', async () => {
    const findLastLeg = async (callSid: string) => (callSid === ALICE ? handedOver('</Say><Dial>1</Dial> & co.') : null)
    const { twiml } = await post('/twilio/whisper', asks, { findLastLeg })
    expect(twiml).toContain('&lt;/Say&gt;&lt;Dial&gt;1&lt;/Dial&gt; &amp; co.</Say>')
  })

  it.each([
    ['there is no record', async () => null],
    ['nothing was noted', async () => handedOver('')],
    ['the record cannot be read', () => Promise.reject(new Error('the disk is away'))],
  ])('is connected without words if %s', async (_, findLastLeg) => {
    const { status, twiml } = await post('/twilio/whisper', asks, { findLastLeg })
    expect([status, twiml.includes('<Response/>')]).toEqual([200, true])
  })

  it('is connected without words if Twilio names no parent', async () => {
    expect((await post('/twilio/whisper', { CallSid: PERSON })).twiml).toContain('<Response/>')
  })

  it('hears no more than some twenty seconds of it, in whole words', () => {
    const short = shortened(`${'word '.repeat(100)}end`)
    expect(short).toHaveLength(300)
    expect(short).toMatch(/^(word )+word…$/)
    expect(shortened('  Wants\n a demo. ')).toBe('Wants a demo.')
    expect(shortened('x'.repeat(400))).toBe(`${'x'.repeat(300)}…`)
  })
})

describe('a transfer', () => {
  it.each([
    [{ DialCallStatus: 'completed' }, 'transfer-taken'],
    [{ DialCallStatus: 'completed', DialBridged: 'true' }, 'transfer-taken'],
    [{ DialCallStatus: 'answered' }, 'transfer-taken'],
    [{ DialCallStatus: 'completed', DialBridged: 'false' }, 'transfer-refused'],
    [{ DialCallStatus: 'busy' }, 'transfer-refused'],
    [{ DialCallStatus: 'no-answer' }, 'transfer-refused'],
    [{ DialCallStatus: 'failed' }, 'transfer-refused'],
    [{ DialCallStatus: 'canceled' }, 'transfer-refused'],
    [{}, 'transfer-refused'],
    [undefined, 'transfer-refused'],
  ])('of which Twilio says %j is %s', (form, how) => {
    expect(howDialEnded(form)).toBe(how)
  })

  it('that was promised where there is nobody goes back to the assistant', async () => {
    const openings: string[] = []
    const goOn = async (opening: string): Promise<void> => void openings.push(opening)
    const setting = { transfer: null, findLastLeg: async () => ({ ...handedOver('Wants a demo.'), goOn }) }
    expect((await post('/twilio/after-stream?leg=1', { CallSid: ALICE }, setting)).twiml).toContain('after-stream?leg=2')
    expect(openings).toEqual(['nobody-free'])
  })

  it.each(['/twilio/after-dial', '/twilio/whisper'])('is nothing if the form that comes to %s names no call', async path => {
    expect((await post(path, { DialCallStatus: 'busy' })).status).toBe(400)
  })

  it.each(['/twilio/after-dial', '/twilio/whisper'])('is for Twilio alone: %s refuses others', async path => {
    const gate = openGate(PUBLIC_URL, [new Secret(AUTH_TOKEN)])
    expect((await post(path, { CallSid: ALICE }, { gate, publicUrl: PUBLIC_URL })).status).toBe(403)
  })
})
