/**
 * When folders are taken into the database: at the start; and those that another process on the same folder may still be writing,
 * again and again until they are over or left alone.
 */
import type { Clock } from '../ports.ts'
import { takeIn, type TakeInParts } from './take-in.ts'

/** So often folders that may be another process's are looked at. */
const LOOK_AGAIN_MS = 60_000

export type TakingInParts = Omit<TakeInParts, 'signal'> & {
  readonly clock: Clock
  /** Told of each call that was taken in after the start. */
  readonly stored: (callId: string) => void
}

export type TakingIn = {
  /** Resolves after the first look. */
  readonly tookIn: Promise<void>
  /** Resolves once nothing is under way any more. */
  stop(): Promise<void>
}

/** Begins at once. What fails is noted, and left to the next start. */
export function takingIn({ clock, stored, note, ...parts }: TakingInParts): TakingIn {
  const ending = new AbortController()
  let callOff = (): void => {}
  let looking = look(parts.folders, 'first')
  const tookIn = looking

  async function look(folders: readonly string[], which: 'first' | 'later'): Promise<void> {
    try {
      const { taken, live } = await takeIn({ ...parts, folders, note, signal: ending.signal })
      if (taken.length > 0) note('calls were taken in from their folders', { taken: taken.length })
      if (which === 'later') taken.forEach(stored)
      else if (live.length > 0)
        note('calls of another process seem to go on; their folders are left to it', { calls: live.length })
      if (live.length > 0 && !ending.signal.aborted)
        callOff = clock.after(LOOK_AGAIN_MS, () => void (looking = look(live, 'later')))
    } catch (error) {
      note('calls could not be taken in from their folders', { err: error })
    }
  }

  return {
    tookIn,
    stop() {
      ending.abort()
      callOff()
      return looking
    },
  }
}
