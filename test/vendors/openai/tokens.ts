/** Text cut and counted about as the service does it: a word with the blank before it, long words in parts. */

/** Joined they are the text. */
export const tokensOf = (text: string): readonly string[] => text.match(/\s*\S{1,7}|\s+$/g) ?? []

/** Four characters to a token and a few for the frame of each message. */
export const promptTokens = (messages: readonly { readonly content: string }[]): number =>
  messages.reduce((sum, { content }) => sum + 4 + Math.ceil(content.length / 4), 3)
