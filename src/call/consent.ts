/**
 * Whether the call's audio may be kept, folded from its journal: what the caller has heard of a notice or a question, and what
 * the caller said to it. Pure. Until it may, no sample of either side is stored.
 */
import type { Entry } from './journal.ts'

/**
 * `always`: from the first frame, without a word about it. `notice`: once the caller has heard that the call is recorded.
 * `ask`: once the caller has said yes. `off`: never.
 */
export type RecordingPlan = 'always' | 'notice' | 'ask' | 'off'

export type Consent = 'waiting' | 'given' | 'refused'

/** The plan for a call that goes on after it was broken off: nobody is asked twice, and who was not asked has not agreed. */
export const planAfter = (consent: Consent | undefined, plan: RecordingPlan): RecordingPlan =>
  consent === undefined ? plan : consent === 'given' ? 'always' : 'off'

const YES =
  /\b(yes|yeah|yep|yup|sure|okay|ok|fine|alright|all right|of course|certainly|absolutely|go ahead|no problem|i agree|you (?:may|can)|don'?t mind)\b/i
const NO = /\b(no|nope|nah|not|don'?t|do not|rather not|please don'?t|refuse|object|never)\b/i
/** These have a "no" in them, and are a yes. */
const NO_OBJECTION = /\b(no problem|not a problem|don'?t mind|do not mind|no objections?|why not|not at all)\b/gi
const STOP = /\b(?:stop|don'?t|do not|quit|turn off|switch off) (?:the |this |that |my |me )?(?:call |being )?record/i

/** What an answer to "May I record this call?" means; null if it is none. */
export function consentIn(said: string): 'given' | 'refused' | null {
  const rest = said.replaceAll(NO_OBJECTION, ' ')
  if (NO.test(rest)) return 'refused'
  return rest !== said || YES.test(rest) ? 'given' : null
}

/** Follows one call. */
export class ConsentWatch {
  readonly #plan: RecordingPlan
  /** What the caller has to have heard: the notice or the question. */
  readonly #words: string
  #consent: Consent
  #hasHeard = false
  /** What the reply being prepared answers. */
  #said = ''

  constructor(plan: RecordingPlan, words: string) {
    this.#plan = plan
    this.#words = words.trim()
    this.#consent = plan === 'always' ? 'given' : plan === 'off' ? 'refused' : 'waiting'
  }

  get consent(): Consent {
    return this.#consent
  }

  /** Takes what the journal is told into account. */
  take(entry: Entry): void {
    if (entry.type === 'event' && 'text' in entry.event) this.#hear(entry.event.text)
    if (entry.type !== 'command') return
    const { command } = entry
    if (command.type === 'prepare') this.#said = command.said
    if (command.type === 'release') this.#answer(this.#said)
  }

  #hear(text: string): void {
    if (this.#hasHeard || !text.includes(this.#words)) return
    this.#hasHeard = true
    if (this.#plan === 'notice' && this.#consent === 'waiting') this.#consent = 'given'
  }

  /** Consent may be taken back at any time; what was never answered is no consent. */
  #answer(said: string): void {
    if (STOP.test(said)) this.#consent = 'refused'
    else if (this.#plan === 'ask' && this.#hasHeard && this.#consent === 'waiting') this.#consent = consentIn(said) ?? 'waiting'
  }
}
