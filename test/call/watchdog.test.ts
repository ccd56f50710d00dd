import { describe, expect, it } from 'vitest'
import { newCall, record, type Event } from '../../src/call/facts.ts'
import { Watchdog } from '../../src/call/watchdog.ts'
import type { FakeReply } from '../support/fake-think.ts'
import { saying } from '../support/fake-think.ts'
import { audioWith, callerScript, Phone, type PhoneOptions } from '../support/phone.ts'

const yes = callerScript('pub-call-3-hesitant.wav').audio.subarray(1395 * 8, 1940 * 8)
const audio = audioWith(11_000, { atMs: 4000, audio: yes })
const words = [{ text: 'Yes.', startMs: 4000, endMs: 4545, finalAfterMs: 200 }]

/** What the watchdog said on a call on which the caller says "Yes." at 4 s, once the silence is complete at about 5.05 s. */
async function stallsOf(options: PhoneOptions): Promise<readonly { readonly at: number; readonly stage: string }[]> {
  const phone = new Phone({ words, ...options })
  await phone.speak(audio)
  phone.call.end('caller-hung-up')
  return phone.entries.flatMap(entry => (entry.type === 'stalled' ? [{ at: entry.at, stage: entry.stage }] : []))
}

const slow = (ms: number): FakeReply => saying(['All right then. '], ms)

describe('the watchdog', () => {
  it('says nothing when all stages do their work in time', async () => {
    expect(await stallsOf({})).toEqual([])
    expect(await stallsOf({ answer: () => slow(1200) })).toEqual([])
  })

  it('names the model when it does not begin to answer, a second after the reply was due, and once', async () => {
    const [stall, ...more] = await stallsOf({ answer: () => slow(4000) })
    expect(stall).toMatchObject({ stage: 'model' })
    expect(stall!.at).toBeGreaterThanOrEqual(6000)
    expect(stall!.at).toBeLessThanOrEqual(6120)
    expect(more).toEqual([])
  })

  it('names the voice when it has the words and makes no sound of them', async () => {
    // The greeting, and the answer.
    expect(await stallsOf({ firstAudioMs: 2500 })).toMatchObject([{ stage: 'voice' }, { stage: 'voice' }])
  })

  it('names the recogniser when the caller has spoken and no words come', () => {
    const events: readonly Event[] = [
      { at: 4060, type: 'caller-spoke', fromMs: 4000 },
      { at: 5060, type: 'caller-paused', sinceMs: 5000 },
    ]
    const turns = events.reduce(record, newCall({ pipeline: 'draft', longestMs: 600_000, zeroTransfers: false }))
    const watchdog = new Watchdog()
    const stalls = [5060, 5500, 6480, 6500, 6520, 9000].map(now => watchdog.look(turns, now, () => 'the model'))
    expect(stalls).toEqual([null, null, null, { stage: 'recogniser', forMs: 1000 }, null, null])
  })

  it('names the line when audio is sent and never reported as played', async () => {
    expect(await stallsOf({ networkMs: 3000 })).toMatchObject([{ stage: 'line' }, { stage: 'line' }])
  })

  it('says nothing while nobody has anything to answer', async () => {
    expect(await stallsOf({ words: [] })).toEqual([])
  })
})
