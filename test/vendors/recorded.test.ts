/** Recorded callers are understood by their bytes, also where silence was put in between; what is not known is not understood. */
import { expect, it } from 'vitest'
import { Ear } from './assemblyai/ear.ts'
import { recordedScript } from './assemblyai/recorded.ts'

/** 100 ms in which no two frames are the same. */
const recording = Uint8Array.from({ length: 800 }, (_, n) => (n * 7 + Math.floor(n / 160)) % 120)
const speech = {
  audio: recording,
  words: [
    { text: 'good', startMs: 10, endMs: 50 },
    { text: 'morning', startMs: 50, endMs: 95 },
  ],
}
const silence = (ms: number): Uint8Array => new Uint8Array(ms * 8).fill(0xff)
const heardIn = (messages: readonly Uint8Array[], placeholders: readonly string[] = []) => {
  const ear = new Ear(recordedScript([speech], placeholders))
  for (const message of messages) ear.hear(message)
  return ear.words.map(({ text, startMs, ended }) => ({ text, startMs, ended }))
}

it('finds the words wherever the recording is played', () => {
  expect(heardIn([silence(60), recording, silence(60)])).toEqual([
    { text: 'good', startMs: 70, ended: true },
    { text: 'morning', startMs: 110, ended: true },
  ])
})

it('hears a word as one although a message in its middle was filled up with silence', () => {
  const filledUp = Buffer.concat([recording.subarray(0, 320), silence(10)])
  expect(heardIn([filledUp, recording.subarray(320), silence(20)]).map(({ text }) => text)).toEqual(['good', 'morning'])
})

it('hears part of a word when the recording breaks off', () => {
  expect(heardIn([recording.subarray(0, 480), silence(60)]).map(({ text }) => text)).toEqual(['good', 'mo'])
})

it('makes placeholder words of loud audio that it does not know, and none of silence', () => {
  const unknown = new Uint8Array(8 * 400).fill(0x10)
  expect(heardIn([silence(60), unknown, silence(60)], ['one', 'two']).map(({ text }) => text)).toEqual(['one', 't'])
  expect(heardIn([silence(60), unknown, silence(60)])).toEqual([])
})
