/**
 * What a session is asked for: model, audio format, key terms and when the vendor ends a turn. Pure; opens nothing.
 *
 * Unknown query parameters are ignored without a word and the defaults change by the month (vendor's notes of Sep 2026), so
 * every value that matters is said explicitly.
 */
import type { StreamingTranscriberParams } from 'assemblyai/streaming'

/**
 * How a model tells its words. `immutable` (universal-streaming): a final word never changes, only the tail grows.
 * `revised` (the Pro models, and any model not known): every word may change until the turn ends.
 */
export type ModelFamily = 'immutable' | 'revised'

export const DEFAULT_MODEL = 'universal-streaming-english'

export const familyOf = (model: string): ModelFamily => (model.startsWith('universal-streaming') ? 'immutable' : 'revised')

/**
 * When the vendor ends a turn, per family. The call itself decides at 500 ms of silence when to answer; all that is wanted
 * here is that every word is final before that. The end of a turn arrives about 121 ms (p50) to 212 ms (p90) after the
 * silence that made it (vendor's turn-detection page), so the longest silence may be 500 - 212 ms, rounded down: 280.
 * A turn ended in mid-sentence costs little: the call joins turns until it answers.
 */
export type Endpointing = {
  /** The least silence after which a turn may end. */
  readonly minSilenceMs: number
  /** The silence that ends a turn whatever the words say. */
  readonly maxSilenceMs: number
  /** immutable only: how sure (0 to 1) the model must be for `minSilenceMs` to be enough. */
  readonly confidence: number | null
}

export const ENDPOINTING: Readonly<Record<ModelFamily, Endpointing>> = {
  // 160 ms is the vendor's own "aggressive" minimum: longer than the closure of a plosive inside a word, so words are not
  // cut. Confidence 0.01 lets nearly every pause count; in mid-phrase the model says 0.00001 to 0.001 and keeps the turn.
  // 0 would mean the same but the SDK drops it, and the default of 0.4 would apply.
  immutable: { minSilenceMs: 160, maxSilenceMs: 280, confidence: 0.01 },
  // A Pro turn ends at the minimum only if the text looks finished, and its words are not final before: so the least the
  // vendor offers (100, its default for u3), and the same longest silence.
  revised: { minSilenceMs: 100, maxSilenceMs: 280, confidence: null },
}

export type SessionSettings = {
  readonly apiKey: string
  /** Must be wss; the SDK refuses anything else. */
  readonly url: string
  readonly model: string
  readonly keyTerms: readonly string[]
}

/** Longer lists end the session with code 3006; longer terms are refused. */
const MOST_KEY_TERMS = 100
const LONGEST_KEY_TERM = 50

/** The key terms the vendor accepts: trimmed, without empty, doubled or overlong ones, the first hundred. */
export function legalKeyTerms(terms: readonly string[]): readonly string[] {
  const legal = new Map<string, string>()
  for (const term of terms.map(one => one.trim())) {
    const known = legal.has(term.toLowerCase())
    if (!known && term.length > 0 && term.length <= LONGEST_KEY_TERM) legal.set(term.toLowerCase(), term)
  }
  return [...legal.values()].slice(0, MOST_KEY_TERMS)
}

/** The SDK's parameters for a session. Its own retries and timers are switched off: both belong to the caller's clock. */
export function transcriberParams({ apiKey, url, model, keyTerms }: SessionSettings): StreamingTranscriberParams {
  const { minSilenceMs, maxSilenceMs, confidence } = ENDPOINTING[familyOf(model)]
  const terms = legalKeyTerms(keyTerms)
  return {
    apiKey,
    websocketBaseUrl: url,
    // The SDK's list of models is older than the server's; any name is passed on.
    speechModel: model as NonNullable<StreamingTranscriberParams['speechModel']>,
    sampleRate: 8000,
    encoding: 'pcm_mulaw',
    formatTurns: false,
    minTurnSilence: minSilenceMs,
    maxTurnSilence: maxSilenceMs,
    ...(confidence === null ? {} : { endOfTurnConfidenceThreshold: confidence }),
    ...(terms.length === 0 ? {} : { keytermsPrompt: [...terms] }),
    connectTimeout: 0,
    maxConnectionRetries: 0,
  }
}
