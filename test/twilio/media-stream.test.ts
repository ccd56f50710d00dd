import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outbound, parse } from '../../src/twilio/media-stream.ts'
import { callSid, CONNECTED, dtmf, frame, mark, media, spoil, start, stop, STREAM_SID } from './wire.ts'

const CALL = callSid(1)
const FRAME = frame(0x7e)

describe('what Twilio says', () => {
  it('is read message by message', () => {
    expect(parse(CONNECTED)).toEqual({ event: 'connected' })
    expect(parse(start(CALL))).toEqual({
      event: 'start',
      streamSid: STREAM_SID,
      callSid: CALL,
      parameters: { from: '+15550001111', to: '+15550002222', ticket: 'none' },
    })
    expect(parse(media(20, FRAME))).toEqual({
      event: 'media',
      streamSid: STREAM_SID,
      timestampMs: 20,
      audio: Buffer.from(FRAME),
    })
    expect(parse(dtmf('#'))).toEqual({ event: 'dtmf', streamSid: STREAM_SID, digit: '#' })
    expect(parse(mark('reply-3'))).toEqual({ event: 'mark', streamSid: STREAM_SID, name: 'reply-3' })
    expect(parse(stop(CALL))).toEqual({ event: 'stop', streamSid: STREAM_SID })
  })

  it('may grow new fields', () => {
    expect(parse(spoil(CONNECTED, '"protocol"', '"new":1,"protocol"'))).toEqual({ event: 'connected' })
    expect(parse(spoil(media(0, FRAME), '"track"', '"new":{},"track"'))).toMatchObject({ event: 'media', timestampMs: 0 })
    expect(parse(spoil(start(CALL), '"channels"', '"new":[],"channels"'))).toMatchObject({ event: 'start' })
  })

  it('may lack parameters', () => {
    const bare = spoil(start(CALL), '"customParameters":{"from":"+15550001111","to":"+15550002222","ticket":"none"},', '')
    expect(parse(bare)).toMatchObject({ event: 'start', parameters: {} })
  })

  const spoilt: readonly [what: string, message: string, kind: string, reason: RegExp][] = [
    ['half a message', media(0, FRAME).slice(0, 50), 'broken-json', /JSON/],
    ['nothing', '', 'broken-json', /JSON/],
    ['a list', '[]', 'unknown-event', /missing/],
    ['a number', '7', 'unknown-event', /missing/],
    ['null', 'null', 'unknown-event', /missing/],
    ['a message without an event', '{"media":{}}', 'unknown-event', /missing/],
    ['an event that is a number', '{"event":5}', 'unknown-event', /missing/],
    ['an unknown event', '{"event":"transcript"}', 'unknown-event', /"transcript"/],
    ['an event named like a method of objects', '{"event":"constructor"}', 'unknown-event', /"constructor"/],
    ['an event named like a prototype', '{"event":"__proto__"}', 'unknown-event', /"__proto__"/],
    ['another protocol', spoil(CONNECTED, '"Call"', '"Chat"'), 'invalid-connected', /protocol/],
    ['a start of 16 kHz', spoil(start(CALL), '8000', '16000'), 'invalid-start', /sampleRate/],
    ['a rate that is a string', spoil(start(CALL), '8000', '"8000"'), 'invalid-start', /sampleRate/],
    ['linear audio', spoil(start(CALL), 'audio/x-mulaw', 'audio/x-l16'), 'invalid-start', /encoding/],
    ['stereo', spoil(start(CALL), '"channels":1', '"channels":2'), 'invalid-start', /channels/],
    ['the wrong track', spoil(start(CALL), '["inbound"]', '["outbound"]'), 'invalid-start', /tracks/],
    ['two stream names', spoil(start(CALL), STREAM_SID, 'MZother'), 'invalid-start', /streamSid/],
    ['a call named like a path', spoil(start(CALL), CALL, '../../etc/passwd'), 'invalid-start', /callSid/],
    ['a parameter that is a number', spoil(start(CALL), '"+15550001111"', '1'), 'invalid-start', /customParameters/],
    ['audio of the other side', spoil(media(0, FRAME), '"inbound"', '"outbound"'), 'invalid-media', /track/],
    ['a time that is a number', spoil(media(7, FRAME), '"7"', '7'), 'invalid-media', /timestamp/],
    ['a time before the start', spoil(media(7, FRAME), '"7"', '"-7"'), 'invalid-media', /timestamp/],
    ['half a millisecond', spoil(media(7, FRAME), '"7"', '"7.5"'), 'invalid-media', /timestamp/],
    ['a time no computer counts to', spoil(media(7, FRAME), '"7"', '"9999999999999999"'), 'invalid-media', /timestamp/],
    ['a time in hexadecimal', spoil(media(7, FRAME), '"7"', '"0x7"'), 'invalid-media', /timestamp/],
    [
      'audio that is a list',
      spoil(media(0, FRAME), `"${Buffer.from(FRAME).toString('base64')}"`, '[1]'),
      'invalid-media',
      /payload/,
    ],
    ['no audio', media(0, new Uint8Array()), 'invalid-media', /base64/],
    ['no stream', spoil(media(0, FRAME), `"${STREAM_SID}"`, '""'), 'invalid-media', /streamSid/],
    ['two keys at once', dtmf('12'), 'invalid-dtmf', /digit/],
    ['a key that is none', dtmf('E'), 'invalid-dtmf', /digit/],
    ['a mark without a name', spoil(mark('a'), '"name":"a"', ''), 'invalid-mark', /name/],
    ['a stop of no call', stop(''), 'invalid-stop', /callSid/],
  ]
  it.each(spoilt)('is refused as %s', (_, message, kind, reason) => {
    expect(parse(message)).toEqual({ event: 'malformed', kind, reason: expect.stringMatching(reason) as string })
  })

  const notBase64 = ['AAA', 'AAAA=', 'AA=A', 'AA AA', 'AAAA\\n', '-_-_', 'AAB=', 'A===', '=', 'ÄAAA', 'AAAA\\u0000']
  it.each(notBase64)('is refused if its audio is "%s"', payload => {
    const message = media(0, FRAME).replace(/"payload":"[^"]*"/, `"payload":"${payload}"`)
    expect(parse(message)).toMatchObject({ kind: 'invalid-media' })
  })

  it('comes back unchanged, whatever the audio and its time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 1000 }), fc.nat(), (audio, timestampMs) => {
        expect(parse(media(timestampMs, audio))).toEqual({
          event: 'media',
          streamSid: STREAM_SID,
          timestampMs,
          audio: Buffer.from(audio),
        })
      }),
    )
  })

  it('never makes the reader throw, however it is garbled', () => {
    const messages = [CONNECTED, start(CALL), media(20, FRAME), dtmf('5'), mark('a'), stop(CALL)]
    const garbled = fc
      .tuple(fc.constantFrom(...messages), fc.nat(400), fc.nat(10), fc.string({ maxLength: 10 }))
      .map(([message, at, length, other]) => message.slice(0, at) + other + message.slice(at + length))
    const other = fc.oneof(
      fc.json(),
      fc.string(),
      fc.json().map(json => `{"event":"media","media":${json}}`),
    )
    fc.assert(
      fc.property(fc.oneof(garbled, other), text => {
        expect(parse(text).event).toBeTypeOf('string')
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('what Twilio is told', () => {
  const messages = outbound(STREAM_SID)

  it('has exactly the fields that Twilio knows', () => {
    expect(messages.media(Uint8Array.of(0xff, 0x7f, 0x00))).toBe(
      `{"event":"media","streamSid":"${STREAM_SID}","media":{"payload":"/38A"}}`,
    )
    expect(messages.mark('reply-3')).toBe(`{"event":"mark","streamSid":"${STREAM_SID}","mark":{"name":"reply-3"}}`)
    expect(messages.clear).toBe(`{"event":"clear","streamSid":"${STREAM_SID}"}`)
  })

  it('carries any audio, also from the middle of a larger buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(2000), (bytes, from) => {
        const audio = bytes.subarray(from)
        const { media } = JSON.parse(messages.media(audio)) as { media: { payload: string } }
        expect(Buffer.from(media.payload, 'base64')).toEqual(Buffer.from(audio))
      }),
    )
  })

  it('carries any name of a mark, and of the stream', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (streamSid, name) => {
        expect(JSON.parse(outbound(streamSid).mark(name))).toEqual({ event: 'mark', streamSid, mark: { name } })
      }),
    )
  })
})
