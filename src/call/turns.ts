/**
 * Who speaks when: the turn-taking of one phone call, as a pure function.
 *
 * Events only record facts about the call (facts.ts). `decide` then asks the rules (rules.ts), one after another, what the
 * facts call for, and asks again after every answer until none has anything left to do. So events may come late, twice or
 * out of order, and the same facts always lead to the same decision.
 *
 * Nothing here reads a clock, waits, or performs I/O. Time is a number carried by every event (`at`, call time: milliseconds
 * of the caller's audio), and a timer is a number in the state: `wakeAt`.
 */
import { record, type Event, type Turns } from './facts.ts'
import { endWithTheCall, rules, type Command, type Verdict } from './rules.ts'

/** Takes one event into account and says what to do now. */
export function step(turns: Turns, event: Event): readonly [Turns, readonly Command[]] {
  return decide(record(turns, event), event.at)
}

/** When `step` wants to be called again (with `woke`) if nothing else happens before; null for never. */
export const wakeAt = (turns: Turns): number | null => turns.wakeAt

function decide(facts: Turns, now: number): readonly [Turns, readonly Command[]] {
  let turns = facts
  const commands: Command[] = []
  for (;;) {
    const verdicts = turns.over ? [endWithTheCall(turns)] : ask(turns, now)
    const decision = verdicts.find(verdict => Array.isArray(verdict)) as readonly [Turns, ...Command[]] | undefined
    if (!decision) return [{ ...turns, wakeAt: earliest(verdicts) }, commands]
    const [next, ...more] = decision
    turns = next
    commands.push(...more)
  }
}

/** The verdicts up to and including the first decision. */
function ask(turns: Turns, now: number): readonly Verdict[] {
  const verdicts: Verdict[] = []
  for (const rule of rules) {
    const verdict = rule(turns, now)
    verdicts.push(verdict)
    if (Array.isArray(verdict)) break
  }
  return verdicts
}

function earliest(verdicts: readonly Verdict[]): number | null {
  const times = verdicts.filter(verdict => typeof verdict === 'number')
  return times.length === 0 ? null : Math.min(...times)
}
