import { beforeEach, describe, expect, it } from 'vitest'
import type { Entry, Journal } from '../../src/call/journal.ts'
import { LiveJournals } from '../../src/store/live-journals.ts'

const pressed = (at: number): Entry => ({ at, ms: at, type: 'input', input: { type: 'digit', digit: '1' } })
const judged = (at: number): Entry => ({ at, ms: at, type: 'input', input: { type: 'voice', windowEndMs: at, probability: 0.5 } })

/** What a watcher is told, and what the journal that is kept for good is told. */
function watcher() {
  const told: string[] = []
  return { told, entry: (entry: object) => told.push(String((entry as Entry).at)), end: () => told.push('end') }
}
function keeper() {
  const told: string[] = []
  const journal: Journal = {
    write: entry => void told.push(String(entry.at)),
    audio: () => void told.push('audio'),
    close: async () => void told.push('closed'),
  }
  return { told, journal }
}

let journals = new LiveJournals()
beforeEach(() => {
  journals = new LiveJournals()
})

describe('the journal of a call that goes on', () => {
  it('is told to whoever watches, entry by entry as it is written, and its end once', async () => {
    const journal = journals.watched('CA1', keeper().journal)
    const { told, ...listener } = watcher()
    journals.follow('CA1', listener)
    journal.write(pressed(20))
    expect(told).toEqual(['20'])
    journal.write(pressed(40))
    await journal.close()
    expect(told).toEqual(['20', '40', 'end'])
  })

  it('is told from its beginning to a watcher who comes late: nothing is missing, nothing comes twice', async () => {
    const journal = journals.watched('CA1', keeper().journal)
    const early = watcher()
    journals.follow('CA1', early)
    for (let at = 20; at <= 100; at += 20) journal.write(pressed(at))
    const late = watcher()
    journals.follow('CA1', late)
    for (let at = 120; at <= 200; at += 20) journal.write(pressed(at))
    await journal.close()
    expect(early.told).toEqual(['20', '40', '60', '80', '100', '120', '140', '160', '180', '200', 'end'])
    expect(late.told).toEqual(early.told)
  })

  it('tells beside the words how the mouth moves that says them, also to who comes late', () => {
    const journal = journals.watched('CA1', keeper().journal)
    const hints: unknown[] = []
    const follow = () =>
      journals.follow('CA1', { entry: () => {}, end: () => {}, hint: (name, hint) => void hints.push({ name, ...hint }) })
    follow()
    const words = [{ text: 'Ah', startMs: 100, endMs: 220 }]
    journal.write({ at: 20, ms: 20, type: 'input', input: { type: 'reply', id: 7, news: { type: 'speech', bytes: 9, words } } })
    follow()
    const mouth = { name: 'mouth', id: 7, fromMs: 100, stepMs: 40, open: [0, 0.95, 0.52, 0], round: [0.3, 0.2, 0.2, 0.3] }
    expect(hints).toEqual([mouth, mouth])
  })

  it('leaves out how the detector judges each 32 ms, which is kept all the same', () => {
    const { told: kept, journal: keeping } = keeper()
    const journal = journals.watched('CA1', keeping)
    const { told, ...listener } = watcher()
    journals.follow('CA1', listener)
    journal.write(judged(32))
    journal.write(pressed(40))
    expect([told, kept]).toEqual([['40'], ['32', '40']])
  })

  it('passes everything on to the journal that keeps it, watched or not', async () => {
    const { told, journal: keeping } = keeper()
    const journal = journals.watched('CA1', keeping)
    journal.write(pressed(20))
    journal.audio(new Uint8Array(160), new Uint8Array(160))
    await journal.close()
    expect(told).toEqual(['20', 'audio', 'closed'])
  })

  it('is told no more to a watcher who has left, not even its end', async () => {
    const journal = journals.watched('CA1', keeper().journal)
    const [leaving, staying] = [watcher(), watcher()]
    const leave = journals.follow('CA1', leaving)!
    journals.follow('CA1', staying)
    journal.write(pressed(20))
    leave()
    journal.write(pressed(40))
    await journal.close()
    expect([leaving.told, staying.told]).toEqual([['20'], ['20', '40', 'end']])
  })

  it('is not there before the call, after it, or for another call', async () => {
    expect(journals.follow('CA1', watcher())).toBeNull()
    const journal = journals.watched('CA1', keeper().journal)
    expect(journals.follow('CA2', watcher())).toBeNull()
    await journal.close()
    expect(journals.follow('CA1', watcher())).toBeNull()
  })

  it('is that of the newer call when a call comes back under its old name, whichever ends first', async () => {
    const broken = journals.watched('CA1', keeper().journal)
    const old = watcher()
    journals.follow('CA1', old)
    const again = journals.watched('CA1', keeper().journal)
    again.write(pressed(20))
    await broken.close()
    const { told, ...listener } = watcher()
    journals.follow('CA1', listener)
    expect([old.told, told]).toEqual([['end'], ['20']])
  })
})
