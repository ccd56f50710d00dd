import fc from 'fast-check'
import twilio from 'twilio'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { realClock } from '../../src/clock.ts'
import type { Clock } from '../../src/ports.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { after, afterReply, at, interrupting, ScriptedCaller } from './twilio/caller.ts'
import { chance } from './twilio/chance.ts'
import type { DialPlan } from './twilio/dial.ts'
import { networkInto, realNetwork } from './twilio/network.ts'
import { placeCall, type PhoneCall, type PhoneCallOptions } from './twilio/phone-call.ts'
import { Playback, type PlaybackNews } from './twilio/playback.ts'
import { connectTo, startTestBot, type TestBot } from './twilio/test-bot.ts'

let clock: VirtualClock
let bot: TestBot

beforeEach(async () => {
  clock = new VirtualClock()
  bot = await startTestBot(clock)
})

afterEach(async () => {
  expect(clock.waiting).toBe(0)
  await bot.app.close()
})

/** A call into the test bot, with its stream begun unless the TwiML wants none. */
async function ring(options: Partial<PhoneCallOptions> = {}): Promise<PhoneCall> {
  const call = placeCall({
    network: networkInto(bot.app),
    clock,
    random: chance(1),
    voiceUrl: 'https://bot.example.com/voice',
    caller: new ScriptedCaller([]),
    ...options,
  })
  await call.begun
  await clock.advance(0)
  return call
}

async function hangUp(call: PhoneCall) {
  call.hangUp()
  return call.ended
}

const speech = (ms: number, byte = 0x11): Uint8Array => new Uint8Array(ms * 8).fill(byte)
const mediaOf = ({ received }: TestBot) =>
  received.flatMap(({ atMs, message }) => (message.media ? [{ atMs, ...message.media }] : []))
const eventsOf = ({ received }: TestBot) => received.map(({ message }) => message.event)

describe('ringing the bot', () => {
  test('posts the parameters of a call to the voice webhook and sends connected and start over the stream of the TwiML', async () => {
    bot.answers['/voice'] = connectTo('wss://bot.example.com/media', '<Parameter name="ticket" value="a&amp;b"/>')
    const call = await ring({ identity: { from: '+15550001111' }, parameters: { StirVerstat: 'TN-Validation-Passed-A' } })
    const { callSid, accountSid } = call.identity
    await clock.advance(20)
    expect(bot.posts[0]).toMatchObject({ path: '/voice', signature: undefined })
    expect(bot.posts[0]?.form).toMatchObject({
      CallSid: callSid,
      AccountSid: accountSid,
      From: '+15550001111',
      CallStatus: 'ringing',
      Direction: 'inbound',
      StirVerstat: 'TN-Validation-Passed-A',
    })
    expect(callSid).toMatch(/^CA[0-9a-f]{32}$/)
    expect(bot.received.slice(0, 2).map(({ message }) => message)).toEqual([
      { event: 'connected', protocol: 'Call', version: '1.0.0' },
      {
        event: 'start',
        sequenceNumber: '1',
        streamSid: bot.streamSid(),
        start: {
          streamSid: bot.streamSid(),
          accountSid,
          callSid,
          tracks: ['inbound'],
          customParameters: { ticket: 'a&b' },
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        },
      },
    ])
    await hangUp(call)
  })

  test('signs the webhook over its parameters, and the handshake over the wss address alone', async () => {
    await hangUp(await ring({ authToken: 'secret' }))
    const { form = {}, signature = '' } = bot.posts[0] ?? {}
    expect(twilio.validateRequest('secret', signature, 'https://bot.example.com/voice', form)).toBe(true)
    expect(twilio.validateRequest('secret', bot.handshakes[0]?.signature ?? '', 'wss://bot.example.com/media', {})).toBe(true)
  })

  test('asks a bot on this machine for itself, so that it may tell its own callers from the world', async () => {
    bot.answers['/voice'] = connectTo('ws://127.0.0.1:3000/media')
    await hangUp(await ring({ voiceUrl: 'http://127.0.0.1:3000/voice' }))
    expect(bot.handshakes).toEqual([{ host: '127.0.0.1:3000', from: '127.0.0.1', signature: undefined }])
  })

  test('the same seed gives the same call', async () => {
    const [first, second] = [await ring(), await ring()]
    expect(first.identity).toEqual(second.identity)
    await hangUp(first)
    await hangUp(second)
  })
})

describe('the caller is heard', () => {
  test('as 160 bytes every 20 ms, numbered in strings', async () => {
    const call = await ring({ caller: new ScriptedCaller([{ name: 'hello', audio: speech(30), when: at(0) }]) })
    await clock.advance(60)
    await hangUp(call)
    expect(bot.received.map(({ atMs }) => atMs)).toEqual([0, 0, 20, 40, 60, 60])
    expect(bot.received[2]?.message).toEqual({
      event: 'media',
      sequenceNumber: '2',
      streamSid: bot.streamSid(),
      media: { track: 'inbound', chunk: '1', timestamp: '0', payload: Buffer.from(speech(20)).toString('base64') },
    })
    expect(mediaOf(bot).map(({ chunk, timestamp }) => [chunk, timestamp])).toEqual([
      ['1', '0'],
      ['2', '20'],
      ['3', '40'],
    ])
    expect(Buffer.from(mediaOf(bot)[1]?.payload ?? '', 'base64')).toEqual(Buffer.concat([speech(10), speech(10, 0xff)]))
  })

  test('on a schedule that does not drift when every timer fires 7 ms late', async () => {
    const late: Clock = { now: () => clock.now(), after: (delayMs, callback) => clock.after(delayMs + 7, callback) }
    const call = await ring({ clock: late })
    await clock.advance(1010)
    expect(mediaOf(bot).map(({ atMs }) => atMs)).toEqual(Array.from({ length: 50 }, (_, index) => index * 20 + 27))
    await hangUp(call)
  })

  test('in one burst after this process has stood still, each frame at its own place in time', async () => {
    let stall = 0
    const stalling: Clock = { now: () => clock.now(), after: (delayMs, callback) => clock.after(delayMs + stall, callback) }
    const call = await ring({ clock: stalling })
    await clock.advance(90)
    stall = 105
    await clock.advance(15)
    stall = 0
    await clock.advance(200)
    expect(mediaOf(bot).map(({ atMs, timestamp }) => `${timestamp} at ${atMs}`)).toEqual([
      ...['0 at 20', '20 at 40', '40 at 60', '60 at 80', '80 at 100'],
      ...['100 at 225', '120 at 225', '140 at 225', '160 at 225', '180 at 225', '200 at 225'],
      ...['220 at 240', '240 at 260', '260 at 280', '280 at 300'],
    ])
    await hangUp(call)
  })
})

describe('the bot is heard', () => {
  test('from the moment its audio arrives, at 8 bytes a millisecond; marks come back when they are reached', async () => {
    const call = await ring()
    await clock.advance(100)
    bot.play(speech(250))
    bot.mark('a')
    bot.play(speech(33, 0x22))
    bot.mark('b')
    await clock.advance(400)
    const { legs, events } = await hangUp(call)
    expect(bot.marks()).toEqual(['a at 350', 'b at 383'])
    expect(Buffer.from(legs.bot)).toEqual(Buffer.concat([speech(100, 0xff), speech(250), speech(33, 0x22), speech(117, 0xff)]))
    expect(legs.caller).toEqual(speech(500, 0xff))
    expect(events.filter(({ type }) => type.startsWith('bot-'))).toEqual([
      { type: 'bot-audible', atMs: 100 },
      { type: 'bot-quiet', atMs: 383 },
    ])
  })

  test('a mark with nothing before it comes back at once', async () => {
    const call = await ring()
    await clock.advance(50)
    bot.mark('now')
    await clock.advance(0)
    await hangUp(call)
    expect(bot.marks()).toEqual(['now at 50'])
  })

  test('clear silences the bot at once, and all marks come back at once and in order, told as never heard', async () => {
    const call = await ring()
    bot.play(speech(100))
    bot.mark('heard')
    bot.play(speech(1000))
    bot.mark('cut')
    bot.play(speech(1000))
    bot.mark('never')
    await clock.advance(300)
    bot.clear()
    await clock.advance(200)
    const { legs, events } = await hangUp(call)
    expect(bot.marks()).toEqual(['heard at 100', 'cut at 300', 'never at 300'])
    expect(Buffer.from(legs.bot)).toEqual(Buffer.concat([speech(300), speech(200, 0xff)]))
    expect(events.filter(({ type }) => type === 'clear')).toEqual([{ type: 'clear', atMs: 300, droppedMs: 1800 }])
    expect(events.filter(event => event.type === 'mark-returned').map(({ name, cleared }) => [name, cleared])).toEqual([
      ['heard', false],
      ['cut', true],
      ['never', true],
    ])
  })

  test('audio sent in time, frame by frame, is one sound without a break', async () => {
    const call = await ring()
    for (let frame = 0; frame < 10; frame++) {
      bot.play(speech(20))
      await clock.advance(20)
    }
    await clock.advance(100)
    const { events } = await hangUp(call)
    expect(events.filter(({ type }) => type.startsWith('bot-'))).toEqual([
      { type: 'bot-audible', atMs: 0 },
      { type: 'bot-quiet', atMs: 200 },
    ])
  })

  test('what is more than ten minutes ahead is discarded', async () => {
    const call = await ring({ lenient: true })
    bot.play(speech(599_000))
    bot.play(speech(2000))
    await clock.advance(20)
    const { refusals } = await hangUp(call)
    expect(refusals).toEqual([
      { type: 'refused', atMs: 0, code: 31_931, reason: 'more than 10 minutes buffered: 8000 bytes are discarded' },
    ])
  })

  test('whatever is played, marked and cleared: every byte is heard once or dropped, every mark comes back once and in order', () => {
    const deed = fc.record({
      waitMs: fc.nat(50),
      bytes: fc.nat(900),
      marks: fc.boolean(),
      clears: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 30 }), deeds => {
        const told: PlaybackNews[] = []
        const playback = new Playback(news => told.push(news))
        let [nowMs, sent, dropped] = [0, 0, 0]
        const marked: string[] = []
        for (const { waitMs, bytes, marks, clears } of deeds) {
          playback.advance((nowMs += waitMs))
          sent += bytes
          playback.play(new Uint8Array(bytes).fill(1))
          if (marks) marked.push(String(marked.length))
          if (marks) playback.mark(String(marked.length - 1))
          if (clears) dropped += playback.bufferedBytes
          if (clears) playback.clear()
        }
        playback.advance((nowMs += 30_000))
        const heard = playback.heard()
        expect(heard.length).toBe(nowMs * 8)
        expect(heard.filter(byte => byte === 1).length).toBe(sent - dropped)
        expect(told.flatMap(news => (news.type === 'mark' ? [news.name] : []))).toEqual(marked)
      }),
    )
  })
})

describe('what the real service would refuse fails the call', () => {
  const sid = (): string => bot.streamSid()
  test.each<[string, () => string | Buffer, number]>([
    ['a binary frame', () => Buffer.from([1, 2, 3]), 31_950],
    ['text that is not JSON', () => 'hello', 31_951],
    ['an unknown event', () => JSON.stringify({ event: 'hello', streamSid: sid() }), 31_951],
    ['a missing field', () => JSON.stringify({ event: 'media', streamSid: sid(), media: {} }), 31_951],
    ['a missing stream', () => JSON.stringify({ event: 'clear' }), 31_951],
    [
      'an extra field',
      () => JSON.stringify({ event: 'media', streamSid: sid(), media: { payload: '/w==', track: 'outbound' } }),
      31_951,
    ],
    ['another stream', () => JSON.stringify({ event: 'clear', streamSid: 'MZ0' }), 31_951],
    [
      'a payload that is not base64',
      () => JSON.stringify({ event: 'media', streamSid: sid(), media: { payload: 'ÿÿÿ' } }),
      31_951,
    ],
  ])('%s', async (_name, message, code) => {
    const call = await ring()
    await clock.advance(20)
    bot.socket().send(message())
    await clock.advance(20)
    await expect(hangUp(call)).rejects.toThrow(`${code} at 20 ms`)
  })

  test('a message before start: the stream has no name yet', async () => {
    bot.app.websocketServer.once('connection', socket => socket.send(JSON.stringify({ event: 'clear', streamSid: 'MZ0' })))
    const call = await ring()
    await clock.advance(20)
    await expect(hangUp(call)).rejects.toThrow('31951 at 0 ms: nothing can be sent before start')
  })

  test.each([
    ['ws://bot.example.com/media', 31_922],
    ['wss://bot.example.com/media?call=1', 31_920],
    ['wss://', 31_923],
    ['wss://bot.example.com/nowhere', 31_920],
  ])('a stream to %s', async (url, code) => {
    bot.answers['/voice'] = connectTo(url)
    await expect((await ring()).ended).rejects.toThrow(`${code} at 0 ms`)
  })

  test.each<[string, string | number, number]>([
    ['a webhook that fails', 500, 11_200],
    ['TwiML cut short', '<Response><Connect>', 12_100],
    ['something else than TwiML', '<html/>', 12_100],
    ['a verb that does not exist', '<Response><Shout/></Response>', 12_200],
    ['a Connect without Stream', '<Response><Connect/></Response>', 12_200],
  ])('%s', async (_name, answer, code) => {
    bot.answers['/voice'] = answer
    await expect((await ring()).ended).rejects.toThrow(`${code} at 0 ms`)
  })

  test('but a lenient call goes on, and the stream reports each error once', async () => {
    bot.answers['/voice'] = connectTo('wss://bot.example.com/media').replace('<Stream ', '<Stream statusCallback="/stream" ')
    const call = await ring({ lenient: true })
    bot.socket().send('one')
    bot.socket().send('two')
    await clock.advance(40)
    const { refusals } = await hangUp(call)
    expect(refusals.map(({ code }) => code)).toEqual([31_951, 31_951])
    expect(bot.posts.map(({ form }) => form['StreamEvent'])).toEqual([
      undefined,
      'stream-started',
      'stream-error',
      'stream-stopped',
    ])
  })
})

describe('a bad line', () => {
  test('that carries no silence leaves gaps in the timestamps only', async () => {
    const caller = new ScriptedCaller([
      { name: 'a', audio: speech(20), when: at(20) },
      { name: 'b', audio: speech(20), when: at(80) },
    ])
    const call = await ring({ caller, line: { drops: frame => frame.every(byte => byte === 0xff), firstTimestampMs: 115 } })
    await clock.advance(200)
    const { legs } = await hangUp(call)
    expect(mediaOf(bot).map(({ chunk, timestamp, atMs }) => [chunk, timestamp, atMs])).toEqual([
      ['1', '135', 40],
      ['2', '195', 100],
    ])
    expect(bot.received.map(({ message }) => message.sequenceNumber)).toEqual([undefined, '1', '2', '3', '4'])
    expect(legs.caller.length).toBe(1600)
  })

  test('that jitters delivers late but never early, nothing out of order, and the same from the same seed', async () => {
    const arrivals: number[][] = []
    for (let attempt = 0; attempt < 2; attempt++) {
      clock = new VirtualClock()
      await bot.app.close()
      bot = await startTestBot(clock)
      const call = await ring({ random: chance(7), line: { jitterMs: 60 } })
      await clock.advance(2000)
      await hangUp(call)
      const frames = mediaOf(bot)
      expect(frames.map(({ timestamp }) => Number(timestamp))).toEqual(Array.from({ length: 100 }, (_, index) => index * 20))
      const lateMs = frames.map(({ atMs }, index) => atMs - (index + 1) * 20)
      expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...lateMs)).toBeGreaterThan(40)
      expect(Math.max(...lateMs)).toBeLessThanOrEqual(60)
      arrivals.push(lateMs)
    }
    expect(arrivals[0]).toEqual(arrivals[1])
  })

  test('that stalls delivers everything, marks too, in one burst afterwards', async () => {
    const call = await ring({ line: { stalls: [{ atMs: 60, forMs: 100 }] } })
    bot.play(speech(80))
    bot.mark('a')
    await clock.advance(200)
    await hangUp(call)
    expect(mediaOf(bot).map(({ atMs }) => atMs)).toEqual([20, 40, 60, 160, 160, 160, 160, 160, 180, 200])
    expect(bot.marks()).toEqual(['a at 160'])
  })

  test('that is paused by hand delivers nothing until it is resumed', async () => {
    const call = await ring()
    await clock.advance(40)
    call.pause()
    await clock.advance(100)
    call.resume()
    await clock.advance(20)
    await hangUp(call)
    expect(mediaOf(bot).map(({ atMs }) => atMs)).toEqual([20, 40, 140, 140, 140, 140, 140, 160])
  })

  test('that is lost ends the stream without a stop, and Twilio goes on with the TwiML', async () => {
    bot.answers['/voice'] = connectTo('wss://bot.example.com/media').replace('<Connect>', '<Connect action="/after">')
    bot.answers['/after'] = '<Response><Hangup/></Response>'
    const call = await ring({ line: { lostAtMs: 100 } })
    await clock.advance(200)
    const { events } = await call.ended
    expect(eventsOf(bot)).not.toContain('stop')
    expect(events.find(({ type }) => type === 'stream-ended')).toEqual({
      type: 'stream-ended',
      atMs: 100,
      how: 'connection-lost',
    })
    expect(bot.posts.map(({ path }) => path)).toEqual(['/voice', '/after'])
  })

  test('keys that the caller presses come in between the frames', async () => {
    const call = await ring({ line: { keys: [{ atMs: 40, digit: '5' }] } })
    await clock.advance(60)
    call.press('#')
    await hangUp(call)
    expect(eventsOf(bot)).toEqual(['connected', 'start', 'media', 'media', 'dtmf', 'media', 'dtmf', 'stop'])
    expect(bot.received[4]?.message).toEqual({
      event: 'dtmf',
      sequenceNumber: '4',
      streamSid: bot.streamSid(),
      dtmf: { track: 'inbound_track', digit: '5' },
    })
  })
})

describe('the call ends', () => {
  test('when the caller hangs up: stop, close, and the callbacks are told', async () => {
    bot.answers['/voice'] = connectTo('wss://bot.example.com/media').replace(
      '<Stream ',
      '<Stream name="bot" statusCallback="/stream" ',
    )
    const call = await ring({ statusCallback: 'https://bot.example.com/status', authToken: 'secret' })
    await clock.advance(1500)
    const { callSid, accountSid } = call.identity
    const closed = new Promise(resolve => bot.socket().once('close', resolve))
    await hangUp(call)
    expect(await closed).toBe(1000)
    const stop = { event: 'stop', sequenceNumber: '77', streamSid: bot.streamSid(), stop: { accountSid, callSid } }
    expect(bot.received.at(-1)?.message).toEqual(stop)
    expect(bot.posts.slice(1).map(({ path, form }) => [path, form['StreamEvent'] ?? form['CallStatus']])).toEqual([
      ['/stream', 'stream-started'],
      ['/stream', 'stream-stopped'],
      ['/status', 'completed'],
    ])
    expect(bot.posts[1]?.form).toMatchObject({ StreamSid: bot.streamSid(), StreamName: 'bot', CallSid: callSid })
    expect(bot.posts[3]?.form).toMatchObject({ CallSid: callSid, CallDuration: '2', CallbackSource: 'call-progress-events' })
    for (const { path, form, signature = '' } of bot.posts) {
      expect(twilio.validateRequest('secret', signature, `https://bot.example.com${path}`, form)).toBe(true)
    }
  })

  test('when the bot closes the stream and the TwiML says nothing more', async () => {
    const call = await ring()
    await clock.advance(100)
    bot.socket().close()
    const { events } = await call.ended
    expect(events.at(-1)).toEqual({ type: 'stream-ended', atMs: 100, how: 'bot-closed' })
    expect(eventsOf(bot)).not.toContain('stop')
  })

  test('after the verbs that follow the stream, in their order', async () => {
    bot.answers['/voice'] = connectTo('wss://bot.example.com/media').replace(
      '</Response>',
      '<Say>Goodbye</Say><Pause length="2"/><Redirect>/more</Redirect><Hangup/></Response>',
    )
    bot.answers['/more'] = '<Response><Hangup/></Response>'
    const call = await ring()
    bot.socket().close()
    await clock.advance(1990)
    expect(bot.posts.map(({ path }) => path)).toEqual(['/voice'])
    await clock.advance(20)
    const { events } = await call.ended
    expect(bot.posts.map(({ path, form }) => [path, form['CallStatus']])).toEqual([
      ['/voice', 'ringing'],
      ['/more', 'in-progress'],
    ])
    expect(events.flatMap(event => (event.type === 'verb' ? [event.verb.name] : []))).toEqual([
      ...['Connect', 'Say', 'Pause', 'Redirect', 'Hangup'],
    ])
  })

  test('a second stream of the same call goes on where the first ended', async () => {
    bot.answers['/voice'] = connectTo('wss://bot.example.com/media').replace('<Connect>', '<Connect action="/after">')
    bot.answers['/after'] = connectTo('wss://bot.example.com/media')
    const caller = new ScriptedCaller([{ name: 'still here', audio: speech(20), when: at(300) }])
    const call = await ring({ caller })
    await clock.advance(110)
    call.loseConnection()
    for (let count = 0; count < 10; count++) await clock.advance(0)
    await clock.advance(300)
    bot.play(speech(40))
    await clock.advance(90)
    const { legs } = await hangUp(call)
    expect(caller.said).toEqual([{ name: 'still here', fromMs: 310, toMs: 330 }])
    expect(legs.caller.indexOf(0x11)).toBe(310 * 8)
    expect(legs.bot.indexOf(0x11)).toBe(410 * 8)
    expect(legs.bot.length).toBe(500 * 8)
  })

  test('a REST update puts other TwiML in the place of the stream', async () => {
    const call = await ring()
    await clock.advance(40)
    call.replaceTwiml('<Response><Dial>+15550003333</Dial></Response>')
    const { events } = await call.ended
    expect(eventsOf(bot).at(-1)).toBe('stop')
    expect(events.findLast(({ type }) => type === 'verb')).toMatchObject({ verb: { name: 'Dial', text: '+15550003333' } })
    expect(events.at(-1)).toMatchObject({ type: 'dialled', number: '+15550003333', bridged: true })
  })

  describe('dials', () => {
    const dial = '<Response><Dial action="/over" timeout="20"><Number url="/whisper">+15550003333</Number></Dial></Response>'
    const over = () => bot.posts.findLast(({ path }) => path === '/over')?.form

    /** Until it is over: nothing here takes a virtual minute. */
    async function ended(call: PhoneCall) {
      const state = { over: false }
      void call.ended.finally(() => void (state.over = true)).catch(() => {})
      while (!state.over) await clock.advance(100)
      return call.ended
    }

    async function dialling(plan: DialPlan, whisper: string | number) {
      bot.answers['/voice'] = dial
      bot.answers['/over'] = '<Response/>'
      bot.answers['/whisper'] = whisper
      return placeCall({
        network: networkInto(bot.app),
        clock,
        random: chance(1),
        voiceUrl: 'https://bot.example.com/voice',
        caller: new ScriptedCaller([]),
        dials: [plan],
        lenient: true,
      })
    }

    test('a person who answers, hears the whisper on a call of their own, and talks', async () => {
      const call = await dialling({ outcome: 'answered', talkMs: 4000 }, '<Response><Say>A caller.</Say></Response>')
      const { events } = await ended(call)
      expect(bot.posts.find(({ path }) => path === '/whisper')?.form).toMatchObject({
        ParentCallSid: call.identity.callSid,
        Direction: 'outbound-dial',
        To: '+15550003333',
      })
      expect(events).toContainEqual(expect.objectContaining({ type: 'dialled', whispered: 'A caller.', bridged: true }))
      expect(over()).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'true', DialCallDuration: '4' })
      expect(over()?.['CallSid']).toBe(call.identity.callSid)
      expect(over()?.['DialCallSid']).not.toBe(call.identity.callSid)
    })

    test.each<[string, string | number]>([
      ['declines', '<Response><Hangup/></Response>'],
      ['would hear nothing that can be read', 500],
    ])('a person who %s, and so is never connected', async (_, whisper) => {
      await ended(await dialling({ outcome: 'answered', talkMs: 4000 }, whisper))
      expect(over()).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'false' })
    })

    test.each<[DialPlan, number]>([
      [{ outcome: 'no-answer' }, 20_000],
      [{ outcome: 'busy', afterMs: 500 }, 500],
    ])('in vain: %j', async (plan, tookMs) => {
      await dialling(plan, '').then(ended)
      expect(over()).toMatchObject({ DialCallStatus: plan.outcome, DialBridged: 'false' })
      expect(bot.posts.map(({ path }) => path)).not.toContain('/whisper')
      expect(clock.now()).toBeGreaterThanOrEqual(tookMs)
    })
  })

  test('and once the caller has hung up, no further verb is done and no action asked for', async () => {
    bot.answers['/voice'] = connectTo('wss://bot.example.com/media')
      .replace('<Connect>', '<Connect action="/after">')
      .replace('</Response>', '<Say>Are you still there?</Say></Response>')
    const call = await ring({ caller: new ScriptedCaller([], at(100)) })
    await clock.advance(200)
    const { events } = await call.ended
    expect(bot.posts.map(({ path }) => path)).toEqual(['/voice'])
    expect(events.at(-1)).toEqual({ type: 'stream-ended', atMs: 120, how: 'caller-hung-up' })
  })

  test('a loop of redirects ends', async () => {
    bot.answers['/voice'] = '<Response><Redirect>/voice</Redirect></Response>'
    await (
      await ring()
    ).ended
    expect(bot.posts.length).toBe(50)
  })
})

describe('a scripted caller', () => {
  const line = (name: string, when: ReturnType<typeof at>) => ({ name, audio: speech(200), when })

  test('says its lines at their times', async () => {
    const caller = new ScriptedCaller([line('one', at(100)), line('two', at(600)), line('three', after(50))], after(1000))
    const call = await ring({ caller })
    await clock.advance(3000)
    const { events } = await call.ended
    expect(caller.said).toEqual([
      { name: 'one', fromMs: 100, toMs: 300 },
      { name: 'two', fromMs: 600, toMs: 800 },
      { name: 'three', fromMs: 860, toMs: 1060 },
    ])
    expect(events.at(-1)).toMatchObject({ type: 'stream-ended', how: 'caller-hung-up', atMs: 2080 })
  })

  test('waits for the bot to finish its reply, through a breath in it, and goes on alone if the bot stays silent', async () => {
    const caller = new ScriptedCaller(
      [line('one', afterReply(300, 5000)), line('two', afterReply(300, 5000))],
      afterReply(300, 5000),
    )
    const call = await ring({ caller })
    bot.play(speech(1000))
    await clock.advance(1200)
    bot.play(speech(200))
    await clock.advance(11_000)
    const { events } = await call.ended
    expect(caller.said).toEqual([
      { name: 'one', fromMs: 1700, toMs: 1900 },
      { name: 'two', fromMs: 6900, toMs: 7100 },
    ])
    expect(events.at(-1)).toMatchObject({ how: 'caller-hung-up', atMs: 12_120 })
  })

  test('takes a reply for one that came in the silence at the end of the recording', async () => {
    const recording = new Uint8Array([...speech(200), ...speech(2000, 0x7e)])
    const caller = new ScriptedCaller([{ name: 'one', audio: recording, when: at(0) }], afterReply(300, 15_000))
    const call = await ring({ caller })
    await clock.advance(700)
    bot.play(speech(1000))
    await clock.advance(2000)
    const { events } = await call.ended
    expect(events.at(-1)).toMatchObject({ how: 'caller-hung-up', atMs: 2220 })
  })

  test('interrupts the bot', async () => {
    const caller = new ScriptedCaller([line('wait', interrupting(500))])
    const call = await ring({ caller })
    await clock.advance(200)
    bot.play(speech(3000))
    await clock.advance(2000)
    await hangUp(call)
    expect(caller.said).toEqual([{ name: 'wait', fromMs: 700, toMs: 900 }])
  })

  test('says what it is told to say while the call goes on', async () => {
    const caller = new ScriptedCaller([])
    const call = await ring({ caller })
    await clock.advance(500)
    caller.say('yes', speech(40))
    caller.say('no', speech(40))
    await clock.advance(500)
    await hangUp(call)
    expect(caller.said).toEqual([
      { name: 'yes', fromMs: 500, toMs: 540 },
      { name: 'no', fromMs: 540, toMs: 580 },
    ])
  })
})

test('over real sockets and in real time a call works the same', async () => {
  const address = await bot.app.listen({ host: '127.0.0.1', port: 0 })
  bot.answers['/voice'] = connectTo('wss://bot.example.com/media')
  const reach = (url: string): string => url.replace(/^(ws|http)s:\/\/bot\.example\.com/, address.replace(/^http/, '$1'))
  const caller = new ScriptedCaller([], at(300))
  const call = await ring({ network: realNetwork(reach), clock: realClock, caller })
  const { legs } = await call.ended
  expect(eventsOf(bot)).toEqual(['connected', 'start', ...Array.from({ length: 15 }, () => 'media'), 'stop'])
  expect(legs.caller.length).toBe(300 * 8)
})
