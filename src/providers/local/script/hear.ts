/**
 * What a recogniser wrote, made even: lower case, no punctuation, contractions opened, hesitations gone. Recognisers differ in
 * all of these, so everything the script compares has gone through here first. Knows nothing of meaning.
 */

const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\bwo n?'?t\b|\bwon'?t\b/g, 'will not'],
  [/\bcan'?t\b|\bcannot\b/g, 'can not'],
  [/\b(do|does|did|is|are|was|were|has|have|had|could|should|would)n'?t\b/g, '$1 not'],
  [/\bi'?m\b/g, 'i am'],
  [/\b(you|we|they)'re\b/g, '$1 are'],
  [/\byoure\b/g, 'you are'],
  [/\b(\w+)'ve\b/g, '$1 have'],
  [/\b(\w+)'ll\b/g, '$1 will'],
  [/\b(\w+)'d\b/g, '$1 would'],
  [/\blet'?s\b/g, 'let us'],
  [/\b(it|that|what|who|where|how|there|here|he|she|when|why|name)'s\b/g, '$1 is'],
  [/\b(what|that|who|where)s\b/g, '$1 is'],
  [/\bwanna\b/g, 'want to'],
  [/\bgonna\b/g, 'going to'],
  [/\bgotta\b/g, 'got to'],
  [/\bgimme\b/g, 'give me'],
  [/\blemme\b/g, 'let me'],
  [/\bdunno\b/g, 'do not know'],
  [/\b(kind|sort) of\b|\b(kinda|sorta)\b/g, ''],
  [/\bok\b/g, 'okay'],
  [/\ball right\b/g, 'alright'],
  [/\be ?mail\b/g, 'email'],
]

const HESITATIONS =
  /\b(um+|uh+|uhm|erm*|ehm|hmm+|you know|i mean|basically|honestly|literally|just|really|actually|please)\b(?! interested)/g

/** The words of `text`, separated by single spaces; empty if there are none. Dots and at-signs inside a word are kept. */
export const evenWords = (text: string): string => {
  let even = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[’‘]/g, "'")
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(mm+|uh|m)[- ]h+u?h?m+\b|\bmhm+\b|\b(uh|a)[- ]?huh\b/g, 'mhm')
    .replaceAll(/\b(nuh|uh)[- ]uh\b/g, 'nope')
    .replaceAll(/[^\p{L}\p{N}'@._+ ]+/gu, ' ')
    .replaceAll(/\.(?=\s|$)|(?<=\s|^)[.']+/g, ' ')
  for (const [pattern, open] of CONTRACTIONS) even = even.replaceAll(pattern, open)
  return even
    .replaceAll(/'s?\b|'/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** The same without words that carry no meaning; what the rules are compared with. */
export const essence = (even: string): string => even.replaceAll(HESITATIONS, ' ').replaceAll(/\s+/g, ' ').trim()

export type Lead = 'yes' | 'no' | 'thanks' | 'greeting' | 'okay'

const LEADS: readonly (readonly [Lead | null, RegExp])[] = [
  [
    'yes',
    /^(yes|yeah|yep|yup|yea|sure|of course|definitely|absolutely|certainly|correct|exactly|indeed|uh huh|aye|affirmative|totally)\b(?! not\b)/,
  ],
  [
    'no',
    /^(no|nope|nah|negative|never|(definitely|absolutely|certainly|of course|sure) not|not (really|yet|today|at all))\b(?! (one|longer|time|interest|budget|idea|matter|need|body)\b)/,
  ],
  ['thanks', /^(thanks|thank you|cheers)( (so|very) much| a lot| a bunch| again)?\b/],
  ['greeting', /^(hi|hello|hey|good (morning|afternoon|evening)|greetings|howdy)( there| everyone| sam)?\b/],
  [
    'okay',
    /^(okay|alright|mhm|m+|h+m|aha|right|got it|i see|understood|makes sense|that makes sense|fine|i understand|very well)\b(?! now)/,
  ],
  [
    null,
    /^(oh|ah|well|so|and|but|um|uh|sorry|excuse me|look|listen|now|then|anyway|sam|cool|good|great|perfect)\b(?! (question|time|thing))/,
  ],
]

/** Takes the small words off the front: what they say (the first yes or no wins, then the first of the rest), and what is left. */
export const withoutLead = (words: string): { readonly lead: Lead | null; readonly rest: string } => {
  const leads: Lead[] = []
  let rest = words
  for (;;) {
    const found = LEADS.find(([, pattern]) => pattern.test(rest))
    if (!found) break
    if (found[0]) leads.push(found[0])
    rest = rest.replace(found[1], '').trim()
  }
  return { lead: leads.find(lead => lead === 'yes' || lead === 'no') ?? leads[0] ?? null, rest }
}
