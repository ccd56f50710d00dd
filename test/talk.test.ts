import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { Secret } from '../src/secret.ts'
import type { TalkBegun } from '../src/talk.ts'
import { openGate } from '../src/twilio/signature.ts'
import { closing, eventually, openTelephone, type Telephone } from './twilio/telephone.ts'
import { callSid, CONNECTED, dtmf, frame, mark, media, start, stop } from './twilio/wire.ts'

const API_TOKEN = 'a-token-of-the-owner'
const PUBLIC = 'https://bot.example.com'
const ELSEWHERE = { 'x-forwarded-for': '203.0.113.7' }
const COOKIE = { ...ELSEWHERE, cookie: `__Host-halfsecond=${API_TOKEN}` }

/** A server as the world reaches it: Twilio signs, the owner has a token. */
const openPublic = (setting: { readonly maxCalls?: number } = {}) =>
  openTelephone({ ...setting, publicUrl: PUBLIC, gate: openGate(PUBLIC, [new Secret('auth token')]), apiToken: API_TOKEN })

type Headers = Readonly<Record<string, string>>

const ask = ({ address }: Telephone, headers: Headers) => fetch(`${address}/api/talk`, { method: 'POST', headers })

/** Through the tunnel in which the server stands, the browser's host and origin are those of the public address. */
const pageAt = (telephone: Telephone): Headers => ({ origin: telephone.address })

async function begin(telephone: Telephone, headers: Headers): Promise<TalkBegun> {
  const answer = await ask(telephone, headers)
  expect(answer.status).toBe(201)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  return (await answer.json()) as TalkBegun
}

/** Opens the stream as a browser does. Rejects with the status if it is refused. */
async function open({ address }: Telephone, path: string, protocols: readonly string[], headers: Headers) {
  const socket = new WebSocket(address.replace('http', 'ws') + path, [...protocols], { headers })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.on('error', () => {})
  return socket
}

describe('a talk from the web page', () => {
  it('rings before its stream comes, and is a call as any other', async () => {
    const telephone = await openTelephone()
    const page = pageAt(telephone)
    const talk = await begin(telephone, page)
    expect(talk.callSid).toMatch(/^CA[0-9a-f]{32}$/)
    expect(talk.events).toBe(`/api/calls/${talk.callSid}/events`)
    expect(telephone.call(talk.callSid)).toMatchObject({ line: null, ring: { from: null, to: null } })

    const socket = await open(telephone, talk.stream, talk.protocols, page)
    expect(socket.protocol).toBe('halfsecond.talk')
    for (const message of [CONNECTED, start(talk.callSid), media(0, frame(1)), dtmf('5'), mark('m'), stop(talk.callSid)]) {
      socket.send(message)
    }
    const call = telephone.call(talk.callSid)
    await eventually(() => expect(call.endedBecause).toBe('caller-hung-up'))
    expect(call).toMatchObject({ heard: [{ timestampMs: 0 }], digits: ['5'], marks: ['m'] })
    expect(telephone.made).toHaveLength(1)
  })

  it('gets in without Twilio’s signature from elsewhere too, for an owner who is signed in', async () => {
    const telephone = await openPublic()
    const host = new URL(telephone.address).host
    const page = { ...COOKIE, origin: `https://${host}` }
    const talk = await begin(telephone, page)
    const socket = await open(telephone, talk.stream, talk.protocols, page)
    socket.send(start(talk.callSid))
    await eventually(() => expect(telephone.call(talk.callSid).line).not.toBeNull())
  })

  it('takes a line, and there may be none left', async () => {
    const telephone = await openTelephone({ maxCalls: 1 })
    await begin(telephone, {})
    const answer = await ask(telephone, {})
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({ error: 'all lines are busy; try again in a moment' })
    expect(telephone.made).toHaveLength(1)
  })

  it('that cannot be made is told as that', async () => {
    const telephone = await openTelephone({
      create: () => {
        throw new Error('no recogniser')
      },
    })
    expect((await ask(telephone, {})).status).toBe(500)
  })

  it('whose stream never comes is over after half a minute', async () => {
    const telephone = await openTelephone()
    const { callSid: talk } = await begin(telephone, {})
    await telephone.clock.advance(30_000)
    expect(telephone.call(talk).endedBecause).toBe('no-stream')
  })

  it('leaves its ticket in no log', async () => {
    const telephone = await openTelephone()
    const talk = await begin(telephone, {})
    await open(telephone, talk.stream, talk.protocols, {})
    await expect(open(telephone, talk.stream, talk.protocols, {})).rejects.toThrow('403')
    expect(telephone.logged.join('')).toContain('replayed ticket')
    expect(telephone.logged.join('')).not.toContain(talk.protocols[1].slice('ticket.'.length))
  })
})

describe('nobody else begins a talk', () => {
  it.each<[who: string, headers: Headers]>([
    ['a stranger', ELSEWHERE],
    ['somebody with a wrong token', { ...ELSEWHERE, authorization: 'Bearer other' }],
    ['somebody with a wrong cookie', { ...ELSEWHERE, cookie: '__Host-halfsecond=other' }],
    ['another site, in the browser of an owner', { ...COOKIE, origin: 'https://evil.example.com' }],
    ['another site, on this machine', { origin: 'https://evil.example.com' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a page of no origin', { origin: 'null' }],
    [
      'another site that was given the token',
      { authorization: `Bearer ${API_TOKEN}`, ...ELSEWHERE, origin: 'https://evil.example.com' },
    ],
  ])('%s is refused', async (_, headers) => {
    const telephone = await openPublic()
    const answer = await ask(telephone, headers)
    expect(answer.status).toBe(403)
    expect(await answer.json()).toEqual({ error: 'forbidden; the log says why' })
    expect(telephone.made).toEqual([])
  })
})

describe('the stream of a talk is not opened', () => {
  async function ready() {
    const telephone = await openPublic()
    const host = new URL(telephone.address).host
    const page = { ...COOKIE, origin: `https://${host}` }
    return { telephone, page, talk: await begin(telephone, page) }
  }
  const refusal = async (telephone: Telephone, path: string, protocols: readonly string[], headers: Headers, why: string) => {
    await expect(open(telephone, path, protocols, headers)).rejects.toThrow('403')
    expect(telephone.logged.join('')).toContain(why)
    for (const call of telephone.made) expect(call.line).toBeNull()
  }

  it('without its ticket', async () => {
    const { telephone, page, talk } = await ready()
    await refusal(telephone, talk.stream, ['halfsecond.talk'], page, 'missing ticket')
  })

  it('with a ticket alone, which is not how a talk asks', async () => {
    const { telephone, page, talk } = await ready()
    await refusal(telephone, talk.stream, [talk.protocols[1]], page, 'no X-Twilio-Signature')
  })

  it('with a made-up or changed ticket', async () => {
    const { telephone, page, talk } = await ready()
    const [expiry, number, hash] = talk.protocols[1].slice('ticket.'.length).split('.') as [string, string, string]
    for (const forged of [
      'x',
      `${expiry}.${number}.`,
      `${Number(expiry) + 1}.${number}.${hash}`,
      `${expiry}.9${number}.${hash}`,
    ]) {
      await refusal(telephone, talk.stream, ['halfsecond.talk', `ticket.${forged}`], page, 'foreign ticket')
    }
  })

  it('with the ticket of another call', async () => {
    const { telephone, page, talk } = await ready()
    const other = await begin(telephone, page)
    await refusal(telephone, talk.stream, other.protocols, page, 'foreign ticket')
    await refusal(telephone, `/twilio/media/${callSid(0xb)}`, talk.protocols, page, 'foreign ticket')
  })

  it('with a ticket that Twilio was given, which anybody who calls can cause to be made', async () => {
    const { telephone, page, talk } = await ready()
    const protocols = ['halfsecond.talk', `ticket.${telephone.tickets.issue(talk.callSid)}`]
    await refusal(telephone, talk.stream, protocols, page, 'foreign ticket')
  })

  it('with a ticket after its minute', async () => {
    const { telephone, page } = await ready()
    const talk = await begin(telephone, page)
    await telephone.clock.advance(60_000)
    await refusal(telephone, talk.stream, talk.protocols, page, 'expired ticket')
  })

  it.each<[where: string, origin: Headers]>([
    ['of another site', { origin: 'https://evil.example.com' }],
    ['that names no origin', {}],
    ['of no origin', { origin: 'null' }],
  ])('from a page %s, though it has the ticket', async (_, origin) => {
    const { telephone, talk } = await ready()
    await refusal(telephone, talk.stream, talk.protocols, { ...COOKIE, ...origin }, 'foreign ticket')
    // The right page still may.
    const host = new URL(telephone.address).host
    await open(telephone, talk.stream, talk.protocols, { ...COOKIE, origin: `https://${host}` })
  })

  it('twice with one ticket, also once the first stream is closed', async () => {
    const { telephone, page, talk } = await ready()
    const socket = await open(telephone, talk.stream, talk.protocols, page)
    await expect(open(telephone, talk.stream, talk.protocols, page)).rejects.toThrow('403')
    const closed = closing(socket)
    socket.close()
    await closed
    await expect(open(telephone, talk.stream, talk.protocols, page)).rejects.toThrow('403')
  })

  it('for a call other than the one it then names', async () => {
    const { telephone, page, talk } = await ready()
    const other = await begin(telephone, page)
    const socket = await open(telephone, talk.stream, talk.protocols, page)
    const closed = closing(socket)
    socket.send(start(other.callSid))
    expect(await closed).toEqual({ code: 1008, reason: 'its address is that of another call' })
    expect(telephone.call(other.callSid).line).toBeNull()
  })

  it('with its ticket where Twilio’s is expected', async () => {
    const telephone = await openTelephone()
    const talk = await begin(telephone, {})
    const socket = await telephone.connect(talk.callSid)
    const closed = closing(socket)
    socket.send(start(talk.callSid, talk.protocols[1].slice('ticket.'.length)))
    expect(await closed).toEqual({ code: 1008, reason: 'the ticket is not for this call' })
  })

  it('by whoever only says that Twilio’s signature is not needed', async () => {
    const { telephone } = await ready()
    for (const protocols of [['halfsecond.talk', 'ticket.'], ['halfsecond.talk', 'ticket.', 'ticket.x'], []]) {
      await expect(open(telephone, `/twilio/media/${callSid(0xb)}`, protocols, {})).rejects.toThrow('403')
    }
    expect(telephone.made).toHaveLength(1)
  })
})
