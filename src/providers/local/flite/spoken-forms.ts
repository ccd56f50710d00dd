/**
 * Written words as flite is to be given them, where it would otherwise say something else ("OK" as Oklahoma, "AI" as "eye").
 * One word at a time, and only what this voice gets wrong; numbers, dates and addresses are put into words elsewhere, for all
 * voices.
 */

/** Abbreviations said letter by letter that flite takes for words. It spells those without vowels by itself. */
const spelled = new Set(['AE', 'AI', 'AM', 'API', 'ARR', 'CEO', 'CFO', 'COO', 'CRO', 'EU', 'IT', 'PTO', 'ROI', 'UI', 'URL', 'US'])

const sayable: Readonly<Record<string, string>> = {
  OK: 'okay',
  Ok: 'okay',
  Gmail: 'G mail',
  Salesloft: 'Sales loft',
  Hmm: 'mm',
  hmm: 'mm',
}

/** What to say for one written word with its punctuation; '' if there is nothing to say. Plain ASCII. */
export function spokenForm(written: string): string {
  const plain = written
    .replace(/[‘’]/g, "'")
    .replace(/[–—…]/g, ', ')
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]|[*_~|<>^`{}[\]\\]/g, '')
  return /[A-Za-z0-9]/.test(plain) ? plain.replace(/[A-Za-z]+(?:'[a-z]+)?/g, sayableForm).trim() : ''
}

function sayableForm(word: string): string {
  const [, capitals = '', plural = ''] = /^([A-Z]{2,5})(s?)$/.exec(word) ?? []
  if (capitals !== '' && (spelled.has(capitals) || plural !== '')) return [...capitals].join(' ') + (plural && "'s")
  return sayable[word] ?? word
}
