/**
 * `npm run vendors`: AssemblyAI, OpenAI and ElevenLabs emulated on this machine, so that the cloud path can be tried without keys
 * and without cost. They are as strict as the real services and as fast as the profile says. They understand nothing: the
 * recogniser knows the recorded caller scripts of test/fixtures by heart and makes placeholder words of other speech, the model
 * repeats what it was told, the voice buzzes.
 */
import { parseArgs } from 'node:util'
import { describeProfile, isProfileName, PROFILE_NAMES, profiles } from './bench/profiles.ts'
import { readScripts } from './bench/caller-lines.ts'
import { startVendors, type EmulatedVendors } from './bench/emulated-vendors.ts'
import { Fault, run } from './lib/fault.ts'
import { recordedScript } from '../test/vendors/assemblyai/recorded.ts'

const help = `Emulates AssemblyAI, OpenAI and ElevenLabs on this machine and prints how to start Halfsecond with them.

  npm run vendors                        as fast as the real ones usually are
  npm run vendors -- --profile fast      ${PROFILE_NAMES.join(', ')}
  npm run vendors -- --ports 1,2,3       where they listen; default: ${[4101, 4102, 4103].join(',')}

Ctrl-C ends them and tells what the real services would have refused.
`

const PLACEHOLDERS = 'this is somebody whose words nobody here can understand'.split(' ')

async function main(): Promise<void> {
  const options = readArguments()
  if (options.help) return void process.stdout.write(help)
  const { profile } = options
  const vendors = await start(options)
  process.stdout.write(`Profile ${profile}: ${describeProfile(profiles[profile])}.\n\n${howToStart(vendors.environment)}\n`)
  process.once('SIGINT', () => void stop(vendors))
  process.once('SIGTERM', () => void stop(vendors))
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        profile: { type: 'string', default: 'typical' },
        ports: { type: 'string', default: '4101,4102,4103' },
      },
    })
    const { profile, help: wanted } = values
    if (!isProfileName(profile)) throw new Error(`There is no profile ${profile}: ${PROFILE_NAMES.join(', ')}`)
    const [first, second, third] = values.ports.split(',').map(Number)
    if (![first, second, third].every(port => Number.isInteger(port) && port! >= 0 && port! < 65_536)) {
      throw new Error('--ports wants three ports, separated by commas')
    }
    return { help: wanted, profile, ports: [first!, second!, third!] as const }
  } catch (error) {
    throw new Fault(2, `${(error as Error).message.split('. ')[0]}.\nRun with --help to see what there is.`)
  }
}

async function start({ profile, ports }: ReturnType<typeof readArguments>): Promise<EmulatedVendors> {
  try {
    return await startVendors({
      profile: profiles[profile],
      script: recordedScript(readScripts(), PLACEHOLDERS),
      answer: messages => answerTo(messages.at(-1)?.content ?? ''),
      ports,
    })
  } catch (error) {
    throw new Fault(1, `They cannot be started: ${(error as Error).message}. Give other ports with --ports.`)
  }
}

const answerTo = (said: string): string =>
  `You said: ${said.replace(/[.?!]*$/, '')}. I am an emulated model and understood none of it, but I can go on talking for a while, ` +
  `so that you can hear how it sounds and fall in whenever you like. What would you like to say next?`

/** One command for the shell; the keys open nothing. */
const howToStart = (environment: Readonly<Record<string, string>>): string =>
  `${Object.entries(environment)
    .map(([name, value]) => `${name}=${value} \\\n`)
    .join('')}npm start`

async function stop(vendors: EmulatedVendors): Promise<void> {
  const refused = vendors.violations()
  process.stdout.write(
    refused.length === 0 ? '\nNothing was refused.\n' : `\nRefused:\n${refused.map(line => `- ${line}\n`).join('')}`,
  )
  await vendors.close()
}

await run(main)
