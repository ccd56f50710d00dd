import alawmulaw from 'alawmulaw'
import { describe, expect, test } from 'vitest'
import { FRAME_BYTES, silentFrame } from '../../src/audio/frames.ts'
import type { Frame } from '../../src/audio/frames.ts'
import { Hearing } from '../../src/call/hearing.ts'
import type { HearingEvent } from '../../src/call/hearing.ts'

/** So many ms of the line at a level, and what the detector makes of it; null if it says nothing. */
type Part = { readonly ms: number; readonly db: number; readonly probability: number | null }

const quiet = (ms: number): Part => ({ ms, db: -60, probability: 0.01 })
const voice = (ms: number): Part => ({ ms, db: -20, probability: 0.9 })
/** The first 200 ms of silence behind a voice, in which the detector hears it still for a while. */
const fading: readonly Part[] = [
  { ms: 80, db: -60, probability: 0.8 },
  { ms: 120, db: -60, probability: 0.2 },
]
const unjudged = (part: Part): Part => ({ ...part, probability: null })

describe('the start of speech', () => {
  test('stirs in the very frame in which something is heard', () => {
    expect(hear(quiet(1000), voice(20))).toEqual([{ type: 'caller-stirred', at: 1020 }])
  })

  test('is sure within 80 ms, and tells since when', () => {
    const spoke = hear(quiet(1000), voice(500)).find(({ type }) => type === 'caller-spoke')
    expect(spoke).toMatchObject({ fromMs: 1000 })
    expect(spoke?.at).toBeLessThanOrEqual(1080)
  })

  test('is not a knock, which stirs and is taken back', () => {
    const events = hear(quiet(1000), { ms: 20, db: -20, probability: 0.05 }, quiet(500))
    expect(events).toEqual([
      { type: 'caller-stirred', at: 1020 },
      { type: 'caller-paused', at: 1080, sinceMs: 0 },
    ])
  })

  test('is not a noise, however loud and long, that the detector hears no voice in', () => {
    expect(typesOf(hear(quiet(1000), { ms: 5000, db: -15, probability: 0.05 }))).not.toContain('caller-spoke')
  })

  test('is heard in a noise that had been found to be noise', () => {
    const events = hear(quiet(1000), { ms: 2000, db: -30, probability: 0.02 }, { ms: 400, db: -28, probability: 0.9 })
    const spoke = events.find(({ type }) => type === 'caller-spoke')
    expect(spoke?.at).toBeGreaterThan(3000)
    expect(spoke?.at).toBeLessThanOrEqual(3150)
  })

  test('is heard if it was before the call began', () => {
    const events = hear({ ms: 60, db: -20, probability: 0.05 }, voice(500))
    expect(events.find(({ type }) => type === 'caller-spoke')).toEqual({ type: 'caller-spoke', at: 100, fromMs: 0 })
  })

  test('is heard, from where it stirred, even if the detector takes 400 ms to believe it', () => {
    const events = hear(quiet(1000), { ms: 400, db: -20, probability: 0.05 }, voice(300))
    const spoke = events.find(({ type }) => type === 'caller-spoke')
    expect(spoke).toMatchObject({ fromMs: 1000 })
    expect(spoke?.at).toBeLessThanOrEqual(1540)
  })

  test('is believed of a whole syllable that the detector finds likely to be voice, and not of a likely click', () => {
    expect(typesOf(hear(quiet(1000), { ms: 100, db: -20, probability: 0.4 }, quiet(100)))).toContain('caller-spoke')
    expect(typesOf(hear(quiet(1000), { ms: 40, db: -20, probability: 0.4 }, quiet(100)))).not.toContain('caller-spoke')
  })

  test('is not a moment in which the detector alone hears a voice', () => {
    expect(hear(quiet(1000), { ms: 64, db: -60, probability: 0.9 }, quiet(1000))).toEqual([])
  })

  test('stirs at once also when a loud noise has been heard a second before', () => {
    const events = hear(quiet(1000), { ms: 400, db: -12, probability: 0.03 }, quiet(1000), voice(20))
    expect(events.at(-1)).toEqual({ type: 'caller-stirred', at: 2420 })
  })
})

describe('the start of silence', () => {
  test('is the end of the last voiced frame, known 60 ms later', () => {
    expect(hear(quiet(1000), voice(600), ...fading, quiet(400)).slice(2)).toEqual([
      { type: 'caller-paused', at: 1660, sinceMs: 1600 },
    ])
  })

  test('is corrected if the caller goes on', () => {
    const events = hear(quiet(1000), voice(600), ...fading, voice(300), ...fading, quiet(400))
    expect(events.filter(({ type }) => type !== 'caller-stirred')).toMatchObject([
      { type: 'caller-spoke', fromMs: 1000 },
      { type: 'caller-paused', sinceMs: 1600 },
      { type: 'caller-spoke', fromMs: 1800 },
      { type: 'caller-paused', sinceMs: 2100 },
    ])
  })

  test('stays where it was after a stirring that was nothing', () => {
    const events = hear(quiet(1000), voice(600), ...fading, quiet(100), { ms: 40, db: -30, probability: 0.03 }, quiet(400))
    expect(events.slice(3)).toEqual([
      { type: 'caller-stirred', at: 1920 },
      { type: 'caller-paused', at: 2000, sinceMs: 1600 },
    ])
  })

  test('is found under music that goes on', () => {
    const music = { db: -25, probability: 0.03 }
    const events = hear({ ms: 3000, ...music }, voice(1000), { ms: 100, db: -25, probability: 0.7 }, { ms: 1000, ...music })
    const paused = events.at(-1)
    expect(paused).toMatchObject({ type: 'caller-paused' })
    expect(paused && 'sinceMs' in paused && paused.sinceMs).toBeGreaterThanOrEqual(4000)
    expect(paused && 'sinceMs' in paused && paused.sinceMs).toBeLessThanOrEqual(4100)
  })

  test('waits for the detector where noise hides the fading end of a word', () => {
    const noise = { db: -32, probability: 0.02 }
    const fadingUnderNoise = { ms: 160, db: -32, probability: 0.8 }
    const events = hear({ ms: 3000, ...noise }, voice(1000), fadingUnderNoise, { ms: 1000, ...noise })
    expect(events.at(-1)).toMatchObject({ type: 'caller-paused', sinceMs: 4120 })
  })

  test('does not wait for the voice that the detector still hears on a good line', () => {
    const events = hear(quiet(1000), voice(1000), { ms: 80, db: -60, probability: 0.8 }, quiet(1000))
    expect(events.at(-1)).toMatchObject({ type: 'caller-paused', sinceMs: 2000 })
  })

  test('stays where it was when music begins later', () => {
    const events = hear(quiet(1000), voice(1000), { ms: 80, db: -60, probability: 0.8 }, quiet(1000), {
      ms: 3000,
      db: -30,
      probability: 0.03,
    })
    const paused = events.filter(event => event.type === 'caller-paused')
    expect(new Set(paused.map(({ sinceMs }) => sinceMs))).toEqual(new Set([2000]))
  })

  test('is found behind breath or hum that stays loud without a trace of voice', () => {
    const events = hear(quiet(1000), voice(1000), { ms: 1000, db: -30, probability: 0.03 })
    expect(events.at(-1)).toMatchObject({ type: 'caller-paused' })
    expect(events.at(-1)?.at).toBeLessThanOrEqual(2500)
  })
})

describe('a noise', () => {
  test('that goes on at the same level stirs once', () => {
    const events = hear(quiet(1000), { ms: 3000, db: -20, probability: 0.05 })
    expect(typesOf(events)).toEqual(['caller-stirred', 'caller-paused'])
  })

  test('that swallows the ends of syllables makes no pauses between them', () => {
    const noise = { ms: 3000, db: -32, probability: 0.02 }
    const swallowed = { ms: 100, db: -32, probability: 0.8 }
    const events = hear(noise, voice(200), swallowed, voice(200), swallowed, voice(200))
    expect(typesOf(events).slice(2)).toEqual(['caller-stirred', 'caller-spoke'])
  })

  test('suspends a reply for no more than 200 ms at a time', () => {
    const events = hear(quiet(1000), { ms: 3000, db: -20, probability: 0.05 })
    expect(longestStirringMs(events, 4000)).toBeLessThanOrEqual(200)
  })
})

describe('without a detector', () => {
  test('loudness alone finds start and end of speech', () => {
    const events = hear(unjudged(quiet(1000)), unjudged(voice(600)), unjudged(quiet(600)))
    expect(events).toEqual([
      { type: 'caller-stirred', at: 1020 },
      { type: 'caller-spoke', at: 1060, fromMs: 1000 },
      { type: 'caller-paused', at: 1660, sinceMs: 1600 },
    ])
  })

  test('a caller who is speaking when it fails is still heard to the end', () => {
    const events = hear(quiet(1000), voice(600), unjudged(voice(600)), unjudged(quiet(600)))
    expect(events.at(-1)).toEqual({ type: 'caller-paused', at: 2260, sinceMs: 2200 })
  })

  test('a caller who is speaking when it comes back is not cut off by its first doubts', () => {
    const events = hear(quiet(1000), voice(200), unjudged(voice(1000)), { ms: 64, db: -20, probability: 0.02 }, voice(500))
    expect(typesOf(events)).toEqual(['caller-stirred', 'caller-spoke'])
  })

  test('a caller who speaks without a pause for forty seconds is not taken for the noise', () => {
    const syllable: readonly Part[] = [
      { ms: 160, db: -20, probability: null },
      { ms: 40, db: -55, probability: null },
    ]
    const events = hear(unjudged(quiet(1000)), ...Array.from({ length: 200 }, () => syllable).flat(), unjudged(quiet(1000)))
    expect(events.slice(2)).toEqual([{ type: 'caller-paused', at: 41_020, sinceMs: 40_960 }])
  })

  test('a noise that stays is no longer taken for speech after some seconds', () => {
    const events = hear(unjudged(quiet(1000)), unjudged({ ms: 40_000, db: -30, probability: null }))
    expect(events.at(-1)?.type).toBe('caller-paused')
  })
})

test('digital silence is silence', () => {
  const hearing = new Hearing()
  const events = Array.from({ length: 500 }, () => hearing.hear(silentFrame)).flat()
  expect(events).toEqual([])
})

test('what is late is used: judgements that come 60 ms behind the audio still make out the words', () => {
  const events = hearLate(60, [quiet(1000), voice(600), ...fading, quiet(400)])
  expect(events.filter(({ type }) => type !== 'caller-stirred')).toMatchObject([
    { type: 'caller-spoke', fromMs: 1000 },
    { type: 'caller-paused', sinceMs: 1600 },
  ])
})

test('a word is not taken back before the detector has listened to it', () => {
  expect(typesOf(hearLate(120, [quiet(1000), voice(100), quiet(400)]))).toEqual([
    'caller-stirred',
    'caller-spoke',
    'caller-paused',
  ])
})

test('the same frames and judgements give the same events', () => {
  const parts = [quiet(700), voice(900), ...fading, quiet(300), { ms: 60, db: -25, probability: 0.3 }, quiet(900), voice(400)]
  expect(hear(...parts)).toEqual(hear(...parts))
})

const typesOf = (events: readonly HearingEvent[]) => events.map(({ type }) => type)

function longestStirringMs(events: readonly HearingEvent[], endMs: number): number {
  return Math.max(...events.map(({ type, at }, index) => (type === 'caller-stirred' ? (events[index + 1]?.at ?? endMs) - at : 0)))
}

const hear = (...parts: readonly Part[]): readonly HearingEvent[] => hearLate(0, parts)

/** Plays the parts; the judgement of each 32 ms comes so many ms after the frame with which they were complete. */
function hearLate(lateMs: number, parts: readonly Part[]): readonly HearingEvent[] {
  const hearing = new Hearing()
  const events: HearingEvent[] = []
  const totalMs = parts.reduce((sum, { ms }) => sum + ms, 0)
  let judgedMs = 0
  for (let at = 20; at <= totalMs; at += 20) {
    events.push(...hearing.hear(tone(partAt(parts, at - 10).db)))
    for (; judgedMs + 32 + lateMs <= at; judgedMs += 32) {
      const { probability } = partAt(parts, judgedMs + 16)
      if (probability !== null) events.push(...hearing.judge(judgedMs + 32, probability))
    }
  }
  return events
}

function partAt(parts: readonly Part[], ms: number): Part {
  let endMs = 0
  return parts.find(part => (endMs += part.ms) > ms) ?? quiet(0)
}

/** 20 ms of 3 kHz, so high that it ends as abruptly as it is cut, at so many dB below full scale. */
function tone(db: number): Frame {
  const amplitude = 32_768 * Math.SQRT2 * 10 ** (db / 20)
  return alawmulaw.mulaw.encode(
    Int16Array.from({ length: FRAME_BYTES }, (_, index) => Math.round(amplitude * Math.sin((2 * Math.PI * 3000 * index) / 8000))),
  )
}
