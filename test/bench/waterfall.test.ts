import { SaxesParser } from 'saxes'
import { expect, it } from 'vitest'
import { drawWaterfall } from '../../scripts/bench/waterfall.ts'
import type { Turn } from '../../scripts/bench/turn.ts'

const plain: Turn = {
  pipeline: 'plain',
  line: 'Is R&D < sales?',
  interrupting: false,
  wordsMs: 300,
  declaredMs: 304,
  requestMs: 503,
  firstTokenMs: 853,
  textTokenMs: 2287,
  lastTokenMs: 2287,
  textMs: 2290,
  firstAudioMs: 2412,
  allAudioMs: 2430,
  pauseKnownMs: 60,
  releasedMs: 500,
  gapMs: 2431,
  sinceCompleteMs: 1931,
  discarded: 0,
}
const draft: Turn = {
  ...plain,
  pipeline: 'draft',
  wordsMs: 100,
  requestMs: 102,
  firstTokenMs: 222,
  textTokenMs: 262,
  textMs: 263,
  firstAudioMs: 338,
  gapMs: 501.4,
}

const draw = () => drawWaterfall([plain, draft], 'first token <350 ms & so on')

it('is well-formed XML with nothing undefined in it', () => {
  const parser = new SaxesParser()
  const faults: Error[] = []
  const elements: string[] = []
  parser.on('error', error => faults.push(error))
  parser.on('opentag', ({ name }) => elements.push(name))
  parser.write(draw()).close()
  expect(faults).toEqual([])
  expect(elements[0]).toBe('svg')
  expect(elements.filter(name => name === 'rect').length).toBeGreaterThan(8)
  expect(draw()).not.toMatch(/NaN|undefined|Infinity/)
})

it('says when the caller hears the reply in each pipeline', () => {
  expect(draw()).toContain('after 2431 ms')
  expect(draw()).toContain('after 501 ms')
})

it('shows a reply that was ready as kept back until the silence was complete', () => {
  expect(draw()).toContain('ready, kept back, 163 ms')
})

it('draws nothing outside its frame', () => {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(draw())!.map(Number)
  const xs = [...draw().matchAll(/ (?:x|x1|x2|cx)="(-?[\d.]+)"/g)].map(match => Number(match[1]))
  const ys = [...draw().matchAll(/ (?:y|y1|y2|cy)="(-?[\d.]+)"/g)].map(match => Number(match[1]))
  expect(Math.min(...xs, ...ys)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...xs)).toBeLessThanOrEqual(width!)
  expect(Math.max(...ys)).toBeLessThanOrEqual(height!)
})
