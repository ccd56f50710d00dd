import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import type { CallHandle, Ring } from '../../src/calls.ts'
import { ALICE, closing, eventually, openTelephone, RecordedCall, type Telephone } from './telephone.ts'
import { callSid, CONNECTED, dtmf, frame, mark, media, spoil, start, stop, STREAM_SID } from './wire.ts'

const BOB = callSid(0xb)

/** A caller whom the assistant has answered. */
async function caller(telephone: Telephone, call: string): Promise<WebSocket> {
  const socket = await telephone.connect(call)
  socket.send(CONNECTED)
  socket.send(telephone.start(call))
  await eventually(() => expect(telephone.call(call).line).not.toBeNull())
  return socket
}

describe('a caller', () => {
  it('is heard, from the first word to the last', async () => {
    const telephone = await openTelephone()
    const socket = await telephone.connect()
    // All at once, as if the network had held them back.
    for (const message of [
      CONNECTED,
      telephone.start(ALICE),
      media(0, frame(1)),
      media(20, frame(2)),
      dtmf('5'),
      mark('hello'),
    ]) {
      socket.send(message)
    }
    const closed = closing(socket)
    socket.send(media(40, Uint8Array.of(1, 2, 3)))
    socket.send(stop(ALICE))

    expect(await closed).toEqual({ code: 1000, reason: 'stopped' })
    const call = telephone.call(ALICE)
    expect(call.ring).toEqual({ callSid: ALICE, from: '+15550001111', to: '+15550002222', leg: 1, conversationId: null })
    expect(call.heard).toEqual([
      { timestampMs: 0, audio: Buffer.from(frame(1)) },
      { timestampMs: 20, audio: Buffer.from(frame(2)) },
      { timestampMs: 40, audio: Buffer.of(1, 2, 3) },
    ])
    expect(call.digits).toEqual(['5'])
    expect(call.marks).toEqual(['hello'])
    expect(call.noted).toEqual({})
    expect(call.endedBecause).toBe('caller-hung-up')
    expect(telephone.calls.count).toBe(0)
  })

  it('may be unknown', async () => {
    const telephone = await openTelephone()
    const socket = await telephone.connect()

    socket.send(telephone.start(ALICE).replace('+15550001111', ''))

    await eventually(() =>
      expect(telephone.call(ALICE).ring).toEqual({
        callSid: ALICE,
        from: null,
        to: '+15550002222',
        leg: 1,
        conversationId: null,
      }),
    )
  })

  it('hears the assistant, and a mark and a clear reach Twilio in order', async () => {
    const telephone = await openTelephone()
    const socket = await caller(telephone, ALICE)
    const messages: unknown[] = []
    socket.on('message', data => messages.push(JSON.parse((data as Buffer).toString())))

    const line = telephone.call(ALICE).line!
    line.play(Uint8Array.of(0xff))
    line.play(new Uint8Array())
    line.mark('reply-1')
    line.clear()

    await eventually(() =>
      expect(messages).toEqual([
        { event: 'media', streamSid: STREAM_SID, media: { payload: '/w==' } },
        { event: 'mark', streamSid: STREAM_SID, mark: { name: 'reply-1' } },
        { event: 'clear', streamSid: STREAM_SID },
      ]),
    )
  })

  it('is hung up on by closing the stream, after which the line does nothing', async () => {
    const telephone = await openTelephone()
    const socket = await caller(telephone, ALICE)
    const closed = closing(socket)
    const line = telephone.call(ALICE).line!

    line.hangUp()

    expect(await closed).toEqual({ code: 1000, reason: 'the assistant has hung up' })
    await eventually(() => expect(telephone.call(ALICE).endedBecause).toBe('assistant-hung-up'))
    line.play(frame(1))
    line.mark('late')
    line.clear()
    line.hangUp()
  })

  it('is let go when the call ends by itself', async () => {
    const telephone = await openTelephone()
    const socket = await caller(telephone, ALICE)
    const closed = closing(socket)

    telephone.call(ALICE).end('it took too long')

    expect((await closed).code).toBe(1000)
  })

  it('whose connection is cut has ended the call', async () => {
    const telephone = await openTelephone()
    const socket = await caller(telephone, ALICE)

    socket.terminate()

    await eventually(() => expect(telephone.call(ALICE).endedBecause).toBe('line-cut'))
    await eventually(() => expect(telephone.calls.count).toBe(0))
  })

  it('who no longer takes in what is said is given up before memory is', async () => {
    const telephone = await openTelephone()
    const socket = await caller(telephone, ALICE)
    const { line } = telephone.call(ALICE)
    socket.pause()

    // An hour of speech at once. The system's own buffers take a few minutes of it.
    for (let minute = 0; minute < 60; minute++) line!.play(new Uint8Array(60 * 8000))

    await eventually(() => expect(telephone.call(ALICE).endedBecause).toBe('line-congested'))
  })
})

describe('a stream that cannot become a call', () => {
  it.each([
    ['is of another encoding', spoil(start(ALICE), 'audio/x-mulaw', 'audio/x-l16'), /encoding/],
    ['is of another rate', spoil(start(ALICE), '8000', '16000'), /sampleRate/],
    ['carries the wrong track', spoil(start(ALICE), '["inbound"]', '["both_tracks"]'), /tracks/],
    ['names no call', spoil(start(ALICE), ALICE, ''), /callSid/],
    [
      'has more wrong with it than a close frame can say',
      '{"event":"start","start":{"mediaFormat":{}}}',
      /sequenceNumber.*streamSid/,
    ],
  ])('is refused if it %s, and told why', async (_, message, why) => {
    const telephone = await openTelephone()
    const socket = await telephone.connect()
    const closed = closing(socket)

    socket.send(message)

    const { code, reason } = await closed
    expect(code).toBe(1008)
    expect(reason).toMatch(why)
    expect(telephone.made).toEqual([])
  })

  it('is refused if it says nothing for five seconds', async () => {
    const telephone = await openTelephone()
    const socket = await telephone.connect()
    const closed = closing(socket)
    socket.send(CONNECTED)

    await eventually(() => expect(telephone.clock.waiting).toBe(1))
    await telephone.clock.advance(4_999)
    expect(socket.readyState).toBe(socket.OPEN)
    await telephone.clock.advance(1)

    expect(await closed).toEqual({ code: 1008, reason: 'no start message came' })
  })

  it('is refused if the call has a stream already, which goes on', async () => {
    const telephone = await openTelephone()
    const first = await caller(telephone, ALICE)
    const second = await telephone.connect()
    const closed = closing(second)

    second.send(telephone.start(ALICE))

    expect(await closed).toEqual({ code: 1008, reason: 'this call already has a stream' })
    first.send(media(0, frame(1)))
    await eventually(() => expect(telephone.call(ALICE).heard).toHaveLength(1))
    expect(telephone.made).toHaveLength(1)
  })

  it('is refused if all lines are busy', async () => {
    const telephone = await openTelephone({ maxCalls: 1 })
    await caller(telephone, ALICE)
    const socket = await telephone.connect(BOB)
    const closed = closing(socket)

    socket.send(telephone.start(BOB))

    expect(await closed).toEqual({ code: 1013, reason: 'all lines are busy' })
  })
})

describe('a ticket', () => {
  const parameter = (ticket: string): string => start(ALICE, ticket)

  it.each<[what: string, ticket: (telephone: Telephone) => string, kind: string, reason: string]>([
    ['that is missing', () => '', 'missing-ticket', 'there is no ticket in its parameters'],
    ['of another call', ({ tickets }) => tickets.issue(BOB), 'foreign-ticket', 'the ticket is not for this call'],
    ['that is made up', () => '1.0.AAAA', 'foreign-ticket', 'the ticket is not for this call'],
  ])('%s lets no stream in, which is counted and logged', async (_, ticket, kind, reason) => {
    const telephone = await openTelephone()
    const socket = await telephone.connect()
    const closed = closing(socket)

    socket.send(parameter(ticket(telephone)))

    expect(await closed).toEqual({ code: 1008, reason })
    expect(telephone.made).toEqual([])
    expect(telephone.logged.join('')).toContain(`"badInput":{"${kind}":1}`)
  })

  it('is of no use at the address of another call', async () => {
    const telephone = await openTelephone()
    const socket = await telephone.connect(BOB)
    const closed = closing(socket)

    socket.send(telephone.start(ALICE))

    expect(await closed).toEqual({ code: 1008, reason: 'its address is that of another call' })
    expect(telephone.made).toEqual([])
    expect(telephone.logged.join('')).toContain('"badInput":{"foreign-address":1}')
  })

  it('lets one stream in, and no other, also once the call is over', async () => {
    const telephone = await openTelephone()
    const ticket = telephone.tickets.issue(ALICE)
    const first = await telephone.connect()
    first.send(parameter(ticket))
    await eventually(() => expect(telephone.call(ALICE).line).not.toBeNull())
    first.send(stop(ALICE))
    await closing(first)
    const second = await telephone.connect()
    const closed = closing(second)

    second.send(parameter(ticket))

    expect(await closed).toEqual({ code: 1008, reason: 'the ticket has been used' })
    expect(telephone.made).toHaveLength(1)
    expect(telephone.logged.join('')).toContain('"badInput":{"replayed-ticket":1}')
    expect(telephone.logged.join('')).not.toContain(ticket)
  })

  it('is of no use a minute after it was handed out', async () => {
    const telephone = await openTelephone()
    const ticket = telephone.tickets.issue(ALICE)
    await telephone.clock.advance(60_000)
    const socket = await telephone.connect()
    const closed = closing(socket)

    socket.send(parameter(ticket))

    expect(await closed).toEqual({ code: 1008, reason: 'the ticket has expired' })
    expect(telephone.made).toEqual([])
  })

  it('is what the webhook’s TwiML carries', async () => {
    const telephone = await openTelephone()
    const form = new URLSearchParams({ CallSid: ALICE })
    const twiml = await (await fetch(`${telephone.address}/twilio/voice`, { method: 'POST', body: form })).text()
    const [, ticket] = /<Parameter name="ticket" value="([^"]+)"/.exec(twiml)!
    const socket = await telephone.connect()

    socket.send(parameter(ticket!))

    await eventually(() => expect(telephone.call(ALICE).line).not.toBeNull())
    expect(telephone.made).toHaveLength(1)
  })
})

describe('bad input', () => {
  const skipped: readonly [what: string, kind: string, message: string | Uint8Array][] = [
    ['a binary frame', 'binary-frame', Uint8Array.of(1, 2, 3)],
    ['a binary frame that holds a good message', 'binary-frame', Buffer.from(media(0, frame(9)))],
    ['broken JSON', 'broken-json', '{"event":"media"'],
    ['an unknown event', 'unknown-event', '{"event":"video"}'],
    ['a time of the wrong type', 'invalid-media', spoil(media(777, frame(9)), '"777"', '777')],
    ['broken audio', 'invalid-media', media(0, frame(9)).replace(/"payload":"[^"]*"/, '"payload":"***"')],
    ['audio of the other side', 'invalid-media', spoil(media(0, frame(9)), '"inbound"', '"outbound"')],
    ['a second connected', 'second-connected', CONNECTED],
    ['a second start', 'second-start', start(ALICE)],
    ['a start of another call', 'second-start', start(BOB)],
    ['a broken second start', 'invalid-start', spoil(start(ALICE), '8000', '16000')],
    ['audio of another stream', 'wrong-stream-sid', media(0, frame(9), 'MZffffffffffffffffffffffffffffffff')],
    ['a stop of another stream', 'wrong-stream-sid', spoil(stop(ALICE), STREAM_SID, 'MZffffffffffffffffffffffffffffffff')],
  ]

  it.each(skipped)('such as %s is skipped and counted, and both this call and others go on', async (_, kind, message) => {
    const telephone = await openTelephone()
    const [alice, bob] = [await caller(telephone, ALICE), await caller(telephone, BOB)]

    for (let n = 0; n < 7; n++) alice.send(message)
    alice.send(media(20, frame(1)))
    bob.send(media(20, frame(2)))

    await eventually(() => expect(telephone.call(ALICE).heard).toEqual([{ timestampMs: 20, audio: Buffer.from(frame(1)) }]))
    await eventually(() => expect(telephone.call(BOB).heard).toEqual([{ timestampMs: 20, audio: Buffer.from(frame(2)) }]))
    expect(telephone.call(ALICE).noted).toEqual({ [kind]: 1 })
    alice.send(stop(ALICE))
    await eventually(() => expect(telephone.call(ALICE).endedBecause).toBe('caller-hung-up'))
    expect(telephone.call(ALICE).noted).toEqual({ [kind]: 7 })
    expect(telephone.call(BOB)).toMatchObject({ noted: {}, endedBecause: null })
    expect(telephone.logged.join('')).toContain(`"badInput":{"${kind}":7}`)
  })

  it.each([
    ['audio', 'media-before-start', media(0, frame(9))],
    ['a mark', 'mark-before-start', mark('a')],
    ['a key', 'dtmf-before-start', dtmf('1')],
    ['a stop', 'stop-before-start', stop(ALICE)],
    ['nonsense', 'broken-json', 'hello?'],
  ])('that comes before the start, as %s, is noted on the call once there is one', async (_, kind, message) => {
    const telephone = await openTelephone()
    const socket = await telephone.connect()

    socket.send(message)
    socket.send(message)
    socket.send(telephone.start(ALICE))

    await eventually(() => expect(telephone.call(ALICE).noted).toEqual({ [kind]: 2 }))
    expect(telephone.call(ALICE)).toMatchObject({ heard: [], endedBecause: null })
  })

  it('of a whole megabyte ends the stream that sent it, and no other', async () => {
    const telephone = await openTelephone()
    const [alice, bob] = [await caller(telephone, ALICE), await caller(telephone, BOB)]
    const closed = closing(alice)

    alice.send(media(0, new Uint8Array(1024 * 1024)))

    expect((await closed).code).toBe(1009)
    await eventually(() => expect(telephone.call(ALICE).endedBecause).toBe('oversized-frame'))
    expect(telephone.call(ALICE).noted).toEqual({ 'oversized-frame': 1 })
    bob.send(media(20, frame(2)))
    await eventually(() => expect(telephone.call(BOB).heard).toHaveLength(1))
  })

  it('that is not even a WebSocket frame ends the stream that sent it, and no other', async () => {
    const telephone = await openTelephone()
    const [alice, bob] = [await caller(telephone, ALICE), await caller(telephone, BOB)]

    ;(alice as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(new Uint8Array(100).fill(0xff))

    await eventually(() => expect(telephone.call(ALICE).endedBecause).toBe('socket-error'))
    bob.send(media(20, frame(2)))
    await eventually(() => expect(telephone.call(BOB).heard).toHaveLength(1))
  })

  it('in a flood is counted, noted seldom, ends the stream that sends it, and costs no other call a frame', async () => {
    const telephone = await openTelephone()
    const [alice, bob] = [await caller(telephone, ALICE), await caller(telephone, BOB)]
    let notes = 0
    const call = telephone.call(ALICE)
    const note = call.note.bind(call)
    call.note = (kind, count) => {
      notes++
      note(kind, count)
    }
    const closed = closing(alice)
    const counted: Record<string, number> = { 'too-many-messages': 1 }

    for (const [n, [kind, message]] of fc.sample(malformed, { numRuns: 100_000, seed: 20261121 }).entries()) {
      // With `connected` and `start` these are the thousand messages that any stream may begin with.
      if (n < 998) counted[kind] = (counted[kind] ?? 0) + 1
      alice.send(message)
      if (n % 1000 === 0) {
        bob.send(media(n / 50, frame(2)))
        await new Promise(setImmediate)
      }
    }

    await eventually(() => expect(call.endedBecause).toBe('flooded'))
    await telephone.clock.advance(1_000)
    expect(await closed).toEqual({ code: 1008, reason: 'too-many-messages' })
    expect(call.noted).toEqual(counted)
    expect(Object.keys(counted)).toHaveLength(10)
    expect(notes).toBeLessThan(60)
    expect(telephone.call(BOB)).toMatchObject({ noted: {}, endedBecause: null })
    await eventually(() => expect(telephone.call(BOB).heard).toHaveLength(100))
  })

  it('before there is a call is cut off too', async () => {
    const telephone = await openTelephone()
    const socket = await telephone.connect()
    const closed = closing(socket)

    for (let n = 0; n <= 1000; n++) socket.send('hello?')

    await eventually(() => expect(telephone.logged.join('')).toContain('a stream was refused'))
    await telephone.clock.advance(1_000)
    expect(await closed).toEqual({ code: 1008, reason: 'too-many-messages' })
    expect(telephone.logged.join('')).toContain('"badInput":{"broken-json":1000,"too-many-messages":1}')
  })
})

describe('a caller who speaks faster than time passes', () => {
  const HALF_SECOND = new Uint8Array(4000)

  it('after a stall of ten seconds is heard', async () => {
    const telephone = await openTelephone()
    const socket = await caller(telephone, ALICE)
    for (let n = 0; n < 20; n++) socket.send(media(n * 500, HALF_SECOND))
    await eventually(() => expect(telephone.call(ALICE).heard).toHaveLength(20))
    // Twenty seconds later as much again and more may come.
    await telephone.clock.advance(20_000)
    for (let n = 20; n < 60; n++) socket.send(media(n * 500, HALF_SECOND))
    await eventually(() => expect(telephone.call(ALICE).heard).toHaveLength(60))
    expect(telephone.call(ALICE)).toMatchObject({ noted: {}, endedBecause: null })
  })

  it('is cut off when more than ten seconds have come too early', async () => {
    const telephone = await openTelephone()
    const socket = await caller(telephone, ALICE)
    const closed = closing(socket)
    for (let n = 0; n < 21; n++) socket.send(media(n * 500, HALF_SECOND))
    await eventually(() => expect(telephone.call(ALICE).endedBecause).toBe('flooded'))
    await telephone.clock.advance(1_000)
    expect(await closed).toEqual({ code: 1008, reason: 'too-much-audio' })
    expect(telephone.call(ALICE)).toMatchObject({ noted: { 'too-much-audio': 1 }, endedBecause: 'flooded' })
    expect(telephone.call(ALICE).heard).toHaveLength(20)
  })

  it('may send 100 messages a second for as long as the call lasts', async () => {
    const telephone = await openTelephone()
    const socket = await caller(telephone, ALICE)
    for (let second = 0; second < 30; second++) {
      for (let n = 0; n < 100; n++) socket.send(media(second * 1000 + n * 10, new Uint8Array(80)))
      await eventually(() => expect(telephone.call(ALICE).heard).toHaveLength((second + 1) * 100))
      await telephone.clock.advance(1_000)
    }
    expect(telephone.call(ALICE)).toMatchObject({ noted: {}, endedBecause: null })
  })
})

/** Messages that are wrong for certain, and what they are to be counted as. */
const malformed: fc.Arbitrary<readonly [kind: string, message: string | Uint8Array]> = fc.oneof(
  fc.uint8Array({ maxLength: 50 }).map(bytes => ['binary-frame', bytes] as const),
  fc.string({ maxLength: 30 }).map(text => ['broken-json', `${text}{`] as const),
  fc.nat(80).map(length => ['broken-json', media(0, frame(1)).slice(0, length)] as const),
  fc.json({ maxDepth: 2 }).map(json => ['unknown-event', `[${json}]`] as const),
  fc.string({ maxLength: 10 }).map(name => ['unknown-event', JSON.stringify({ event: `x${name}` })] as const),
  fc.json({ maxDepth: 2 }).map(json => ['invalid-media', `{"event":"media","media":${json}}`] as const),
  fc.integer().map(time => ['invalid-media', spoil(media(777, frame(1)), '"777"', String(time))] as const),
  fc
    .string({ maxLength: 20 })
    .map(text => ['invalid-media', spoil(media(777, frame(1)), '"777"', JSON.stringify(`${text}.`))] as const),
  fc.string().map(digit => ['invalid-dtmf', JSON.stringify({ event: 'dtmf', dtmf: { digit } })] as const),
  fc.integer().map(name => ['invalid-mark', spoil(mark('m'), '"m"', String(name))] as const),
  fc
    .string({ maxLength: 5 })
    .map(sid => ['wrong-stream-sid', media(0, frame(1), `MZ${sid.replace(/["\\\n\t\r]/g, '')}`)] as const),
  fc.constant(['second-start', start(BOB)] as const),
  fc.constant(['second-connected', CONNECTED] as const),
)

describe('a call of which something is broken', () => {
  class BrokenCall extends RecordedCall {
    attempts = 0

    override hear(): void {
      this.attempts++
      throw new Error('out of order')
    }
  }
  const breakAlice = (made: RecordedCall[]) => (ring: Ring) => {
    const call = ring.callSid === ALICE ? new BrokenCall(ring) : new RecordedCall(ring)
    made.push(call)
    return call
  }

  it('is ended, and no other', async () => {
    const made: RecordedCall[] = []
    const telephone = await openTelephone({ create: breakAlice(made) })
    const [alice, bob] = [await telephone.connect(ALICE), await telephone.connect(BOB)]
    alice.send(telephone.start(ALICE))
    bob.send(telephone.start(BOB))
    await eventually(() => expect(made.every(call => call.line)).toBe(true))
    const closed = closing(alice)

    for (let n = 0; n < 5; n++) alice.send(media(n * 20, frame(1)))
    bob.send(media(0, frame(1)))

    expect((await closed).code).toBe(1000)
    expect((made[0] as BrokenCall).attempts).toBe(1)
    await eventually(() => expect(made.map(call => call.endedBecause)).toEqual(['broken', null]))
    expect(made[1]!.heard).toHaveLength(1)
    expect(telephone.calls.count).toBe(1)
    expect(telephone.logged.join('')).toContain('out of order')
  })

  it('gives its place free even if it cannot be ended', async () => {
    class StuckCall extends BrokenCall {
      override end(): void {
        throw new Error('cannot end either')
      }
    }
    const telephone = await openTelephone({ create: ring => new StuckCall(ring) })
    const socket = await telephone.connect()
    socket.send(telephone.start(ALICE))
    const closed = closing(socket)

    socket.send(media(0, frame(1)))

    expect((await closed).code).toBe(1000)
    expect(telephone.calls.count).toBe(0)
  })

  it('is not made at all if it cannot be, and the stream is told so', async () => {
    const cannot = (): CallHandle => {
      throw new Error('no recogniser')
    }
    const telephone = await openTelephone({ create: cannot })
    const socket = await telephone.connect()
    const closed = closing(socket)

    socket.send(telephone.start(ALICE))

    expect(await closed).toEqual({ code: 1011, reason: 'the call could not be made' })
    expect(telephone.calls.count).toBe(0)
  })
})
