/**
 * The environment as one frozen object, or one error that lists everything wrong with it and what to do. Reads neither the
 * process nor the disk itself: both are handed in. Makes no connection, so a wrong key is found later, by its service.
 */
import { z } from 'zod'
import { assistantNames } from './assistant/assistant.ts'
import { LOG_LEVELS, type LogLevel } from './log.ts'
import { Secret } from './secret.ts'
import { StartFault } from './start.ts'

export type Config = {
  readonly port: number
  readonly host: string
  /** `https://host[/path]` without a slash at the end: what Twilio calls us. Null: nobody can call but this machine. */
  readonly publicUrl: string | null
  readonly dataDir: string
  /** Null: SQLite in `dataDir`. May hold a password. */
  readonly databaseUrl: Secret | null
  /** How long calls and their recordings are kept; null: until somebody removes them. */
  readonly retentionDays: number | null
  /** When a call's audio is kept: from the start, once the caller has heard of it, once the caller has agreed, never. */
  readonly recording: 'always' | 'notice' | 'ask' | 'off'
  /** Whether long numbers and e-mail addresses are left out of what people read. */
  readonly redact: boolean
  /** A caller who comes back so soon goes on where the last call stopped; 0: never. */
  readonly continueWithinMs: number
  /** Whether callers are asked after the goodbye to rate the call with a key. */
  readonly askFeedback: boolean
  /** Who answers: one of `assistantNames`. */
  readonly assistant: string
  readonly logLevel: LogLevel
  /** How replies are made; all three say the same. */
  readonly pipeline: 'plain' | 'streamed' | 'draft'
  readonly maxCalls: number
  readonly maxCallMs: number
  /** What a call may cost by list price, in US dollars, before it is ended; null: anything. */
  readonly maxCallUsd: number | null
  /** How late the event loop may be before no more calls are taken. */
  readonly maxLoopDelayMs: number
  /** Who answers when all lines are busy, in E.164. */
  readonly overflowNumber: string | null
  /** Whom callers are put through to, in E.164; null: there is nobody. */
  readonly transferNumber: string | null
  /** Whether whoever takes such a call is told first what it is about. */
  readonly transfer: 'warm' | 'cold'
  /** How long calls may go on once the process is asked to stop. */
  readonly drainMs: number
  /** Where traces go, without a path for them; null: nowhere. */
  readonly otlpEndpoint: string | null
  readonly twilio: {
    readonly accountSid: string | null
    /** The number that rings here, in E.164; needed only if the account has several. */
    readonly number: string | null
    readonly authToken: Secret | null
    /** Accepted beside the other while the account's token is being changed. */
    readonly secondaryAuthToken: Secret | null
  }
  /** What becomes of an answering machine that `npm run dial` reached. */
  readonly voicemail: 'hang-up' | 'message'
  /** Who is told what was done on calls; null: nobody. */
  readonly toolsWebhook: { readonly url: string; readonly secret: Secret } | null
  /** For `npm run tunnel`. */
  readonly ngrok: { readonly authToken: Secret | null; readonly domain: string | null }
  /** What the owner's programs and pages show from other machines; null: only this machine is let in. */
  readonly apiToken: Secret | null
  readonly recogniser: RecogniserConfig
  readonly brain: BrainConfig
  readonly voice: VoiceConfig
}

export type RecogniserConfig =
  | { readonly kind: 'local' }
  | {
      readonly kind: 'assemblyai'
      readonly apiKey: Secret
      readonly url: string
      readonly model: string
      /** How many sessions the account may open in a minute, for all calls together. */
      readonly sessionsPerMinute: number
    }

export type BrainConfig =
  | { readonly kind: 'local' }
  | {
      readonly kind: 'openai'
      /** Null for a compatible server of one's own that asks for none. */
      readonly apiKey: Secret | null
      /** Ends in `/v1`. */
      readonly baseUrl: string
      /** At least one; the first that the account can use answers. */
      readonly models: readonly string[]
    }

export type VoiceConfig =
  | { readonly kind: 'local' }
  | {
      readonly kind: 'elevenlabs'
      readonly apiKey: Secret
      readonly url: string
      readonly voiceId: string
      readonly model: string
    }

export type Environment = Readonly<Record<string, string | undefined>>

const number = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .refine(value => value >= low && value <= high)

const dollars = z
  .string()
  .regex(/^\d{1,4}(\.\d{1,2})?$/)
  .transform(Number)
  .refine(value => value >= 0.01 && value <= 1000)

const url = (...schemes: readonly string[]) =>
  z
    .string()
    .refine(text => URL.canParse(text) && schemes.includes(new URL(text).protocol) && !new URL(text).username)
    .transform(text => text.replace(/\/+$/, ''))

const text = z.string()
const list = z
  .string()
  .transform(names => names.split(',').map(name => name.trim()))
  .refine(names => names.every(name => name !== ''))

/** Every plain variable: its shape, what stands in for it when unset (null: nothing does), and what to write. */
const variables = {
  PORT: [number(0, 65_535), 3000, 'a port from 0 to 65535 (0: any free one)'],
  // Twilio wants TLS, which something before this process has to speak; that normally runs on the same machine, so there is
  // no reason to be reachable from others. In a container write HOST=0.0.0.0.
  HOST: [text, '127.0.0.1', 'the address to listen on'],
  PUBLIC_URL: [
    url('https:').refine(text => new URL(text).port === '' && !/[?#]/.test(text)),
    null,
    'what Twilio calls this server, as https://host without a port',
  ],
  DATA_DIR: [text, './data', 'a folder'],
  RETENTION_DAYS: [number(1, 3650), null, 'days from 1 to 3650'],
  RECORDING: [z.enum(['always', 'notice', 'ask', 'off']), null, 'always, notice, ask or off'],
  REDACT: [z.enum(['on', 'off']), 'on', 'on or off'],
  CONTINUE_WITHIN_MINUTES: [number(0, 1440), 30, 'minutes from 0 (never) to 1440'],
  ASK_FEEDBACK: [z.enum(['on', 'off']), 'off', 'on or off'],
  ASSISTANT: [text.refine(name => assistantNames.includes(name)), 'nooks', `one of ${assistantNames.join(', ')}`],
  LOG_LEVEL: [z.enum(LOG_LEVELS), 'info', `one of ${LOG_LEVELS.join(', ')}`],
  PIPELINE: [z.enum(['plain', 'streamed', 'draft']), 'draft', 'plain, streamed or draft'],
  CALLS_MAX: [number(1, 10_000), 50, 'how many calls at once, 1 to 10000'],
  CALL_MAX_MINUTES: [number(1, 240), 30, 'minutes from 1 to 240'],
  MAX_CALL_USD: [dollars, null, 'US dollars from 0.01 to 1000, such as 0.50'],
  LOOP_DELAY_MAX_MS: [number(20, 10_000), 100, 'milliseconds from 20 to 10000'],
  OVERFLOW_NUMBER: [z.string().regex(/^\+[1-9]\d{6,14}$/), null, 'a phone number such as +15550001111'],
  TRANSFER_NUMBER: [z.string().regex(/^\+[1-9]\d{6,14}$/), null, 'a phone number such as +15550001111'],
  TRANSFER: [z.enum(['warm', 'cold']), 'warm', 'warm or cold'],
  // Longer than the longest call of the default: what is going on may end by itself.
  DRAIN_SECONDS: [number(0, 14_400), 3600, 'seconds from 0 to 14400'],
  TWILIO_ACCOUNT_SID: [z.string().regex(/^AC[0-9a-fA-F]{32}$/), null, 'AC and 32 hexadecimal digits, from the Twilio console'],
  TWILIO_NUMBER: [z.string().regex(/^\+[1-9]\d{6,14}$/), null, 'a phone number such as +15550001111'],
  VOICEMAIL: [z.enum(['hang-up', 'message']), 'hang-up', 'hang-up or message'],
  TOOLS_WEBHOOK_URL: [url('http:', 'https:'), null, 'an http:// or https:// address'],
  NGROK_DOMAIN: [z.string().regex(/^[a-z0-9.-]+\.[a-z]+$/), null, 'a domain such as name.ngrok-free.app'],
  STT: [z.enum(['local', 'assemblyai']), null, 'local or assemblyai'],
  LLM: [z.enum(['local', 'openai']), null, 'local or openai'],
  TTS: [z.enum(['local', 'elevenlabs']), null, 'local or elevenlabs'],
  // Its SDK refuses anything but wss.
  ASSEMBLYAI_URL: [url('wss:'), 'wss://streaming.assemblyai.com/v3/ws', 'a wss:// address'],
  // Paid accounts begin with 100, which grow with use; free ones have 5 (AssemblyAI, FAQ on concurrency).
  ASSEMBLYAI_SESSIONS_PER_MINUTE: [number(1, 100_000), 100, 'a number from 1 to 100000'],
  ASSEMBLYAI_MODEL: [text, 'universal-streaming-english', 'the name of a streaming model'],
  OPENAI_BASE_URL: [
    url('http:', 'https:').refine(text => text.endsWith('/v1')),
    null,
    'an http:// or https:// address that ends in /v1',
  ],
  // OpenAI retired gpt-4 on 23 Oct 2026 and names gpt-5.6-sol as its successor; gpt-4.1, nearer in manner, goes on 14 Jan 2027.
  // https://developers.openai.com/api/docs/deprecations
  OPENAI_MODEL: [list, ['gpt-4', 'gpt-4.1', 'gpt-5.6-sol'], 'names of models, separated by commas'],
  OTEL_EXPORTER_OTLP_ENDPOINT: [url('http:', 'https:'), null, 'the address of an OpenTelemetry collector, as http://host:4318'],
  ELEVENLABS_URL: [url('http:', 'https:'), 'https://api.elevenlabs.io', 'an http:// or https:// address'],
  // The voice of the service's own examples, which every account has.
  ELEVENLABS_VOICE_ID: [z.string().regex(/^[A-Za-z0-9]+$/), 'JBFqnCBsd6RMkjVDRZzb', 'letters and digits, from the voice library'],
  ELEVENLABS_MODEL: [text, 'eleven_flash_v2_5', 'the name of a model'],
} as const satisfies Record<string, readonly [shape: z.ZodType, fallback: unknown, wanted: string]>

const SECRETS = [
  'TWILIO_AUTH_TOKEN',
  'TWILIO_AUTH_TOKEN_SECONDARY',
  'API_TOKEN',
  'TOOLS_WEBHOOK_SECRET',
  'NGROK_AUTHTOKEN',
  'ASSEMBLYAI_API_KEY',
  'OPENAI_API_KEY',
  'ELEVENLABS_API_KEY',
  'DATABASE_URL',
] as const

type VariableName = keyof typeof variables
type SecretName = (typeof SECRETS)[number]
type Values = {
  readonly [Name in VariableName]:
    z.output<(typeof variables)[Name][0]> | (null extends (typeof variables)[Name][1] ? null : never)
} & { readonly [Name in SecretName]: Secret | null }

/**
 * `readFile` gives the text of a file or throws; it is asked only for the files that `*_FILE` variables name. Throws a
 * StartFault whose message lists every fault, and never shows the value of a secret.
 */
export function readConfig(environment: Environment, readFile: (path: string) => string): Config {
  const faults: string[] = []
  const values = readValues(environment, readFile, faults)
  if (valueOf(environment, 'PUBLIC_URL') !== null && values.TWILIO_AUTH_TOKEN === null) faults.push(OPEN_TO_ALL)
  if (values.TWILIO_AUTH_TOKEN_SECONDARY !== null && values.TWILIO_AUTH_TOKEN === null) faults.push(SECOND_WITHOUT_FIRST)
  if (values.API_TOKEN !== null && !API_TOKEN_SHAPE.test(values.API_TOKEN.reveal())) faults.push(WEAK_API_TOKEN)
  const config = assemble(values, faults)
  if (faults.length === 0) return deepFreeze(config)
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`
  throw new StartFault(`The configuration has ${count} (see .env.example):\n${faults.map(fault => `- ${fault}`).join('\n')}`)
}

const OPEN_TO_ALL =
  'PUBLIC_URL is set but TWILIO_AUTH_TOKEN is not: anybody could talk to the assistant at your cost. ' +
  'Set TWILIO_AUTH_TOKEN (or TWILIO_AUTH_TOKEN_FILE) from the Twilio console, or unset PUBLIC_URL.'

const SECOND_WITHOUT_FIRST =
  'TWILIO_AUTH_TOKEN_SECONDARY is set but TWILIO_AUTH_TOKEN is not: put the token in use there, and the other here.'

/** What a bearer header and a cookie carry unchanged (RFC 6750, section 2.1); too long to be guessed. */
const API_TOKEN_SHAPE = /^[A-Za-z0-9._~+/=-]{20,256}$/
const WEAK_API_TOKEN =
  'API_TOKEN is too short or has unusual signs: it must be 20 to 256 letters, digits or ._~+/=-, such as `openssl rand -hex 32` prints.'

function readValues(environment: Environment, readFile: (path: string) => string, faults: string[]): Values {
  const values: Record<string, unknown> = {}
  for (const [name, [shape, fallback, wanted]] of Object.entries(variables)) {
    const given = valueOf(environment, name)
    const read = given === null ? { success: true, data: fallback } : shape.safeParse(given)
    if (!read.success) faults.push(`${name} is ${shown(given)}; it must be ${wanted}.`)
    values[name] = read.success ? read.data : fallback
  }
  for (const name of SECRETS) values[name] = readSecret(name, environment, readFile, faults)
  return values as Values
}

/** What was written, unless it may be a key in the wrong place or hold a password. */
const shown = (given: string | null): string =>
  /[A-Za-z0-9_-]{20,}|@/.test(given ?? '') ? 'something else (not shown: it may be secret)' : JSON.stringify(given)

/** Set to nothing is not set: that is how a line of .env is left open. */
function valueOf(environment: Environment, name: string): string | null {
  const value = environment[name]?.trim()
  return value === undefined || value === '' ? null : value
}

function readSecret(
  name: SecretName,
  environment: Environment,
  readFile: (path: string) => string,
  faults: string[],
): Secret | null {
  const value = valueOf(environment, name)
  const path = valueOf(environment, `${name}_FILE`)
  if (path === null) return value === null ? null : new Secret(value)
  if (value !== null) faults.push(`${name} and ${name}_FILE are both set; keep one.`)
  try {
    const content = readFile(path).trim()
    if (content !== '') return new Secret(content)
    faults.push(`${name}_FILE names ${path}, which is empty.`)
  } catch (error) {
    faults.push(
      `${name}_FILE names ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`,
    )
  }
  return null
}

function assemble(values: Values, faults: string[]): Config {
  return {
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL,
    dataDir: values.DATA_DIR,
    databaseUrl: databaseOf(values, faults),
    retentionDays: values.RETENTION_DAYS,
    // Who phones from elsewhere has to be told; a program on this machine has not.
    recording: values.RECORDING ?? (values.PUBLIC_URL === null ? 'always' : 'notice'),
    redact: values.REDACT === 'on',
    continueWithinMs: values.CONTINUE_WITHIN_MINUTES * 60_000,
    askFeedback: values.ASK_FEEDBACK === 'on',
    assistant: values.ASSISTANT,
    logLevel: values.LOG_LEVEL,
    pipeline: values.PIPELINE,
    maxCalls: values.CALLS_MAX,
    maxCallMs: values.CALL_MAX_MINUTES * 60_000,
    maxCallUsd: values.MAX_CALL_USD,
    maxLoopDelayMs: values.LOOP_DELAY_MAX_MS,
    overflowNumber: values.OVERFLOW_NUMBER,
    transferNumber: values.TRANSFER_NUMBER,
    transfer: values.TRANSFER,
    drainMs: values.DRAIN_SECONDS * 1000,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    twilio: {
      accountSid: values.TWILIO_ACCOUNT_SID,
      number: values.TWILIO_NUMBER,
      authToken: values.TWILIO_AUTH_TOKEN,
      secondaryAuthToken: values.TWILIO_AUTH_TOKEN_SECONDARY,
    },
    voicemail: values.VOICEMAIL,
    toolsWebhook: webhookOf(values, faults),
    ngrok: { authToken: values.NGROK_AUTHTOKEN, domain: values.NGROK_DOMAIN },
    apiToken: values.API_TOKEN,
    recogniser: recogniserOf(values, faults),
    brain: brainOf(values, faults),
    voice: voiceOf(values, faults),
  }
}

function webhookOf({ TOOLS_WEBHOOK_URL: url, TOOLS_WEBHOOK_SECRET: secret }: Values, faults: string[]): Config['toolsWebhook'] {
  if (url === null) return null
  if (secret !== null) return { url, secret }
  faults.push(
    'TOOLS_WEBHOOK_URL is set but TOOLS_WEBHOOK_SECRET is not: the receiver could not tell our news from others. Set it ' +
      '(or TOOLS_WEBHOOK_SECRET_FILE) to what `openssl rand -hex 32` prints, here and there.',
  )
  return null
}

function databaseOf({ DATABASE_URL: url }: Values, faults: string[]): Secret | null {
  const isPostgres = url === null || /^postgres(ql)?:\/\/./.test(url.reveal())
  if (!isPostgres) faults.push('DATABASE_URL is something else (not shown: it may be secret); it must be postgres://….')
  return url
}

function recogniserOf(values: Values, faults: string[]): RecogniserConfig {
  const apiKey = values.ASSEMBLYAI_API_KEY
  if ((values.STT ?? (apiKey ? 'assemblyai' : 'local')) === 'local') return { kind: 'local' }
  if (apiKey) {
    const { ASSEMBLYAI_URL: url, ASSEMBLYAI_MODEL: model, ASSEMBLYAI_SESSIONS_PER_MINUTE: sessionsPerMinute } = values
    return { kind: 'assemblyai', apiKey, url, model, sessionsPerMinute }
  }
  faults.push('STT is assemblyai but ASSEMBLYAI_API_KEY is not set: set it (or ASSEMBLYAI_API_KEY_FILE), or write STT=local.')
  return { kind: 'local' }
}

function brainOf(values: Values, faults: string[]): BrainConfig {
  const apiKey = values.OPENAI_API_KEY
  const ownServer = values.OPENAI_BASE_URL
  if ((values.LLM ?? (apiKey || ownServer ? 'openai' : 'local')) === 'local') return { kind: 'local' }
  if (apiKey || ownServer) {
    return { kind: 'openai', apiKey, baseUrl: ownServer ?? 'https://api.openai.com/v1', models: values.OPENAI_MODEL }
  }
  faults.push(
    'LLM is openai but neither OPENAI_API_KEY nor OPENAI_BASE_URL is set: set the key (or OPENAI_API_KEY_FILE), or the ' +
      'address of a compatible server of your own, or write LLM=local.',
  )
  return { kind: 'local' }
}

function voiceOf(values: Values, faults: string[]): VoiceConfig {
  const apiKey = values.ELEVENLABS_API_KEY
  if ((values.TTS ?? (apiKey ? 'elevenlabs' : 'local')) === 'local') return { kind: 'local' }
  if (apiKey) {
    const { ELEVENLABS_URL, ELEVENLABS_VOICE_ID, ELEVENLABS_MODEL } = values
    return { kind: 'elevenlabs', apiKey, url: ELEVENLABS_URL, voiceId: ELEVENLABS_VOICE_ID, model: ELEVENLABS_MODEL }
  }
  faults.push('TTS is elevenlabs but ELEVENLABS_API_KEY is not set: set it (or ELEVENLABS_API_KEY_FILE), or write TTS=local.')
  return { kind: 'local' }
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part as object)
  return Object.freeze(value)
}
