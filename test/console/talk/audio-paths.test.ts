import { describe, expect, it } from 'vitest'
import { linear } from '../../../src/audio/ulaw.ts'
import { encodeUlaw } from '../../../src/audio/ulaw-encoder.ts'
import { Speaker } from '../../../src/console/talk/speaker.ts'
import { Uplink } from '../../../src/console/talk/uplink.ts'

const QUANTUM = 128
const tone = (hz: number, rateHz: number, length: number): Float32Array =>
  Float32Array.from({ length }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hz * n) / rateHz))

const rms = (samples: ArrayLike<number>): number =>
  Math.sqrt(Array.from(samples).reduce((sum, sample) => sum + sample ** 2, 0) / samples.length)

describe.each([8000, 44_100, 48_000])('at a device rate of %i Hz', deviceHz => {
  it('a second of the microphone is 50 frames of 20 ms, but for what is still on its way', () => {
    const uplink = new Uplink(deviceHz)
    const samples = tone(440, deviceHz, deviceHz)
    const frames = []
    for (let at = 0; at < samples.length; at += QUANTUM) frames.push(...uplink.push(samples.subarray(at, at + QUANTUM)))
    expect(frames.length).toBeGreaterThanOrEqual(49)
    expect(frames.length).toBeLessThanOrEqual(50)
    for (const frame of frames) expect(frame).toHaveLength(160)
    expect(new Set(frames.map(({ buffer }) => buffer)).size).toBe(frames.length)
    const middle = frames.slice(5, 45).flatMap(frame => Array.from(frame, byte => linear[byte]!))
    expect(rms(middle)).toBeCloseTo(0.5 / Math.SQRT2, 2)
  })

  it('what the server sends is heard as loud as it is, and a mark when its audio is over', () => {
    const speaker = new Speaker(deviceHz)
    speaker.playout.play(encodeUlaw(tone(440, 8000, 1600)))
    speaker.playout.mark('end')
    const heard: number[] = []
    let markMs: number | null = null
    for (let at = 0; at < deviceHz * 0.4; at += QUANTUM) {
      const output = new Float32Array(QUANTUM)
      for (const { inMs } of speaker.fill(output)) markMs = (at / deviceHz) * 1000 + inMs
      heard.push(...output)
    }
    expect(rms(heard.slice(0.05 * deviceHz, 0.15 * deviceHz))).toBeCloseTo(0.5 / Math.SQRT2, 2)
    const last = heard.findLastIndex(sample => Math.abs(sample) > 0.1)
    expect(Math.abs(markMs! - (last / deviceHz) * 1000)).toBeLessThan(2)
  })
})

describe('a microphone', () => {
  it('that is too loud is cut off, not turned around', () => {
    const [high, low] = encodeUlaw(Float32Array.from([1.7, -1.7]))
    expect(linear[high!]).toBeGreaterThan(0.95)
    expect(linear[low!]).toBeLessThan(-0.95)
  })

  it('that is silent is digital silence', () => {
    expect([...new Uplink(48_000).push(new Float32Array(4800))[0]!]).toEqual(new Array(160).fill(0xff))
  })
})
