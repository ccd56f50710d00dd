/** For how many calls the services last, what one may cost, and who answers those that are too many. */
import type { Budgets } from '../../../src/budgets/budgets.ts'
import type { Config } from '../../../src/config.ts'
import { unpricedOf } from '../../../src/store/call-cost.ts'
import { broken, fine, mind, type Finding } from './finding.ts'

/** `budgets` knows what the services said when they were looked at just now. */
export function checkBudgets(
  { recogniser, maxCalls }: Pick<Config, 'recogniser' | 'maxCalls'>,
  budgets: Budgets,
): readonly Finding[] {
  const name = 'budgets'
  let calls = 0
  while (calls < maxCalls && budgets.exhausted(calls).length === 0) calls++
  const [short] = budgets.exhausted(calls)
  const atOnce = `${calls} of CALLS_MAX=${maxCalls} calls at once`
  return [
    short === undefined || calls === maxCalls
      ? fine(name, `The services last for all of CALLS_MAX=${maxCalls} calls, as far as they tell.`)
      : (calls === 0 ? broken : mind)(name, `The services last for ${atOnce}. ${short.service}: ${short.why}.`),
    ...(recogniser.kind === 'local'
      ? []
      : [
          fine(
            name,
            `AssemblyAI: ${recogniser.sessionsPerMinute} new sessions a minute (a paid account has 100 or more, a free one 5).`,
          ),
        ]),
  ]
}

type CostConfig = Pick<Config, 'maxCallUsd' | 'recogniser' | 'brain' | 'voice'>

/** `day`: from the prices of which day it is counted, `YYYY-MM-DD…`. */
export function checkCeiling(config: CostConfig, day: string): readonly Finding[] {
  if (config.maxCallUsd === null) return []
  const name = 'cost'
  const unpriced = unpricedIn(config, day)
  if (unpriced.length === 0) return [fine(name, `A call ends when it has cost $${config.maxCallUsd} by list price.`)]
  return unpriced.map(each => mind(name, `MAX_CALL_USD cannot count ${each}: add its price to src/store/prices.ts.`))
}

/** Any of the models may come to answer. */
function unpricedIn({ recogniser, brain, voice }: CostConfig, day: string): readonly string[] {
  const here = 'this machine (local)'
  const stt = recogniser.kind === 'local' ? here : `AssemblyAI ${recogniser.model}`
  const tts = voice.kind === 'local' ? here : `ElevenLabs ${voice.model}, voice ${voice.voiceId}`
  const models = brain.kind === 'local' ? [here] : brain.models
  return [...new Set(models.flatMap(llm => unpricedOf({ stt, llm, tts }, day)))]
}

type NumbersConfig = Pick<Config, 'overflowNumber' | 'transferNumber'> & { readonly twilio: Pick<Config['twilio'], 'number'> }

/** That they look like telephone numbers, the configuration has seen to. `ours`: those that ring here. */
export function checkNumbers(
  { overflowNumber, transferNumber, twilio }: NumbersConfig,
  ours: readonly string[] = [],
): readonly Finding[] {
  const own = new Set([twilio.number, ...ours])
  const find = (name: string, variable: string, number: string | null, unset: string, set: string): Finding => {
    if (number === null) return mind(name, `${variable} is not set: ${unset}`)
    if (own.has(number)) return broken(name, `${variable} is ${number}, which rings here: name another.`)
    return fine(name, `${number} ${set}`)
  }
  return [
    find(
      'overflow',
      'OVERFLOW_NUMBER',
      overflowNumber,
      'callers too many hear that the lines are busy.',
      'answers callers too many.',
    ),
    find(
      'transfer',
      'TRANSFER_NUMBER',
      transferNumber,
      'callers cannot be put through to anybody.',
      'takes callers who want a person.',
    ),
  ]
}
