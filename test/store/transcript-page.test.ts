import { describe, expect, it } from 'vitest'
import type { Certificate } from '../../src/call/certificate.ts'
import { clockOf, transcriptHeading, transcriptOf } from '../../src/store/transcript-page.ts'

const turn: Certificate = {
  id: 2,
  line: null,
  said: 'How much is it?',
  silentSinceMs: 61_900,
  completeMs: 62_400,
  settledMs: 62_100,
  basis: 'final',
  draftMs: 62_100,
  discarded: 0,
  firstTokenMs: 62_200,
  firstAudioMs: 62_300,
  releasedMs: 62_400,
  firstFrameMs: 62_400,
  firstMarkMs: 62_460,
  endedMs: 65_000,
  text: 'It costs nothing. ',
  heard: 'It costs nothing. ',
  outcome: 'heard',
  amended: false,
  holds: 0,
  asides: [],
}

describe('the transcript page', () => {
  it('says at its head which call it was and who took part', () => {
    const heading = transcriptHeading({
      version: 1,
      callSid: 'CA1',
      startedAt: '2026-11-21T10:00:00Z',
      assistant: 'nooks',
      providers: { stt: 'an ear', llm: 'a mind', tts: 'a mouth', vad: 'none' },
      rules: { pipeline: 'draft', longestMs: 1 },
    })
    expect(heading).toBe('# Call CA1\n\n2026-11-21T10:00:00Z · heard by an ear, answered by a mind, spoken by a mouth\n\n')
  })

  it.each<readonly [what: string, change: Partial<Certificate>, page: string]>([
    ['an exchange', {}, '**Caller** 01:01  How much is it?\n\n**Assistant** 01:02  It costs nothing.\n\n'],
    [
      'a prompt that answers nobody',
      { line: 'still-there', said: '', silentSinceMs: null, heard: 'Are you there?' },
      '**Assistant** 01:02  Are you there?\n\n',
    ],
    [
      'what of a reply was heard before it was cut off',
      { outcome: 'interrupted', heard: 'It costs ' },
      '**Caller** 01:01  How much is it?\n\n**Assistant** 01:02  It costs — [cut off by the caller]\n\n',
    ],
    [
      'what the caller said in between',
      { asides: ['Mm-hm.', 'Right.'] },
      '**Caller** 01:01  How much is it?\n\n**Assistant** 01:02  It costs nothing.\n\n' +
        '**Caller** (meanwhile)  Mm-hm.\n\n**Caller** (meanwhile)  Right.\n\n',
    ],
    [
      'when a late reply began to be heard',
      { firstFrameMs: 64_000 },
      '**Caller** 01:01  How much is it?\n\n**Assistant** 01:04  It costs nothing.\n\n',
    ],
    [
      'that the call ended in the middle of it',
      { outcome: 'call-ended', heard: 'It ' },
      '**Caller** 01:01  How much is it?\n\n**Assistant** 01:02  It — [the call ended]\n\n',
    ],
    [
      'what was being heard when the record ends',
      { outcome: 'under-way', heard: 'It ', endedMs: null },
      '**Caller** 01:01  How much is it?\n\n**Assistant** 01:02  It\n\n',
    ],
  ])('shows %s', (_what, change, page) => {
    expect(transcriptOf({ ...turn, ...change })).toBe(page)
  })

  it.each([
    [0, '00:00'],
    [999, '00:00'],
    [1000, '00:01'],
    [59_999, '00:59'],
    [60_000, '01:00'],
    [3_725_000, '62:05'],
  ])('tells %d ms as %s', (ms, clock) => {
    expect(clockOf(ms)).toBe(clock)
  })
})
