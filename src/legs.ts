/** The legs of a call, for the switchboard: how the last one ended, and what the next goes on from. */
import { join } from 'node:path'
import { resumptionOf, type Leg } from './call/broken-off.ts'
import type { EndReason } from './calls.ts'
import { wallMsOf } from './clock.ts'
import { readOrigin } from './store/call-origin.ts'
import { lastLegOf } from './store/last-leg.ts'
import { keepNextLeg } from './store/next-leg.ts'
import type { FindLastLeg } from './twilio/switchboard.ts'
import type { LastLeg } from './twilio/what-next.ts'

export type LegsParts = {
  readonly callsDir: string
  /** The time of day in milliseconds. */
  readonly wallMs: () => number
}

/** Whoever ends a call so leaves a caller on the line who did not want that. */
const BREAKS: ReadonlySet<string> = new Set([
  'line-cut',
  'line-congested',
  'socket-error',
  'broken',
  'shutdown',
] satisfies EndReason[])

export const findLastLeg =
  ({ callsDir, wallMs }: LegsParts): FindLastLeg =>
  async callSid => {
    const found = await lastLegOf(callsDir, callSid)
    if (found === null) return null
    const { folder, leg } = found
    const origin = await readOrigin(join(callsDir, folder))
    return {
      leg: leg.leg,
      how: howEnded(leg),
      quietMs: wallMs() - wallMsOf(leg.startedAt) - leg.lastMs,
      conversationId: origin?.conversationId ?? null,
      brief: leg.handedOver,
      goOn: (opening, nextLeg) => keepNextLeg(callsDir, folder, resumptionOf(leg, opening, nextLeg)),
    }
  }

function howEnded({ answered, handedOver, hungUp, ended }: Leg): LastLeg['how'] {
  if (!answered) return 'unanswered'
  // Then the assistant hangs up, so that Twilio asks what next.
  if (handedOver !== null) return 'handed-over'
  return hungUp || (ended !== null && !BREAKS.has(ended)) ? 'hung-up' : 'broken-off'
}
