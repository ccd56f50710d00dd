import { describe, expect, test } from 'vitest'
import { describeSpeak, given, textOf } from '../conformance/speak.ts'
import type { Speech } from '../../src/ports.ts'
import { fakeVoice } from './fake-speak.ts'
import { VirtualClock } from './virtual-clock.ts'

describeSpeak('the fake', {
  start: async () => {
    const clock = new VirtualClock()
    const voice = fakeVoice({ clock })
    return {
      openVoice: voice.openVoice,
      pass: ms => clock.advance(ms),
      breakDown: () => voice.breakDown(),
      held: () => clock.waiting + voice.replies.filter(reply => reply.ended === null).length,
      close: async () => expect(voice.openVoices()).toBe(0),
    }
  },
})

describe('the fake voice', () => {
  test('keeps the times it was told: first word after 120 ms, the next after 20, each lasting 300', async () => {
    const clock = new VirtualClock()
    const voice = fakeVoice({ clock, firstAudioMs: 120, nextWordMs: 20, wordMs: 300 })
    const speech: Speech[] = []
    const done = (async () => {
      for await (const part of voice.openVoice(new AbortController().signal)(
        given(['One two', ' three.']),
        new AbortController().signal,
      ))
        speech.push(part)
    })()
    await clock.advance(119)
    expect(textOf(speech)).toBe('')
    await clock.advance(1)
    expect(textOf(speech)).toBe('One')
    await clock.advance(20)
    expect(textOf(speech)).toBe('One two')
    await clock.advance(20)
    await done
    expect(speech.map(part => [part.audio.length, part.words[0]?.startMs, part.words[0]?.endMs])).toEqual([
      [2400, 0, 300],
      [2400, 300, 600],
      [2400, 600, 900],
    ])
    expect(voice.replies[0]).toMatchObject({ phrases: [{ text: 'One two', atMs: 0 }, { text: ' three.' }], ended: 'complete' })
  })

  test('fails after the words it was told', async () => {
    const clock = new VirtualClock()
    const voice = fakeVoice({ clock, firstAudioMs: 0, nextWordMs: 0 })
    voice.breakDown(2)
    const failed = expect(
      (async () => {
        for await (const _ of voice.openVoice(new AbortController().signal)(
          given(['One two three.']),
          new AbortController().signal,
        ));
      })(),
    ).rejects.toThrow('fake voice (speaking): broken by the test')
    await clock.advance(1)
    await failed
    expect(voice.replies[0]?.spoken).toHaveLength(2)
  })
})
