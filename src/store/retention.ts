/** Forgets what people told once it expires, and calls older than they may become, at the start and then every six hours. */
import type { Clock } from '../ports.ts'
import { forgetBefore, type ForgetParts } from './forget.ts'
import { forgetExpired } from './memory.ts'

const EVERY_MS = 6 * 3_600_000
const DAY_MS = 24 * 3_600_000
const nothing = { calls: 0, folders: [] }

export type RetentionParts = ForgetParts & {
  /** Null: calls may become as old as they like. */
  readonly days: number | null
  readonly clock: Clock
  /** The date and time so many milliseconds from now, as ISO 8601 in UTC. */
  readonly wallTime: (offsetMs: number) => string
  readonly note: (text: string, facts: object) => void
}

/** Begins at once. The function given back ends it; a removal under way is finished. */
export function forgetOldCalls(parts: RetentionParts): () => Promise<void> {
  const { days, clock, wallTime, note } = parts
  let stopped = false
  let callOff = (): void => {}
  let removing = Promise.resolve()

  async function remove(): Promise<void> {
    try {
      await forgetExpired(parts.database, wallTime(0))
      const { calls, folders } = days === null ? nothing : await forgetBefore(parts, wallTime(-days * DAY_MS))
      if (calls + folders.length > 0) note('old calls were forgotten', { calls, folders: folders.length, days })
    } catch (error) {
      note('old calls could not be forgotten; they will be later', { err: error })
    }
    if (!stopped) callOff = clock.after(EVERY_MS, begin)
  }
  function begin(): void {
    removing = remove()
  }

  begin()
  return () => {
    stopped = true
    callOff()
    return removing
  }
}
