/**
 * Tells a call to spare drafts when the services would not last for those of all calls, and when it need not any more: looked at
 * as the call begins and at each of its turns.
 */
import type { Entry } from '../call/journal.ts'
import type { Clock } from '../ports.ts'

export type SparingParts = {
  readonly mustSpare: () => boolean
  readonly clock: Clock
  /** Not while the journal is being written. */
  readonly tell: (spares: boolean) => void
}

export function sparing({ mustSpare, clock, tell }: SparingParts) {
  let spares = false
  let callOff = (): void => {}
  return {
    take(entry: Entry): void {
      if (entry.type !== 'call' && !(entry.type === 'command' && entry.command.type === 'release')) return
      const now = mustSpare()
      if (now === spares) return
      spares = now
      callOff()
      callOff = clock.after(0, () => tell(now))
    },
    end: () => callOff(),
  }
}
