import { describe, expect, it } from 'vitest'
import { whyNotLocal } from '../src/loopback.ts'

const from = (remoteAddress: string | undefined, headers: Readonly<Record<string, string>> = { host: 'localhost:3000' }) =>
  whyNotLocal({ headers, raw: { socket: { remoteAddress } } })

describe('a request counts as this machine’s own', () => {
  it.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])('if it comes from %s', address => {
    expect(from(address)).toBeNull()
  })

  it.each(['localhost', 'LOCALHOST:3000', '127.0.0.1:3000', '[::1]:3000'])('if it asks for %s', host => {
    expect(from('127.0.0.1', { host })).toBeNull()
  })

  it('if a page of this very server makes it', () => {
    expect(from('127.0.0.1', { host: 'localhost:3000', origin: 'http://localhost:3000' })).toBeNull()
  })
})

describe('a request does not count as this machine’s own', () => {
  it.each(['10.0.0.5', '192.168.1.1', '172.17.0.1', '203.0.113.7', '::ffff:10.0.0.1', 'fe80::1', '1127.0.0.1', ''])(
    'if it comes from %s',
    address => {
      expect(from(address)).toMatch(/it comes from/)
    },
  )

  it('if nobody knows where it comes from', () => {
    expect(from(undefined)).toMatch(/unknown address/)
    expect(whyNotLocal({ headers: { host: 'localhost' }, raw: {} })).toMatch(/unknown address/)
  })

  it.each([
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-anything',
    'forwarded',
    'via',
    'x-real-ip',
    'ngrok-skip-browser-warning',
    'ngrok-trace-id',
    'cf-connecting-ip',
    'tailscale-user-login',
  ])('if a tunnel or proxy left the header %s', header => {
    expect(from('127.0.0.1', { host: 'localhost', [header]: '' })).toContain(header)
  })

  it.each(['bot.example.com', '0.0.0.0:3000', '10.0.0.5', 'localhost.example.com', '127.0.0.1.nip.io', 'a b', ''])(
    'if it asks for the host "%s", as through a tunnel or from a page whose name points here',
    host => {
      expect(from('127.0.0.1', { host })).toMatch(/another host/)
    },
  )

  it('if it asks for no host', () => {
    expect(from('127.0.0.1', {})).toMatch(/another host/)
  })

  it.each(['https://evil.example.com', 'null', 'http://localhost:4000', 'https://localhost:3000', ''])(
    'if a web page of "%s" makes it',
    origin => {
      expect(from('127.0.0.1', { host: 'localhost:3000', origin })).toMatch(/web page/)
    },
  )
})
