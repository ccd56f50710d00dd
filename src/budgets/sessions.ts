/**
 * Sessions that a service opens in a minute. It counts all of an account's, also those that a call under way has to open again:
 * these have priority, so a share is left to them. Pure.
 *
 * The limit that was configured is a belief: a refusal shows that it is lower, and that is believed for ten minutes.
 */
export type Sessions = {
  readonly perMinute: number
  /** When each of the last minute's was asked for. */
  readonly askedMs: readonly number[]
  /** A refusal taught that there are no more than so many. */
  readonly learnt: { readonly perMinute: number; readonly untilMs: number } | null
}

const MINUTE_MS = 60_000
const BELIEVED_MS = 600_000
/** Of the sessions: one in five, and one at least, is for calls that have lost theirs. */
const RESERVED = 0.2

export const newSessions = (perMinute: number): Sessions => ({ perMinute, askedMs: [], learnt: null })

export const asked = (sessions: Sessions, now: number): Sessions => ({
  ...sessions,
  askedMs: [...recent(sessions, now), now],
})

/** The last one asked for was refused. */
export function refused(sessions: Sessions, now: number): Sessions {
  const perMinute = Math.max(1, recent(sessions, now).length - 1)
  return { ...sessions, learnt: { perMinute, untilMs: now + BELIEVED_MS } }
}

/** Why no call more can have a session now; null if it can. */
export function whyNoSession(sessions: Sessions, now: number): string | null {
  const limit = limitOf(sessions, now)
  const forNewCalls = Math.max(1, limit - Math.max(1, Math.ceil(limit * RESERVED)))
  const used = recent(sessions, now).length
  return used < forNewCalls ? null : `${used} of ${limit} new sessions in the last minute (the rest is for calls under way)`
}

const limitOf = ({ perMinute, learnt }: Sessions, now: number): number =>
  learnt !== null && now < learnt.untilMs ? Math.min(learnt.perMinute, perMinute) : perMinute

const recent = ({ askedMs }: Sessions, now: number): readonly number[] => askedMs.filter(atMs => now - atMs < MINUTE_MS)
