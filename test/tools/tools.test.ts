import { describe, expect, it } from 'vitest'
import { assistantNamed } from '../../src/assistant/assistant.ts'
import type { Outcome, Task, Tool } from '../../src/ports.ts'
import { Secret } from '../../src/secret.ts'
import type { Writing } from '../../src/store/call-record.ts'
import { openTexting } from '../../src/tools/texting.ts'
import { openTools, type CallOfTools, type ToolsParts } from '../../src/tools/tools.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { TwilioRest } from '../vendors/twilio/rest.ts'
import { refusalOf } from '../vendors/openai/rules.ts'

const assistant = assistantNamed('nooks')!
const accountSid = `AC${'0'.repeat(32)}`
const authToken = '0123456789abcdef0123456789abcdef'

const call: CallOfTools = {
  callId: 'CA1-20261121',
  callSid: 'CA1',
  personId: 'person',
  callerNumber: '+15550002222',
  ownNumber: '+15550001111',
}

function open(parts: Partial<ToolsParts> = {}, changes: Partial<CallOfTools> = {}) {
  const written: Writing[] = []
  const tools = openTools({
    assistant,
    clock: new VirtualClock(),
    store: { keep: async writing => void written.push(writing) },
    webhook: { wake() {} },
    sendText: null,
    mayHandOver: false,
    wallTime: () => '2026-11-21T12:00:00.000Z',
    ...parts,
  })({ ...call, ...changes })
  return { tools, written, names: tools.map(({ offer }) => offer.name) }
}

const read = (tools: readonly Tool[], name: string, args: unknown): Task =>
  tools.find(({ offer }) => offer.name === name)!.read(typeof args === 'string' ? args : JSON.stringify(args))

async function run(task: Task, key = 'key'): Promise<Outcome> {
  if (task.type !== 'effect') throw new Error(`it is ${task.type}: ${JSON.stringify(task)}`)
  return task.run(key)
}

const texting = (rest: TwilioRest) => openTexting({ accountSid, authToken: new Secret(authToken), httpClient: rest })

const twilio = (): TwilioRest => {
  const rest = new TwilioRest({ accountSid, authToken, random: () => 0.5 })
  rest.addNumber('+15550001111')
  return rest
}

const monday = { time: 'next Monday at nine', name: 'Jane', contact: 'jane@acme.com', note: null }

describe('the tools of a call', () => {
  it('are those that can do something as things are set up', () => {
    const always = ['look_up_facts', 'book_meeting', 'end_call']
    expect(open().names).toEqual(always)
    expect(open({ mayHandOver: true }).names).toContain('transfer_to_human')
    const sendText = async () => ({ done: true, says: '' })
    expect(open({ sendText }).names).toContain('send_sms')
    expect(open({ sendText }, { callerNumber: 'anonymous' }).names).toEqual(always)
    expect(open({ sendText }, { callerNumber: null }).names).toEqual(always)
    expect(open({ sendText }, { ownNumber: null }).names).toEqual(always)
  })

  it('have schemas that OpenAI takes in strict form', () => {
    const { tools } = open({ mayHandOver: true, sendText: async () => ({ done: true, says: '' }) })
    const offered = tools.map(({ offer }) => ({ type: 'function' as const, function: { ...offer, strict: true } }))
    const messages = [{ role: 'user', content: 'Hello?' }]
    expect(offered).toHaveLength(5)
    expect(refusalOf({ model: 'gpt-4.1', messages, tools: offered })).toBeNull()
  })

  it('take the same wish for the same, however it is written, and say what is wrong with one that will not do', () => {
    const { tools } = open()
    const tidy = read(tools, 'book_meeting', monday)
    const untidy = read(
      tools,
      'book_meeting',
      '{"note":null,"contact":"jane@acme.com ","name":" Jane","time":"next  Monday at\\nnine"}',
    )
    expect(tidy).toMatchObject({ type: 'effect', args: JSON.stringify(monday) })
    expect(untidy).toMatchObject({ type: 'effect', args: JSON.stringify(monday) })
    for (const wrong of [
      { ...monday, time: '' },
      { ...monday, time: 9 },
      { time: 'Monday' },
      { ...monday, room: 1 },
      null,
      '{"ti',
    ])
      expect(read(tools, 'book_meeting', wrong)).toMatchObject({
        type: 'refused',
        why: expect.stringContaining('book_meeting') as string,
      })
  })
})

describe('book_meeting', () => {
  it('keeps the meeting with its call and person, and news of it with the number to call back', async () => {
    const { tools, written } = open()
    const outcome = await run(read(tools, 'book_meeting', monday))
    expect(outcome).toEqual({ done: true, says: 'It is put down: next Monday at nine, for Jane. A colleague confirms it.' })
    const [writing] = written
    if (writing?.type !== 'meeting') throw new Error('no meeting is written')
    expect(writing.meeting).toMatchObject({ callId: call.callId, personId: 'person', ...monday })
    expect(JSON.parse(writing.delivery!.body)).toEqual({
      type: 'meeting.booked',
      timestamp: '2026-11-21T12:00:00.000Z',
      data: { id: writing.meeting.id, callId: call.callId, callSid: 'CA1', callerNumber: '+15550002222', ...monday },
    })
  })

  it('is the same meeting when it is run again under the same key, also on the next leg of the call', async () => {
    const { tools, written } = open()
    await run(read(tools, 'book_meeting', monday))
    const later = open({}, { callId: 'CA1-20261122' })
    await run(read(later.tools, 'book_meeting', monday))
    await run(read(tools, 'book_meeting', monday), 'another key')
    const ids = [...written, ...later.written].map(writing => (writing.type === 'meeting' ? writing.meeting.id : ''))
    expect(ids[0]).toBe(ids[2])
    expect(ids[1]).not.toBe(ids[0])
  })

  it('keeps no news where nobody wants them', async () => {
    const { tools, written } = open({ webhook: null })
    await run(read(tools, 'book_meeting', monday))
    expect(written).toMatchObject([{ delivery: null }])
  })

  it('does not keep the caller waiting for a database that is out of reach', async () => {
    const clock = new VirtualClock()
    const { tools } = open({ clock, store: { keep: () => new Promise(() => {}) } })
    const outcome = run(read(tools, 'book_meeting', monday))
    await clock.advance(3_000)
    expect(await outcome).toMatchObject({ done: true })
  })

  it('fails if the meeting can never be stored', async () => {
    const { tools } = open({ store: { keep: () => Promise.reject(new Error('it cannot be stored')) } })
    await expect(run(read(tools, 'book_meeting', monday))).rejects.toThrow('it cannot be stored')
  })
})

describe('send_sms', () => {
  it("goes by Twilio's SDK to the caller's own number, and is kept without it", async () => {
    const rest = twilio()
    const { tools, written } = open({ sendText: texting(rest) })
    const outcome = await run(read(tools, 'send_sms', { text: 'Nooks: we meet on Monday.' }))
    expect(outcome).toEqual({ done: true, says: 'The message is on its way.' })
    const form = { From: '+15550001111', To: '+15550002222', Body: 'Nooks: we meet on Monday.' }
    expect(rest.requests).toEqual([{ method: 'post', path: '/Messages.json', form }])
    expect(written).toMatchObject([{ type: 'message', message: { text: 'Nooks: we meet on Monday.' } }])
    expect(JSON.stringify((written[0] as Writing & { type: 'message' }).message)).not.toContain('555000')
  })

  it('is not done if Twilio refuses it, and says with which error', async () => {
    const rest = new TwilioRest({ accountSid, authToken, random: () => 0.5, verified: [] })
    rest.addNumber('+15550001111')
    const { tools, written } = open({ sendText: texting(rest) })
    expect(await run(read(tools, 'send_sms', { text: 'Hello.' }))).toEqual({
      done: false,
      says: 'Twilio does not send it (error 21608).',
    })
    expect(written).toEqual([])
  })

  it('is unknown if Twilio cannot be reached, and no secret is told', async () => {
    const rest = twilio()
    rest.unreachable = true
    const { tools } = open({ sendText: texting(rest) })
    await expect(run(read(tools, 'send_sms', { text: 'Hello.' }))).rejects.toThrow(/^Twilio did not answer$/)
  })
})

describe('look_up_facts', () => {
  const answer = async (question: string): Promise<string> => {
    const task = read(open().tools, 'look_up_facts', { question })
    if (task.type !== 'pure') throw new Error('it is not pure')
    return task.run(new AbortController().signal)
  }

  it("finds facts in the assistant's own words", async () => {
    const price = assistant.facts.find(({ id }) => id === 'price')!
    expect(await answer('how much does it cost per seat')).toContain(price.says)
  })

  it('says that it knows nothing when it does', async () => {
    expect(await answer('zebra')).toMatch(/^Nothing is known/)
  })
})
