import { setImmediate } from 'node:timers/promises'
import type { InferenceSession } from 'onnxruntime-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { byteLength, silentFrame } from '../../../src/audio/frames.ts'
import type { Frame } from '../../../src/audio/frames.ts'
import type { ProviderError } from '../../../src/ports.ts'
import { loadSilero, Silero } from '../../../src/providers/local/silero.ts'
import { framesOf, hurriedClock, judgeTogether } from '../../support/listening.ts'
import { readRecordings } from '../../support/recordings.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'

const yes = readRecordings().find(({ name }) => name === 'pub-08-yes')?.audio ?? new Uint8Array()
const lineNoise =
  readRecordings()
    .find(({ name }) => name === 'pub-16-line-noise')
    ?.audio.subarray(0, yes.length) ?? new Uint8Array()

let silero: Silero
const failures: Error[] = []
const neverAborted = new AbortController().signal

beforeEach(async () => {
  silero = await loadSilero(hurriedClock, error => failures.push(error))
})

afterEach(async () => {
  await silero.close()
  expect(failures).toEqual([])
})

test('judges each 32 ms of a call, in order', async () => {
  const [judgements = []] = await judgeTogether(silero.detect, [yes.subarray(0, byteLength(2500))])
  expect(judgements.map(({ windowEndMs }) => windowEndMs)).toEqual(Array.from({ length: 78 }, (_, index) => (index + 1) * 32))
})

test('finds the voice where it is, and nowhere else', async () => {
  const [judgements = []] = await judgeTogether(silero.detect, [yes])
  const voiced = judgements.filter(({ probability }) => probability > 0.5).map(({ windowEndMs }) => windowEndMs)
  expect(Math.min(...voiced)).toBeGreaterThan(680)
  expect(Math.max(...voiced)).toBeLessThan(1600)
  expect(voiced.length).toBeGreaterThan(10)
})

test('calls that are judged together are judged as if alone', async () => {
  const [alone = []] = await judgeTogether(silero.detect, [yes])
  const [first = [], noise = [], second = []] = await judgeTogether(silero.detect, [yes, lineNoise, yes])
  expect(second).toEqual(first)
  alone.forEach(({ probability }, index) => expect(first[index]?.probability).toBeCloseTo(probability, 4))
  expect(Math.max(...noise.map(({ probability }) => probability))).toBeLessThan(0.1)
})

test('tells an ended call nothing more', async () => {
  const call = new AbortController()
  const told: number[] = []
  const ear = silero.detect(windowEndMs => told.push(windowEndMs), call.signal)
  hearAll(ear, 320)
  call.abort()
  hearAll(ear, 320)
  await untilIdle()
  expect(told).toEqual([])
})

test('drops what comes while it is 250 ms behind, rather than fall behind further', async () => {
  const told: number[] = []
  const ear = silero.detect(windowEndMs => told.push(windowEndMs), neverAborted)
  hearAll(ear, 32_000)
  await untilIdle()
  expect(told).toEqual([32, 64, 96, 128, 160, 192, 224, 256])
})

test('gathers the windows of a few milliseconds before it runs', async () => {
  const clock = new VirtualClock()
  const patient = await loadSilero(clock, error => failures.push(error))
  const told: number[] = []
  hearAll(
    patient.detect(windowEndMs => told.push(windowEndMs), neverAborted),
    40,
  )
  await clock.advance(4)
  expect(told).toEqual([])
  await clock.advance(1)
  await untilIdle()
  expect(told).toEqual([32])
  expect(clock.waiting).toBe(0)
  await patient.close()
})

test('says once that it has failed, and is silent from then on', async () => {
  const session = { run: () => Promise.reject(new Error('out of memory')) } as unknown as InferenceSession
  const reported: ProviderError[] = []
  const told: number[] = []
  const broken = new Silero(session, hurriedClock, error => reported.push(error))
  const ears = [1, 2].map(() => broken.detect(windowEndMs => told.push(windowEndMs), neverAborted))
  for (let repeat = 0; repeat < 3; repeat++) {
    for (const ear of ears) hearAll(ear, 200)
    await untilIdle()
  }
  expect(told).toEqual([])
  expect(reported).toMatchObject([{ provider: 'silero', stage: 'run', retryable: false, cause: { message: 'out of memory' } }])
})

test('tells nothing more once it is closed', async () => {
  const closing = await loadSilero(hurriedClock, error => failures.push(error))
  const told: number[] = []
  const ear = closing.detect(windowEndMs => told.push(windowEndMs), neverAborted)
  hearAll(ear, 200)
  await closing.close()
  hearAll(ear, 200)
  await untilIdle()
  expect(told).toEqual([])
})

function hearAll(ear: { hear(frame: Frame): void }, ms: number): void {
  for (const frame of framesOf(new Uint8Array(byteLength(ms)).fill(silentFrame[0] ?? 0))) ear.hear(frame)
}

async function untilIdle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await setImmediate()
}
