/** How far a transcript is from what was said. Counts words; ignores case and punctuation; judges nothing else. */

export const spokenWords = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []

/** Words inserted, left out or replaced (the fewest that explain the difference), as a share of the words said. */
export function wordErrorRate(said: string, heard: string): number {
  const truth = spokenWords(said)
  const claim = spokenWords(heard)
  let row = claim.map((_, column) => column + 1)
  truth.forEach((word, line) => {
    let diagonal = line
    let left = line + 1
    row = claim.map((other, column) => {
      const above = row[column] ?? 0
      left = Math.min(left + 1, above + 1, diagonal + (word === other ? 0 : 1))
      diagonal = above
      return left
    })
  })
  const errors = row.at(-1) ?? truth.length
  return truth.length === 0 ? claim.length : errors / truth.length
}
