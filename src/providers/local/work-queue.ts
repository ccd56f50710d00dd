/**
 * Shares an engine's few slots among all calls: first come, first served, urgent work before work that can wait.
 *
 * It starts work and knows nothing of what the work is. A caller that wants only its newest request served withdraws the
 * older one; work already begun runs to its end.
 */

/** `urgent`: somebody is being kept waiting. `idle`: worth doing only while a slot is free that nobody urgently needs. */
export type Urgency = 'urgent' | 'idle'

export interface WorkQueue {
  /**
   * Runs `work` when its turn comes; the work handles its own errors and must never reject. Returns a function that withdraws
   * it, and returns false if it has begun, or null if too much is waiting already: then it will not run.
   */
  add(urgency: Urgency, work: () => Promise<void>): (() => boolean) | null
}

/**
 * More waiting work than this means that the machine is hopelessly behind; adding to it would only make every caller wait
 * longer. At 100 ms a piece and two slots it is over six seconds.
 */
const WAITING_LIMIT = 128

type Work = () => Promise<void>

/** `slots` pieces run at once. Idle work leaves one slot free for urgent work, unless there is only one. */
export function createWorkQueue(slots: number): WorkQueue {
  const waiting: Readonly<Record<Urgency, Work[]>> = { urgent: [], idle: [] }
  const idleSlots = Math.max(1, slots - 1)
  const running = { urgent: 0, idle: 0 }

  const next = (): readonly [Urgency, Work] | null => {
    if (running.urgent + running.idle >= slots) return null
    const urgent = waiting.urgent.shift()
    if (urgent) return ['urgent', urgent]
    if (running.urgent > 0 || running.idle >= idleSlots) return null
    const idle = waiting.idle.shift()
    return idle ? ['idle', idle] : null
  }
  const start = (): void => {
    for (let found = next(); found !== null; found = next()) {
      const [urgency, work] = found
      running[urgency]++
      void work().finally(() => {
        running[urgency]--
        start()
      })
    }
  }

  return {
    add(urgency, work) {
      const line = waiting[urgency]
      if (line.length >= WAITING_LIMIT) return null
      line.push(work)
      start()
      return () => {
        const place = line.indexOf(work)
        if (place >= 0) line.splice(place, 1)
        return place >= 0
      }
    },
  }
}
