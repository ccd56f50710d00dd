import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import webhooks from 'twilio/lib/webhooks/webhooks.js'
import { fastify } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { JournalListener } from '../src/event-stream.ts'
import { Secret } from '../src/secret.ts'
import { listen, openDataDir, StartFault } from '../src/start.ts'
import { openGate } from '../src/twilio/signature.ts'
import { ALICE, closing, eventually, openTelephone, type Telephone } from './twilio/telephone.ts'
import { callSid, CONNECTED, frame, media } from './twilio/wire.ts'

const FORM = { CallSid: ALICE, From: '+15550001111', To: '+15550002222', CallStatus: 'ringing' }

const ring = (telephone: Telephone, form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${telephone.address}/twilio/voice`, { method: 'POST', body: new URLSearchParams(form), headers })

describe('when the phone rings', () => {
  it('Twilio is told to connect the caller to us, and the call is made ready', async () => {
    const telephone = await openTelephone()

    const answer = await ring(telephone, FORM)

    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/xml/)
    const stream = `${telephone.address.replace('http', 'ws')}/twilio/media/${ALICE}`
    expect(await answer.text()).toContain(`<Stream url="${stream}"`)
    expect(telephone.call(ALICE)).toMatchObject({
      line: null,
      ring: { callSid: ALICE, from: '+15550001111', to: '+15550002222' },
    })
  })

  it('the call that rang is the one that is answered', async () => {
    const telephone = await openTelephone()
    const stream = /url="([^"]*)"/.exec(await (await ring(telephone, FORM)).text())![1]!
    expect(stream).toBe(`${telephone.address.replace('http', 'ws')}/twilio/media/${ALICE}`)
    const socket = await telephone.connect()

    socket.send(CONNECTED)
    socket.send(telephone.start(ALICE))

    await eventually(() => expect(telephone.call(ALICE).line).not.toBeNull())
    expect(telephone.made).toHaveLength(1)
  })

  it('a caller without a number, or with a strange one, is answered too', async () => {
    const telephone = await openTelephone()

    expect((await ring(telephone, { CallSid: callSid(1) })).status).toBe(200)
    const odd = await (await ring(telephone, { CallSid: callSid(2), From: 'sip:"a"&<b>@c' })).text()

    expect(odd).toContain('value="sip:&quot;a&quot;&amp;&lt;b&gt;@c"')
    expect(telephone.made.map(({ ring }) => ring.from)).toEqual([null, 'sip:"a"&<b>@c'])
  })

  it('and all lines are busy, the caller is told so', async () => {
    const telephone = await openTelephone({ maxCalls: 1 })
    await ring(telephone, FORM)

    const answer = await ring(telephone, { ...FORM, CallSid: callSid(2) })

    expect(answer.status).toBe(200)
    expect(await answer.text()).toMatch(/busy.*<Hangup\/>/s)
  })

  it('and all lines are busy, another number answers if there is one', async () => {
    const telephone = await openTelephone({ maxCalls: 1, overflowNumber: '+15550009999' })
    await ring(telephone, FORM)

    const answer = await ring(telephone, { ...FORM, CallSid: callSid(2) })

    expect(answer.status).toBe(200)
    expect(await answer.text()).toMatch(/<Dial timeout="20">\+15550009999<\/Dial>.*<Hangup\/>/s)
  })

  it('and the machine is too busy for one call more, the caller is told so, and those on the phone go on', async () => {
    const state = { overloaded: false }
    const telephone = await openTelephone({ isOverloaded: () => state.overloaded })
    await ring(telephone, FORM)
    state.overloaded = true

    expect(await (await ring(telephone, { ...FORM, CallSid: callSid(2) })).text()).toContain('busy')
    expect(telephone.logged.join('')).toContain('"admission":"overloaded"')
    const health = await fetch(`${telephone.address}/health`)
    expect(health.status).toBe(200)
    expect(await health.json()).toMatchObject({ ok: true, admission: 'overloaded', calls: 1 })
    // The call that rang before may still be answered.
    const socket = await telephone.connect()
    socket.send(telephone.start(ALICE))
    await eventually(() => expect(telephone.call(ALICE).line).not.toBeNull())
    state.overloaded = false
    expect(await (await ring(telephone, { ...FORM, CallSid: callSid(3) })).text()).toContain('<Stream')
  })

  it('and a service could not serve one call more, the caller is told so; which, is for everybody, why, for the log', async () => {
    const exhausted = (calls: number) => (calls < 1 ? [] : [{ service: 'OpenAI', why: '3 requests in the coming minute' }])
    const telephone = await openTelephone({ exhausted })
    await ring(telephone, FORM)

    expect(await (await ring(telephone, { ...FORM, CallSid: callSid(2) })).text()).toMatch(/busy.*<Hangup\/>/s)
    expect(telephone.logged.join('')).toContain('"exhausted":[{"service":"OpenAI","why":"3 requests in the coming minute"}]')
    const health: unknown = await (await fetch(`${telephone.address}/health`)).json()
    expect(health).toMatchObject({ ok: true, admission: 'over-budget', calls: 1, exhausted: ['OpenAI'] })
    expect(JSON.stringify(health)).not.toContain('coming minute')
  })

  it('and the call cannot be made, the caller hears an apology', async () => {
    const telephone = await openTelephone({
      create: () => {
        throw new Error('no recogniser')
      },
    })

    const answer = await ring(telephone, FORM)

    expect(answer.status).toBe(200)
    expect(await answer.text()).toMatch(/Sorry.*<Hangup\/>/s)
  })

  it('the log does not keep the caller’s number', async () => {
    const telephone = await openTelephone()
    await ring(telephone, FORM)
    expect(telephone.logged.join('')).toContain('the phone rings')
    expect(telephone.logged.join('')).not.toContain('5550001111')
  })

  it.each([{}, { CallSid: 'CA1' }, { CallSid: '../../etc' }])('a form that is no call (%j) is refused', async form => {
    const telephone = await openTelephone()
    const answer = await ring(telephone, form)
    expect(answer.status).toBe(400)
    expect(telephone.made).toEqual([])
  })

  it('a form that names two calls is refused', async () => {
    const telephone = await openTelephone()
    const body = new URLSearchParams([...Object.entries(FORM), ['CallSid', callSid(2)]])
    expect((await fetch(`${telephone.address}/twilio/voice`, { method: 'POST', body })).status).toBe(400)
  })
})

describe('what Twilio tells beside the stream', () => {
  const post = (telephone: Telephone, path: string, form: Readonly<Record<string, string>>, headers = {}) =>
    fetch(telephone.address + path, { method: 'POST', body: new URLSearchParams(form), headers })
  const answered = async (telephone: Telephone) => {
    const socket = await telephone.connect()
    socket.send(telephone.start(ALICE))
    await eventually(() => expect(telephone.call(ALICE).line).not.toBeNull())
  }

  it.each(['completed', 'busy', 'failed', 'no-answer', 'canceled'])('a call that is %s is over here too', async status => {
    const telephone = await openTelephone()
    await answered(telephone)
    expect((await post(telephone, '/twilio/status', { CallSid: ALICE, CallStatus: status, CallDuration: '7' })).status).toBe(204)
    expect(telephone.call(ALICE).endedBecause).toBe('over-at-twilio')
    expect(telephone.logged.join('')).toContain(`"status":"${status}","seconds":"7","ended":true`)
  })

  it.each(['queued', 'ringing', 'in-progress', 'something new'])('a call that is %s goes on', async status => {
    const telephone = await openTelephone()
    await answered(telephone)
    expect((await post(telephone, '/twilio/status', { CallSid: ALICE, CallStatus: status })).status).toBe(204)
    expect(telephone.call(ALICE).endedBecause).toBeNull()
  })

  it('an error on a stream is logged, for Twilio tells of it nowhere else but in its debugger', async () => {
    const telephone = await openTelephone()
    const form = { CallSid: ALICE, StreamSid: 'MZ1', StreamEvent: 'stream-error', StreamError: '31951 bad message' }
    expect((await post(telephone, '/twilio/stream-status', form)).status).toBe(204)
    expect(telephone.logged.join('')).toContain('31951 bad message')
  })

  it.each([
    ['human', 'hang-up', null, 'hang up'],
    ['unknown', 'message', null, 'hang up'],
    ['machine_start', 'hang-up', 'machine-answered', 'hang up'],
    ['machine_end_beep', 'hang-up', 'machine-answered', 'hang up'],
    ['machine_end_beep', 'message', 'machine-answered', 'message'],
    ['machine_end_silence', 'message', 'machine-answered', 'message'],
    ['machine_start', 'message', 'machine-answered', 'hang up'],
    ['fax', 'message', 'machine-answered', 'hang up'],
  ] as const)('%s picked up and the plan is %s: the call is ended %s, then %s', async (answeredBy, voicemail, reason, then) => {
    const telephone = await openTelephone({ voicemail })
    await answered(telephone)
    expect((await post(telephone, '/twilio/amd', { CallSid: ALICE, AnsweredBy: answeredBy })).status).toBe(204)
    expect(telephone.call(ALICE).endedBecause).toBe(reason)
    const after = await post(telephone, '/twilio/after-stream', { CallSid: ALICE })
    expect(after.headers.get('content-type')).toMatch(/^text\/xml/)
    const twiml = await after.text()
    expect(twiml).toMatch(/<Hangup\/>/)
    expect(twiml.includes('<Say>')).toBe(then === 'message')
    // A message is left once.
    expect(await (await post(telephone, '/twilio/after-stream', { CallSid: ALICE })).text()).not.toContain('<Say>')
  })

  it.each(['/twilio/status', '/twilio/stream-status', '/twilio/amd', '/twilio/after-stream'])(
    'is taken at %s from nobody else, and only if it is about a call',
    async path => {
      const telephone = await openTelephone()
      expect((await post(telephone, path, { CallSid: '../../etc' })).status).toBe(400)
      const form = { CallSid: ALICE, CallStatus: 'completed', StreamEvent: 'x', AnsweredBy: 'fax' }
      expect((await post(telephone, path, form, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(403)
    },
  )

  it('is where the TwiML says it is', async () => {
    const telephone = await openTelephone()
    const twiml = await (await ring(telephone, FORM)).text()
    expect(twiml).toContain(`<Connect action="${telephone.address}/twilio/after-stream?leg=1">`)
    expect(twiml).toContain(`statusCallback="${telephone.address}/twilio/stream-status"`)
  })
})

describe('with a public address', () => {
  const TOKEN = '12345678901234567890123456789012'
  const publicUrl = 'https://bot.example.com'
  const open = () => openTelephone({ publicUrl, gate: openGate(publicUrl, [new Secret(TOKEN)]) })
  const sign = (url: string, form: object) => webhooks.getExpectedTwilioSignature(TOKEN, url, form)

  it('a signed webhook is answered with the wss address of the stream', async () => {
    const telephone = await open()
    const signature = sign('https://bot.example.com/twilio/voice', FORM)

    const answer = await ring(telephone, FORM, { 'X-Twilio-Signature': signature, 'x-forwarded-proto': 'https' })

    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain(`<Stream url="wss://bot.example.com/twilio/media/${ALICE}"`)
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  it('a signed stream becomes a call', async () => {
    const telephone = await open()
    const headers = { 'x-twilio-signature': sign(`wss://bot.example.com/twilio/media/${ALICE}`, {}) }

    const socket = await telephone.server.injectWS(`/twilio/media/${ALICE}`, { headers })

    socket.send(telephone.start(ALICE))
    await eventually(() => expect(telephone.call(ALICE).line).not.toBeNull())
    socket.terminate()
  })

  it('nobody else gets in, not even from this machine, and the log says why', async () => {
    const telephone = await open()
    const refused = await ring(telephone, FORM)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toEqual({ error: 'forbidden; the log says why' })
    expect((await ring(telephone, FORM, { 'x-twilio-signature': 'AAAA' })).status).toBe(403)
    await expect(telephone.connect()).rejects.toThrow('403')
    const headers = { 'x-twilio-signature': sign(`https://bot.example.com/twilio/media/${ALICE}`, {}) }
    await expect(telephone.server.injectWS(`/twilio/media/${ALICE}`, { headers })).rejects.toThrow('403')

    expect(telephone.made).toEqual([])
    expect(telephone.logged.join('')).toContain('no X-Twilio-Signature')
    expect(telephone.logged.join('')).not.toContain(TOKEN)
  })
})

describe('without a public address', () => {
  it('a tunnel to this machine gets in nowhere', async () => {
    const telephone = await openTelephone()
    const tunnel = { 'x-forwarded-for': '203.0.113.7' }

    expect((await ring(telephone, FORM, tunnel)).status).toBe(403)
    expect((await fetch(`${telephone.address}/api/calls/${ALICE}/events`, { headers: tunnel })).status).toBe(403)
    const headers = { host: 'localhost', ...tunnel }
    const upgrade = { headers, socket: { remoteAddress: '127.0.0.1' } } as never
    await expect(telephone.server.injectWS(`/twilio/media/${ALICE}`, upgrade)).rejects.toThrow('403')

    expect(telephone.made).toEqual([])
    expect(telephone.logged.join('')).toContain('PUBLIC_URL and TWILIO_AUTH_TOKEN')
  })

  it('a web page of another origin gets in nowhere', async () => {
    const telephone = await openTelephone()
    expect((await ring(telephone, FORM, { origin: 'https://evil.example.com' })).status).toBe(403)
  })
})

describe('routes added for the owner', () => {
  it('are the owner’s, and counted', async () => {
    const telephone = await openTelephone({
      addOwnRoutes: async (server, onlyOperator) => {
        server.get('/api/mine', { preHandler: onlyOperator }, async () => ({ mine: true }))
      },
    })
    const ask = (headers = {}) => telephone.server.inject({ url: '/api/mine', headers })
    expect((await ask()).json()).toEqual({ mine: true })
    expect((await ask({ 'x-forwarded-for': '203.0.113.7' })).statusCode).toBe(403)
    for (let n = 1; n < 1200; n++) await ask()
    expect((await ask()).statusCode).toBe(429)
  })
})

describe('the owner', () => {
  const API_TOKEN = 'a-token-of-the-owner'
  const ELSEWHERE = { 'x-forwarded-for': '203.0.113.7' }
  const follow = (callSid: string, listener: JournalListener) => {
    if (callSid !== ALICE) return null
    listener.end()
    return () => {}
  }
  const watch = ({ address }: Telephone, headers: Readonly<Record<string, string>>) =>
    fetch(`${address}/api/calls/${ALICE}/events`, { headers })
  const logIn = (telephone: Telephone, token: string) =>
    fetch(`${telephone.address}/api/session`, {
      method: 'POST',
      headers: { ...ELSEWHERE, 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })

  it('on this machine needs no token', async () => {
    const telephone = await openTelephone({ follow, apiToken: API_TOKEN })
    expect((await watch(telephone, {})).status).toBe(200)
  })

  it.each<[who: string, headers: Readonly<Record<string, string>>, status: number]>([
    ['shows the token', { authorization: `Bearer ${API_TOKEN}` }, 200],
    ['shows another', { authorization: `Bearer ${API_TOKEN}x` }, 403],
    ['shows it as something else', { authorization: `Basic ${API_TOKEN}` }, 403],
    ['shows none', {}, 403],
    ['has the cookie', { cookie: `a=b; __Host-halfsecond=${API_TOKEN}` }, 200],
    ['has another cookie', { cookie: '__Host-halfsecond=other' }, 403],
    ['has a cookie of another name', { cookie: `halfsecond=${API_TOKEN}` }, 403],
    ['was sent by another site', { cookie: `__Host-halfsecond=${API_TOKEN}`, origin: 'https://evil.example.com' }, 403],
    [
      'shows a wrong token and the right cookie',
      { authorization: 'Bearer other', cookie: `__Host-halfsecond=${API_TOKEN}` },
      403,
    ],
  ])('who asks from elsewhere and %s is answered with the right status', async (_, headers, status) => {
    const telephone = await openTelephone({ follow, apiToken: API_TOKEN })
    expect((await watch(telephone, { ...ELSEWHERE, ...headers })).status).toBe(status)
    expect(telephone.logged.join('')).not.toContain(API_TOKEN)
  })

  it('cannot be anybody from elsewhere if no token is set', async () => {
    const telephone = await openTelephone({ follow })
    expect((await watch(telephone, { ...ELSEWHERE, authorization: 'Bearer ' })).status).toBe(403)
    expect((await logIn(telephone, '')).status).toBe(403)
    expect(telephone.logged.join('')).toContain('set API_TOKEN')
  })

  it('gets a cookie for the token, which scripts cannot read and other sites not use', async () => {
    const telephone = await openTelephone({ follow, apiToken: API_TOKEN })
    const answer = await logIn(telephone, API_TOKEN)
    expect(answer.status).toBe(204)
    const cookie = answer.headers.get('set-cookie')!
    expect(cookie).toMatch(/; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200$/)
    expect((await watch(telephone, { ...ELSEWHERE, cookie: cookie.split(';')[0]! })).status).toBe(200)
  })

  it('who guesses is turned away, and after 60 tries not even that', async () => {
    const telephone = await openTelephone({ follow, apiToken: API_TOKEN })
    for (let n = 0; n < 60; n++) expect((await logIn(telephone, `guess ${n}`)).status).toBe(403)
    expect((await logIn(telephone, 'guess 60')).status).toBe(429)
  })
})

describe('whoever asks too often', () => {
  const TOKEN = '12345678901234567890123456789012'
  const publicUrl = 'https://bot.example.com'
  const signed = { 'x-twilio-signature': webhooks.getExpectedTwilioSignature(TOKEN, `${publicUrl}/twilio/voice`, FORM) }
  const signedStream = {
    'x-twilio-signature': webhooks.getExpectedTwilioSignature(TOKEN, `wss://bot.example.com/twilio/media/${ALICE}`, {}),
  }

  it('unsigned is refused 60 times a minute, then briefly and unlogged, while Twilio gets in through the same tunnel', async () => {
    const telephone = await openTelephone({ publicUrl, gate: openGate(publicUrl, [new Secret(TOKEN)]) })

    const statuses: number[] = []
    for (let n = 0; n < 100; n++) statuses.push((await ring(telephone, FORM)).status)
    const last = await ring(telephone, FORM)

    expect(statuses).toEqual([...Array<number>(60).fill(403), ...Array<number>(40).fill(429)])
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await last.json()).toEqual({ error: 'too many requests' })
    await expect(telephone.connect()).rejects.toThrow('429')
    expect(telephone.logged.filter(line => line.includes('refused a request'))).toHaveLength(60)
    expect((await ring(telephone, FORM, signed)).status).toBe(200)
    const socket = await telephone.server.injectWS(`/twilio/media/${ALICE}`, {
      headers: signedStream,
      socket: { remoteAddress: '127.0.0.1' },
    } as never)
    socket.terminate()
  })

  it.each([
    ['what there is not', '/nothing', 404, 60],
    ['how the server is', '/health', 200, 600],
    ['for calls', '/api/calls/x/events', 404, 1200],
  ])('%s is told to wait', async (_, url, status, most) => {
    const telephone = await openTelephone()
    const statuses: number[] = []
    for (let n = 0; n <= most; n++) statuses.push((await telephone.server.inject({ url })).statusCode)
    expect(statuses).toEqual([...Array<number>(most).fill(status), 429])
  })

  it('about one call is told to wait, also as Twilio, which is heard about others', async () => {
    const telephone = await openTelephone({ maxCalls: 2 })
    for (let n = 0; n < 60; n++) expect((await ring(telephone, FORM)).status).toBe(200)
    expect((await ring(telephone, FORM)).status).toBe(429)
    await expect(telephone.connect(ALICE)).rejects.toThrow('429')
    expect((await ring(telephone, { ...FORM, CallSid: callSid(2) })).status).toBe(200)
    await telephone.connect(callSid(2))
  })

  it('and opens more streams than there can be calls, with 50 to spare, gets no more', async () => {
    const telephone = await openTelephone({ maxCalls: 3 })
    for (let n = 0; n < 53; n++) await telephone.connect(callSid(n))
    await expect(telephone.connect(callSid(99))).rejects.toThrow('503')
    await telephone.clock.advance(5_000)
    await eventually(() => expect(telephone.server.websocketServer.clients.size).toBe(0))
    await telephone.connect()
  })
})

describe('whoever watches a call', () => {
  /** A call whose journal has one entry when somebody begins to follow it. */
  function journal() {
    const followers = new Set<JournalListener>()
    const follow = (callSid: string, listener: JournalListener) => {
      if (callSid !== ALICE) return null
      listener.entry({ at: 0, said: 'first\n\nline' })
      followers.add(listener)
      return () => followers.delete(listener)
    }
    return { followers, follow }
  }
  const watch = (telephone: Telephone): Promise<{ response: IncomingMessage; text: () => string }> =>
    new Promise((resolve, reject) => {
      get(`${telephone.address}/api/calls/${ALICE}/events`, response => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString()))
        response.on('error', () => {})
        resolve({ response, text: () => text })
      }).on('error', reject)
    })

  it('reads its journal from the beginning to the end', async () => {
    const { followers, follow } = journal()
    const telephone = await openTelephone({ follow })
    const { response, text } = await watch(telephone)
    expect(response.statusCode).toBe(200)
    expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    expect(response.headers['x-content-type-options']).toBe('nosniff')

    for (const listener of followers) listener.entry({ at: 20 })
    await eventually(() => expect(text()).toBe('data: {"at":0,"said":"first\\n\\nline"}\n\ndata: {"at":20}\n\n'))
    const [listener] = followers
    listener!.end()
    listener!.entry({ at: 40 })
    listener!.end()

    await eventually(() => expect(response.complete).toBe(true))
    expect(text()).toMatch(/\n\nevent: end\ndata: \{\}\n\n$/)
    await eventually(() => expect(followers.size).toBe(0))
  })

  it('and goes away is forgotten', async () => {
    const { followers, follow } = journal()
    const telephone = await openTelephone({ follow })
    const { response } = await watch(telephone)
    const [listener] = followers

    response.destroy()

    await eventually(() => expect(followers.size).toBe(0))
    listener!.entry({ late: true })
    listener!.end()
  })

  it('and stops reading is let go before memory runs out', async () => {
    const { followers, follow } = journal()
    const telephone = await openTelephone({ follow })
    const { response } = await watch(telephone)
    response.pause()
    const [listener] = followers

    for (let megabyte = 0; megabyte < 64; megabyte++) listener!.entry({ text: 'x'.repeat(1024 * 1024) })

    await eventually(() => expect(followers.size).toBe(0))
  })

  it('of a call that nobody knows is told so', async () => {
    const telephone = await openTelephone(journal())
    const answer = await fetch(`${telephone.address}/api/calls/${callSid(9)}/events`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({ error: 'there is no such call' })
  })

  it('does not keep the server from closing', async () => {
    const { followers, follow } = journal()
    const telephone = await openTelephone({ follow })
    await watch(telephone)

    await telephone.server.close()

    await eventually(() => expect(followers.size).toBe(0))
  })
})

describe('the server', () => {
  it('says how it is', async () => {
    const telephone = await openTelephone()
    await ring(telephone, FORM)

    const answer = await fetch(`${telephone.address}/health`)

    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ ok: true, admission: 'open', calls: 1, version: '1.2.3', recogniser: 'local' })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    })
    expect(answer.headers.has('strict-transport-security')).toBe(false)
  })

  it.each(['/nothing', '/twilio/voice', '/twilio/media/', '/twilio/media', '/twilio/voice/'])(
    'says that there is nothing to get at %s',
    async path => {
      const telephone = await openTelephone()
      const answer = await fetch(telephone.address + path)
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-type')).toMatch(/json/)
    },
  )

  it.each([
    ['a body of a megabyte', 'x'.repeat(1024 * 1024), 'application/x-www-form-urlencoded', 413],
    ['broken JSON', '{', 'application/json', 400],
    ['a kind of body it does not know', '<x/>', 'application/xml', 415],
  ])('refuses %s without a stack trace', async (_, body, type, status) => {
    const telephone = await openTelephone()

    const answer = await fetch(`${telephone.address}/twilio/voice`, { method: 'POST', body, headers: { 'content-type': type } })

    expect(answer.status).toBe(status)
    const text = await answer.text()
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['error'])
    expect(text).not.toMatch(/\.ts|\.js|node_modules/)
  })

  it('answers a media stream only by WebSocket', async () => {
    const telephone = await openTelephone()
    const answer = await fetch(`${telephone.address}/twilio/media/${ALICE}`)
    expect(answer.status).toBe(426)
    expect(await answer.json()).toEqual({ error: 'only WebSockets are answered here' })
  })

  it('keeps its own faults to itself and its log', async () => {
    const follow = () => {
      throw new Error('the disk is full of secrets')
    }
    const telephone = await openTelephone({ follow })

    const answer = await fetch(`${telephone.address}/api/calls/${ALICE}/events`)

    expect(answer.status).toBe(500)
    expect(await answer.text()).toBe('{"error":"something went wrong here"}')
    expect(telephone.logged.join('')).toContain('the disk is full of secrets')
  })

  it('lets calls finish before it closes', async () => {
    const telephone = await openTelephone({ drainMs: 60_000 })
    const socket = await telephone.connect()
    socket.send(telephone.start(ALICE))
    await eventually(() => expect(telephone.call(ALICE).line).not.toBeNull())
    let isClosed = false
    const closed = telephone.server.close().then(() => (isClosed = true))

    await telephone.clock.advance(30_000)
    socket.send(media(0, frame(1)))
    await eventually(() => expect(telephone.call(ALICE).heard).toHaveLength(1))
    expect(isClosed).toBe(false)
    telephone.call(ALICE).end('goodbye')

    await closed
    expect(telephone.call(ALICE).endedBecause).toBe('goodbye')
  })

  it('ends calls that do not finish in time', async () => {
    const telephone = await openTelephone({ drainMs: 60_000 })
    const socket = await telephone.connect()
    socket.send(telephone.start(ALICE))
    await eventually(() => expect(telephone.call(ALICE).line).not.toBeNull())
    const gone = closing(socket)
    const closed = telephone.server.close()

    await eventually(() => expect(telephone.calls.draining).toBe(true))
    await telephone.clock.advance(60_000)

    await closed
    expect(telephone.call(ALICE).endedBecause).toBe('shutdown')
    expect((await gone).code).toBe(1000)
  })

  it('is not cut short by Fastify, which gives up on closing after ten seconds unless told otherwise', async () => {
    const telephone = await openTelephone({ drainMs: 600_000 })
    expect(telephone.server.initialConfig.pluginTimeout).toBeGreaterThan(600_000)
  })

  it('while calls are drained says that it is not well, and that the lines are busy', async () => {
    const telephone = await openTelephone()
    await ring(telephone, FORM)
    void telephone.calls.drain(60_000)

    const health = await fetch(`${telephone.address}/health`)
    expect(health.status).toBe(503)
    expect(await health.json()).toMatchObject({ ok: false, admission: 'draining', calls: 1 })
    expect(await (await ring(telephone, { ...FORM, CallSid: callSid(2) })).text()).toContain('busy')
    await telephone.clock.advance(90_000)
  })
})

describe('a start that fails', () => {
  const freshServer = async () => {
    const server = fastify()
    onTestFinished(() => server.close())
    return server
  }

  it('because the port is taken says so in one sentence', async () => {
    const port = Number(new URL((await openTelephone()).address).port)
    const server = await freshServer()

    await expect(listen(server, '127.0.0.1', port)).rejects.toThrow(
      new StartFault(`Port ${port} on 127.0.0.1 is taken by another program: stop it, or set PORT to another port.`),
    )
  })

  it('because the address is not ours says so in one sentence', async () => {
    const server = await freshServer()
    await expect(listen(server, '203.0.113.7', 0)).rejects.toThrow(/^203.0.113.7 is not an address of this machine: set HOST/)
  })

  it('because the data folder cannot be written says so in one sentence', () => {
    const folder = mkdtempSync(join(tmpdir(), 'data-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'file'), '')
    const path = join(folder, 'file', 'data')

    expect(() => openDataDir(path)).toThrow(
      new StartFault(`The folder ${path} cannot be written (ENOTDIR): make it writable, or set DATA_DIR to another.`),
    )
  })

  it('does not come from a data folder that is not there yet', () => {
    const folder = mkdtempSync(join(tmpdir(), 'data-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    openDataDir(join(folder, 'a', 'b'))
    openDataDir(join(folder, 'a', 'b'))
    expect(statSync(join(folder, 'a', 'b')).isDirectory()).toBe(true)
  })
})
