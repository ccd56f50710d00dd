/** Waiting with an end: for a promise, but no longer than so many milliseconds, and not at all once the signal says stop. */
import type { Clock } from '../../ports.ts'

export type Waited<T> = { readonly type: 'done'; readonly value: T } | { readonly type: 'late' } | { readonly type: 'aborted' }

/** Rejects as the promise does. What the promise does after the wait is over is nobody's business and bothers nobody. */
export function waitFor<T>(promise: Promise<T>, limitMs: number, clock: Clock, signal: AbortSignal): Promise<Waited<T>> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      callOff()
      signal.removeEventListener('abort', abort)
      settle()
    }
    const abort = (): void => end(() => resolve({ type: 'aborted' }))
    const callOff = clock.after(limitMs, () => end(() => resolve({ type: 'late' })))
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    promise.then(
      value => end(() => resolve({ type: 'done', value })),
      (error: unknown) => end(() => reject(error instanceof Error ? error : new Error(String(error)))),
    )
  })
}

/** Waits so long, or until the abort. */
export async function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  await waitFor(new Promise(() => {}), ms, clock, signal)
}
