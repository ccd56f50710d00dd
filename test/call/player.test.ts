import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Player, type PlayerNews } from '../../src/call/player.ts'
import { Track } from '../../src/call/track.ts'
import type { Line } from '../../src/ports.ts'
import { Playback } from '../vendors/twilio/playback.ts'

/** The line as the caller has it: Twilio's playback buffer behind a network that takes its time both ways and keeps the order. */
class Ear implements Line {
  readonly sent: { readonly atMs: number; readonly what: string }[] = []
  readonly news: (PlayerNews & { readonly atMs: number })[] = []
  readonly player: Player
  readonly playback: Playback
  nowMs = 0
  mostUnplayedMs = 0
  marksAreLost = false
  readonly #downMs: () => number
  readonly #upMs: () => number
  #latest = { sentMs: -1, dueMs: 0 }
  readonly #down = new Wire()
  readonly #up = new Wire()

  constructor({ downMs = () => 0, upMs = () => 0 }: { downMs?: () => number; upMs?: () => number } = {}) {
    this.#downMs = downMs
    this.#upMs = upMs
    this.player = new Player(this, news => this.news.push({ ...news, atMs: this.nowMs }))
    this.playback = new Playback(news => {
      if (news.type === 'mark') this.#up.send(news.atMs + this.#upMs(), () => this.player.marked(news.name))
    })
  }

  play(audio: Uint8Array): void {
    this.#note(`${audio.length}`)
    this.#send(() => {
      this.playback.play(audio)
      this.mostUnplayedMs = Math.max(this.mostUnplayedMs, this.playback.bufferedBytes / 8)
    })
  }

  mark(name: string): void {
    this.#send(() => this.playback.mark(name))
  }

  clear(): void {
    this.#note('clear')
    this.#send(() => this.playback.clear())
  }

  hangUp(): void {
    this.#note('hang-up')
  }

  /** Time passes, in steps of 5 ms; every 20 ms is a pulse of the call. */
  pass(ms: number): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      this.nowMs += 5
      this.#down.deliver(this.nowMs, atMs => this.playback.advance(atMs))
      this.playback.advance(this.nowMs)
      if (!this.marksAreLost) this.#up.deliver(this.nowMs, () => {})
      if (this.nowMs % 20 === 0) this.player.pulse()
    }
  }

  /** What was told last, and when. */
  get told(): string {
    const last = this.news.findLast(({ type }) => type !== 'reply-started')
    return last ? `${last.atMs} ${last.type} ${'text' in last ? last.text.trimEnd() : ''}`.trim() : ''
  }

  #note(what: string): void {
    this.sent.push({ atMs: this.nowMs, what })
  }

  /** What is sent in one moment travels together. */
  #send(happen: () => void): void {
    if (this.#latest.sentMs !== this.nowMs) this.#latest = { sentMs: this.nowMs, dueMs: this.nowMs + this.#downMs() }
    this.#down.send(this.#latest.dueMs, happen)
  }
}

class Wire {
  readonly #under: { readonly atMs: number; readonly happen: () => void }[] = []
  #lastMs = 0

  send(atMs: number, happen: () => void): void {
    this.#lastMs = Math.max(this.#lastMs, atMs)
    this.#under.push({ atMs: this.#lastMs, happen })
  }

  deliver(untilMs: number, before: (atMs: number) => void): void {
    for (let next = this.#under[0]; next && next.atMs <= untilMs; next = this.#under[0]) {
      this.#under.shift()
      before(next.atMs)
      next.happen()
    }
  }
}

const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

/** The n-th word lasts 300 ms, unless said otherwise, and sounds like the byte n + 1. */
function appendWords(track: Track, from: number, to: number, wordMs = 300): void {
  const words = names.slice(from, to)
  track.append({
    audio: new Uint8Array(words.length * wordMs * 8).map((_, at) => from + Math.floor(at / (wordMs * 8)) + 1),
    words: words.map((text, n) => ({ text: `${text} `, startMs: (from + n) * wordMs, endMs: (from + n + 1) * wordMs })),
  })
}

function trackOf(words: number): Track {
  const track = new Track()
  appendWords(track, 0, words)
  track.close()
  return track
}

const clears = ({ sent }: Ear): number => sent.filter(({ what }) => what === 'clear').length
const audible = (ear: Ear): Uint8Array => {
  const heard = ear.playback.heard()
  return heard.slice(
    heard.findIndex(byte => byte !== 0xff),
    heard.findLastIndex(byte => byte !== 0xff) + 1,
  )
}

describe('the player', () => {
  it('sends 300 ms at once, and 100 ms more each time that 100 ms have been played', () => {
    const ear = new Ear()
    ear.player.play(1, trackOf(3))
    ear.pass(1000)
    expect(ear.sent).toEqual([
      { atMs: 0, what: '2400' },
      { atMs: 100, what: '800' },
      { atMs: 200, what: '800' },
      { atMs: 300, what: '800' },
      { atMs: 400, what: '800' },
      { atMs: 500, what: '800' },
      { atMs: 600, what: '800' },
    ])
    expect(ear.mostUnplayedMs).toBe(300)
  })

  it('lets the caller hear exactly the reply', () => {
    const ear = new Ear({ downMs: () => 80, upMs: () => 40 })
    const track = trackOf(10)
    ear.player.play(1, track)
    ear.pass(5000)
    expect(Buffer.from(audible(ear)).equals(track.read(0, track.length))).toBe(true)
  })

  it('sends whole frames, and fills up the last of them only when nothing follows', () => {
    const ear = new Ear()
    const track = new Track()
    track.append({ audio: new Uint8Array(500).fill(1), words: [] })
    ear.player.play(1, track)
    ear.pass(20)
    expect(ear.sent.map(({ what }) => what)).toEqual(['480'])
    track.append({ audio: new Uint8Array(200).fill(1), words: [] })
    ear.player.grew()
    expect(ear.sent.map(({ what }) => what)).toEqual(['480', '160'])
    track.close()
    ear.player.grew()
    ear.pass(200)
    expect(ear.sent.map(({ what }) => what)).toEqual(['480', '160', '160'])
    expect(audible(ear)).toHaveLength(700)
  })

  it('says once that the reply has begun, when its first audio leaves', () => {
    const ear = new Ear()
    const track = new Track()
    ear.player.play(7, track)
    ear.pass(200)
    expect(ear.news).toEqual([])
    appendWords(track, 0, 5)
    ear.player.grew()
    ear.pass(400)
    ear.player.hold()
    ear.player.resume()
    expect(ear.news.filter(({ type }) => type === 'reply-started')).toEqual([{ type: 'reply-started', id: 7, atMs: 200 }])
  })

  it('tells what the recording of the call hears: the frames it sent, then silence', () => {
    const ear = new Ear()
    ear.player.play(1, trackOf(1))
    const frames = Array.from({ length: 17 }, () => ear.player.pulse())
    expect(frames.map(frame => `${frame.length} ${frame[0]}`)).toEqual([...Array<string>(15).fill('160 1'), '160 255', '160 255'])
  })

  it('says that the reply is finished when the last mark comes back', () => {
    const ear = new Ear({ downMs: () => 80, upMs: () => 40 })
    ear.player.play(1, trackOf(3))
    ear.pass(2000)
    expect(ear.told).toBe('1020 reply-finished one two three')
    expect(ear.player.playing).toBeNull()
  })

  it('says so 1 second after its length when the last mark is lost', () => {
    const ear = new Ear()
    ear.marksAreLost = true
    ear.player.play(1, trackOf(3))
    ear.pass(1880)
    expect(ear.told).toBe('')
    ear.pass(40)
    expect(ear.told).toBe('1900 reply-finished one two three')
  })

  it('waits that second anew for a reply that was stopped and went on', () => {
    const ear = new Ear()
    ear.marksAreLost = true
    ear.player.play(1, trackOf(3))
    ear.pass(1400)
    ear.player.hold()
    ear.player.resume()
    ear.pass(1800)
    expect(ear.told).toBe('1400 reply-held')
    ear.pass(100)
    expect(ear.told).toBe('3300 reply-finished one two three')
  })

  it('says so at once when it turns out, after all was heard, that nothing more comes', () => {
    const ear = new Ear()
    const track = new Track()
    appendWords(track, 0, 2)
    ear.player.play(1, track)
    ear.pass(800)
    expect(ear.told).toBe('600 reply-heard one two')
    track.append({ audio: new Uint8Array(0), words: [{ text: '(laughs) ', startMs: 600, endMs: 600 }] })
    track.close()
    ear.player.grew()
    expect(ear.told).toBe('800 reply-finished one two (laughs)')
  })

  it('tells the words of a last piece that has no audio', () => {
    const ear = new Ear()
    const track = new Track()
    appendWords(track, 0, 2)
    track.append({ audio: new Uint8Array(0), words: [{ text: 'three ', startMs: 600, endMs: 900 }] })
    track.close()
    ear.player.play(1, track)
    ear.pass(1000)
    expect(ear.told).toBe('600 reply-finished one two three')
  })

  it('does nothing that was not asked for', () => {
    const ear = new Ear()
    ear.player.hold()
    ear.player.resume()
    ear.player.stop()
    ear.player.grew()
    ear.player.marked('0:0')
    ear.player.marked('nonsense')
    ear.pass(3000)
    expect([ear.sent, ear.news, ear.player.playing]).toEqual([[], [], null])
  })
})

describe('the player, when the caller cuts in', () => {
  it('clears the line, and lets the voice fall over 40 ms instead of breaking off', () => {
    const ear = new Ear()
    ear.player.play(1, trackOf(10))
    ear.pass(1000)
    ear.player.hold()
    ear.pass(1000)
    expect(ear.sent.slice(-2)).toEqual([
      { atMs: 1000, what: 'clear' },
      { atMs: 1000, what: '320' },
    ])
    expect(audible(ear).length / 8).toBeGreaterThan(1000)
    expect(audible(ear).length / 8).toBeLessThanOrEqual(1040)
    const fall = audible(ear).slice(8000)
    // Loud is low in mu-law: from full voice to next to nothing.
    expect([fall[0], fall.at(-1)!]).toEqual([4, expect.toSatisfy((byte: number) => byte > 60)])
    expect(ear.player.playing).toBe(1)
  })

  it('tells what was heard whole, and what was about to follow', () => {
    const ear = new Ear()
    ear.player.play(1, trackOf(5))
    ear.pass(700)
    ear.player.hold()
    expect(ear.news.at(-1)).toEqual({
      type: 'reply-held',
      id: 1,
      text: 'one two ',
      ahead: 'three four five ',
      whole: true,
      atMs: 700,
    })
  })

  it('tells it again as more of the reply is made, and sends nothing of it', () => {
    const ear = new Ear()
    const track = new Track()
    appendWords(track, 0, 3)
    ear.player.play(1, track)
    ear.pass(400)
    ear.player.hold()
    const sent = ear.sent.length
    appendWords(track, 3, 4)
    ear.player.grew()
    ear.pass(500)
    expect(ear.news.at(-1)).toMatchObject({ text: 'one ', ahead: 'two three four ', whole: false })
    track.close()
    ear.player.grew()
    expect(ear.news.at(-1)).toMatchObject({ text: 'one ', ahead: 'two three four ', whole: true })
    expect(ear.sent).toHaveLength(sent)
  })

  it('goes on from the first word that was not heard whole', () => {
    const ear = new Ear()
    const track = trackOf(4)
    ear.player.play(1, track)
    ear.pass(700)
    ear.player.hold()
    ear.pass(500)
    ear.player.resume()
    ear.pass(2000)
    const whole = audible(ear)
    expect(Buffer.from(whole.slice(0, 5600)).equals(track.read(0, 5600))).toBe(true)
    expect(Buffer.from(whole.slice(-4800)).equals(track.read(4800, 9600))).toBe(true)
    expect(ear.told).toBe('1800 reply-finished one two three four')
  })

  it('stands still as often as it is stopped', () => {
    const ear = new Ear({ downMs: () => 40, upMs: () => 40 })
    ear.player.play(1, trackOf(3))
    for (let n = 0; n < 3; n++) {
      ear.pass(400)
      ear.player.hold()
      ear.player.hold()
      ear.pass(300)
      ear.player.resume()
      ear.player.resume()
    }
    ear.pass(1500)
    const told = ear.news.filter(({ type }) => type === 'reply-held' || type === 'reply-finished')
    expect(told.map(news => ('text' in news ? news.text : ''))).toEqual(['one ', 'one two ', 'one two three '])
    expect(clears(ear)).toBe(2)
  })

  it('does not take the marks of what was cleared for heard', () => {
    const ear = new Ear({ downMs: () => 60, upMs: () => 60 })
    const track = new Track()
    appendWords(track, 0, 10, 270)
    ear.player.play(1, track)
    ear.pass(680)
    ear.player.hold()
    const held = ear.told
    // The marks of the 300 ms that were on their way come back at once, also after it went on.
    ear.pass(60)
    ear.player.resume()
    ear.pass(100)
    expect(held).toBe('680 reply-held one two')
    expect(ear.told).toBe(held)
    ear.player.hold()
    expect(ear.news.at(-1)).toMatchObject({ type: 'reply-held', text: 'one two ' })
  })

  it('takes nothing for heard twice when it goes on at once', () => {
    const ear = new Ear()
    const track = new Track()
    appendWords(track, 0, 10, 270)
    ear.player.play(1, track)
    ear.pass(500)
    ear.player.hold()
    ear.player.resume()
    // 40 ms in which the voice falls, and 60 ms of "two" from its beginning.
    ear.pass(100)
    ear.player.hold()
    expect(ear.told).toBe('600 reply-held one')
  })

  it('has finished if the caller cuts in after the last word, though the last mark is still on its way', () => {
    const ear = new Ear({ upMs: () => 200 })
    ear.player.play(1, trackOf(2))
    ear.pass(790)
    ear.marksAreLost = true
    ear.pass(30)
    expect(ear.told).toBe('500 reply-heard one')
    ear.player.hold()
    expect(ear.told).toBe('820 reply-finished one two')
  })

  it('forgets a reply that is dropped, whatever comes back of it', () => {
    const ear = new Ear({ upMs: () => 60 })
    ear.player.play(1, trackOf(10))
    ear.pass(400)
    ear.player.stop()
    const [told, sent] = [ear.told, ear.sent.length]
    ear.pass(2000)
    expect([ear.told, ear.sent.length, ear.player.playing, clears(ear)]).toEqual([told, sent, null, 1])
  })

  it('clears once if the reply it held is dropped', () => {
    const ear = new Ear()
    ear.player.play(1, trackOf(10))
    ear.pass(400)
    ear.player.hold()
    ear.player.stop()
    expect(clears(ear)).toBe(1)
  })

  it('plays the next reply from its start, and mixes up nothing of the two', () => {
    const ear = new Ear({ downMs: () => 60, upMs: () => 60 })
    ear.player.play(1, trackOf(10))
    ear.pass(500)
    ear.player.stop()
    ear.player.play(2, trackOf(2))
    ear.pass(100)
    expect(ear.news.filter(({ type, id }) => type !== 'reply-started' && id === 2)).toEqual([])
    ear.pass(2000)
    const heardOfSecond = ear.news.flatMap(news => ('text' in news && news.id === 2 ? [news.text] : []))
    expect(heardOfSecond).toEqual(['one ', 'one two '])
    expect(ear.news.at(-1)!.atMs).toBe(500 + 40 + 600 + 120)
  })
})

describe('the player, when the voice is slow', () => {
  it('counts nothing as heard while there is nothing to hear', () => {
    const ear = new Ear({ downMs: () => 60, upMs: () => 60 })
    const track = new Track()
    appendWords(track, 0, 1)
    ear.player.play(1, track)
    ear.pass(1000)
    appendWords(track, 1, 3)
    ear.player.grew()
    ear.pass(340)
    ear.player.hold()
    // The second word is heard from 1060 to 1360.
    expect(ear.told).toBe('1340 reply-held one')
  })

  it('counts it as heard from the moment it is known to be played on', () => {
    const ear = new Ear({ downMs: () => 60, upMs: () => 60 })
    const track = new Track()
    appendWords(track, 0, 1)
    ear.player.play(1, track)
    ear.pass(1000)
    appendWords(track, 1, 3)
    ear.player.grew()
    ear.pass(400)
    ear.player.hold()
    // Heard until 1360; its own mark would be back at 1420.
    expect(ear.told).toBe('1400 reply-held one two')
  })

  it('has nothing to clear while there is nothing to hear', () => {
    const ear = new Ear()
    const track = new Track()
    appendWords(track, 0, 1)
    ear.player.play(1, track)
    ear.pass(1000)
    ear.player.hold()
    expect(ear.sent.map(({ what }) => what)).toEqual(['2400'])
  })

  it('finishes no reply that stands still, but at once when that goes on and there is nothing more', () => {
    const ear = new Ear()
    const track = new Track()
    appendWords(track, 0, 1)
    ear.player.play(1, track)
    ear.pass(1000)
    ear.player.hold()
    track.close()
    ear.player.grew()
    ear.pass(3000)
    expect(ear.told).toBe('1000 reply-held one')
    ear.player.resume()
    expect(ear.told).toBe('4000 reply-finished one')
  })

  it('is not misled by the mark of what was played before the pause, when that comes back after it', () => {
    const ear = new Ear({ downMs: () => 200, upMs: () => 20 })
    const track = new Track()
    appendWords(track, 0, 1)
    ear.player.play(1, track)
    // The first word is heard from 200 to 500, and its mark is back at 520. What is sent at 510 is heard from 710 on.
    ear.pass(510)
    track.append({ audio: new Uint8Array(2400), words: [{ text: 'two ', startMs: 300, endMs: 400 }] })
    ear.player.grew()
    ear.pass(190)
    ear.player.hold()
    expect(ear.told).toBe('700 reply-held one')
  })

  it('is not misled by a second pause before the end of the first is known', () => {
    const ear = new Ear({ downMs: () => 250, upMs: () => 250 })
    const track = new Track()
    appendWords(track, 0, 3, 100)
    ear.player.play(1, track)
    // The first three words are known to be heard at 800, that the next three have begun at 1040.
    ear.pass(540)
    appendWords(track, 3, 6, 100)
    ear.player.grew()
    ear.pass(485)
    appendWords(track, 6, 9, 100)
    ear.player.grew()
    ear.pass(10)
    ear.player.hold()
    expect(ear.told).toBe('1035 reply-held one two three')
  })

  it('carries no pause over into the next reply', () => {
    const ear = new Ear({ downMs: () => 60, upMs: () => 60 })
    const track = new Track()
    appendWords(track, 0, 1, 100)
    ear.player.play(1, track)
    ear.pass(300)
    appendWords(track, 1, 2, 100)
    ear.player.grew()
    ear.player.stop()
    ear.pass(100)
    const next = new Track()
    appendWords(next, 0, 9, 100)
    ear.player.play(2, next)
    ear.pass(350)
    ear.player.hold()
    // Heard since 460, and known to be since 520.
    expect(ear.told).toBe('750 reply-held one two')
  })

  it('tells each word once it was heard, before and after the pause', () => {
    const ear = new Ear({ downMs: () => 60, upMs: () => 60 })
    const track = new Track()
    appendWords(track, 0, 1)
    ear.player.play(1, track)
    ear.pass(1000)
    appendWords(track, 1, 3)
    track.close()
    ear.player.grew()
    ear.pass(2000)
    const told = ear.news.flatMap(news => ('text' in news ? [`${news.atMs} ${news.text.trimEnd()}`] : []))
    expect(told).toEqual(['420 one', '1420 one two', '1720 one two three'])
  })
})

type Move = { readonly afterMs: number } & (
  { readonly type: 'append'; readonly words: number } | { readonly type: 'hold' | 'resume' }
)
const afterMs = fc.integer({ min: 0, max: 180 }).map(steps => steps * 5)
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ afterMs, type: fc.constant('append' as const), words: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ afterMs, type: fc.constantFrom('hold' as const, 'resume' as const) }),
)
/** Delays each way, and by how much they differ from message to message: less than the lead can bridge. */
const network = fc.record({
  downMs: fc.integer({ min: 10, max: 250 }),
  upMs: fc.integer({ min: 20, max: 250 }),
  jitterMs: fc.integer({ min: 0, max: 150 }),
  jitterPercent: fc.infiniteStream(fc.nat(100)),
})

/** When each word had been heard whole: its sound has come in one piece, pauses left out, and so have all before it. */
function heardWhole(ear: Ear, wordMs: number): readonly number[] {
  const wholeAt = new Array<number>(names.length).fill(Infinity)
  let run = { byte: 0, length: 0 }
  for (const [at, byte] of ear.playback.heard().entries()) {
    if (byte === 0xff) continue
    run = { byte, length: byte === run.byte ? run.length + 1 : 1 }
    if (byte <= names.length && run.length >= wordMs * 8) wholeAt[byte - 1] = Math.min(wholeAt[byte - 1]!, (at + 1) / 8)
  }
  return wholeAt.map((_, n) => Math.max(...wholeAt.slice(0, n + 1)))
}

const text = (words: number): string => names.slice(0, words).join(' ') + (words > 0 ? ' ' : '')

describe('the player, whatever the voice, the caller and the network do', () => {
  it('never tells more than the caller heard, nor much less, and all of it in the end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(60, 100, 300),
        fc.array(move, { maxLength: 14 }),
        network,
        (wordMs, moves, { downMs, upMs, jitterMs, jitterPercent }) => {
          const late = (): number => (jitterPercent.next().value! * jitterMs) / 100
          const ear = new Ear({ downMs: () => downMs + late(), upMs: () => upMs + late() })
          const track = new Track()
          const stopped: { readonly atMs: number; readonly text: string }[] = []
          let made = 0
          const append = (words: number): void => {
            appendWords(track, made, made + words, wordMs)
            made = Math.min(names.length, made + words)
            ear.player.grew()
          }
          const hold = (): void => {
            const before = ear.news.length
            ear.player.hold()
            const news = ear.news[before]
            if (news?.type !== 'reply-held') return
            expect(news.text + news.ahead).toBe(text(made))
            stopped.push(news)
          }

          ear.player.play(1, track)
          for (const next of moves) {
            ear.pass(next.afterMs)
            if (next.type === 'append') append(next.words)
            else if (next.type === 'hold') hold()
            else ear.player.resume()
          }
          ear.player.resume()
          append(names.length)
          track.close()
          ear.player.grew()
          ear.pass(names.length * wordMs + 2000)

          const wholeAt = heardWhole(ear, wordMs)
          const wordsBy = (ms: number): number => wholeAt.filter(at => at <= ms).length
          for (const news of ear.news) {
            if (!('text' in news)) continue
            const told = news.text.split(' ').length - 1
            expect(news.text).toBe(text(told))
            expect(told).toBeLessThanOrEqual(wordsBy(news.atMs))
          }
          // What is not known is what the network still keeps to itself, and one frame at most. When it is stopped again, a word may
          // have been heard before `clear` got there; that is not known, and it is repeated.
          for (const { atMs, text: told } of stopped.slice(0, 1)) {
            expect(told.split(' ').length - 1).toBeGreaterThanOrEqual(wordsBy(atMs - downMs - upMs - 2 * jitterMs - 20))
          }
          expect(ear.news.at(-1)).toMatchObject({ type: 'reply-finished', text: text(names.length) })
          // Audio that comes between two pulses may find the player a frame ahead of the carrier.
          expect(ear.mostUnplayedMs).toBeLessThanOrEqual(320 + jitterMs)
        },
      ),
      { numRuns: 300 },
    )
  })
})
