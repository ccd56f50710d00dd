/**
 * Cuts phrases into the clauses that a voice speaks in one breath, keeping every character: the texts joined are the phrase.
 * Pure. Which text makes a phrase is decided elsewhere.
 */

/** A clause as written, word by word with spaces and punctuation. */
export type Clause = readonly string[]

/** The clauses of a phrase: one for each sentence, or the phrase if it ends before its sentence does. */
export function clausesOf(phrase: string): readonly Clause[] {
  const words = phrase.match(/^\s+$|^\s*\S+\s*|\S+\s*/g) ?? []
  const clauses: string[][] = [[]]
  for (const word of words) {
    const clause = clauses.at(-1)!
    clause.push(word)
    if (pauseAfterMs(clause) === SENTENCE_PAUSE_MS && clause.length >= SHORTEST_SENTENCE) clauses.push([])
  }
  return clauses.filter(clause => clause.length > 0)
}

/** A sentence of fewer words is spoken together with the next: "Sure. Let me see." is one breath. */
const SHORTEST_SENTENCE = 3

const SENTENCE_PAUSE_MS = 240
const COMMA_PAUSE_MS = 90

/** How long to be silent after a clause before the next begins. */
export function pauseAfterMs(clause: Clause): number {
  const end = clause.at(-1)?.trim() ?? ''
  if (/^(?:Dr|Mr|Mrs|Ms|St|vs)\.$/.test(end)) return 0
  if (/[.!?…]["'”’)]*$/.test(end)) return SENTENCE_PAUSE_MS
  return /[,;:–—-]["'”’)]*$/.test(end) ? COMMA_PAUSE_MS : 0
}
