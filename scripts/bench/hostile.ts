/**
 * How much later replies leave while strangers attack: `npm run bench:hostile [-- part of an attack's name]`. A real server whose
 * services are always ready in time answers a few callers, in peace at first; for the second half of their calls it is attacked.
 * Peace and attack are compared within the same calls, since a machine is never equally busy twice. Callers, attacker and server
 * have a thread each, all on this machine, so an attack also takes from the server what its own sending costs: over a network it
 * would hurt less.
 */
import { Worker } from 'node:worker_threads'
import { attacks, CAPTURED_CALL, type AttackName, type Outcome } from '../../test/hostile/attacks.ts'
import { openTarget, wordAtMs, type Target } from '../../test/hostile/target.ts'
import { callSid } from '../../test/twilio/wire.ts'
import type { Called, Task } from './hostile-worker.ts'
import { describeMachine, load, machine } from './machine.ts'
import { percentile } from './percentiles.ts'

const CALLS = 5
/** In peace, and as many under attack. */
const WORDS = 4
/** From the first word under attack, or a little before it, to the end of the last reply. */
const ATTACK_AT_MS = wordAtMs(WORDS) - 500
const ATTACK_MS = WORDS * 3_000 + 1_000
/** The replies of an attacked server may be this much later than in peace. */
const TARGET_MS = 20

type Result = {
  readonly peace: readonly number[]
  readonly war: readonly number[]
  readonly framesLost: number
  readonly outcome: Outcome
}

const only = process.argv[2] ?? ''
const names = (Object.keys(attacks) as AttackName[]).filter(name => name.includes(only))
const loadBefore = load()
process.stdout.write('replies heard, ms after the word    in peace      under attack   later        frames  answers\n')
process.stdout.write('                                   p50    p95      p50    p95    p50    p95    lost\n')
let worst = -Infinity
for (const name of [null, ...names]) {
  const result = await measure(name)
  const laterP95 = percentile(result.war, 0.95) - percentile(result.peace, 0.95)
  if (name !== null) worst = Math.max(worst, laterP95)
  print(name ?? '(no attack)', result)
}
process.stdout.write(`\n${CALLS} calls, ${WORDS} replies each in peace and ${WORDS} under attack.\n`)
process.stdout.write(`Worst p95: ${worst.toFixed(1)} ms later under attack than in peace (target: at most ${TARGET_MS}).\n`)
process.stdout.write(`${describeMachine(machine(), loadBefore, load())}\n`)
process.exitCode = worst <= TARGET_MS ? 0 : 1

async function measure(name: AttackName | null): Promise<Result> {
  const target = await openTarget()
  const { port } = target
  const calling = run<Called>({ type: 'call', port, calls: CALLS, words: 2 * WORDS })
  await new Promise(resolve => setTimeout(resolve, ATTACK_AT_MS))
  const victim = { port, usedTicket: target.usedTicketFor(CAPTURED_CALL), ticketOfAnother: target.ticketFor(callSid(3)) }
  const attacking = name === null ? Promise.resolve({}) : run<Outcome>({ type: 'attack', name, victim, forMs: ATTACK_MS })
  const [called, outcome] = await Promise.all([calling, attacking])
  const framesLost = lostFrames(called, target)
  await target.close()
  const gaps = (from: number): readonly number[] =>
    called.gapsMs.flatMap(call => call.slice(from, from + WORDS)).filter(gap => gap !== null)
  return { peace: gaps(0), war: gaps(WORDS), framesLost, outcome }
}

function lostFrames({ frames }: Called, target: Target): number {
  return Object.entries(frames).reduce((lost, [call, sent]) => lost + sent - (target.framesHeard(call) ?? 0), 0)
}

function run<Answer>(task: Task): Promise<Answer> {
  const worker = new Worker(new URL('./hostile-worker.ts', import.meta.url), { workerData: task })
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

function print(name: string, { peace, war, framesLost, outcome }: Result): void {
  const ms = (value: number): string => value.toFixed(1).padStart(7)
  const shares = [0.5, 0.95]
  const figures = [
    ...shares.map(share => ms(percentile(peace, share))),
    '  ',
    ...shares.map(share => ms(percentile(war, share))),
    ...shares.map(share => ms(percentile(war, share) - percentile(peace, share))),
    String(framesLost).padStart(8),
  ]
  const missing = 2 * CALLS * WORDS - peace.length - war.length
  const answers = Object.entries(outcome).map(([answer, count]) => `${count} x ${answer}`)
  process.stdout.write(
    `${name.padEnd(31)}${figures.join('')}  ${[...(missing > 0 ? [`${missing} replies missing`] : []), ...answers].join(', ')}\n`,
  )
}
