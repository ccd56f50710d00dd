import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readWav, writeWav } from '../../src/audio/wav.ts'
import { columnsOf, legOf, outlinePath } from '../../src/console/call/peaks.ts'
import { mulawIn, pcmWav } from '../../src/console/call/recording.ts'
import { rowsOf, rowsOfTurns, wordAt } from '../../src/console/call/said.ts'
import { placed, ruler, shareOf, showing, turnAt, turnView, wholeOf, zoomed } from '../../src/console/call/view.ts'
import { Certificates } from '../../src/call/certificate.ts'
import { timedCallOf } from '../../src/call/timed-words.ts'
import { entriesOf, headingOf } from '../store/played-call.ts'

const SILENT = 0xff
const LOUD = 0x80
const LOUD_BELOW = 0x00

/** A second of silence with one loud sample above and one below, half way. */
function clicked(): Uint8Array {
  const ulaw = new Uint8Array(8000).fill(SILENT)
  ulaw[4000] = LOUD
  ulaw[4040] = LOUD_BELOW
  return ulaw
}

describe('the outline of a leg', () => {
  it('misses no sample, from far and from near', () => {
    for (const count of [1, 7, 40, 1200]) {
      const columns = columnsOf(legOf(clicked()), 0, 1000, count)
      expect(columns).toHaveLength(count)
      expect(Math.max(...columns.map(({ high }) => high))).toBeGreaterThan(0.9)
      expect(Math.min(...columns.map(({ low }) => low))).toBeLessThan(-0.9)
    }
  })

  it('is where the sound is', () => {
    const loud = columnsOf(legOf(clicked()), 0, 1000, 40).findIndex(({ high }) => high > 0)
    expect(loud).toBe(20)
    expect(columnsOf(legOf(clicked()), 495, 505, 100).findIndex(({ high }) => high > 0)).toBe(50)
  })

  it('is flat before the beginning and behind the end, and of nothing is nothing', () => {
    const columns = columnsOf(legOf(clicked()), -1000, 3000, 8)
    expect(columns.filter(({ high }) => high > 0)).toHaveLength(1)
    expect(columnsOf(legOf(new Uint8Array()), 0, 1000, 2)).toEqual([
      { low: 0, high: 0 },
      { low: 0, high: 0 },
    ])
    expect(outlinePath([], { loudest: 1 }, 50, 40)).toBe('')
  })

  it('is drawn around its middle line, the loudest as high as there is room', () => {
    const columns = [
      { low: 0, high: 0.5 },
      { low: -0.25, high: 0 },
    ]
    expect(outlinePath(columns, { loudest: 0.5 }, 50, 40)).toBe('M0 10.0L1 50.0L1 70.0L0 50.0Z')
  })
})

describe('a recording for the browser', () => {
  it('is found in the WAV files that the server gives, and says what is wrong with others', () => {
    expect(mulawIn(writeWav(clicked()))).toEqual(clicked())
    expect(() => mulawIn(writeWav(clicked(), clicked()))).toThrow('not mu-law at 8 kHz')
    expect(() => mulawIn(new Uint8Array(7))).toThrow('its file is damaged')
  })

  it('sounds the same as PCM, the shorter leg filled with silence', () => {
    const left = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const file = new Int16Array(pcmWav(left, left.subarray(0, 100)), 44)
    expect(file).toHaveLength(512)
    expect([file[2 * LOUD], file[2 * LOUD_BELOW + 1]!, file[511]]).toEqual([32_123, -32_123, 0])
    // Both channels alike are what they are when mixed: the bytes come back, but for the two that both mean 0.
    const back = readWav('pcm', new Uint8Array(pcmWav(left, left)))
    expect([...back].filter((byte, n) => byte !== left[n] && left[n] !== 0x7f)).toEqual([])
  })
})

const certificates = new Certificates()
for (const entry of entriesOf(headingOf(1))) certificates.take(entry)
const turns = certificates.all.map(turn => ({ ...turn, cost: { usd: null, droppedUsd: 0, unknown: true } }))
const LENGTH_MS = 13_000

describe('the view of a call', () => {
  it('keeps under the finger what one looks closer at, and stays on the call', () => {
    const closer = zoomed(wholeOf(LENGTH_MS), 0.5, 6500, LENGTH_MS)
    expect(closer).toEqual({ fromMs: 3250, toMs: 9750 })
    expect(shareOf(closer, 6500)).toBe(0.5)
    expect(zoomed(closer, 100, 0, LENGTH_MS)).toEqual(wholeOf(LENGTH_MS))
    expect(zoomed(wholeOf(LENGTH_MS), 1e-9, LENGTH_MS, LENGTH_MS)).toEqual({ fromMs: 12_600, toMs: 13_000 })
  })

  it('goes along with what is heard, and only when it has to', () => {
    const view = { fromMs: 0, toMs: 2000 }
    expect(showing(view, 1999, LENGTH_MS)).toBe(view)
    expect(showing(view, 2500, LENGTH_MS)).toEqual({ fromMs: 2300, toMs: 4300 })
    expect(showing(view, LENGTH_MS, LENGTH_MS)).toEqual({ fromMs: 11_000, toMs: 13_000 })
  })

  it('has every moment of the call in view once it is to be shown, to the last rounding', () => {
    const ms = fc.double({ min: -10, max: 4e6, noNaN: true })
    fc.assert(
      fc.property(
        ms,
        ms,
        fc.double({ min: 1, max: 4e6, noNaN: true }),
        fc.double({ min: 1e-4, max: 2, noNaN: true }),
        (at, centre, lengthMs, factor) => {
          const view = showing(zoomed(wholeOf(lengthMs), factor, centre, lengthMs), at, lengthMs)
          expect(showing(view, at, lengthMs)).toBe(view)
        },
      ),
      { numRuns: 2000, examples: [[46_660, 15_780, 46_660, 0.0625]] },
    )
  })

  it('of a turn has its silence and its release in it', () => {
    for (const turn of turns) {
      const view = turnView(turn, LENGTH_MS)
      expect(view.fromMs).toBeLessThanOrEqual(turn.silentSinceMs ?? turn.releasedMs!)
      expect(view.toMs).toBeGreaterThan(turn.releasedMs!)
    }
    expect([0, 6744, 6745, 9000, 9160, 13_000].map(ms => turnAt(turns, ms))).toEqual([0, 0, 1, 1, 2, 2])
  })

  it('cuts stretches off at its edges, and has a ruler of round numbers', () => {
    const view = { fromMs: 1000, toMs: 3000 }
    expect(placed(view, 0, 2000)).toEqual({ left: 0, width: 0.5 })
    expect(placed(view, 2500, 9000)).toEqual({ left: 0.75, width: 0.25 })
    expect(placed(view, 3000, 9000)).toBeNull()
    expect(ruler(view, 4)).toEqual([1000, 1500, 2000, 2500, 3000])
    expect(ruler(wholeOf(3_600_000), 8)).toHaveLength(7)
  })
})

describe('the transcript of a call', () => {
  it('has a row for each side of a turn, with times or without', () => {
    const { words } = timedCallOf(entriesOf(headingOf(1)))
    const shown = (rows: ReturnType<typeof rowsOf>) =>
      rows.map(({ who, turn, words: said }) => [who, turn, said.map(({ text }) => text).join(' ')])
    const expected = [
      ['bot', 1, 'This is the greeting.'],
      ['caller', 3, 'Yes. please.'],
      ['bot', 3, 'One two three four five six seven eight nine ten.'],
      ['caller', 4, 'Stop!'],
      ['bot', 4, 'Fine.'],
    ]
    expect(shown(rowsOf(words))).toEqual(expected)
    expect(shown(rowsOfTurns(turns))).toEqual(expected)
    expect(rowsOfTurns(turns)[2]!.words.filter(({ heard }) => heard)).toHaveLength(4)
  })

  it('knows which word is being said', () => {
    const { words } = timedCallOf(entriesOf(headingOf(1)))
    const at = (ms: number): string | undefined => words[wordAt(words, ms)]?.text
    expect([39, 40, 700, 5000, 6000, 8899, 8900].map(at)).toEqual([
      undefined,
      'This',
      'the',
      'greeting.',
      'Yes.',
      'five',
      'Stop!',
    ])
  })
})
