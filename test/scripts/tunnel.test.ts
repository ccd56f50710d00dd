import { describe, expect, it } from 'vitest'
import { runTunnel, type TunnelParts } from '../../scripts/lib/tunnel.ts'
import { MINE, openEmulated } from './account.ts'

const BEFORE = 'https://demo.twilio.com/welcome/voice/'
const URL = 'https://abc.ngrok-free.app'

function open(change: Partial<TunnelParts> = {}) {
  const { rest, account, printed, print } = openEmulated()
  rest.addNumber(MINE, BEFORE, null)
  const happened: string[] = []
  const ready = Promise.withResolvers<boolean>()
  const ended = Promise.withResolvers<number>()
  const interrupt = Promise.withResolvers<void>()
  const running = runTunnel({
    account,
    wanted: null,
    openTunnel: async () => {
      happened.push('tunnel opened')
      return { url: URL, close: async () => void happened.push('tunnel closed') }
    },
    startServer: publicUrl => {
      happened.push(`server started as ${publicUrl}`)
      const stop = (): void => {
        happened.push('server stopped')
        ended.resolve(0)
      }
      return { ready: ready.promise, ended: ended.promise, stop }
    },
    interrupted: interrupt.promise,
    print,
    ...change,
  })
  const settle = () => new Promise(resolve => setTimeout(resolve, 5))
  return { rest, printed, happened, ready, ended, interrupt, running, settle, voiceUrl: () => rest.number(MINE).voice_url }
}

describe('npm run tunnel', () => {
  it('makes the number ring here as soon as the server is ready, and says what to dial', async () => {
    const { printed, happened, ready, ended, running, settle, voiceUrl, rest } = open()
    await settle()
    expect(happened).toEqual(['tunnel opened', 'server started as https://abc.ngrok-free.app'])
    expect(voiceUrl()).toBe(BEFORE)

    ready.resolve(true)
    await settle()

    expect(rest.number(MINE)).toMatchObject({ voice_url: `${URL}/twilio/voice`, status_callback: `${URL}/twilio/status` })
    expect(printed.join('\n')).toMatch(/Reachable at https:\/\/abc.ngrok-free.app\n.*\nDial \+15550002222.*[█▀▄]/s)
    ended.resolve(0)
    await running
  })

  it('puts the number back at once on Ctrl-C, and keeps the tunnel open while calls go on', async () => {
    const { happened, printed, ready, ended, interrupt, running, settle, voiceUrl, rest } = open()
    ready.resolve(true)
    await settle()

    interrupt.resolve()
    await settle()

    expect(voiceUrl()).toBe(BEFORE)
    expect(rest.number(MINE).status_callback).toBe('')
    expect(printed.at(-1)).toBe(`+15550002222 rings at ${BEFORE} again.`)
    expect(happened).not.toContain('tunnel closed')
    ended.resolve(0)
    expect(await running).toBe(0)
    expect(happened.at(-1)).toBe('tunnel closed')
  })

  it('puts the number back when the server ends by itself, and tells its exit code', async () => {
    const { ready, ended, running, settle, voiceUrl } = open()
    ready.resolve(true)
    await settle()
    ended.resolve(7)
    expect(await running).toBe(7)
    expect(voiceUrl()).toBe(BEFORE)
  })

  it('leaves a number that somebody pointed elsewhere meanwhile', async () => {
    const { rest, printed, ready, ended, running, settle, voiceUrl } = open()
    ready.resolve(true)
    await settle()
    rest.change(MINE, { voice_url: 'https://else.example.com/' })
    ended.resolve(0)
    await running
    expect(voiceUrl()).toBe('https://else.example.com/')
    expect(printed.at(-1)).toMatch(/is left so/)
  })

  it('never touches the number if the server does not start, or if it is interrupted before', async () => {
    const failing = open()
    failing.ready.resolve(false)
    failing.ended.resolve(1)
    expect(await failing.running).toBe(1)
    const interrupted = open()
    await interrupted.settle()
    interrupted.interrupt.resolve()
    interrupted.ended.resolve(0)
    await interrupted.running
    for (const { rest, happened } of [failing, interrupted]) {
      expect(rest.requests.filter(({ method }) => method === 'post')).toEqual([])
      expect(happened.at(-1)).toBe('tunnel closed')
    }
  })

  it('stops the server if the number cannot be pointed at it', async () => {
    const { rest, happened, ready, running, settle } = open()
    await settle()
    rest.unreachable = true
    ready.resolve(true)
    await expect(running).rejects.toThrow(/Twilio cannot be reached/)
    expect(happened.slice(-2)).toEqual(['server stopped', 'tunnel closed'])
  })

  it('opens nothing if the account has no number', async () => {
    const { happened, running } = open({ account: openEmulated().account })
    await expect(running).rejects.toThrow(/buy one/)
    expect(happened).toEqual([])
  })
})
