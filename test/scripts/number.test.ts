import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Fault } from '../../scripts/lib/fault.ts'
import { listNumbers, setNumber, showNumber } from '../../scripts/lib/numbers.ts'
import { openAccount } from '../../scripts/lib/twilio-account.ts'
import { readConfig } from '../../src/config.ts'
import { AUTH_TOKEN, MINE, openEmulated } from './account.ts'

const publicUrl = 'https://bot.example.com'
const OTHER = '+15550003333'

function open(wanted: string | null = null, environment = {}) {
  const emulated = openEmulated(environment)
  return { ...emulated, parts: { account: emulated.account, publicUrl, wanted, print: emulated.print } }
}

describe('npm run number', () => {
  it('lists the numbers and where they ring', async () => {
    const { rest, parts, printed } = open()
    rest.addNumber(MINE, 'https://bot.example.com/twilio/voice')
    rest.addNumber(OTHER, 'https://demo.twilio.com/welcome/voice/')
    rest.addNumber('+15550004444')
    await listNumbers(parts)
    expect(printed).toEqual([
      '+15550002222     rings here',
      '+15550003333     rings at https://demo.twilio.com/welcome/voice/',
      '+15550004444     rings nowhere',
    ])
  })

  it('says how to get a number when there is none', async () => {
    const { parts, printed } = open()
    await listNumbers(parts)
    expect(printed.join()).toMatch(/no phone number yet: buy one at console.twilio.com/)
    await expect(setNumber(parts)).rejects.toThrow(/buy one/)
  })

  it('shows one number', async () => {
    const { rest, parts, printed } = open(OTHER)
    rest.addNumber(MINE)
    rest.addNumber(OTHER, 'https://x.example.com/a', 'https://x.example.com/b')
    await showNumber(parts)
    expect(printed.join('\n')).toMatch(
      /\+15550003333 .*\n +voice URL +https:\/\/x.example.com\/a\n +status callback +https:\/\/x.example.com\/b/,
    )
  })

  it('makes the only number ring here, and be told when a call is over', async () => {
    const { rest, parts, printed } = open()
    rest.addNumber(MINE, 'https://demo.twilio.com/welcome/voice/')
    await setNumber(parts)
    expect(rest.number(MINE)).toMatchObject({
      voice_url: 'https://bot.example.com/twilio/voice',
      voice_method: 'POST',
      status_callback: 'https://bot.example.com/twilio/status',
    })
    expect(printed).toEqual([
      '+15550002222 now rings at https://bot.example.com/twilio/voice',
      '  before: https://demo.twilio.com/welcome/voice/',
    ])
  })

  it('does not guess which of several numbers is meant', async () => {
    const { rest, parts } = open()
    rest.addNumber(MINE)
    rest.addNumber(OTHER)
    await expect(setNumber(parts)).rejects.toThrow(/several numbers \(\+15550002222, \+15550003333\).*TWILIO_NUMBER/)
    await expect(setNumber({ ...parts, wanted: '+15559999999' })).rejects.toThrow(/\+15559999999 is not a number of this account/)
    expect(rest.requests.every(({ method }) => method === 'get')).toBe(true)
  })

  it('needs a public address to point at', async () => {
    const { parts } = open()
    await expect(setNumber({ ...parts, publicUrl: null })).rejects.toThrow(/PUBLIC_URL is not set.*npm run tunnel/)
  })

  it('explains what Twilio refuses, and never shows the token', async () => {
    const wrong = open(null, { TWILIO_AUTH_TOKEN: 'wrong-token' })
    const fault = await listNumbers(wrong.parts).catch((error: unknown) => error as Error)
    expect(fault).toBeInstanceOf(Fault)
    expect((fault as Fault).message).toMatch(/401\/20003.*do not belong together/)
    expect((fault as Fault).message).not.toContain('wrong-token')
  })

  it('says that Twilio cannot be reached', async () => {
    const { rest, parts } = open()
    rest.unreachable = true
    await expect(listNumbers(parts)).rejects.toThrow(/Twilio cannot be reached \(getaddrinfo ENOTFOUND/)
  })

  it.each([
    [{}, /TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set.*console.twilio.com/],
    [{ TWILIO_AUTH_TOKEN: AUTH_TOKEN }, /^TWILIO_ACCOUNT_SID is not set/],
  ])('says what is missing and where to get it (%#)', (environment, message) => {
    expect(() => openAccount(readConfig(environment, () => ''))).toThrow(message)
  })
})

const node = join(import.meta.dirname, '../../node_modules/.bin/node')
/** As a person runs it, in an environment without keys. */
const program = (name: string, ...args: readonly string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise(resolve => {
    const none = { TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '', NGROK_AUTHTOKEN: '', PUBLIC_URL: '' }
    execFile(node, [join('scripts', `${name}.ts`), ...args], { env: { ...process.env, ...none } }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    )
  })

describe.each(['number', 'dial', 'tunnel'])('npm run %s', name => {
  it('tells how it is used', async () => {
    expect(await program(name, '--help')).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining(`npm run ${name}`) as string,
    })
  })

  it('says in one sentence what is missing and where to get it', async () => {
    const { code, err, out } = await program(name)
    expect(err).toMatch(/^TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set.*console\.twilio\.com.*\n$/)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })
})
