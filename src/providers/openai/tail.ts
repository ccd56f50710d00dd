/**
 * Ends a reply that reaches the token limit at its last whole sentence. A model cut off by the limit stops in mid-sentence, and
 * what has been spoken cannot be taken back: so the last part of the allowance is given out by whole sentences only.
 */

/** A long sentence: the one that is being said as the last part begins must be able to end in it. */
const HELD_TOKENS = 60

/** Enough of what was said to see a sentence end whose blank comes with the next token. */
const SEAM_CHARACTERS = 4

export class Tail {
  readonly #freeTokens: number
  #tokens = 0
  #held = ''
  #justSaid = ''
  /** True once the sentence that ran as the last part began is over. */
  #holding = false

  /** For replies of up to `maxTokens`. */
  constructor(maxTokens: number) {
    this.#freeTokens = maxTokens - Math.min(HELD_TOKENS, maxTokens / 2)
  }

  /** One chunk of the stream, which is one token, in; what may be said now out. */
  next(text: string): string {
    this.#held += text
    if (++this.#tokens <= this.#freeTokens) return this.#say(this.#held.length)
    if (this.#holding) return this.#say(lastSentenceEnd(this.#held))
    const running = this.#justSaid + this.#held
    const end = lastSentenceEnd(running)
    if (end === 0) return this.#say(this.#held.length)
    this.#holding = true
    return this.#say(Math.max(0, end - this.#justSaid.length))
  }

  /** What is left to say at the end of a reply that the limit did not cut. */
  rest(): string {
    return this.#held
  }

  #say(length: number): string {
    const said = this.#held.slice(0, length)
    this.#held = this.#held.slice(length)
    this.#justSaid = (this.#justSaid + said).slice(-SEAM_CHARACTERS)
    return said
  }
}

/** A mark that ends a sentence and the blank after it; "3.5" and "nooks.ai" have none. */
const sentenceEnd = /[.!?…]["'”’)\]]*\s+/g

const lastSentenceEnd = (text: string): number => {
  const match = [...text.matchAll(sentenceEnd)].at(-1)
  return match ? match.index + match[0].length : 0
}
