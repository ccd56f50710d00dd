import { describe, expect, it } from 'vitest'
import { orderIn, Wire } from '../../../src/console/talk/wire.ts'
import { outbound, parse } from '../../../src/twilio/media-stream.ts'
import { callSid } from '../../twilio/wire.ts'

const CALL = callSid(0xa)
const STREAM = CALL.replace('CA', 'MZ')

describe('the page speaks as Twilio does', () => {
  it('to the server', () => {
    const wire = new Wire(CALL)
    const loud = Uint8Array.from({ length: 160 }, (_, n) => n + 96)
    expect(parse(wire.connected)).toEqual({ event: 'connected' })
    expect(parse(wire.start())).toEqual({ event: 'start', streamSid: STREAM, callSid: CALL, parameters: {} })
    const [first, second] = [wire.media(loud), wire.media(loud)].map(parse)
    expect(first).toMatchObject({ event: 'media', streamSid: STREAM, timestampMs: 0 })
    expect(second).toMatchObject({ timestampMs: 20 })
    expect([...(second as { audio: Uint8Array }).audio]).toEqual([...loud])
    expect(parse(wire.mark('1:20:start'))).toEqual({ event: 'mark', streamSid: STREAM, name: '1:20:start' })
    for (const key of '0123456789*#ABCD') expect(parse(wire.digit(key))).toMatchObject({ event: 'dtmf', digit: key })
    expect(parse(wire.stop())).toEqual({ event: 'stop', streamSid: STREAM })
  })

  it('with numbers that go up by one, as Twilio’s do', () => {
    const wire = new Wire(CALL)
    const numbers = [wire.start(), wire.mark('a'), wire.stop()].map(
      text => (JSON.parse(text) as { sequenceNumber: string }).sequenceNumber,
    )
    expect(numbers).toEqual(['1', '2', '3'])
  })

  it('and understands what the server says', () => {
    const server = outbound(STREAM)
    const all = Uint8Array.from({ length: 256 }, (_, n) => n)
    expect(orderIn(server.media(all))).toEqual({ type: 'play', audio: all })
    expect(orderIn(server.mark('1:300'))).toEqual({ type: 'mark', name: '1:300' })
    expect(orderIn(server.clear)).toEqual({ type: 'clear' })
    expect(orderIn('{"event":"something new"}')).toBeNull()
    expect(orderIn('{"event":"media"}')).toBeNull()
  })
})
