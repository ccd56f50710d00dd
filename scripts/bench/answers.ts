/**
 * What the emulated model says: the same words each time but for one made-up name, by which a reply can be followed through
 * all services. The first three words are complete with the fourth token, the first sentence with the seventh, all with 44.
 */

const VOWELS = 'aeiou'
const CONSONANTS = 'bdfgklmnprstvz'

/** A name of three syllables that no other number has, up to 343,000. */
export function nameOf(number: number): string {
  let left = number
  let name = ''
  for (let syllable = 0; syllable < 3; syllable++) {
    name += CONSONANTS.charAt(left % CONSONANTS.length)
    left = Math.floor(left / CONSONANTS.length)
    name += VOWELS.charAt(left % VOWELS.length)
    left = Math.floor(left / VOWELS.length)
  }
  return name.charAt(0).toUpperCase() + name.slice(1)
}

export const answerNamed = (name: string): string =>
  `Thanks, our ${name} team handles that. We do it for sales teams like yours every day, and a short meeting this week is ` +
  `the best way to see how it works. Would Tuesday morning suit you best, or is Thursday at noon better?`

/** The name in what was said, or null if it is none of these answers. */
export const nameIn = (text: string): string | null => /\bour ([A-Z][a-z]{5})\b/.exec(text)?.[1] ?? null
