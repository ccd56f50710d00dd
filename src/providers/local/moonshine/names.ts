/**
 * Mends names that a recogniser without a word list cannot know: "What does looks do?" becomes "What does Nooks do?".
 *
 * Two things only, so that ordinary words stay what they are. A name written as a compound (HubSpot) takes the place of its
 * parts or its spelling in small letters. The first name, the product's own, takes the place of words that sound like it: of a
 * word that sounds the same always, of one that sounds nearly the same (often an ordinary word) only next to words that call
 * for a name.
 */

/** Corrects texts, given the names that callers use, the product's own first. Keeps the words' punctuation and spacing. */
export function correctNames(names: readonly string[]): (text: string) => string {
  const product = names[0]
  const compounds = names.filter(isCompound).map(name => [name, inParts(name)] as const)
  const nouns = new Set(names.filter(name => /^[a-z]+$/.test(name)))
  return text => {
    const joined = compounds.reduce((mended, [name, parts]) => mended.replace(parts, name), text)
    return product === undefined ? joined : nameProduct(joined, product, nouns)
  }
}

/** One word with a capital inside: nobody writes that but for a name. */
const isCompound = (name: string): boolean => /^[A-Z]?[a-z]+[A-Z][a-z]+$/.test(name)

/** "HubSpot" as "hubspot", "hub spot" or "hub-spot". */
const inParts = (name: string): RegExp => new RegExp(`\\b${name.replace(/(?<=[a-z])(?=[A-Z])/, '[ -]?')}\\b`, 'gi')

function nameProduct(text: string, product: string, nouns: ReadonlySet<string>): string {
  const words = text.split(' ')
  return words
    .map((word, index) => {
      const alike = soundOf(word) === soundOf(product)
      const nearlyAlike = nearSoundOf(word) === nearSoundOf(product)
      const named = alike || (nearlyAlike && (calledFor(words[index - 1]) || nouns.has(bare(words[index + 1]))))
      return named ? word.replace(/[a-z]+(['’][a-z]+)?/i, product) : word
    })
    .join(' ')
}

/** Behind these a name makes sense, and a verb ("looks") does not. */
const beforeNames = new Set(['about', 'at', 'called', 'does', 'from', 'is', 'of', 'use', 'used', 'using', 'with'])

const calledFor = (before: string | undefined): boolean => beforeNames.has(bare(before))

const bare = (word = ''): string => word.toLowerCase().replace(/[^a-z]/g, '')

/**
 * Roughly how an English word sounds: consonants as letters, each group of vowels as the sound it mostly stands for (U for
 * "oo", "u" or "ew"). Words of the same sound need not rhyme, words of different sound surely differ.
 */
function soundOf(word: string): string {
  return bare(word)
    .replace(/^kn/, 'n')
    .replace(/ck|[cq]/g, 'k')
    .replace(/x/g, 'ks')
    .replace(/z/g, 's')
    .replace(/(?<=[^aeiou])e(?=s?$)/, '')
    .replace(/oo|ou|u[ei]?|ew/g, 'U')
}

/** The same without telling apart the first sounds that the telephone blurs: n, m and l. */
const nearSoundOf = (word: string): string => soundOf(word).replace(/^[lmn]/, 'N')
