/**
 * Tells an aside from an interruption: when the caller makes a sound while the bot speaks, is it "mm-hm, go on", the bot's
 * own voice coming back from a loudspeaker, or words that want an answer? Pure; judges text only, and never by a black list
 * alone: "yes" is an aside only if there was nothing to say yes to.
 */

/** What means "I am listening". None of it can change what the bot was going to say, unless the bot has asked something. */
const backchannels = [
  ...'mm mmm hm hmm mhm mm-hm mm-hmm mhmm uh-huh uhhuh huh uh um ah aha oh ooh ok okay right yeah yep yup yes sure'.split(' '),
  ...'alright good great cool fine nice perfect wow really exactly absolutely definitely interesting gotcha'.split(' '),
  ...['i see', 'got it', 'i got it', 'all right', 'makes sense', 'that makes sense', 'of course', 'go on', 'go ahead'],
]
/** So many in a row and no more: who says "yeah" five times wants the floor. */
const chain = new RegExp(`^(?:(?:${backchannels.join('|')})(?: |$)){0,4}`)

/** Words to cut in with. A short remark that has one is meant as it is said, though the bot may just have used the same words. */
const protests = new Set('no nope nah stop wait hold sorry what'.split(' '))
const SHORT_REMARK_WORDS = 3

/** The bot's own voice comes back within about so many words: the way through the line, and the recogniser's own time. */
const ECHO_LATE_WORDS = 4
/** So many words of what the bot was about to say may already be on their way when it stops. */
const ECHO_AHEAD_WORDS = 4
/** The recogniser takes one word in five of an echo for another, or misses it. */
const ECHO_LIKENESS = 0.8
/** A single word of the bot's is more likely a choice ("Salesforce.") than an echo. */
const ECHO_WORDS_MIN = 2
/** Few words of a question are more likely an answer ("Tuesday or Wednesday?" "On Wednesday."), and only all of them an echo. */
const ECHO_OF_QUESTION_WORDS_MIN = 4

/**
 * Whether what the caller said may be passed over, so that the bot goes on where it was.
 * @param remark what the caller said since the bot was last stopped
 * @param heard what the caller had heard of the bot by then
 * @param ahead what the bot was about to say
 * @param settled false while more words may come, and the last one may be half a word: what may still become an aside is one
 */
export function isAside(remark: string, heard: string, ahead: string, settled = true): boolean {
  const words = wordsOf(remark)
  if (words.length === 0) return true
  const asked = hasAsked(heard, ahead)
  // "Huh?" wants an answer, and where the bot asked nothing it is no echo either.
  if (!asked && /[?]\s*$/.test(remark)) return false
  return (!asked && isBackchannel(words, settled)) || isEcho(words, spokenNearby(heard, ahead, words.length), asked, settled)
}

/** Where a sentence ends; not at the full stop of "ten a.m." or "Dr. Miller", nor inside "twilio.com". */
const sentenceEnd = /(?<!\b(?:[ap]\.m|[Dd]r|[Mm]rs?|[Mm]s))[.?!]+["'”’)]*(?=\s+[^\s\p{Ll}]|\s*$)/u

/**
 * Whether the caller could take the sentence in the air, or the one just heard, for a question. A sentence of which nothing
 * was heard is not in the air.
 */
export function hasAsked(heard: string, ahead: string): boolean {
  const sentences = sentencesOf(heard + ahead).filter(({ from }) => from < heard.trimEnd().length)
  return sentences.slice(-2).some(({ text }) => text.includes('?'))
}

/** Whether the sentence that goes on in this text also ends in it. */
export const endsSentence = (ahead: string): boolean => sentenceEnd.test(ahead)

function sentencesOf(text: string): readonly { readonly from: number; readonly text: string }[] {
  const ends = [...text.matchAll(new RegExp(sentenceEnd, 'gu'))].map(({ index, 0: mark }) => index + mark.length)
  const cuts = [0, ...ends, text.length]
  return cuts.slice(1).map((to, n) => ({ from: cuts[n]!, text: text.slice(cuts[n], to) }))
}

function isBackchannel(words: readonly string[], settled: boolean): boolean {
  const rest = words.join(' ').replace(chain, '')
  return rest === '' || (!settled && backchannels.some(backchannel => backchannel.startsWith(rest)))
}

function isEcho(words: readonly string[], spoken: readonly string[], asked: boolean, settled: boolean): boolean {
  if (words.length <= SHORT_REMARK_WORDS && words.some(word => protests.has(word))) return false
  if (!settled && ` ${spoken.join(' ')}`.includes(` ${words.join(' ')}`)) return true
  if (words.length < (asked ? ECHO_OF_QUESTION_WORDS_MIN : ECHO_WORDS_MIN)) return false
  const enough = asked ? words.length : Math.ceil(words.length * ECHO_LIKENESS)
  // Together, with one word more or less between them: the same words here and there are no echo.
  return spoken.some((_, n) => longestCommonSubsequence(words, spoken.slice(n, n + words.length + 1)) >= enough)
}

/** The words that an echo of so many words can be of. */
const spokenNearby = (heard: string, ahead: string, echoWords: number): readonly string[] => [
  ...wordsOf(heard).slice(-(echoWords + ECHO_LATE_WORDS)),
  ...wordsOf(ahead).slice(0, ECHO_AHEAD_WORDS),
]

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? []
}

function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0)
  for (const word of a) {
    const next = [0]
    for (const [j, other] of b.entries()) next.push(word === other ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!))
    row = next
  }
  return row.at(-1)!
}
