/**
 * Looks whether Halfsecond could take a call, before anybody calls: `npm run doctor`. Reads the configuration as a start does,
 * asks each service that it names, and tells in one line each what is well and how to mend what is not. Changes nothing.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { realClock, wallTime } from '../src/clock.ts'
import { readConfig, type Config } from '../src/config.ts'
import { StartFault } from '../src/start.ts'
import { broken, fine, line, withoutSecrets, type Finding } from './lib/doctor/finding.ts'
import { Fault, run } from './lib/fault.ts'

const root = join(import.meta.dirname, '..')

const help = `Looks whether Halfsecond could take a call, and says how to mend what is not well.

  npm run doctor

  --env FILE   read this file instead of .env
  --json       print one JSON object and nothing else
  --help       print this

✓ is well, ! works but wants attention, ✗ will make calls fail. No secret is ever printed.
Exit code: 0 calls can be taken; 1 they cannot; 2 wrong usage.
`

async function main(): Promise<void> {
  const options = readArguments()
  if (options.help) return void process.stdout.write(help)
  const findings: Finding[] = []
  const tell = (finding: Finding): void => {
    findings.push(finding)
    if (!options.json) process.stdout.write(`${line(finding)}\n`)
  }
  await examine(options.env, tell)
  const ok = findings.every(({ state }) => state !== 'broken')
  if (options.json) process.stdout.write(`${JSON.stringify({ ok, findings }, null, 2)}\n`)
  else process.stdout.write(ok ? '\nCalls can be taken.\n' : '\nCalls cannot be taken yet.\n')
  if (!ok) process.exitCode = 1
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        env: { type: 'string', default: join(root, '.env') },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw new Fault(2, `${(error as Error).message.split('. ')[0]}.\nRun with --help to see what there is.`)
  }
}

/** In the order in which one would mend things. What does not wait for another is asked at the same time. */
async function examine(envFile: string, tell: (finding: Finding) => void): Promise<void> {
  const config = configured(envFile, tell)
  if (config === null) return
  // The SDKs take their time to load: who asks for help need not wait for them.
  const { checkDataDir, checkEngines, checkPort } = await import('./lib/doctor/machine.ts')
  const { checkDatabase, checkSpace } = await import('./lib/doctor/records.ts')
  const { checkBudgets, checkCeiling, checkNumbers } = await import('./lib/doctor/limits.ts')
  const { checkBrain, checkRecogniser, checkVoice } = await import('./lib/doctor/services.ts')
  const { checkPublicUrl, checkTwilio } = await import('./lib/doctor/telephone.ts')
  const { Budgets } = await import('../src/budgets/budgets.ts')
  const secrets = secretsOf(config)
  const budgets = new Budgets({ clock: realClock, sessionsPerMinute: {} })
  const tellSafely = (finding: Finding): void => tell(withoutSecrets(finding, secrets))
  tellSafely(checkDataDir(config))
  tellSafely(await checkSpace(config))
  tellSafely(await checkPort(config))
  const waiting = [
    checkDatabase(config).then(finding => [finding]),
    checkEngines(config).then(finding => [finding]),
    checkRecogniser(config.recogniser),
    checkBrain(config.brain),
    checkVoice(config.voice, budgets.of('ElevenLabs')),
    checkTwilio(config),
    checkPublicUrl(config).then(finding => [finding]),
  ]
  for (const findings of waiting) for (const finding of await findings) tellSafely(finding)
  const last = [...checkBudgets(config, budgets), ...checkCeiling(config, wallTime()), ...checkNumbers(config)]
  for (const finding of last) tellSafely(finding)
}

function configured(envFile: string, tell: (finding: Finding) => void): Config | null {
  try {
    process.loadEnvFile(envFile)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  try {
    const config = readConfig(process.env, path => readFileSync(path, 'utf8'))
    const { recogniser, brain, voice, pipeline } = config
    tell(fine('configuration', `hears by ${recogniser.kind}, answers by ${brain.kind}, speaks by ${voice.kind}; ${pipeline}.`))
    return config
  } catch (error) {
    if (!(error instanceof StartFault)) throw error
    const [, ...faults] = error.message.split('\n- ')
    for (const fault of faults.length > 0 ? faults : [error.message]) tell(broken('configuration', fault))
    return null
  }
}

const secretsOf = ({ twilio, recogniser, brain, voice, databaseUrl, apiToken }: Config): readonly string[] =>
  [
    twilio.authToken,
    twilio.secondaryAuthToken,
    databaseUrl,
    apiToken,
    recogniser.kind === 'local' ? null : recogniser.apiKey,
    brain.kind === 'local' ? null : brain.apiKey,
    voice.kind === 'local' ? null : voice.apiKey,
  ].flatMap(secret => (secret === null ? [] : [secret.reveal()]))

await run(main)
