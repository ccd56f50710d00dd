/** Tools for tests: the wish to end the call, tools that do as they are told and remember it, and what a call needs to have them. */
import { Deeds, type DeedsParts } from '../../src/call/deeds.ts'
import type { Doing } from '../../src/call/thinking.ts'
import type { Clock, Outcome, Thought, Tool } from '../../src/ports.ts'
import { endCall } from '../../src/tools/end-call.ts'

export const calls = (name: string, args = '{}', id = `call_${name}`): Thought => ({
  type: 'call-tool',
  call: { id, name, args },
})

export const endsCall = calls('end_call')

export const doing = (clock: Clock, tools: readonly Tool[] = [endCall], deeds: Partial<DeedsParts> = {}): Doing => ({
  clock,
  tools,
  deeds: new Deeds({ kept: async () => {}, ...deeds }),
})

const offer = (name: string) => ({
  name,
  description: `Does ${name}.`,
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
})

/** An effect that takes so long; `runs` has when each run began, with its arguments. */
export function fakeEffect(
  clock: Clock,
  name: string,
  tookMs: number,
  outcome: Outcome = { done: true, says: `${name} is done.` },
) {
  const runs: string[] = []
  const tool: Tool = {
    offer: offer(name),
    read: args => ({
      type: 'effect',
      args,
      repeatable: false,
      filler: 'One moment, I see to it.',
      run: () => {
        runs.push(`${clock.now()} ${args}`)
        return new Promise(resolve => void clock.after(tookMs, () => resolve(outcome)))
      },
    }),
  }
  return { tool, runs }
}

/** A look-up that takes so long, and whether it was told to stop. */
export function fakeLookUp(clock: Clock, name: string, tookMs: number, says: string) {
  const runs: string[] = []
  const stopped: number[] = []
  const tool: Tool = {
    offer: offer(name),
    read: args => ({
      type: 'pure',
      run: signal => {
        runs.push(`${clock.now()} ${args}`)
        return new Promise(resolve => {
          const callOff = clock.after(tookMs, () => resolve(says))
          signal.addEventListener('abort', () => {
            callOff()
            stopped.push(clock.now())
            resolve('')
          })
        })
      },
    }),
  }
  return { tool, runs, stopped }
}
