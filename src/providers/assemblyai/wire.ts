/** The messages of AssemblyAI's streaming API v3 that carry words. Checks their shape; gives them no meaning. */
import { z } from 'zod'

const word = z.object({
  text: z.string(),
  start: z.number().nonnegative(),
  end: z.number().nonnegative(),
  word_is_final: z.boolean(),
  confidence: z.number().nullish(),
})

/** `transcript` is left out on purpose: with immutable models it lacks the unfinished word, and `words` says it all. */
const turn = z.object({
  turn_order: z.number().int().nonnegative(),
  end_of_turn: z.boolean(),
  words: z.array(word),
})

/** One turn as the vendor hears it now. Word times are milliseconds of the audio sent in this session. */
export type WireTurn = z.infer<typeof turn>

/** The turn in a message, or null if it is not one. */
export const parseTurn = (message: unknown): WireTurn | null => turn.safeParse(message).data ?? null

const envelope = z.object({ type: z.string().optional(), error: z.string().optional() })
const warning = z.object({ warning: z.string(), warning_code: z.number().nullish() })

export type Frame =
  | { readonly kind: 'malformed' }
  /** A warning; the SDK would print it. */
  | { readonly kind: 'warning'; readonly text: string }
  /** Something for the SDK. */
  | { readonly kind: 'message' }

/** What a text frame is, before the SDK sees it: the SDK throws on anything that is not a JSON object. */
export function frameKind(text: string): Frame {
  const message = envelope.safeParse(parseJson(text)).data
  if (!message || (message.type === undefined && message.error === undefined)) return { kind: 'malformed' }
  if (message.type !== 'Warning') return { kind: 'message' }
  const told = warning.safeParse(parseJson(text)).data
  return { kind: 'warning', text: told ? `${told.warning} (${told.warning_code ?? 'no code'})` : 'without a text' }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Not JSON is an answer here, not a failure: the caller counts and reports it as malformed.
    return null
  }
}
