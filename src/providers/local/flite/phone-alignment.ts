/**
 * Which of the phones that a voice spoke belong to which word.
 *
 * flite says how long each phone lasts but not of which word it is. So the letters of the words are laid alongside the phones
 * in the cheapest way: a letter beside a phone it often stands for costs nothing, silent letters and phones without a letter
 * cost a little, pauses fall between words. Digits stand for any number of phones. A word is off by a phone at most, as a rule.
 */

/** `pau` is a pause. Times count from the first sample. */
export type Phone = { readonly name: string; readonly startMs: number; readonly endMs: number }

export type Span = { readonly startMs: number; readonly endMs: number }

/** The letters that each of flite's phones (CMU's set) is commonly written with. */
const LETTERS_OF: Readonly<Record<string, string>> = {
  ...{ aa: 'aoe', ae: 'a', ah: 'aueoi', ao: 'aou', aw: 'ao', ax: 'aeiou', ay: 'iya', eh: 'ea', er: 'reiou', ey: 'aei' },
  ...{ ih: 'ieya', iy: 'ieya', ow: 'o', oy: 'o', uh: 'uo', uw: 'uoe', w: 'wuo', y: 'yiue' },
  ...{ b: 'b', ch: 'ct', d: 'd', dh: 't', f: 'fp', g: 'g', hh: 'h', jh: 'jgd', k: 'kcqx', l: 'l', m: 'm', n: 'nk', ng: 'n' },
  ...{ p: 'p', r: 'r', s: 'scx', sh: 'sct', t: 'td', th: 't', v: 'vf', z: 'zsx', zh: 'szg' },
}
const PAUSE = 'pau'
const BETWEEN_WORDS = ' '

const SILENT_LETTER = 0.5
const PHONE_WITHOUT_LETTER = 0.8
const UNLIKELY_LETTER = 1.2
const PHONE_OF_DIGIT = 0.1
const PAUSE_INSIDE_WORD = 4

/** From when to when each word is spoken. Every phone but the pauses belongs to one; a word without letters has no length. */
export function alignWords(words: readonly string[], phones: readonly Phone[]): readonly Span[] {
  const letters = words.map(word => word.toLowerCase().replace(/[^a-z0-9$%]/g, '') + BETWEEN_WORDS)
  const symbols = [...letters.join('')]
  const firstAfter = wordEnds(symbols, phones)
  const firstMs = phones.find(phone => phone.name !== PAUSE)?.startMs ?? 0
  let lastEndMs = firstMs
  return words.map((_, word) => {
    const from = word === 0 ? 0 : firstAfter[word - 1]!
    const own = phones.slice(from, firstAfter[word]).filter(phone => phone.name !== PAUSE)
    const span = { startMs: own[0]?.startMs ?? lastEndMs, endMs: own.at(-1)?.endMs ?? lastEndMs }
    lastEndMs = span.endMs
    return span
  })
}

/** For the end of each word the index of the first phone behind it, on the cheapest path through letters and phones. */
function wordEnds(symbols: readonly string[], phones: readonly Phone[]): readonly number[] {
  const width = phones.length + 1
  const costs = new Float64Array((symbols.length + 1) * width).fill(Infinity)
  const steps = new Uint8Array(costs.length)
  const relax = (cell: number, from: number, cost: number, step: number): void => {
    if (costs[from]! + cost < costs[cell]!) {
      costs[cell] = costs[from]! + cost
      steps[cell] = step
    }
  }
  costs[0] = 0
  for (let row = 0; row <= symbols.length; row++) {
    for (let column = 0; column < width; column++) {
      const cell = row * width + column
      const symbol = symbols[row - 1] ?? BETWEEN_WORDS
      const phone = phones[column - 1]?.name ?? PAUSE
      if (row > 0 && column > 0) relax(cell, cell - width - 1, matchCost(symbol, phone), BOTH)
      if (row > 0) relax(cell, cell - width, symbol === BETWEEN_WORDS ? 0 : SILENT_LETTER, LETTER)
      if (column > 0) relax(cell, cell - 1, extraPhoneCost(symbol, phone), PHONE)
    }
  }
  return gapsOnPath(symbols, width, steps)
}

const BOTH = 1
const LETTER = 2
const PHONE = 3

function gapsOnPath(symbols: readonly string[], width: number, steps: Uint8Array): readonly number[] {
  const gaps: number[] = []
  let row = symbols.length
  let column = width - 1
  while (row > 0 || column > 0) {
    const step = steps[row * width + column]
    if (step !== PHONE) {
      if (symbols[row - 1] === BETWEEN_WORDS) gaps.unshift(column)
      row--
    }
    if (step !== LETTER) column--
  }
  return gaps
}

function matchCost(symbol: string, phone: string): number {
  if (symbol === BETWEEN_WORDS) return phone === PAUSE ? 0 : Infinity
  if (phone === PAUSE) return PAUSE_INSIDE_WORD
  if (isDigit(symbol)) return PHONE_OF_DIGIT
  return LETTERS_OF[phone]?.includes(symbol) ? 0 : UNLIKELY_LETTER
}

/** A phone for which there is no letter of its own, after this symbol. */
function extraPhoneCost(symbol: string, phone: string): number {
  if (phone === PAUSE) return symbol === BETWEEN_WORDS ? 0 : PAUSE_INSIDE_WORD
  return isDigit(symbol) ? PHONE_OF_DIGIT : PHONE_WITHOUT_LETTER
}

const isDigit = (symbol: string): boolean => /[0-9$%]/.test(symbol)
