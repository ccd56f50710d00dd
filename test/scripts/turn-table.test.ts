import { describe, expect, test } from 'vitest'
import { renderTurns } from '../../scripts/lib/turn-table.ts'
import type { Certificate } from '../../src/call/certificate.ts'

const turn = (change: Partial<Certificate>): Certificate => ({
  id: 1,
  line: null,
  said: 'what does it cost',
  silentSinceMs: 9960,
  completeMs: 10_460,
  settledMs: 10_280,
  basis: 'declared',
  draftMs: 10_280,
  discarded: 0,
  firstTokenMs: 10_300,
  firstAudioMs: 10_400,
  releasedMs: 10_460,
  firstFrameMs: 10_460,
  firstMarkMs: 10_480,
  endedMs: 12_000,
  text: 'Ten dollars.',
  heard: 'Ten dollars.',
  outcome: 'heard',
  amended: false,
  holds: 0,
  asides: [],
  ...change,
})

describe('the table of turns', () => {
  test('counts from the moment the caller fell silent', () => {
    expect(
      renderTurns([turn({})], () => 10_466)
        .split('\n')
        .slice(0, 2),
    ).toEqual([
      'turn  silent since  words settled  draft  first token  first audio  release  first frame  heard  said',
      '1           9.96 s  +320 declared   +320         +340         +440     +500         +500   +506  what does it cost',
    ])
  })

  test('says of a line that nobody asked for when it came, and leaves blank what did not happen', () => {
    const greeting = turn({ line: 'greeting', silentSinceMs: null, settledMs: null, basis: null, firstTokenMs: null, draftMs: 0 })
    expect(renderTurns([greeting]).split('\n')[1]).toBe(
      '1                –              –  00:00            –        00:10    00:10        00:10  00:10  (greeting)',
    )
  })

  test('a draft begun while the caller still spoke has a time before zero', () => {
    expect(renderTurns([turn({ draftMs: 9900 })]).split('\n')[1]).toContain('−60')
  })

  test('says how exact the replies were that were ready, and how often one was not', () => {
    const turns = [turn({}), turn({ firstFrameMs: 10_480 }), turn({ releasedMs: 11_200, firstFrameMs: 11_200 })]
    expect(renderTurns(turns).split('\n').at(-1)).toBe(
      '3 replies to the caller, due after 500 ms of silence. 2 on time: 500 to 520 ms. 1 later, as not ready before: 1240 ms. None early.',
    )
  })

  test('cries out if a reply was early', () => {
    const table = renderTurns([turn({ releasedMs: 10_440, firstFrameMs: 10_440 })])
    expect(table).toContain('1 EARLY  ')
    expect(table).toContain('None on time. None late. 1 EARLY: 480 ms.')
  })

  test('says so if there is nothing to show', () => {
    expect(renderTurns([])).toBe('No reply was heard.')
  })
})
