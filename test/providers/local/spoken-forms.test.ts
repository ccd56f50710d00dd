import { expect, test } from 'vitest'
import { spokenForm } from '../../../src/providers/local/flite/spoken-forms.ts'

test.each([
  ['AI', 'A I'],
  ['"AI,"', '"A I,"'],
  ['SDRs.', "S D R's."],
  ['OK?', 'okay?'],
  ['AI-driven', 'A I-driven'],
  ['NOT', 'NOT'],
  ['Nooks', 'Nooks'],
  ['it’s', "it's"],
  ['café', 'cafe'],
  ['**bold**', 'bold'],
  ['wait—what', 'wait, what'],
  ['—', ''],
  ['…', ''],
  ['🙂', ''],
  ['  ', ''],
])('"%s" is given to the voice as "%s"', (written, said) => {
  expect(spokenForm(written)).toBe(said)
})
