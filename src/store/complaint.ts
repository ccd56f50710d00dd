/** Whether a caller complains about the call itself, by the words alone: "you cut me off", "let me finish". Pure. */

/** In even words: lower case, without apostrophes. */
const COMPLAINTS =
  /\b((you|youre|stop|keep|quit) (\w+ ){0,3}(cut(ting)?|interrupt(ing|ed)?|talk(ing)? over) me( off)?|(cut|interrupted|talked over) me( off)?|let me (finish|talk|speak)\b(?! (to|with))|(youre|you are|youve been) (not (listening|hearing|understanding)|(\w+ )?(repeating|interrupting|annoying)|(way )?too (slow|fast|loud|quiet))|you (do not|dont|didnt|did not) (listen|understand|hear me)|(you|youve) (already|just) (said|asked) (that|me that)|i (already|just) (told you|said that|answered that)|thats not what i (asked|said|meant)|(this|that) is (so )?frustrating|stop (interrupting|talking|repeating))\b/

export const complains = (said: string): boolean =>
  COMPLAINTS.test(
    said
      .toLowerCase()
      .replaceAll(/['’]/g, '')
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' '),
  )
