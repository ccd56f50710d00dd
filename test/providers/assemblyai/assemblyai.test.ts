/** The adapter against the emulated service: real sockets, virtual time. Each test ends with nothing held and nothing refused. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentFrame } from '../../../src/audio/frames.ts'
import { assemblyAI } from '../../../src/providers/assemblyai/assemblyai.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import type { ScriptedWord } from '../../vendors/assemblyai/script.ts'
import { Caller, sentence, startRig } from './rig.ts'
import type { Rig, RigOptions } from './rig.ts'

const uncaught: unknown[] = []
const noteUncaught = (error: unknown): void => void uncaught.push(error)
const consoles = (['log', 'info', 'warn', 'error'] as const).map(name => vi.spyOn(console, name))
const rigs: Rig[] = []
const callers: Caller[] = []
/** What a test expects the service to refuse. */
let refused: readonly string[] = []

beforeEach(() => {
  refused = []
  process.on('uncaughtException', noteUncaught)
})
afterEach(async () => {
  for (const caller of callers.splice(0)) caller.hangUp()
  for (const rig of rigs.splice(0)) {
    for (let ms = 0; rig.held() > 0 && ms < 6000; ms += 20) await rig.pass(20)
    expect(rig.held(), 'timers and sockets held').toBe(0)
    expect(rig.emulator.refusals).toEqual(refused)
    expect(rig.emulator.abandoned(), 'sessions left running').toBe(0)
    await rig.close()
  }
  process.off('uncaughtException', noteUncaught)
  expect(uncaught.splice(0)).toEqual([])
  for (const spy of consoles) expect(spy).not.toHaveBeenCalled()
})

async function call(words: readonly ScriptedWord[], options: Omit<RigOptions, 'words'> = {}) {
  const rig = await startRig({ words, ...options })
  rigs.push(rig)
  const caller = new Caller(rig, words)
  callers.push(caller)
  return { rig, caller }
}

const errors = (caller: Caller): readonly string[] =>
  caller.news.flatMap(news => (news.type === 'deaf' ? [news.error.message] : []))
const events = (rig: Rig): readonly string[] => rig.emulator.log.map(entry => entry.event)
const notes = (rig: Rig): readonly string[] => rig.notes.map(note => note.type)

describe('Sending', () => {
  it('keeps what is said before the session begins and sends it at once, in messages the service takes', async () => {
    const { rig, caller } = await call(sentence('hello is anybody there', 0), { latency: { beginMs: 3000 } })
    await caller.playTo(2980)
    expect(rig.emulator.audioMs()).toBe(0)
    await caller.playTo(3300)
    expect(rig.emulator.audioMs()).toBeGreaterThanOrEqual(3240)
    await caller.playTo(3800)
    expect(caller.text).toBe('hello is anybody there')
    expect(caller.words.map(word => word.startMs)).toEqual([0, 240, 480, 720])
  })

  it('sends what waited no faster than the service takes it, though frames come in bursts', async () => {
    const { rig, caller } = await call(sentence('hello is anybody there', 0), { latency: { beginMs: 4000 } })
    await caller.playTo(4020)
    await caller.playAtOnceTo(6000)
    expect(rig.emulator.audioMs()).toBeLessThan(2000)
    await caller.playTo(7500)
    expect(rig.emulator.audioMs()).toBeGreaterThanOrEqual(7460)
    expect(caller.text).toBe('hello is anybody there')
  })

  it('lets no frame wait for more than two others', async () => {
    const { rig, caller } = await call([], { latency: { beginMs: 20 } })
    await caller.playTo(200)
    for (let ms = 200; ms < 800; ms += 20) {
      await caller.playTo(ms)
      expect(ms - rig.emulator.audioMs()).toBeLessThanOrEqual(40)
    }
  })

  it.each([1000, 1020, 1040])('lets none wait once the caller pauses (at %s ms)', async startMs => {
    const words = sentence('yes', startMs)
    const { rig, caller } = await call(words, { latency: { beginMs: 20 } })
    await caller.playTo(startMs + 200 + 60)
    expect(rig.emulator.audioMs()).toBeGreaterThanOrEqual(startMs + 260)
  })

  it('times words by the call, however much padding went before them', async () => {
    const starts = [1000, 2040, 3100, 4140, 5200]
    const words = starts.flatMap(startMs => sentence('yes', startMs))
    const { rig, caller } = await call(words, { latency: { beginMs: 20 } })
    await caller.playTo(6000)
    expect(rig.emulator.audioMs()).toBeGreaterThan(6000)
    expect(caller.words.map(word => word.startMs)).toEqual(starts)
  })
})

describe('Settling', () => {
  // Without a confident model a turn ends 280 ms after its last word and is told 121 ms later.
  const unsure = sentence('it costs forty two', 1000).map(word => ({ ...word, endOfTurnConfidence: 0 }))
  const endMs = 1920

  it('is left to the service unless asked for', async () => {
    const { rig, caller } = await call(unsure, { latency: { beginMs: 20, forceMs: 100 } })
    await caller.playTo(endMs + 360)
    expect(caller.completeToMs).toBeNull()
    await caller.playTo(endMs + 480)
    expect(caller.completeToMs).toBe(endMs + 160)
    expect(events(rig)).not.toContain('received ForceEndpoint')
  })

  it('asks for the end of the turn, and vouches up to where the caller fell silent', async () => {
    const { rig, caller } = await call(unsure, { latency: { beginMs: 20, forceMs: 100, finalMs: 100 } })
    await caller.playTo(endMs + 180)
    caller.transcription.settle()
    await caller.playTo(endMs + 300)
    expect(caller.text).toBe('it costs forty two')
    expect(caller.completeToMs).toBeGreaterThanOrEqual(endMs)
    expect(events(rig).filter(event => event === 'received ForceEndpoint').length).toBe(1)
  })

  it('waits for a session when there is none', async () => {
    const { rig, caller } = await call(unsure, { latency: { beginMs: 2500, forceMs: 100 } })
    await caller.playTo(endMs + 100)
    caller.transcription.settle()
    await caller.playTo(3200)
    expect(events(rig)).toContain('received ForceEndpoint')
    expect(caller.text).toBe('it costs forty two')
  })

  it('is no longer wanted once the caller speaks again', async () => {
    const words = [...unsure, ...sentence('a month', 2300)]
    const { rig, caller } = await call(words, { latency: { beginMs: 3000 } })
    await caller.playTo(endMs + 100)
    caller.transcription.settle()
    await caller.playTo(4000)
    expect(events(rig)).not.toContain('received ForceEndpoint')
    expect(caller.text).toBe('it costs forty two a month')
  })
})

describe('A session that is lost', () => {
  const words = [...sentence('we use salesforce', 1000), ...sentence('what does it cost', 4000)]

  it('is replaced without a word about it when that takes less than 1.5 s', async () => {
    const { rig, caller } = await call(words, { faults: [[{ type: 'drop', atMs: 1500 }]], latency: { beginMs: 1250 } })
    await caller.playTo(6000)
    expect(caller.text).toBe('we use salesforce what does it cost')
    expect(caller.outages).toEqual([])
    expect(rig.emulator.attempts()).toBe(2)
  })

  it('cuts no word in two where the service says that words end later than they do', async () => {
    const faults = [[{ type: 'drop', atMs: 1500 }] as const]
    const { caller } = await call(sentence('we use salesforce for most of it', 400), {
      faults,
      latency: { beginMs: 200, wordEndsOffMs: 80 },
    })
    await caller.playTo(4000)
    expect(caller.text).toBe('we use salesforce for most of it')
  })

  it('keeps its unfinished words unsettled until they are heard again', async () => {
    const { caller } = await call(words, { faults: [[{ type: 'drop', atMs: 1700 }]], latency: { beginMs: 1000, partialMs: 50 } })
    await caller.playTo(1900)
    expect(caller.words.map(word => word.text)).toEqual(['we', 'use', 'salesforce'])
    expect(caller.words.at(-1)?.final).toBe(false)
    await caller.playTo(2500)
    expect(caller.completeToMs).toBeNull()
    await caller.playTo(3500)
    expect(caller.completeToMs).toBeGreaterThanOrEqual(1680)
  })

  it('makes the caller go unheard after 1.5 s, and heard again with the words said meanwhile', async () => {
    const faults = [[{ type: 'drop', atMs: 3000 }] as const, [{ type: 'slow-begin', ms: 2500 }] as const]
    const { caller } = await call(words, { faults, latency: { beginMs: 100 } })
    await caller.playTo(4400)
    expect(caller.outages).toEqual([])
    await caller.playTo(4700)
    expect(caller.outages).toEqual(['deaf'])
    await caller.playTo(6500)
    expect(caller.outages).toEqual(['deaf', 'hearing'])
    expect(caller.text).toBe('we use salesforce what does it cost')
  })

  it.each([
    [{ type: 'error', atMs: 1500, code: 3005, message: 'Server error' } as const],
    [{ type: 'error', atMs: 1500, code: 3007, message: 'Audio Transmission Rate Exceeded' } as const],
    [{ type: 'error', atMs: 1500, code: 3009, message: 'Too many concurrent sessions' } as const],
    [{ type: 'error', atMs: 1500, code: 1008, message: 'Too many concurrent sessions' } as const],
    [{ type: 'close', atMs: 1500, code: 1011 } as const],
  ])('is replaced whatever ended it: %o', async fault => {
    const { caller } = await call(words, { faults: [[fault]], latency: { beginMs: 500 } })
    await caller.playTo(6000)
    expect(caller.text).toBe('we use salesforce what does it cost')
    expect(caller.outages).toEqual([])
  })

  it('because it says nothing while the caller speaks is ended and replaced', async () => {
    const long = sentence('one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen', 1000)
    const { rig, caller } = await call(long, { faults: [[{ type: 'stall', atMs: 900 }]], latency: { beginMs: 200 } })
    await caller.playTo(6500)
    expect(caller.text).toBe(long.map(word => word.text).join(' '))
    expect(caller.outages).toEqual([])
    expect(rig.emulator.attempts()).toBe(2)
  })

  it('because it does not end the turn when asked is ended and replaced', async () => {
    const { caller } = await call(sentence('what does it cost', 1000), {
      faults: [[{ type: 'stall', atMs: 1900 }]],
      latency: { beginMs: 200 },
    })
    await caller.playTo(2420)
    expect(caller.completeToMs).toBeNull()
    caller.transcription.settle()
    await caller.playTo(4800)
    expect(caller.text).toBe('what does it cost')
    expect(caller.completeToMs).toBeGreaterThanOrEqual(1920)
  })

  it('is not suspected ever more often because of noise that is no speech', async () => {
    const { rig, caller } = await call([], { latency: { beginMs: 100 } })
    caller.transcription.callerSpoke(0)
    await caller.playTo(60_000)
    expect(rig.emulator.attempts()).toBeLessThanOrEqual(5)
  })
})

describe('A service that is not there', () => {
  it('is tried again, more and more rarely, and missed once', async () => {
    const { rig, caller } = await call([], { latency: { beginMs: 100 } })
    await caller.playTo(1000)
    rig.emulator.breakDown()
    await caller.playTo(61_000)
    expect(rig.emulator.attempts()).toBeGreaterThanOrEqual(6)
    expect(rig.emulator.attempts()).toBeLessThanOrEqual(12)
    expect(caller.outages).toEqual(['deaf'])
    rig.emulator.repair()
    await caller.playTo(72_000)
    expect(caller.outages).toEqual(['deaf', 'hearing'])
  })

  it('does not begin within five seconds is tried again', async () => {
    const { rig, caller } = await call(sentence('hello', 6000), { faults: [[{ type: 'slow-begin', ms: 60_000 }]] })
    await caller.playTo(4900)
    expect(caller.outages).toEqual([])
    await caller.playTo(5100)
    expect(caller.outages).toEqual(['deaf'])
    await caller.playTo(8000)
    expect(caller.outages).toEqual(['deaf', 'hearing'])
    expect(caller.text).toBe('hello')
    expect(rig.emulator.attempts()).toBe(2)
  })

  it('comes back after longer than the adapter remembers: the last half minute is heard', async () => {
    const words = [...sentence('this is lost', 2000), ...sentence('this is kept', 36_000)]
    const { rig, caller } = await call(words, { latency: { beginMs: 100 } })
    rig.emulator.breakDown()
    await caller.playTo(40_000)
    rig.emulator.repair()
    await caller.playTo(58_000)
    expect(caller.text).toBe('this is kept')
    expect(caller.words.map(word => word.startMs)).toEqual([36_000, 36_240, 36_480])
  })

  it('refuses the key: says so once, at once, and asks no more', async () => {
    const { rig, caller } = await call([], { apiKey: 'right', callersKey: 'wrong', latency: { beginMs: 100 } })
    await caller.playTo(30_000)
    expect(errors(caller)).toEqual(['AssemblyAI (connecting): Invalid API key (1008)'])
    expect(rig.emulator.attempts()).toBe(1)
    expect(notes(rig).at(-1)).toBe('ended')
  })

  it.each([401, 403])('refuses the upgrade with %s: asks no more', async status => {
    const { rig, caller } = await call([], { faults: [[{ type: 'refuse', status }]] })
    await caller.playTo(5000)
    expect(errors(caller).length).toBe(1)
    expect(rig.emulator.attempts()).toBe(1)
  })

  it.each([
    [{ type: 'refuse', status: 503 } as const],
    [{ type: 'refuse', status: 0 } as const],
    [{ type: 'no-begin', code: 1008, message: 'Too many concurrent sessions' } as const],
    [{ type: 'no-begin', code: 3009, message: 'Too many concurrent sessions' } as const],
  ])('has no room just now is asked again: %o', async fault => {
    const { caller } = await call(sentence('hello', 200), { faults: [[fault]], latency: { beginMs: 200 } })
    await caller.playTo(2000)
    expect(caller.text).toBe('hello')
    expect(caller.outages).toEqual([])
  })

  it('does not say the key, nor anything like it, in its errors', async () => {
    const { caller } = await call([], { apiKey: 'right', callersKey: 'a-secret-key' })
    await caller.playTo(3000)
    expect(JSON.stringify(caller.news) + errors(caller).join()).not.toContain('a-secret-key')
  })
})

describe('A service that says strange things', () => {
  it.each(['oops', '', 'null', '[1]', '"Turn"', '{"type":"Turn"}', '{"type":"Turn","turn_order":-1,"words":7}'])(
    'does not end the process nor the session: %s',
    async text => {
      const { rig, caller } = await call(sentence('what does it cost', 400), {
        faults: [[{ type: 'garbage', atMs: 600, text }]],
        latency: { beginMs: 100 },
      })
      await caller.playTo(2000)
      expect(caller.text).toBe('what does it cost')
      expect(notes(rig).filter(type => type === 'oddity').length).toBe(1)
      expect(rig.emulator.attempts()).toBe(1)
    },
  )

  it('warns into the log, not onto the console', async () => {
    const text = '{"type":"Warning","warning_code":3001,"warning":"slow"}'
    const { rig, caller } = await call([], { faults: [[{ type: 'garbage', atMs: 300, text }]], latency: { beginMs: 100 } })
    await caller.playTo(600)
    expect(rig.notes).toContainEqual(expect.objectContaining({ type: 'oddity' }))
  })

  it.each(['duplicate', 'reorder'] as const)('with every message %s: tells each word once', async type => {
    const words = [...sentence('hello there', 400), ...sentence('what does it cost', 2000)]
    const { caller } = await call(words, { faults: [[{ type }]], latency: { beginMs: 100 } })
    await caller.playTo(4000)
    caller.hangUp()
    expect(caller.text).toBe('hello there what does it cost')
  })
})

describe('A listener that throws', () => {
  it('hurts neither the process nor the call', async () => {
    const rig = await startRig({ words: sentence('hello there', 400), latency: { beginMs: 100 } })
    rigs.push(rig)
    const caller = new Caller(rig, sentence('hello there', 400), true, () => {
      throw new Error('a defect in the call')
    })
    callers.push(caller)
    await caller.playTo(2000)
    expect(caller.text).toBe('hello there')
    expect(rig.emulator.attempts()).toBe(1)
    expect(notes(rig)).toContain('oddity')
  })
})

describe('Hanging up', () => {
  it.each([0, 20, 60, 100, 500, 1240, 1260, 1300, 2000, 2400])('terminates the session at any moment (%s ms)', async atMs => {
    const { rig, caller } = await call(sentence('what does it cost', 1000))
    await caller.playTo(atMs)
    caller.hangUp()
    await rig.pass(20)
    await rig.pass(20)
    expect(rig.emulator.connections()).toBe(0)
    expect(notes(rig).at(-1)).toBe('ended')
  })

  it('during an outage opens no further session', async () => {
    const { rig, caller } = await call([], { latency: { beginMs: 100 } })
    await caller.playTo(1000)
    rig.emulator.breakDown()
    await caller.playTo(2000)
    const attempts = rig.emulator.attempts()
    caller.hangUp()
    rig.emulator.repair()
    await rig.pass(60_000)
    expect(rig.emulator.attempts()).toBe(attempts)
    expect(rig.held()).toBe(0)
  })

  it('does not wait for a service that never says goodbye: after five seconds the socket is cut', async () => {
    const { rig, caller } = await call([], { faults: [[{ type: 'no-termination' }]], latency: { beginMs: 100 } })
    await caller.playTo(1000)
    caller.hangUp()
    await rig.pass(4900)
    expect(rig.emulator.connections()).toBe(1)
    await rig.pass(200)
    expect(rig.emulator.connections()).toBe(0)
    expect(rig.held()).toBe(0)
  })

  it('leaves nothing that could throw at a late frame', async () => {
    const { caller } = await call([])
    caller.hangUp()
    caller.transcription.hear(silentFrame)
    caller.transcription.callerSpoke(0)
    caller.transcription.callerPaused(0)
    caller.transcription.settle()
    expect(caller.news).toEqual([])
  })
})

describe('Opening', () => {
  it.each([
    ['no key', { apiKey: '', url: 'wss://localhost/v3/ws' }],
    ['an address that is not wss', { apiKey: 'k', url: 'ws://localhost/v3/ws' }],
  ])('is refused at once with %s', (_, options) => {
    expect(() => assemblyAI({ ...options, clock: new VirtualClock(), note: () => {} })).toThrow('AssemblyAI')
  })

  it('tells the service the key terms', async () => {
    const { rig, caller } = await call([], { keyTerms: ['Nooks', 'x'.repeat(60)], latency: { beginMs: 100 } })
    await caller.playTo(300)
    expect(events(rig)).toContain('begin')
  })
})
