/**
 * What strangers may do to a server that stands in the open, over real sockets. Each attack goes on for a while and gives how
 * often it was answered how: by status, by close code, or by a connection that was cut.
 *
 * Some attackers know one handshake of Twilio's: its signature never changes, so a proxy's log is enough.
 */
import { connect, type Socket } from 'node:net'
import webhooks from 'twilio/lib/webhooks/webhooks.js'
import { WebSocket } from 'ws'
import { callSid, media, start } from '../twilio/wire.ts'
import { AUTH_TOKEN, PUBLIC_URL } from './target.ts'

export type Victim = {
  readonly port: number
  /** A ticket of the captured call that has been used, and one of another call that has not. */
  readonly usedTicket: string
  readonly ticketOfAnother: string
}

/** How often each answer came. */
export type Outcome = Readonly<Record<string, number>>
export type Attack = (victim: Victim, forMs: number) => Promise<Outcome>

/** The call of which everything was captured, and others of which the handshake was. */
export const CAPTURED_CALL = callSid(0xca)
let captured = 0xcb0000
const someCall = (): string => callSid(captured++)

const FORM = { CallSid: CAPTURED_CALL, From: '+15550001111' }
const WEBHOOK = webhooks.getExpectedTwilioSignature(AUTH_TOKEN, `${PUBLIC_URL}/twilio/voice`, FORM)
const handshakeOf = (call: string): string =>
  webhooks.getExpectedTwilioSignature(AUTH_TOKEN, `${PUBLIC_URL.replace('https', 'wss')}/twilio/media/${call}`, {})

export const attacks = {
  'forged webhooks': (victim, forMs) => repeat(20, forMs, tally => request(victim, tally, post(formOf(FORM), 'AAAA'))),

  'a replayed webhook': (victim, forMs) => repeat(20, forMs, tally => request(victim, tally, post(formOf(FORM), WEBHOOK))),

  'forged handshakes': (victim, forMs) => repeat(20, forMs, tally => talk(victim, tally, CAPTURED_CALL, () => {}, 'AAAA')),

  'a replayed ticket': (victim, forMs) =>
    repeat(20, forMs, tally =>
      talk(victim, tally, CAPTURED_CALL, socket => socket.send(start(CAPTURED_CALL, victim.usedTicket))),
    ),

  'a ticket of another call': (victim, forMs) =>
    repeat(20, forMs, tally => {
      const call = someCall()
      return talk(victim, tally, call, socket => socket.send(start(call, victim.ticketOfAnother)))
    }),

  'handshakes byte by byte': (victim, forMs) => hold(200, forMs, victim, 'GET /twilio/media HTTP/1.1\r\nHost: x\r\nX: '),

  '1,000 idle connections': (victim, forMs) => hold(1_000, forMs, victim, ''),

  '1,000 idle streams': (victim, forMs) =>
    all(1_000, tally => Promise.race([talk(victim, tally, someCall(), () => {}), passed(forMs)])),

  'messages of a megabyte': (victim, forMs) =>
    repeat(10, forMs, tally => talk(victim, tally, someCall(), socket => socket.send('x'.repeat(1024 * 1024)))),

  'messages without end': (victim, forMs) =>
    repeat(10, forMs, tally =>
      talk(victim, tally, someCall(), socket => {
        const goOn = (): void => socket.send('x', { fin: false }, error => void (error || setImmediate(goOn)))
        goOn()
      }),
    ),

  'floods of binary messages': (victim, forMs) => flood(victim, forMs, new Uint8Array(16 * 1024)),

  'floods of audio': (victim, forMs) => flood(victim, forMs, media(0, new Uint8Array(160))),

  'bombs of headers': (victim, forMs) =>
    repeat(20, forMs, tally => request(victim, tally, `GET /health HTTP/1.1\r\n${'X: y\r\n'.repeat(12_000)}\r\n`)),

  'forms of three thousand fields': (victim, forMs) =>
    repeat(20, forMs, tally => request(victim, tally, post(fieldsOf(3_000), WEBHOOK))),

  'bodies of ten megabytes': (victim, forMs) =>
    repeat(5, forMs, tally => request(victim, tally, post('x'.repeat(10 * 1024 * 1024), WEBHOOK))),
} satisfies Record<string, Attack>

export type AttackName = keyof typeof attacks

/* ── Ways to attack ────────────────────────────────────────────────────────────────────────────────────────── */

type Tally = (answer: string) => void

const formOf = (form: Readonly<Record<string, string>>): string => new URLSearchParams(form).toString()

const fieldsOf = (count: number): string => Array.from({ length: count }, (_, n) => `f${n}=`).join('&')

const post = (body: string, signature: string): string =>
  `POST /twilio/voice HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Twilio-Signature: ${signature}\r\n` +
  `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** Sends raw HTTP and waits for the status or the end of the connection. */
function request({ port }: Victim, tally: Tally, text: string): Promise<void> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    onEnd(socket, answer => {
      tally(answer)
      resolve()
    })
  })
}

/** Opens a stream of this call, does something with it, and waits until it is closed. */
function talk(
  { port }: Victim,
  tally: Tally,
  call: string,
  say: (socket: WebSocket) => void,
  signature = handshakeOf(call),
): Promise<void> {
  return new Promise(resolve => {
    const headers = { 'x-twilio-signature': signature }
    const socket = new WebSocket(`ws://127.0.0.1:${port}/twilio/media/${call}`, { headers })
    socket.on('open', () => say(socket))
    socket.on('unexpected-response', (upgrade, response) => {
      tally(String(response.statusCode))
      upgrade.destroy()
      resolve()
    })
    socket.on('error', () => {})
    socket.on('close', (code, reason) => {
      tally(`${code} ${reason.toString()}`.trim())
      resolve()
    })
  })
}

/** Opens streams, and sends as much as goes through to each for as long as it is open. */
const flood = (victim: Victim, forMs: number, message: Uint8Array | string): Promise<Outcome> =>
  repeat(3, forMs, tally =>
    talk(victim, tally, someCall(), socket => {
      const sendMore = (): void => {
        for (let n = 0; n < 50 && socket.readyState === socket.OPEN; n++) socket.send(message)
        if (socket.readyState === socket.OPEN) setImmediate(sendMore)
      }
      sendMore()
    }),
  )

/** Opens connections, sends this text byte by byte every half second and then more bytes; if it is empty, nothing. */
const hold = (count: number, forMs: number, { port }: Victim, text: string): Promise<Outcome> =>
  all(
    count,
    tally =>
      new Promise(resolve => {
        const socket = connect(port, '127.0.0.1')
        let sent = 0
        const drip = setInterval(() => text !== '' && socket.write(text[sent++] ?? 'x'), 500)
        const patience = setTimeout(() => end('still open'), forMs)
        onEnd(socket, end)
        function end(answer: string): void {
          clearInterval(drip)
          clearTimeout(patience)
          socket.removeAllListeners('close').destroy()
          tally(answer)
          resolve()
        }
      }),
  )

/** The status that came, or `cut`; told once. */
function onEnd(socket: Socket, tell: (answer: string) => void): void {
  let told = false
  const once = (answer: string): void => {
    if (told) return
    told = true
    tell(answer)
    socket.destroy()
  }
  socket.on('data', data => once(/^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1] ?? 'nonsense'))
  socket.on('error', () => once('cut'))
  socket.on('close', () => once('cut'))
}

const passed = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** So many at once. */
async function all(count: number, one: (tally: Tally) => Promise<void>): Promise<Outcome> {
  const outcome: Record<string, number> = {}
  const tally: Tally = answer => void (outcome[answer] = (outcome[answer] ?? 0) + 1)
  await Promise.all(Array.from({ length: count }, () => one(tally)))
  return outcome
}

/** So many at once, each again and again until the time is up. */
const repeat = (atOnce: number, forMs: number, one: (tally: Tally) => Promise<void>): Promise<Outcome> =>
  all(atOnce, async tally => {
    const until = performance.now() + forMs
    while (performance.now() < until) await one(tally)
  })
