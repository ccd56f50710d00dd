/** Reads a session's parameters as strictly as the service, and more: it also names what the service would ignore. Pure. */

export type SessionQuery = {
  readonly isPro: boolean
  readonly minTurnSilenceMs: number
  readonly maxTurnSilenceMs: number
  readonly confidence: number
  readonly inactivityMs: number | null
  /** Why the service would refuse the session (Error 3006). */
  readonly refusals: readonly string[]
  /** What it would silently ignore: a misspelt name, a parameter of another model. */
  readonly ignored: readonly string[]
}

const MODELS = [
  'universal-streaming-english',
  'universal-streaming-multilingual',
  'universal-3-5-pro',
  'universal-3-6-pro',
  'u3-rt-pro',
  'whisper-rt',
]
const FOR_ALL = [
  'speech_model',
  'sample_rate',
  'encoding',
  'min_turn_silence',
  'max_turn_silence',
  'vad_threshold',
  'keyterms_prompt',
  'inactivity_timeout',
  'token',
]
const FOR_UNIVERSAL = ['format_turns', 'end_of_turn_confidence_threshold']
const FOR_PRO = ['mode', 'prompt', 'agent_context', 'interruption_delay', 'continuous_partials', 'session_heartbeat']

export function readQuery(query: URLSearchParams): SessionQuery {
  const model = query.get('speech_model')
  const isPro = !model?.startsWith('universal-streaming')
  const number = (name: string, fallback: number): number => Number(query.get(name) ?? fallback)
  const minTurnSilenceMs = number('min_turn_silence', isPro ? 100 : 400)
  const maxTurnSilenceMs = number('max_turn_silence', isPro ? 1000 : 1280)
  const confidence = number('end_of_turn_confidence_threshold', 0.4)
  const refusals = [
    model === null ? 'no speech_model' : null,
    model !== null && !MODELS.includes(model) ? `unknown speech_model ${model}` : null,
    query.get('sample_rate') !== '8000' || query.get('encoding') !== 'pcm_mulaw' ? 'not 8 kHz mu-law' : null,
    minTurnSilenceMs >= 0 && maxTurnSilenceMs >= minTurnSilenceMs ? null : 'turn silences out of range',
    confidence >= 0 && confidence <= 1 ? null : 'end_of_turn_confidence_threshold out of range',
    wrongKeyTerms(query.get('keyterms_prompt')),
  ]
  const known = [...FOR_ALL, ...(isPro ? FOR_PRO : FOR_UNIVERSAL)]
  return {
    isPro,
    minTurnSilenceMs,
    maxTurnSilenceMs,
    confidence,
    inactivityMs: query.has('inactivity_timeout') ? number('inactivity_timeout', 0) * 1000 : null,
    refusals: refusals.filter(refusal => refusal !== null),
    ignored: [...query.keys()].filter(name => !known.includes(name)),
  }
}

function wrongKeyTerms(text: string | null): string | null {
  if (text === null) return null
  const terms: unknown = parse(text)
  if (!Array.isArray(terms) || !terms.every(term => typeof term === 'string')) return 'keyterms_prompt is not a list'
  if (terms.length > 100) return 'more than 100 key terms'
  return terms.some(term => term.length > 50) ? 'a key term of more than 50 characters' : null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
