/** The calls in progress, kept up to date by the server's events. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Certificate } from '../../call/certificate.ts'
import { epoch } from '../api.ts'
import type { LiveCall } from '../api-types.ts'
import { followEvents } from '../events.ts'

export type CallInProgress = LiveCall & {
  /** On this browser's clock, when the call had the length it is told with. */
  readonly toldAtMs: number
}

/** Null until the server has told them for the first time. The newest first. */
export const callsInProgress = signal<readonly CallInProgress[] | null>(null)

const told = (call: LiveCall): CallInProgress => ({ ...call, toldAtMs: performance.now() })

function change(to: (calls: readonly CallInProgress[]) => readonly CallInProgress[]): void {
  callsInProgress.value = to(callsInProgress.value ?? [])
}

export function useCallsInProgress(): readonly CallInProgress[] | null {
  const count = epoch.value
  useEffect(
    () =>
      followEvents('/api/events', {
        on: {
          calls: ({ calls }: { readonly calls: readonly LiveCall[] }) => change(() => calls.map(told).toReversed()),
          began: (call: LiveCall) => change(calls => [told(call), ...calls]),
          turn: ({ callSid }: { readonly callSid: string; readonly turn: Certificate }) =>
            change(calls => calls.map(call => (call.callSid === callSid ? { ...call, replies: call.replies + 1 } : call))),
          ended: ({ callSid }: { readonly callSid: string }) => change(calls => calls.filter(call => call.callSid !== callSid)),
        },
      }),
    [count],
  )
  return callsInProgress.value
}
