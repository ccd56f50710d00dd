import alawmulaw from 'alawmulaw'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { interleave, readWav, WAV_HEADER_BYTES, WavError, wavHeader, writeWav } from '../../src/audio/wav.ts'

const { alaw, mulaw } = alawmulaw

describe('a recording becomes telephone audio', () => {
  test('8 kHz mono mu-law passes through byte for byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 500 }), audio => {
        expect(readWav('call.wav', writeWav(audio))).toEqual(audio)
      }),
    )
  })

  test.each([
    { kind: '8-bit PCM', tag: 1, bits: 8, write: (view: DataView, at: number, x: number) => view.setUint8(at, 128 + x * 127) },
    {
      kind: '16-bit PCM',
      tag: 1,
      bits: 16,
      write: (view: DataView, at: number, x: number) => view.setInt16(at, x * 32_767, true),
    },
    { kind: '24-bit PCM', tag: 1, bits: 24, write: write24 },
    {
      kind: '32-bit PCM',
      tag: 1,
      bits: 32,
      write: (view: DataView, at: number, x: number) => view.setInt32(at, x * 2 ** 31, true),
    },
    { kind: '32-bit float', tag: 3, bits: 32, write: (view: DataView, at: number, x: number) => view.setFloat32(at, x, true) },
    { kind: '64-bit float', tag: 3, bits: 64, write: (view: DataView, at: number, x: number) => view.setFloat64(at, x, true) },
    {
      kind: 'A-law',
      tag: 6,
      bits: 8,
      write: (view: DataView, at: number, x: number) => view.setUint8(at, alaw.encodeSample(x * 32_767)),
    },
    {
      kind: 'mu-law',
      tag: 7,
      bits: 8,
      write: (view: DataView, at: number, x: number) => view.setUint8(at, mulaw.encodeSample(x * 32_767)),
    },
  ])('$kind at 8, 16 and 44.1 kHz, mono and stereo, plain and extensible, keeps a 1 kHz tone', ({ tag, bits, write }) => {
    for (const hz of [8000, 16_000, 44_100]) {
      for (const channels of [1, 2]) {
        for (const extensible of [false, true]) {
          const heard = readWav(
            'tone.wav',
            wav({ tag, bits, hz, channels, extensible, data: tone(1000, hz, channels, bits, write) }),
          )
          expect(heard.length).toBeCloseTo(4000, -1)
          expect(Math.abs(level(heard, 1000) - 0.5)).toBeLessThan(0.012)
          expect(level(heard, 2000)).toBeLessThan(0.01)
        }
      }
    }
  })

  test.each([48_000, 44_100, 16_000])('what the telephone cannot carry is not folded into the speech band from %i Hz', hz => {
    for (const tooHighHz of [4300, 5000, 6500, 7900]) {
      const heard = readWav('high.wav', wav({ tag: 3, bits: 32, hz, channels: 1, data: tone(tooHighHz, hz, 1, 32, writeFloat) }))
      expect(Math.max(...mulaw.decode(heard.subarray(400, -400)))).toBeLessThanOrEqual(8)
    }
    const speech = readWav('3.4k.wav', wav({ tag: 3, bits: 32, hz, channels: 1, data: tone(3300, hz, 1, 32, writeFloat) }))
    expect(level(speech, 3300)).toBeCloseTo(0.5, 2)
  })

  test('speech recorded at a low rate is brought up to 8 kHz without an image', () => {
    const heard = readWav('low.wav', wav({ tag: 3, bits: 32, hz: 6000, channels: 1, data: tone(800, 6000, 1, 32, writeFloat) }))
    expect(heard.length).toBe(4000)
    expect(level(heard, 800)).toBeCloseTo(0.5, 2)
    expect(level(heard, 2800)).toBeLessThan(0.01)
  })

  test('two channels are mixed: what is on one side only is heard at half strength', () => {
    const left = mulaw.encode(Int16Array.from({ length: 800 }, () => 16_000))
    const heard = mulaw.decode(readWav('stereo.wav', writeWav(left, new Uint8Array(800).fill(0xff))))
    expect(heard.length).toBe(800)
    expect([...heard].every(sample => Math.abs(sample - 8000) < 300)).toBe(true)
  })

  test('a file cut short gives what is there', () => {
    const whole = writeWav(new Uint8Array(1000).fill(0x55))
    expect(readWav('cut.wav', whole.subarray(0, WAV_HEADER_BYTES + 300))).toEqual(new Uint8Array(300).fill(0x55))
  })

  test('other chunks, also of odd length, are stepped over', () => {
    const audio = new Uint8Array([1, 2, 3, 4])
    const file = writeWav(audio)
    const junk = new TextEncoder().encode('LIST\x05\0\0\0hello\0')
    const withJunk = new Uint8Array([...file.subarray(0, 12), ...junk, ...file.subarray(12, 38), ...junk, ...file.subarray(38)])
    expect(readWav('junk.wav', withJunk)).toEqual(audio)
  })

  test.each([
    ['notes.txt', new TextEncoder().encode('Dear Sir or Madam, this is a letter.'), 'notes.txt: it is not a WAV file'],
    ['nothing.wav', new Uint8Array(0), 'nothing.wav: it is empty'],
    ['header.wav', writeWav(new Uint8Array(0)), 'header.wav: it holds no audio'],
    ['cut.wav', writeWav(new Uint8Array(9)).subarray(0, 30), 'cut.wav: its format description is cut short'],
    ['no-data.wav', writeWav(new Uint8Array(9)).subarray(0, 50), 'no-data.wav: it holds no audio'],
    [
      'song.wav',
      wav({ tag: 85, bits: 8, hz: 44_100, channels: 2 }),
      'song.wav: MP3 with 8 bits a sample is not supported; save it as 16-bit PCM',
    ],
    [
      'odd.wav',
      wav({ tag: 1, bits: 48, hz: 8000, channels: 1 }),
      'odd.wav: PCM with 48 bits a sample is not supported; save it as 16-bit PCM',
    ],
    ['mute.wav', wav({ tag: 1, bits: 16, hz: 8000, channels: 0 }), 'mute.wav: it says that it has no channels'],
    [
      'slow.wav',
      wav({ tag: 1, bits: 16, hz: 0, channels: 1 }),
      'slow.wav: its sample rate is 0 Hz; 1,000 to 768,000 Hz are supported',
    ],
    [
      'big.wav',
      new TextEncoder().encode('RF64....WAVE'),
      'big.wav: it is a RF64 file, which is not supported; save it as plain WAV',
    ],
  ])('%s is refused in words that say why', (name, file, message) => {
    expect(() => readWav(name, file)).toThrow(new WavError(message))
  })

  test('whatever the bytes are, they are read or refused, never anything else', () => {
    const real = wav({ tag: 1, bits: 16, hz: 16_000, channels: 2, extensible: true, data: new Uint8Array(64) })
    const damaged = fc
      .array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { maxLength: 8 })
      .map(changes => changes.reduce((file, [at, byte]) => file.with(at, byte), real))
    const cut = fc.tuple(damaged, fc.nat(real.length)).map(([file, length]) => file.subarray(0, length))
    fc.assert(
      fc.property(fc.oneof(damaged, cut, fc.uint8Array({ maxLength: 100 })), file => {
        try {
          expect(readWav('any.wav', file).length).toBeGreaterThanOrEqual(0)
        } catch (error) {
          expect(error).toBeInstanceOf(WavError)
          expect((error as WavError).message).toMatch(/^any\.wav: /)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('telephone audio becomes a WAV file', () => {
  test('the header says mu-law, 8,000 Hz, and how much audio follows', () => {
    const header = Buffer.from(wavHeader(2, 3200))
    expect(header.toString('latin1', 0, 4)).toBe('RIFF')
    expect(header.readUInt32LE(4)).toBe(3200 + 50)
    expect(header.readUInt16LE(20)).toBe(7)
    expect(header.readUInt16LE(22)).toBe(2)
    expect(header.readUInt32LE(24)).toBe(8000)
    expect(header.readUInt32LE(46)).toBe(1600)
    expect(header.readUInt32LE(54)).toBe(3200)
    expect(header.length).toBe(WAV_HEADER_BYTES)
  })

  test('a growing file is whole at every step once its header is written anew', () => {
    const audio = new Uint8Array(480).map((_, index) => index)
    for (const bytes of [160, 320, 480]) {
      const file = new Uint8Array([...wavHeader(1, bytes), ...audio.subarray(0, bytes)])
      expect(readWav('growing.wav', file)).toEqual(audio.subarray(0, bytes))
    }
  })

  test('left and right keep step; the shorter one goes on in silence', () => {
    expect(interleave(new Uint8Array([1, 2, 3]), new Uint8Array([9]))).toEqual(new Uint8Array([1, 9, 2, 0xff, 3, 0xff]))
  })

  test('audio of odd length is padded, as RIFF asks', () => {
    const file = Buffer.from(writeWav(new Uint8Array(3)))
    expect(file.length).toBe(WAV_HEADER_BYTES + 4)
    expect(file.readUInt32LE(4)).toBe(file.length - 8)
    expect(file.readUInt32LE(54)).toBe(3)
  })
})

/* ── Making and measuring recordings ───────────────────────────────────────────────────────────────────────── */

type WavShape = {
  readonly tag: number
  readonly bits: number
  readonly hz: number
  readonly channels: number
  readonly extensible?: boolean
  readonly data?: Uint8Array
}

function wav({ tag, bits, hz, channels, extensible = false, data = new Uint8Array(96) }: WavShape): Uint8Array {
  const formatBytes = extensible ? 40 : 16
  const file = Buffer.alloc(28 + formatBytes + data.length)
  file.write('RIFF', 0)
  file.writeUInt32LE(file.length - 8, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(formatBytes, 16)
  file.writeUInt16LE(extensible ? 0xfffe : tag, 20)
  file.writeUInt16LE(channels, 22)
  file.writeUInt32LE(hz, 24)
  file.writeUInt32LE((hz * channels * bits) / 8, 28)
  file.writeUInt16LE((channels * bits) / 8, 32)
  file.writeUInt16LE(bits, 34)
  if (extensible) {
    file.writeUInt16LE(22, 36)
    file.writeUInt16LE(bits, 38)
    file.writeUInt16LE(tag, 44)
    Buffer.from('000000001000800000aa00389b71', 'hex').copy(file, 46)
  }
  file.write('data', 20 + formatBytes)
  file.writeUInt32LE(data.length, 24 + formatBytes)
  file.set(data, 28 + formatBytes)
  return new Uint8Array(file)
}

/** Half a second of a tone at half strength. */
function tone(
  toneHz: number,
  hz: number,
  channels: number,
  bits: number,
  write: (view: DataView, at: number, x: number) => void,
): Uint8Array {
  const view = new DataView(new ArrayBuffer((Math.round(hz / 2) * channels * bits) / 8))
  for (let at = 0, sample = 0; at < view.byteLength; at += bits / 8, sample++) {
    write(view, at, 0.5 * Math.sin((2 * Math.PI * toneHz * Math.floor(sample / channels)) / hz))
  }
  return new Uint8Array(view.buffer)
}

function write24(view: DataView, at: number, x: number): void {
  const value = Math.round(x * (2 ** 23 - 1))
  view.setUint8(at, value & 0xff)
  view.setInt16(at + 1, value >> 8, true)
}

function writeFloat(view: DataView, at: number, x: number): void {
  view.setFloat32(at, x, true)
}

/** How strong a tone is in 8 kHz mu-law, ends left out: 0.5 for a tone of half the full scale. */
function level(ulaw: Uint8Array, toneHz: number): number {
  const samples = mulaw.decode(ulaw).subarray(400, -400)
  const turn = (2 * Math.PI * toneHz) / 8000
  const real = samples.reduce((sum, sample, index) => sum + sample * Math.cos(turn * index), 0)
  const imaginary = samples.reduce((sum, sample, index) => sum + sample * Math.sin(turn * index), 0)
  return (2 * Math.hypot(real, imaginary)) / samples.length / 32_768
}
