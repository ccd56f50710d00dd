/**
 * All that is known of what one service allows us, folded from its news; whether it can serve a call more. Pure: the moment is
 * given. What is not known is taken to be enough.
 */
import type { AllowanceNews } from '../ports.ts'
import { refusedAtOnce, toldAtOnce, unknownAtOnce, whyNotShared, type AtOnce } from './at-once.ts'
import { isThrifty, newRate, spent, told, whyNotAnswered, type Rate } from './rate.ts'
import { asked, newSessions, refused, whyNoSession, type Sessions } from './sessions.ts'

export type Allowance = {
  /** Null: it may be asked for as many as one likes. */
  readonly sessions: Sessions | null
  readonly rate: Rate
  readonly atOnce: AtOnce
  /** Null: unknown, or no end to them. */
  readonly charactersLeft: number | null
  /** It refuses everybody until then, or until it serves somebody. */
  readonly closed: { readonly why: string; readonly untilMs: number } | null
}

/** After a refusal for want of money or sessions, one call is let in after so long, to see whether it still holds. */
const CLOSED_MS = 60_000
/** What the assistant says on a call of a few minutes. */
const CHARACTERS_A_CALL = 3_000

export const newAllowance = (sessionsPerMinute: number | null = null): Allowance => ({
  sessions: sessionsPerMinute === null ? null : newSessions(sessionsPerMinute),
  rate: newRate,
  atOnce: unknownAtOnce,
  charactersLeft: null,
  closed: null,
})

export function learn(allowance: Allowance, news: AllowanceNews, now: number): Allowance {
  const { sessions, rate, atOnce, charactersLeft } = allowance
  switch (news.type) {
    case 'session-asked':
      return { ...allowance, sessions: sessions && asked(sessions, now) }
    case 'served':
      return allowance.closed === null ? allowance : { ...allowance, closed: null }
    case 'refused':
      return learnRefusal(allowance, news, now)
    case 'at-once':
      return { ...allowance, atOnce: toldAtOnce(atOnce, news.current, news.maximum, now) }
    case 'remaining':
      return { ...allowance, rate: told(rate, news.requests, news.tokens, now) }
    case 'spent':
      return { ...allowance, rate: spent(rate, news.tokens) }
    case 'characters-left':
      return { ...allowance, charactersLeft: news.characters }
    case 'spoken':
      return { ...allowance, charactersLeft: charactersLeft && Math.max(0, charactersLeft - news.characters) }
    default:
      return news satisfies never
  }
}

function learnRefusal(allowance: Allowance, { what, retryMs }: AllowanceNews & { type: 'refused' }, now: number): Allowance {
  const closed = (why: string, forMs: number): Allowance => ({ ...allowance, closed: { why, untilMs: now + forMs } })
  switch (what) {
    case 'at-once':
      return { ...allowance, atOnce: refusedAtOnce(allowance.atOnce, now) }
    case 'sessions': {
      const { sessions } = allowance
      return { ...closed('it opens no more sessions for now', CLOSED_MS), sessions: sessions && refused(sessions, now) }
    }
    case 'rate':
      return closed('it answers no more requests for now', retryMs ?? CLOSED_MS)
    case 'quota':
      return closed('the account has no money left', CLOSED_MS)
    default:
      return what satisfies never
  }
}

/** Why the service could not serve so many calls, the new one among them; null if it could. */
export function whyNotServed({ sessions, rate, atOnce, charactersLeft, closed }: Allowance, calls: number, now: number) {
  if (closed !== null && now < closed.untilMs) return closed.why
  if (charactersLeft !== null && charactersLeft < calls * CHARACTERS_A_CALL)
    return `only ${charactersLeft} characters are left to speak`
  return (sessions && whyNoSession(sessions, now)) ?? whyNotAnswered(rate, calls, now) ?? whyNotShared(atOnce, calls, now)
}

/** Whether so many calls are to make no drafts that may be thrown away. */
export const mustSpare = ({ rate }: Allowance, calls: number, now: number): boolean => isThrifty(rate, calls, now)
