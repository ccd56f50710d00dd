/**
 * What becomes of a call whose stream is closed, or whose transfer is over: the switchboard's one decision, from what the call's
 * record says. Pure.
 */

/** So often a call goes on after a break. A server that fails each time must not keep a caller for ever. */
export const LEGS_MAX = 6
/**
 * Twilio asks within seconds of a stream's end, and within a minute or two of a transfer that nobody took. Whoever sends an old
 * request of Twilio's again later brings no call back to life.
 */
export const GOES_ON_WITHIN_MS = 180_000

/** The newest leg of a call, by its record. */
export type LastLeg = {
  readonly leg: number
  readonly how:
    | 'hung-up'
    | 'handed-over'
    /** The record has no proper end, or one that nobody on the telephone wanted. */
    | 'broken-off'
    /** It rang, but no stream came. */
    | 'unanswered'
  /** Since the last entry of its record. */
  readonly quietMs: number
}

export type Question = {
  /** What is over: the stream of this leg, or the transfer that followed it, with or without a person on the phone. */
  readonly over: 'stream' | 'transfer-taken' | 'transfer-refused'
  readonly leg: number
  readonly last: LastLeg | null
  /** Whether there is a place for the call. */
  readonly room: boolean
}

export type Next =
  | { readonly do: 'hang-up' | 'apologise' | 'busy' | 'dial' }
  | { readonly do: 'connect'; readonly leg: number; readonly opening: 'greeting' | 'resume' | 'nobody-free' }

export function whatNext({ over, leg, last, room }: Question): Next {
  // Nothing is known of it here, or it goes on already.
  if (last === null || last.leg > leg) return { do: 'hang-up' }
  if (last.how === 'hung-up' || over === 'transfer-taken' || last.quietMs > GOES_ON_WITHIN_MS) return { do: 'hang-up' }
  if (last.how === 'handed-over' && over === 'stream') return { do: 'dial' }
  if (leg >= LEGS_MAX) return { do: 'apologise' }
  if (!room) return { do: 'busy' }
  return { do: 'connect', leg: leg + 1, opening: openingAfter(last) }
}

function openingAfter({ how }: LastLeg): 'greeting' | 'resume' | 'nobody-free' {
  if (how === 'unanswered') return 'greeting'
  return how === 'handed-over' ? 'nobody-free' : 'resume'
}
