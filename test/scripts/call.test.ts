import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type WebSocket from 'ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeWav } from '../../src/audio/wav.ts'
import { realClock } from '../../src/clock.ts'
import { sendEvents } from '../../src/event-stream.ts'
import { connectTo, startTestBot } from '../vendors/twilio/test-bot.ts'

const script = join(import.meta.dirname, '../../scripts/call.ts')
const node = join(import.meta.dirname, '../../node_modules/.bin/node')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halfsecond-'))
  await writeFile(join(folder, 'letter.txt'), 'Dear Sir or Madam')
  await writeFile(join(folder, 'yes.wav'), writeWav(new Uint8Array(1600).fill(0x11)))
})
afterAll(() => rm(folder, { recursive: true }))

type Ran = { readonly code: number; readonly out: string; readonly err: string }

/** Runs the program as a person would, but whatever is in this machine's environment and .env: no public address. */
const call = (...args: readonly string[]): Promise<Ran> =>
  new Promise(resolve => {
    const env = { ...process.env, PUBLIC_URL: '', FORCE_COLOR: '0' }
    execFile(node, [script, ...args], { env, cwd: folder }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    )
  })

describe('npm run call', () => {
  test.each([
    ['an option that does not exist', ['--shout'], 2, "Unknown option '--shout'."],
    ['a text file', ['letter.txt'], 2, 'letter.txt: it is not a WAV file'],
    ['a file that is not there', ['nowhere.wav'], 2, 'nowhere.wav: it cannot be read (there is no such file)'],
    ['a folder', ['.'], 2, '.: it cannot be read (it is a folder)'],
    ['a strange address', ['yes.wav', '--url', 'here'], 2, '--url: here is not an address such as http://127.0.0.1:3000'],
    ['no server', ['yes.wav', '--url', 'http://127.0.0.1:9'], 1, 'Start it with `npm start`'],
  ])('says in one sentence what is wrong with %s', async (_what, args, code, sentence) => {
    const ran = await call(...args)
    expect(ran.err).toContain(sentence)
    expect(ran.err).not.toContain('    at ')
    expect(ran.code).toBe(code)
    expect(ran.out).toBe('')
  })

  test('helps', async () => {
    const { code, out, err } = await call('--help')
    expect(out).toContain('npm run call -- one.wav two.wav')
    expect([code, err]).toEqual([0, ''])
  })

  test('plays a recording after the greeting, shows the conversation and keeps both sides of it', async () => {
    const { app, url } = await startGreeter()
    const { code, out, err } = await call('yes.wav', '--url', url, '--out', 'kept')
    await app.close()
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(out).toContain('00:00 Bot    Hello.\n')
    expect(out).toContain('(greeting)')
    expect(await readFile(join(folder, 'kept/transcript.md'), 'utf8')).toContain('**Assistant** 00:00  Hello.')
    const kept = (await readFile(join(folder, 'kept/call.wav'))).subarray(58)
    // The greeting lasts for 200 ms and may come some milliseconds late; the caller speaks a second of quiet later.
    const [caller, bot] = [kept.filter((_, index) => index % 2 === 0), kept.filter((_, index) => index % 2 === 1)]
    expect(bot.filter(byte => byte === 0x22).length).toBe(4800)
    expect(caller.filter(byte => byte === 0x11).length).toBe(1600)
    const pauseMs = caller.indexOf(0x11) / 8 - (bot.indexOf(0x22) / 8 + 200)
    expect(pauseMs).toBeGreaterThanOrEqual(1000)
    expect(pauseMs).toBeLessThan(1100)
  })

  test('says so if the server turns the call away', async () => {
    const { app, url } = await startGreeter('<Response><Say>All our lines are busy.</Say><Hangup/></Response>')
    const { code, err } = await call('yes.wav', '--url', url)
    await app.close()
    expect(err).toBe('The server did not take the call: it answered <Say>All our lines are busy. <Hangup>\n')
    expect(code).toBe(1)
  })

  test('prints one JSON object if asked, and says if the server refuses', async () => {
    const { app, url } = await startGreeter(403)
    const { code, out, err } = await call('yes.wav', '--url', url, '--json')
    await app.close()
    const printed = JSON.parse(out) as {
      readonly problems: readonly string[]
      readonly turns: readonly unknown[]
      readonly files: null
    }
    expect(printed.turns).toEqual([])
    expect(printed.files).toBe(null)
    expect(printed.problems[0]).toContain('answered 403')
    expect(err).toContain('needs the same .env as the server')
    expect(code).toBe(1)
  })
})

const loudFrame = Buffer.alloc(160, 0x11).toString('base64')

/** A server that greets with 200 ms of sound, says 400 ms when it hears the caller, and has a journal of three entries. */
async function startGreeter(
  voice: string | number | null = null,
): Promise<{ readonly app: FastifyInstance; readonly url: string }> {
  const bot = await startTestBot(realClock, app => {
    app.get('/health', async () => ({ ok: true }))
    app.get('/api/calls/:callSid/events', (_request, reply) => {
      sendEvents(
        (_callSid, listener) => {
          journal.forEach(listener.entry)
          listener.end()
          return () => {}
        },
        'CA1',
        reply.raw,
      )
      reply.hijack()
    })
  })
  const url = await bot.app.listen({ host: '127.0.0.1', port: 0 })
  bot.answers['/twilio/voice'] = voice ?? connectTo(`${url.replace('http', 'ws')}/media`)
  bot.app.websocketServer.on('connection', (socket: WebSocket) => {
    const play = (ms: number): void => bot.play(new Uint8Array(ms * 8).fill(0x22))
    let listening = true
    socket.on('message', (data: Buffer) => {
      if (data.includes('"chunk":"1"')) play(200)
      if (!listening || !data.includes(loudFrame)) return
      listening = false
      play(400)
    })
  })
  return { app: bot.app, url }
}

const journal = [
  { at: 0, ms: 0, type: 'command', command: { type: 'say', id: 1, line: 'greeting' } },
  { at: 0, ms: 0, type: 'first-frame', id: 1 },
  { at: 220, ms: 220, type: 'event', event: { type: 'reply-finished', at: 220, id: 1, text: 'Hello.' } },
]
