import webhooks from 'twilio/lib/webhooks/webhooks.js'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { openGate, type TwilioRequest } from '../../src/twilio/signature.ts'
import { callSid } from './wire.ts'

const TOKEN = '12345678901234567890123456789012'
const FORM = { CallSid: callSid(1), From: '+15550001111', CallStatus: 'ringing', CallToken: '{"t":1}', StirVerstat: 'A' }
const gate = openGate('https://bot.example.com', [new Secret(TOKEN)])

const sign = (url: string, form: Readonly<Record<string, string>>, token = TOKEN): string =>
  webhooks.getExpectedTwilioSignature(token, url, form)

/** As it arrives behind a tunnel: the peer and the Host say nothing about what Twilio signed. */
const request = (url: string, signature: string | undefined, body?: unknown): TwilioRequest => ({
  url,
  body,
  headers: {
    host: '127.0.0.1:3000',
    'x-forwarded-host': 'evil.example.com',
    'x-forwarded-proto': 'http',
    ...(signature === undefined ? {} : { 'x-twilio-signature': signature }),
  },
  raw: { socket: { remoteAddress: '127.0.0.1' } },
})

describe('a webhook with a public address', () => {
  const { CallToken: _token, StirVerstat: _verstat, ...withoutTokens } = FORM
  it.each([
    ['signed as Twilio does', '/twilio/voice', sign('https://bot.example.com/twilio/voice', FORM), FORM],
    ['signed with the port', '/twilio/voice', sign('https://bot.example.com:443/twilio/voice', FORM), FORM],
    ['with a query', '/twilio/voice?a=1&b=%20x', sign('https://bot.example.com/twilio/voice?a=1&b=%20x', FORM), FORM],
    ['whose late fields were not signed', '/twilio/voice', sign('https://bot.example.com/twilio/voice', withoutTokens), FORM],
    ['with a new field', '/twilio/voice', sign('https://bot.example.com/twilio/voice', { ...FORM, X: 'y' }), { ...FORM, X: 'y' }],
  ])('lets a request in that is %s', (_, url, signature, form) => {
    expect(gate(request(url, signature, form), 'webhook')).toBeNull()
  })

  const good = sign('https://bot.example.com/twilio/voice', FORM)
  it.each([
    ['has no signature', undefined, FORM],
    ['has an empty signature', '', FORM],
    ['has a garbled signature', 'AAAA', FORM],
    ['is signed with another token', sign('https://bot.example.com/twilio/voice', FORM, 'other'), FORM],
    ['is signed with no token', sign('https://bot.example.com/twilio/voice', FORM, ''), FORM],
    ['is signed for a trailing slash', sign('https://bot.example.com/twilio/voice/', FORM), FORM],
    ['is signed for http', sign('http://bot.example.com/twilio/voice', FORM), FORM],
    ['is signed for the host it was forwarded for', sign('https://evil.example.com/twilio/voice', FORM), FORM],
    ['is signed for the local address', sign('http://127.0.0.1:3000/twilio/voice', FORM), FORM],
    ['is signed for another path', sign('https://bot.example.com/twilio/other', FORM), FORM],
    ['has a changed field', good, { ...FORM, From: '+15559999999' }],
    ['has a field more', good, { ...FORM, Extra: '1' }],
    ['has a field less', good, { CallSid: FORM.CallSid }],
    ['has no form', good, undefined],
    ['has an empty form', good, null],
  ])('refuses a request that %s', (_, signature, form) => {
    expect(gate(request('/twilio/voice', signature, form), 'webhook')).toMatch(/signature/i)
  })

  it('is let in whichever of two tokens it is signed with, while the account’s is being changed', () => {
    const changing = openGate('https://bot.example.com', [new Secret('new'), new Secret(TOKEN)])
    for (const token of ['new', TOKEN]) {
      const signature = sign('https://bot.example.com/twilio/voice', FORM, token)
      expect(changing(request('/twilio/voice', signature, FORM), 'webhook')).toBeNull()
      const streamSignature = sign('wss://bot.example.com/twilio/media', {}, token)
      expect(changing(request('/twilio/media', streamSignature), 'stream')).toBeNull()
    }
    const third = sign('https://bot.example.com/twilio/voice', FORM, 'third')
    expect(changing(request('/twilio/voice', third, FORM), 'webhook')).toMatch(/signature is not that/)
  })

  it('with more fields than Twilio would ever send is not even hashed', () => {
    const fields = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`Field${n}`, '']))
    const signature = sign('https://bot.example.com/twilio/voice', fields)
    expect(gate(request('/twilio/voice', signature, fields), 'webhook')).toBe('it has more than 200 fields')
  })

  it('may have a path in front', () => {
    const behind = openGate('https://example.com/bot', [new Secret(TOKEN)])
    const signature = sign('https://example.com/bot/twilio/voice', FORM)
    expect(behind(request('/twilio/voice', signature, FORM), 'webhook')).toBeNull()
  })

  it('never tells its token', () => {
    expect(gate(request('/twilio/voice', 'AAAA', FORM), 'webhook')).not.toContain(TOKEN)
  })
})

describe('a stream with a public address', () => {
  it.each([
    ['wss, as in the TwiML', 'wss://bot.example.com/twilio/media', null],
    ['https', 'https://bot.example.com/twilio/media', expect.stringContaining('wss://bot.example.com/twilio/media')],
    ['a trailing slash', 'wss://bot.example.com/twilio/media/', expect.anything()],
    ['an explicit port', 'wss://bot.example.com:443/twilio/media', expect.anything()],
    ['plain ws', 'ws://bot.example.com/twilio/media', expect.anything()],
    ['the webhook', 'https://bot.example.com/twilio/voice', expect.anything()],
  ])('signed for %s', (_, url, refusal) => {
    expect(gate(request('/twilio/media', sign(url, {})), 'stream')).toEqual(refusal)
  })

  it('is refused without a signature', () => {
    expect(gate(request('/twilio/media', undefined), 'stream')).toMatch(/no X-Twilio-Signature/)
  })
})

describe('without a public address', () => {
  const local: TwilioRequest = {
    url: '/twilio/voice',
    headers: { host: 'localhost:3000' },
    raw: { socket: { remoteAddress: '127.0.0.1' } },
  }

  it('a program on this machine is let in, whether there is a token or not', () => {
    expect(openGate(null, [])(local, 'webhook')).toBeNull()
    expect(openGate(null, [new Secret(TOKEN)])(local, 'stream')).toBeNull()
  })

  it('nobody else is, however well signed, and the log says what to set', () => {
    const tunnelled = { ...local, headers: { ...local.headers, 'x-forwarded-for': '203.0.113.7' } }
    expect(openGate(null, [])(tunnelled, 'webhook')).toMatch(/forwarded.*x-forwarded-for.*PUBLIC_URL and TWILIO_AUTH_TOKEN/)
  })

  it('a public address without a token cannot even be set up', () => {
    expect(() => openGate('https://bot.example.com', [])).toThrow()
  })
})
