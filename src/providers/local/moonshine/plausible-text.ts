/** Refuses what no person can have said: speech models sometimes loop, or make up a sentence out of noise. */
import { durationMs } from '../../../audio/frames.ts'

/** The fastest talkers reach about 25 characters a second; what a loop writes is several times that. */
const CHARACTERS_PER_SECOND = 40
/** Short words may be quick: "Yes." in a fifth of a second. */
const CHARACTERS_ALWAYS_ALLOWED = 12

/** The text, or '' if so much cannot be said in so many bytes of mu-law. */
export function plausibleText(text: string, bytes: number): string {
  const limit = CHARACTERS_ALWAYS_ALLOWED + (durationMs(bytes) / 1000) * CHARACTERS_PER_SECOND
  return text.length <= limit ? text : ''
}
