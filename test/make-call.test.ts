/** How a call greets: the whole of make-call.ts on a real store, with a voice whose time is the test's. */
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { assistantNamed } from '../src/assistant/assistant.ts'
import type { Entry } from '../src/call/journal.ts'
import { readConfig, type Environment } from '../src/config.ts'
import { fixedTexts, makeCall, type CallWorld } from '../src/make-call.ts'
import type { Line } from '../src/ports.ts'
import type { FixedLines } from '../src/providers/audio-cache.ts'
import { LiveJournals } from '../src/store/live-journals.ts'
import { keepMemory } from '../src/store/memory.ts'
import { onEachDatabase, type TestStore } from './store/databases.ts'
import { headingOf, recordCall } from './store/played-call.ts'
import { audioOfWord } from './support/fake-speak.ts'
import { VirtualClock } from './support/virtual-clock.ts'

const nooks = assistantNamed('nooks')!
const anna = '+15551234567'
const silentLine: Line = { play() {}, mark() {}, clear() {}, hangUp() {} }
const speechOf = (text: string) => ({ audio: audioOfWord(text, 300), words: [{ text, startMs: 0, endMs: 300 }] })

/** Lines at hand, and a voice that says others when it is let. */
function linesOf(atHand: readonly string[]) {
  const wanted: string[] = []
  const waiting: (() => void)[] = []
  const lines: FixedLines = {
    find: text => (atHand.includes(text) ? speechOf(text) : null),
    say: async text => speechOf(text),
    sayOnce: text =>
      new Promise(resolve => {
        wanted.push(text)
        waiting.push(() => resolve(speechOf(text)))
      }),
    prepare: async () => [],
  }
  return { lines, wanted, speak: () => waiting.forEach(go => go()) }
}

type Ringing = { readonly greets: () => Promise<string>; readonly conversationId: () => Promise<string> }

function ring(store: TestStore, lines: FixedLines, environment: Environment = {}, conversationId: string | null = null): Ringing {
  const clock = new VirtualClock()
  const journals = new LiveJournals()
  const entries: Entry[] = []
  const services = {
    transcribe: () => ({ hear() {}, callerSpoke() {}, callerPaused() {}, settle() {} }),
    detectVoice: () => ({ hear() {} }),
    openVoice: () => async function* () {},
    think: async function* () {},
    names: () => ({ stt: 's', llm: 'l', tts: 't', vad: 'v' }),
    warm: () => {},
  } as unknown as CallWorld['services']
  const config = readConfig(environment, () => '')
  const world = {
    config,
    log: pino({ level: 'silent' }),
    clock,
    assistant: nooks,
    knows: () => nooks.facts,
    services,
    lines,
    journals,
    store,
    observers: () => [],
    openTools: () => [],
    mustSpare: () => false,
  }
  const callSid = `CA${'9'.repeat(32)}`
  const call = makeCall(world, { callSid, from: anna, to: null, leg: 1, conversationId })
  journals.follow(callSid, { entry: entry => void entries.push(entry as Entry), end: () => {} })
  return {
    async greets() {
      call.answer(silentLine)
      const speech = () =>
        entries.flatMap(entry =>
          entry.type === 'input' && entry.input.type === 'reply' && entry.input.news.type === 'speech'
            ? entry.input.news.words
            : [],
        )
      await expect.poll(() => speech().length).toBeGreaterThan(0)
      call.end('caller-hung-up')
      await call.ended
      return speech()
        .map(({ text }) => text)
        .join('')
    },
    async conversationId() {
      await expect.poll(() => store.state().waiting).toBe(0)
      const row = await store.database
        .selectFrom('calls')
        .select('conversationId')
        .where('callSid', '=', callSid)
        .executeTakeFirst()
      return row!.conversationId
    },
  }
}

async function calledBefore(store: TestStore, minutesAgo: number, name: string | null = null): Promise<string> {
  const startedAt = new Date(Date.now() - minutesAgo * 60_000).toISOString()
  await recordCall(store, headingOf(1, { startedAt }), anna)
  await expect.poll(() => store.state().waiting).toBe(0)
  const id = `${headingOf(1).callSid}-${startedAt.replace(/\D/g, '')}`
  const facts = name === null ? [] : [{ kind: 'name', fact: name, turn: 3, quote: name } as const]
  const call = { id, personId: store.personOf(anna)!, startedAt }
  const recollection = { summary: '', facts, by: 'x', usage: null }
  await keepMemory(store.database, { call, recollection, now: startedAt, expiryOf: () => '2099-01-01T00:00:00.000Z' })
  return headingOf(1).callSid
}

/** Long enough for the store to have said what it knows. */
const known = async (condition: () => boolean): Promise<void> => void (await expect.poll(condition).toBe(true))
const { greeting, welcomeBack, goOn } = nooks.lines
const all = [greeting, welcomeBack, goOn]

describe('a caller is greeted', () => {
  onEachDatabase(open => {
    it('as a stranger where the store has not said who it is: the greeting waits for nothing', async () => {
      const store = await open()
      await calledBefore(store, 24 * 60)
      expect(await ring(store, linesOf(all).lines).greets()).toBe(greeting)
    })

    it('by name, if that greeting is spoken by then; it is spoken for this call alone', async () => {
      const store = await open()
      await calledBefore(store, 24 * 60, 'Anna')
      const { lines, wanted, speak } = linesOf(all)
      const ringing = ring(store, lines)
      await known(() => wanted.length === 1)
      speak()
      await new Promise(setImmediate)
      expect(await ringing.greets()).toBe(
        "Hi Anna, welcome back to Nooks. It's Sam, the AI sales assistant. How can I help you today?",
      )
    })

    it('as one who has called before, if the name is not spoken by then', async () => {
      const store = await open()
      await calledBefore(store, 24 * 60, 'Anna')
      const { lines, wanted } = linesOf(all)
      const ringing = ring(store, lines)
      await known(() => wanted.length === 1)
      expect(await ringing.greets()).toBe(welcomeBack)
    })

    it('as anybody, if no other greeting is spoken yet', async () => {
      const store = await open()
      await calledBefore(store, 24 * 60, 'Anna')
      const { lines, wanted } = linesOf([greeting])
      const ringing = ring(store, lines)
      await known(() => wanted.length === 1)
      expect(await ringing.greets()).toBe(greeting)
    })

    it('after the notice that the call is recorded, or the question whether it may be', async () => {
      const store = await open()
      await calledBefore(store, 24 * 60)
      const { recordingNotice, askToRecord } = nooks.lines
      const notice = `${recordingNotice} ${greeting}`
      expect(await ring(store, linesOf([notice]).lines, { RECORDING: 'notice' }).greets()).toBe(notice)
      expect(await ring(store, linesOf([askToRecord]).lines, { RECORDING: 'ask' }).greets()).toBe(askToRecord)
    })

    it('with the word that it goes on, soon after the last call, and the call belongs to the same conversation', async () => {
      const store = await open()
      const first = await calledBefore(store, 5, 'Anna')
      const { lines, wanted } = linesOf(all)
      const ringing = ring(store, lines)
      await expect.poll(() => ringing.conversationId().catch(() => '')).toBe(first)
      expect(await ringing.greets()).toBe(goOn)
      expect(wanted).toEqual([])
    })

    it('with the word that it goes on, however long ago that was, when it comes with the id of the conversation', async () => {
      const store = await open()
      const first = await calledBefore(store, 24 * 60)
      const ringing = ring(store, linesOf(all).lines, {}, first)
      await expect.poll(() => ringing.conversationId().catch(() => '')).toBe(first)
      expect(await ringing.greets()).toBe(goOn)
    })
  })
})

describe('the lines spoken before the first call', () => {
  it('have the question how the call was only where it is asked', () => {
    const texts = (environment: Environment) =>
      fixedTexts(
        nooks,
        readConfig(environment, () => ''),
      )
    expect(texts({})).not.toContain(nooks.lines.askToRate)
    expect(texts({ ASK_FEEDBACK: 'on' })).toEqual([...texts({}).slice(0, -2), nooks.lines.askToRate, ...texts({}).slice(-2)])
  })
})
