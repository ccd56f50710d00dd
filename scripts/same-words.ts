/**
 * Proves that the quick pipelines say what the plain one says: `npm run same-words`. Plays recorded and generated callers to the
 * real call in every pipeline, in virtual time, and compares what the model was asked, what the voice was given and what was
 * heard. What a generated conversation is made of, and what is left out and why, is told in test/proof/plan.ts.
 */
import { parseArgs, styleText } from 'node:util'
import { proveSameWords, seedsFrom, type Difference, type Proof } from '../test/proof/same-words.ts'
import { Fault, run } from './lib/fault.ts'

const help = `Plays the same conversations through the pipelines plain, streamed and draft, and compares them.

  npm run same-words -- --conversations 1000 --seed 1

  --conversations N   how many to generate, besides the recorded ones; default 100
  --seed N            the seed of the first; each next one has the next; default 1
  --no-recorded       leave the recorded ones out
  --json              print one JSON object at the end and nothing else
  --help              print this

Exit code: 0 all said the same, and nobody spoke early; 1 they did not; 2 wrong usage.
`

async function main(): Promise<void> {
  const { conversations, seed, recorded, json, help: wantsHelp } = readArguments()
  if (wantsHelp) return void process.stdout.write(help)
  const startedMs = performance.now()
  const proof = await proveSameWords({ seeds: seedsFrom(seed, conversations), recorded, played: json ? () => {} : progress() })
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10
  process.stdout.write(json ? `${JSON.stringify({ ...proof, seconds }, null, 2)}\n` : summary(proof, seconds))
  if (proof.differences.length + proof.faults.length > 0) process.exitCode = 1
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        conversations: { type: 'string', default: '100' },
        seed: { type: 'string', default: '1' },
        'no-recorded': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return {
      json: values.json,
      help: values.help,
      recorded: !values['no-recorded'],
      conversations: whole('--conversations', values.conversations),
      seed: whole('--seed', values.seed),
    }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault(2, `${(error as Error).message.split('. ')[0]}.\nRun with --help to see what there is.`)
  }
}

function whole(name: string, text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new Fault(2, `${name} is ${text}; it must be a whole number up to 9999999.`)
  return Number(text)
}

/** Every hundredth conversation, and each difference as it is found. */
function progress(): (proof: Proof) => void {
  let shown = 0
  return proof => {
    const { conversations, turns, differences } = proof
    if (conversations % 100 === 0) process.stdout.write(`${conversations} conversations, ${turns} turns\n`)
    for (; shown < differences.length; shown++) process.stdout.write(`${told(differences[shown]!)}\n`)
  }
}

/** Where the two part, with a little of what comes before. */
function told({ conversation, seed, pipeline, turn, what, plain, other }: Difference): string {
  const same = [...plain].findIndex((letter, n) => letter !== other[n])
  const from = Math.max(0, (same < 0 ? plain.length : same) - 120)
  const shown = (text: string): string => `${from > 0 ? '…' : ''}${text.slice(from, from + 400)}`
  return [
    styleText('red', `✗ ${conversation}, turn ${turn}: ${pipeline} differs from plain in its ${what}`),
    `    plain: ${shown(plain)}`,
    `    ${pipeline}: ${shown(other)}`,
    `    again: npm run same-words -- --conversations 1 --no-recorded --seed ${seed} --json`,
  ].join('\n')
}

function summary(proof: Proof, seconds: number): string {
  const { requestsMade, differences, faults } = proof
  const good = differences.length + faults.length === 0
  return [
    ...faults.map(({ conversation, pipeline, what }) => styleText('red', `✗ ${conversation}, ${pipeline}: ${what}`)),
    '',
    `conversations       ${proof.conversations}`,
    `turns heard         ${proof.turns}, of them ${proof.interrupted} cut short by the caller and ${proof.withdrawn} withdrawn`,
    `asides heard        ${proof.asides}`,
    `requests compared   ${proof.requestsCompared}`,
    `requests made       plain ${requestsMade.plain}, streamed ${requestsMade.streamed}, draft ${requestsMade.draft}`,
    `differences         ${differences.length}`,
    `early or unanswered ${faults.length}`,
    `took                ${seconds} s`,
    '',
    good
      ? styleText('green', '✓ All pipelines said the same, and none spoke early.')
      : styleText('red', '✗ They did not say the same.'),
    '',
  ].join('\n')
}

await run(main)
