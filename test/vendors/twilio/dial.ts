/**
 * `<Dial>` to one number: whether anybody picks up is the test's plan; what they hear first is asked of the noun's `url`, on a call
 * of its own whose parent is the caller's. https://www.twilio.com/docs/voice/twiml/dial, …/twiml/number
 */
import type { Form } from './network.ts'
import type { Identity } from './identity.ts'
import type { Verb } from './twiml.ts'

/** What comes of one `<Dial>`. Whoever answers talks with the caller for so long, and hangs up then. */
export type DialPlan =
  | { readonly outcome: 'answered'; readonly afterMs?: number; readonly talkMs?: number }
  | { readonly outcome: 'busy' | 'failed'; readonly afterMs?: number }
  /** Rings for the verb's `timeout`. */
  | { readonly outcome: 'no-answer' }

/** What happened, for the call's events. */
export type Dialled = {
  readonly number: string
  readonly outcome: DialPlan['outcome']
  /** What whoever answered was told first; null: nothing was to be. */
  readonly whispered: string | null
  readonly bridged: boolean
}

export type DialParts = {
  readonly identity: Identity
  readonly personSid: string
  readonly documentUrl: string
  readonly plan: DialPlan
  /** In the caller's time; ends early if the caller hangs up. */
  readonly wait: (ms: number) => Promise<void>
  /** The TwiML at an address, asked for this call; null if there is none that can be read. */
  readonly ask: (url: string, form: Form) => Promise<readonly Verb[] | null>
  readonly now: () => number
  readonly refuse: (code: number, reason: string) => void
}

const E164 = /^\+[1-9]\d{6,14}$/

const RING_MS = 2_000
const TIMEOUT_S = 30

/** Fulfils with what happened, and what the verb's action is told. */
export async function dialNumber(verb: Verb, parts: DialParts): Promise<{ readonly dialled: Dialled; readonly form: Form }> {
  const { plan, wait, personSid, now } = parts
  const number = verb.children.find(({ name }) => name === 'Number') ?? verb
  const to = number.text.trim()
  const shown = verb.attributes['callerId'] ?? parts.identity.from
  if (![parts.identity.from, parts.identity.to].includes(shown) || !E164.test(shown)) {
    parts.refuse(13_214, `${JSON.stringify(shown)} may not be shown to ${to}`)
    return over(to, 'failed', { DialCallStatus: 'failed', DialBridged: 'false' })
  }
  await wait(ringMsOf(plan, verb))
  if (plan.outcome !== 'answered') return over(to, plan.outcome, { DialCallStatus: plan.outcome, DialBridged: 'false' })
  const whisper = number.attributes['url']
  const told = whisper === undefined ? [] : await askFor(whisper, to, parts)
  const bridged = told !== null && !told.some(({ name }) => name === 'Hangup')
  const since = now()
  if (bridged) await wait(plan.talkMs ?? 0)
  const seconds = String(Math.ceil((now() - since) / 1000))
  const whispered = whisper === undefined || told === null ? null : spoken(told)
  const status = { DialCallStatus: 'completed', DialCallSid: personSid, DialCallDuration: seconds, DialBridged: String(bridged) }
  return { dialled: { number: to, outcome: 'answered', whispered, bridged }, form: status }
}

const over = (number: string, outcome: DialPlan['outcome'], form: Form) => ({
  dialled: { number, outcome, whispered: null, bridged: false },
  form,
})

function ringMsOf(plan: DialPlan, { attributes }: Verb): number {
  return plan.outcome === 'no-answer' ? 1000 * Number(attributes['timeout'] ?? TIMEOUT_S) : (plan.afterMs ?? RING_MS)
}

const askFor = (url: string, to: string, { identity, personSid, documentUrl, ask }: DialParts): Promise<readonly Verb[] | null> =>
  ask(new URL(url, documentUrl).href, {
    CallSid: personSid,
    ParentCallSid: identity.callSid,
    Direction: 'outbound-dial',
    From: identity.from,
    Caller: identity.from,
    To: to,
    Called: to,
  })

const spoken = (verbs: readonly Verb[]): string =>
  verbs
    .filter(({ name }) => name === 'Say')
    .map(({ text }) => text.trim())
    .join(' ')
