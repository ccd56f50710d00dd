/**
 * How exactly real callers are heard, with the real detector. `npm run bench:hearing` prints the whole picture; here stand the
 * figures that must not get worse.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { Hearing } from '../../src/call/hearing.ts'
import { loadSilero } from '../../src/providers/local/silero.ts'
import { percentile, score, sum } from '../support/hearing-score.ts'
import type { Score } from '../support/hearing-score.ts'
import { hurriedClock, judgeTogether, listen } from '../support/listening.ts'
import type { Heard, Judgement } from '../support/listening.ts'
import { amplified, readRecordings, withNoise } from '../support/recordings.ts'
import type { Recording } from '../support/recordings.ts'

const recordings = readRecordings()
const scripts = recordings.filter(({ kind }) => kind === 'script')
const clips = recordings.filter(({ kind }) => kind === 'clip')
const noises = recordings.filter(({ kind }) => kind === 'no speech')
const noisy = {
  line20: scripts.map(script => withNoise(script, 'line', 20)),
  kitchen20: scripts.map(script => withNoise(script, 'kitchen', 20)),
  music20: scripts.map(script => withNoise(script, 'music', 20)),
  line10: scripts.map(script => withNoise(script, 'line', 10)),
}
const quiet = scripts.map(script => amplified(script, -20))
const judgements = new Map<Recording, readonly Judgement[]>()

beforeAll(async () => {
  const failures: Error[] = []
  const silero = await loadSilero(hurriedClock, error => failures.push(error))
  const all = [...recordings, ...quiet, ...Object.values(noisy).flat()]
  const judged = await judgeTogether(silero.detect, all.map(({ audio }) => audio)) // prettier-ignore
  await silero.close()
  expect(failures).toEqual([])
  all.forEach((recording, index) => judgements.set(recording, judged[index] ?? []))
})

describe('callers on a good line', () => {
  test('each of the 17 turns of the scripts is answered, once, and nothing else', () => {
    const { turns, missed, merged, inPauses, toNothing } = total(scripts)
    expect({ turns, missed, merged, inPauses, toNothing }).toEqual({ turns: 17, missed: 0, merged: 0, inPauses: 0, toNothing: 0 })
  })

  test('their silence is never heard to begin more than 20 ms early, mostly within 20 ms, and within 60 ms for 19 of 20', () => {
    const { edgeMs } = total(scripts)
    expect(Math.min(...edgeMs)).toBeGreaterThanOrEqual(-20)
    expect(percentile(edgeMs, 0.5)).toBeLessThanOrEqual(20)
    expect(percentile(edgeMs, 0.95)).toBeLessThanOrEqual(60)
  })

  test('their voice is mostly sure within 80 ms, and within 160 ms for 19 of 20', () => {
    const { onsetMs } = total(scripts)
    expect(percentile(onsetMs, 0.5)).toBeLessThanOrEqual(80)
    expect(percentile(onsetMs, 0.95)).toBeLessThanOrEqual(160)
  })

  test('the same holds if the detector is 40 ms behind', () => {
    const { missed, inPauses, toNothing, edgeMs } = total(scripts, 40)
    expect({ missed, inPauses, toNothing }).toEqual({ missed: 0, inPauses: 0, toNothing: 0 })
    expect(Math.min(...edgeMs)).toBeGreaterThanOrEqual(-20)
    expect(percentile(edgeMs, 0.95)).toBeLessThanOrEqual(60)
  })

  test('without a detector they are still answered, none in a pause', () => {
    const { missed, inPauses, toNothing } = sum(scripts.map(script => score(script, listen(new Hearing(), script.audio, []))))
    expect({ missed, inPauses, toNothing }).toEqual({ missed: 0, inPauses: 0, toNothing: 0 })
  })

  test('callers found in the wild, with breath and echoing rooms, are not interrupted in pauses of less than 500 ms', () => {
    const { missed, inPauses, toNothing, edgeMs } = total(clips)
    expect({ missed, inPauses, toNothing }).toEqual({ missed: 0, inPauses: 0, toNothing: 0 })
    expect(Math.min(...edgeMs)).toBeGreaterThanOrEqual(-20)
    expect(percentile(edgeMs, 0.5)).toBeLessThanOrEqual(20)
    expect(percentile(edgeMs, 0.95)).toBeLessThanOrEqual(150)
  })
})

describe('a quiet caller, 20 dB below the usual', () => {
  test('is answered, never in a pause, and not heard to fall silent more than 20 ms early', () => {
    const { missed, inPauses, toNothing, edgeMs } = total(quiet)
    expect({ missed, inPauses, toNothing }).toEqual({ missed: 0, inPauses: 0, toNothing: 0 })
    expect(Math.min(...edgeMs)).toBeGreaterThanOrEqual(-20)
    expect(percentile(edgeMs, 0.95)).toBeLessThanOrEqual(120)
  })
})

describe.each([
  { name: 'line noise 20 dB below the voice', recordings: noisy.line20 },
  { name: 'a kitchen 20 dB below the voice', recordings: noisy.kitchen20 },
  { name: 'music 20 dB below the voice', recordings: noisy.music20 },
  { name: 'line noise 10 dB below the voice', recordings: noisy.line10 },
])('callers in $name', ({ recordings }) => {
  test('are all answered, none in a pause', () => {
    const { missed, inPauses, toNothing } = total(recordings)
    expect({ missed, inPauses, toNothing }).toEqual({ missed: 0, inPauses: 0, toNothing: 0 })
  })

  test('are mostly heard to fall silent within 60 ms, and never more than 80 ms early', () => {
    const { edgeMs } = total(recordings)
    expect(Math.min(...edgeMs)).toBeGreaterThanOrEqual(-80)
    expect(percentile(edgeMs, 0.5)).toBeLessThanOrEqual(60)
    expect(percentile(edgeMs, 0.95)).toBeLessThanOrEqual(180)
  })
})

describe.each(noises)('$name', noise => {
  test('is never taken for a caller', () => {
    expect(heard(noise).events.filter(({ type }) => type === 'caller-spoke')).toEqual([])
  })

  test('never suspends a reply for more than 200 ms', () => {
    expect(longestStirringMs(heard(noise))).toBeLessThanOrEqual(200)
  })
})

test('a call that is heard again is heard the same', () => {
  const [script] = scripts
  expect(script && heard(script)).toEqual(script && heard(script))
})

function total(of: readonly Recording[], lateMs = 0): Score {
  return sum(of.map(recording => score(recording, heard(recording, lateMs))))
}

function heard(recording: Recording, lateMs = 0): Heard {
  return listen(new Hearing(), recording.audio, judgements.get(recording) ?? [], lateMs)
}

function longestStirringMs({ events, lengthMs }: Heard): number {
  const stirringMs = events.map(({ type, at }, index) =>
    type === 'caller-stirred' ? (events[index + 1]?.at ?? lengthMs) - at : 0,
  )
  return Math.max(0, ...stirringMs)
}
