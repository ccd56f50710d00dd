/** Starts Halfsecond: reads the configuration, opens the services, listens, and stops well. Everything meets here. */
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { styleText } from 'node:util'
import { pino } from 'pino'
import { addApi } from './api/api.ts'
import { stagesOf } from './api/streaming.ts'
import { assistantNamed, type Assistant } from './assistant/assistant.ts'
import { Budgets } from './budgets/budgets.ts'
import { Calls } from './calls.ts'
import { realClock, wallMs, wallTime } from './clock.ts'
import { readConfig, type Config } from './config.ts'
import { CANNOT_COUNT } from './cost-ceiling.ts'
import { buildConsole, consoleDirOf, isConsoleBuilt } from './console-build.ts'
import { knowing } from './knowledge/relevant.ts'
import { findLastLeg } from './legs.ts'
import { openLog, type Log } from './log.ts'
import { fixedTexts, lineText, makeCall } from './make-call.ts'
import { remembering } from './memory/remember.ts'
import { openMetrics } from './observe/metrics.ts'
import { addMetrics } from './observe/routes.ts'
import type { Tracing } from './observe/tracing.ts'
import { fixedLines, type FixedLines } from './providers/audio-cache.ts'
import { watchOverload, type TakeLoopDelay } from './overload.ts'
import { redactionOf } from './redact/redact.ts'
import { Secret } from './secret.ts'
import { buildServer } from './server.ts'
import { ASSEMBLYAI, openServices, type Services } from './services.ts'
import { listen, openDataDir, StartFault } from './start.ts'
import { unpricedOf } from './store/call-cost.ts'
import { LiveJournals } from './store/live-journals.ts'
import { forgetOldCalls } from './store/retention.ts'
import { openStore, type Store } from './store/store.ts'
import { openTexting } from './tools/texting.ts'
import { openTools as toolsOf } from './tools/tools.ts'
import { openWebhook } from './tools/webhook.ts'
import { openGate } from './twilio/signature.ts'
import { openTickets } from './twilio/ticket.ts'
import { loadTwiml } from './twilio/twiml.ts'

const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
/** What still waits for the database when the program stops is in the calls' folders, and is taken in at the next start. */
const STORE_CLOSE_MS = 3_000

/** How long a collector may take over the last traces. */
const TRACES_CLOSE_MS = 3_000

/** Twilio asks what to do once a stream is closed; who then gets no answer hears of an application error. */
const LINGER_MS = 2_000

const print = (text: string): void => void process.stdout.write(`${text}\n`)

try {
  await start()
} catch (error) {
  if (!(error instanceof StartFault)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function start(): Promise<void> {
  loadDotEnv()
  const config = readConfig(process.env, path => readFileSync(path, 'utf8'))
  // People read standard output; the log goes to standard error, for whatever collects it.
  const log = openLog(config.logLevel, redactionOf(config), pino.destination(2))
  openDataDir(config.dataDir)
  const note = (text: string, facts: object): void => log.warn(facts, text)
  const store = await openStore({
    dataDir: config.dataDir,
    databaseUrl: config.databaseUrl?.reveal() ?? null,
    clock: realClock,
    wallMs,
    note,
    redact: redactionOf(config),
  })
  const startedMs = realClock.now()
  const elapsed = (): string => `${((realClock.now() - startedMs) / 1000).toFixed(1)} s`

  print(styleText('bold', 'Halfsecond is starting'))
  const assistant = assistantNamed(config.assistant)!
  const ready = (part: string): void => print(`  ${part} is ready (${elapsed()})`)
  const pagesReady = buildPages(log, elapsed)
  const budgets = new Budgets({ clock: realClock, sessionsPerMinute: sessionsPerMinute(config) })
  const services = await openServices({ config, assistant, clock: realClock, log, budgets, ready })
  const lines = await recordLines({ config, assistant, services, log })
  await tellWhatIsWrong(services)
  if (config.maxCallUsd !== null) tellWhatHasNoPrice(services, config.maxCallUsd, log)

  const journals = new LiveJournals()
  const deeds = openDeeds(config, assistant, store, note)
  const metrics = openMetrics({ activeCalls: () => calls.count, isOpen: () => calls.admission === 'open' })
  const tracing = await openTraces(config, note)
  const observers = () => [metrics.observe(), ...(tracing ? [tracing.observe()] : [])]
  const knows = knowing(assistant.facts)
  const { openTools } = deeds
  const mustSpare = (): boolean => budgets.mustSpare(calls.count)
  const world = {
    config,
    log,
    clock: realClock,
    assistant,
    knows,
    services,
    lines,
    journals,
    observers,
    store,
    openTools,
    mustSpare,
  }
  const overload = watchOverload({ clock: realClock, log, takeLoopDelay: watchLoop(), mostMs: config.maxLoopDelayMs })
  const calls = new Calls({
    create: ring => makeCall(world, ring),
    clock: realClock,
    log,
    maxCalls: config.maxCalls,
    isOverloaded: overload.isOverloaded,
    refused: metrics.refused,
    exhausted: calls => budgets.exhausted(calls),
  })
  const twilioTokens = [config.twilio.authToken, config.twilio.secondaryAuthToken].filter(token => token !== null)
  const madeUp = new Secret(randomBytes(32).toString('base64'))
  const server = await buildServer({
    calls,
    clock: realClock,
    log,
    twiml: loadTwiml(join(root, 'twiml')),
    gate: openGate(config.publicUrl, twilioTokens),
    tickets: openTickets([twilioTokens[0] ?? madeUp, ...twilioTokens], wallMs),
    newCallSid: () => `CA${randomBytes(16).toString('hex')}`,
    publicUrl: config.publicUrl,
    apiToken: config.apiToken,
    voicemail: config.voicemail,
    findLastLeg: findLastLeg({ callsDir: store.callsDir, wallMs }),
    overflowNumber: config.overflowNumber,
    transfer: config.transferNumber === null ? null : { number: config.transferNumber, manner: config.transfer },
    maxCalls: config.maxCalls,
    drainMs: config.drainMs,
    about: () => ({ version, pipeline: config.pipeline, ...services.names() }),
    follow: journals.follow,
    pagesDir: await pagesReady,
    addOwnRoutes: async (server, onlyOperator) => {
      addMetrics(server, { metrics, onlyOperator })
      await server.register(addApi, {
        store,
        calls,
        mayTransfer: config.transferNumber !== null,
        onlyOperator,
        stages: () => stagesOf({ pipeline: config.pipeline, local: localParts(config), names: services.names() }),
        wallTime,
        newId: randomUUID,
        version,
      })
    },
  })
  const url = await listen(server, config.host, config.port)
  const stopForgetting = forgetOldCalls({ ...store, days: config.retentionDays, clock: realClock, wallTime, note })
  const memory = remembering({ database: store.database, recollect: services.recollect, clock: realClock, wallTime, note })
  store.whenStored(memory.add)
  void store.tookIn.then(memory.catchUp)
  introduce(services, url, elapsed())

  const leave = (): void => void calls.leave()
  stopOnSignal(log, leave, async () => {
    const lingerMs = calls.count > 0 ? LINGER_MS : 0
    await calls.drain(config.drainMs)
    await new Promise<void>(resolve => void realClock.after(lingerMs, resolve))
    overload.stop()
    await server.close()
    await services.close()
    await tracing?.close(TRACES_CLOSE_MS)
    await stopForgetting()
    await memory.close()
    await deeds.close()
    await store.close(STORE_CLOSE_MS)
  })
}

/** A function, as all that `start` calls: constants below the line that awaits it do not exist yet. */
function sessionsPerMinute({ recogniser }: Config): Readonly<Record<string, number>> {
  return recogniser.kind === 'local' ? {} : { [ASSEMBLYAI]: recogniser.sessionsPerMinute }
}

/** Its packages take a moment to load, so only who wants traces loads them. */
async function openTraces({ otlpEndpoint }: Config, note: (text: string, facts: object) => void): Promise<Tracing | null> {
  if (otlpEndpoint === null) return null
  const { openTracing } = await import('./observe/tracing.ts')
  return openTracing({ endpoint: otlpEndpoint, version, clock: realClock, wallMs, note })
}

const localParts = ({ recogniser, brain, voice }: Config) => ({
  recogniser: recogniser.kind === 'local',
  brain: brain.kind === 'local',
  voice: voice.kind === 'local',
})

/** The folder with the web page, built if need be. Without it calls are answered all the same; null then. */
async function buildPages(log: Log, elapsed: () => string): Promise<string | null> {
  try {
    if (isConsoleBuilt(root)) return consoleDirOf(root)
    await buildConsole(root, String(process.pid))
    print(`  the web page is built (${elapsed()})`)
    return consoleDirOf(root)
  } catch (error) {
    log.error({ err: error }, 'the web page cannot be built')
    return null
  }
}

type Note = (text: string, facts: object) => void

/** What the assistant can do for a caller, and who is told of it. */
function openDeeds(config: Config, assistant: Assistant, store: Store, note: Note) {
  const { toolsWebhook, twilio } = config
  const { accountSid, authToken } = twilio
  const webhook = toolsWebhook && openWebhook({ ...toolsWebhook, database: store.database, clock: realClock, wallMs, note })
  const sendText = accountSid && authToken ? openTexting({ accountSid, authToken }) : null
  const parts = { assistant, store, clock: realClock, webhook, sendText, mayHandOver: config.transferNumber !== null, wallTime }
  return { openTools: toolsOf(parts), close: async () => webhook?.close() }
}

type LinesParts = { readonly config: Config; readonly assistant: Assistant; readonly services: Services; readonly log: Log }

/** The greeting has to be there when the first phone rings; the other lines have a few seconds more. */
async function recordLines({ config, assistant, services, log }: LinesParts): Promise<FixedLines> {
  const folder = join(config.dataDir, 'voice-cache')
  const note = (text: string, facts: object): void => log.warn(facts, text)
  const lines = fixedLines(services.openVoice, { folder, sound: services.sound, note })
  const faults = await lines.prepare([lineText(assistant, config.recording, 'greeting')])
  for (const { error } of faults) log.error({ err: error }, 'the greeting cannot be spoken')
  void lines.prepare(fixedTexts(assistant, config))
  return lines
}

async function tellWhatIsWrong(services: Services): Promise<void> {
  const { problems, warnings } = await services.check()
  for (const problem of problems) print(styleText('red', `  ! ${problem}`))
  for (const warning of warnings) print(styleText('yellow', `  ? ${warning}`))
}

function tellWhatHasNoPrice(services: Services, maxUsd: number, log: Log): void {
  for (const provider of unpricedOf(services.names(), wallTime())) log.warn({ provider, maxUsd }, CANNOT_COUNT)
}

function introduce(services: Services, url: string, elapsed: string): void {
  const { stt, llm, tts, vad } = services.names()
  print(`\nReady after ${elapsed}: ${styleText('bold', url)}`)
  print(`  hears    ${stt}, ${vad}`)
  print(`  answers  ${llm}`)
  print(`  speaks   ${tts}`)
  print(`\nLook: ${styleText('bold', url)} in a browser shows calls as they happen.`)
  print(`Hear it: ${styleText('bold', 'npm run call')} in another terminal plays a recorded caller to it.`)
}

function loadDotEnv(): void {
  try {
    process.loadEnvFile(join(root, '.env'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** How late the event loop was since last asked. Its histogram measures a timer of this many milliseconds, which is no delay. */
function watchLoop(): TakeLoopDelay {
  const resolution = 10
  const histogram = monitorEventLoopDelay({ resolution })
  histogram.enable()
  return () => {
    const delayMs = histogram.percentile(90) / 1e6 - resolution
    histogram.reset()
    return Math.max(0, Math.round(delayMs))
  }
}

/** The first signal lets calls end, the second makes them say goodbye, the third does not wait. */
function stopOnSignal(log: Log, leave: () => void, stop: () => Promise<void>): void {
  const exit = (): never => process.exit(1)
  const steps = [begin, hurry, exit]
  const onSignal = (): void => (steps.shift() ?? exit)()
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)

  function begin(): void {
    log.info('stopping: calls may end, new ones are refused')
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'did not stop well')
        process.exit(1)
      },
    )
  }

  function hurry(): void {
    log.info('stopping now: calls say goodbye')
    leave()
  }
}
