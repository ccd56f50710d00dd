import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Entry } from '../../src/call/journal.ts'
import { findLastLeg } from '../../src/legs.ts'
import { readNextLeg } from '../../src/store/next-leg.ts'
import { ALICE, closing, openTelephone, type Setting } from './telephone.ts'
import { CONNECTED, start } from './wire.ts'

/* What Twilio is told once a stream is closed, over HTTP, from journals on a disk. */

const STARTED_AT = '2026-11-21T10:00:00.000Z'

const entry = (ms: number, what: object): Entry => ({ at: ms, ms, ...what }) as Entry
const heading = (startedAt = STARTED_AT): Entry =>
  entry(0, {
    type: 'call',
    version: 1,
    callSid: ALICE,
    startedAt,
    assistant: 'nooks',
    providers: { stt: 'fake', llm: 'fake', tts: 'fake', vad: 'none' },
    rules: { pipeline: 'draft', longestMs: 600_000 },
  })
const inMidReply: readonly Entry[] = [
  heading(),
  entry(0, { type: 'input', input: { type: 'answered' } }),
  entry(0, { type: 'command', command: { type: 'say', id: 1, line: 'greeting', said: '' } }),
  entry(20, { type: 'input', input: { type: 'voice', windowEndMs: 20, probability: 0 } }),
  entry(900, { type: 'event', event: { type: 'reply-heard', at: 900, id: 1, text: 'Hi, thanks ' } }),
  entry(1000, { type: 'input', input: { type: 'voice', windowEndMs: 1000, probability: 0 } }),
]
const ended = (reason: string): Entry => entry(1000, { type: 'input', input: { type: 'ended', reason } })

function folders(journals: Readonly<Record<string, readonly Entry[]>>, tail = ''): string {
  const callsDir = mkdtempSync(join(tmpdir(), 'legs-'))
  onTestFinished(() => rmSync(callsDir, { recursive: true }))
  for (const [name, entries] of Object.entries(journals)) {
    mkdirSync(join(callsDir, name))
    writeFileSync(join(callsDir, name, 'journal.ndjson'), entries.map(each => `${JSON.stringify(each)}\n`).join('') + tail)
    writeFileSync(
      join(callsDir, name, 'call.json'),
      JSON.stringify({ callSid: ALICE, startedAt: STARTED_AT, personId: null, conversationId: 'c1' }),
    )
  }
  return callsDir
}

async function ask(callsDir: string, leg = 1, setting: Setting = {}) {
  const wallMs = (): number => Date.parse(STARTED_AT) + 2_000
  const telephone = await openTelephone({ ...setting, findLastLeg: findLastLeg({ callsDir, wallMs }) })
  const post = async (path = `/twilio/after-stream?leg=${leg}`): Promise<string> => {
    const body = new URLSearchParams({ CallSid: ALICE, From: '+15550001111', To: '+15550002222' })
    return (await fetch(telephone.address + path, { method: 'POST', body })).text()
  }
  return { telephone, post, twiml: await post() }
}

const ticketIn = (twiml: string): string => /name="ticket" value="([^"]+)"/.exec(twiml)![1]!

describe('a stream that is closed', () => {
  it('in the middle of a reply is opened again, for the same conversation, with what was heard laid down', async () => {
    const callsDir = folders({ [ALICE]: inMidReply })
    const { twiml, telephone } = await ask(callsDir)

    expect(twiml).toContain(`<Connect action="${telephone.address}/twilio/after-stream?leg=2">`)
    expect(telephone.tickets.redeem(ALICE, ticketIn(twiml))).toEqual({ leg: 2, conversationId: 'c1' })
    expect(readNextLeg(callsDir, ALICE, 2)).toEqual({
      leg: 2,
      opening: 'resume',
      history: [{ id: -1, caller: '', bot: 'Hi, thanks ', interrupted: true }],
      owed: '',
      spentMs: 1000,
      folder: ALICE,
    })
    expect(readNextLeg(callsDir, ALICE, 3)).toBeNull()
  })

  it('may be asked about again if our answer was lost', async () => {
    const callsDir = folders({ [ALICE]: inMidReply })
    const { post } = await ask(callsDir)
    expect(await post()).toContain('after-stream?leg=2')
    expect(readNextLeg(callsDir, ALICE, 2)).not.toBeNull()
  })

  it.each(['line-cut', 'line-congested', 'socket-error', 'broken', 'shutdown'])('as %s goes on', async reason => {
    expect((await ask(folders({ [ALICE]: [...inMidReply, ended(reason)] }))).twiml).toContain('<Stream')
  })

  it.each(['caller-hung-up', 'assistant-hung-up', 'over-at-twilio', 'machine-answered', 'flooded', 'oversized-frame'])(
    'as %s is over',
    async reason => {
      const { twiml } = await ask(folders({ [ALICE]: [...inMidReply, ended(reason)] }))
      expect(twiml).toContain('<Hangup/>')
      expect(twiml).not.toContain('<Connect')
    },
  )

  it('is over if the assistant was about to hang up when its process died', async () => {
    const { twiml } = await ask(
      folders({ [ALICE]: [...inMidReply, entry(1000, { type: 'command', command: { type: 'hang-up' } })] }),
    )
    expect(twiml).not.toContain('<Connect')
  })

  it('goes on from the last whole line of a journal that a killed process left', async () => {
    const callsDir = folders({ [ALICE]: inMidReply }, '{"at":1020,"ms":1020,"type":"event","event":{"type":"reply-he')
    expect((await ask(callsDir)).twiml).toContain('<Stream')
    expect(readNextLeg(callsDir, ALICE, 2)?.history[0]?.bot).toBe('Hi, thanks ')
  })

  it('goes on from its newest answered leg, whichever folder that is in', async () => {
    const resumes = { leg: 2, opening: 'resume', history: [], owed: 'what does it cost', spentMs: 5_000, folder: `${ALICE}-2` }
    const second = [{ ...heading(), resumes } as Entry, ...inMidReply.slice(1)]
    const callsDir = folders({ [ALICE]: [heading()], [`${ALICE}-2`]: inMidReply, [`${ALICE}-3`]: second })
    expect((await ask(callsDir, 2)).twiml).toContain('after-stream?leg=3')
    expect(readNextLeg(callsDir, ALICE, 3)).toMatchObject({ folder: `${ALICE}-3`, spentMs: 6_000, owed: 'what does it cost' })
  })

  it('of a leg after which the call went on long ago changes nothing', async () => {
    const { telephone, post } = await ask(folders({ [ALICE]: inMidReply }))
    const socket = await telephone.connect()
    socket.send(CONNECTED)
    socket.send(start(ALICE, telephone.tickets.issue(ALICE, { leg: 2, conversationId: null })))
    await expect.poll(() => telephone.made.length).toBe(1)
    expect(await post()).not.toContain('<Connect')
    expect(telephone.call(ALICE).endedBecause).toBeNull()
  })

  it('ends the call that still thinks it is on it', async () => {
    const { telephone, post } = await ask(folders({ [ALICE]: inMidReply }))
    const socket = await telephone.connect()
    const closed = closing(socket)
    socket.send(CONNECTED)
    socket.send(telephone.start(ALICE))
    await expect.poll(() => telephone.made.length).toBe(1)
    expect(await post()).toContain('after-stream?leg=2')
    expect(telephone.call(ALICE).endedBecause).toBe('line-cut')
    expect((await closed).code).toBe(1000)
  })

  it('takes its place from the leg before, if that has not heard of its end', async () => {
    const { telephone } = await ask(folders({}))
    for (const leg of [1, 2]) {
      const socket = await telephone.connect()
      socket.send(CONNECTED)
      socket.send(start(ALICE, telephone.tickets.issue(ALICE, { leg, conversationId: null })))
      await expect.poll(() => telephone.made.length).toBe(leg)
    }
    expect(telephone.made.map(({ ring, endedBecause }) => [ring.leg, endedBecause])).toEqual([
      [1, 'line-cut'],
      [2, null],
    ])
    expect(telephone.calls.count).toBe(1)
  })

  it('hears an apology if the record cannot be read', async () => {
    const telephone = await openTelephone({ findLastLeg: () => Promise.reject(new Error('the disk is away')) })
    const answer = await fetch(`${telephone.address}/twilio/after-stream?leg=1`, {
      method: 'POST',
      body: new URLSearchParams({ CallSid: ALICE }),
    })
    expect(await answer.text()).toMatch(/<Say>[^<]*wrong/)
    expect(telephone.logged.join('')).toContain('the disk is away')
  })

  it('hears that the lines are busy if they are', async () => {
    const { twiml } = await ask(folders({ [ALICE]: inMidReply }), 1, { maxCalls: 0 })
    expect(twiml).toContain('busy')
  })
})

describe('a call that begins', () => {
  it('goes on with the conversation that the address of the webhook names', async () => {
    const { post, telephone } = await ask(folders({}))
    const twiml = await post('/twilio/voice?conversationId=c-42')
    expect(telephone.call(ALICE).ring).toMatchObject({ leg: 1, conversationId: 'c-42' })
    expect(telephone.tickets.redeem(ALICE, ticketIn(twiml))).toEqual({ leg: 1, conversationId: 'c-42' })
  })

  it('begins its own if the name is none', async () => {
    const { post, telephone } = await ask(folders({}))
    await post('/twilio/voice?conversationId=..%2F..%2Fetc')
    expect(telephone.call(ALICE).ring.conversationId).toBeNull()
  })
})

it('keeps what the next leg goes on from in one file', async () => {
  const callsDir = folders({ [ALICE]: inMidReply })
  await ask(callsDir)
  expect(JSON.parse(readFileSync(join(callsDir, ALICE, 'next-leg.json'), 'utf8'))).toMatchObject({ leg: 2 })
})
