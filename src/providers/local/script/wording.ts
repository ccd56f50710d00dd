/** Choosing among ways to say a thing, so that nothing is said twice running; and cutting a reply into pieces. Pure. */

/** The way of which no sentence was said yet, or not for the longest time; the first of those. */
export const freshest = (ways: readonly string[], replies: readonly string[]): string => {
  const lastSaid = (way: string): number =>
    Math.max(...sentencesIn(way).map(sentence => replies.findLastIndex(reply => reply.includes(sentence))))
  return ways.reduce((best, way) => (lastSaid(way) < lastSaid(best) ? way : best), ways[0] ?? '')
}

/** Puts words into the braces of a wording. */
export const filled = (wording: string, words: Readonly<Record<string, string>>): string =>
  sentence(wording.replaceAll(/\{(\w+)\}/g, (_braces, name: string) => words[name] ?? ''))

const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** The reply as a language model would stream it: word by word, each piece with the space before it. */
export const pieces = (reply: string): readonly string[] => reply.match(/\s*\S+/g) ?? []

/** Whole sentences from the start, as many as fit into so many words; at least one. */
export const shortened = (text: string, mostWords: number): string => {
  const kept: string[] = []
  for (const one of sentencesIn(text)) {
    if (kept.length > 0 && [...kept, one].join(' ').split(' ').length > mostWords) break
    kept.push(one)
  }
  return kept.join(' ')
}

const sentencesIn = (text: string): readonly string[] => text.match(/[^.?!]+[.?!]+|[^.?!]+$/g)?.map(one => one.trim()) ?? []
