import { inspect } from 'node:util'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readConfig, type Environment } from '../src/config.ts'
import { openLog } from '../src/log.ts'
import { Secret } from '../src/secret.ts'
import { redact } from '../src/redact/redact.ts'
import { StartFault } from '../src/start.ts'

const noFile = (path: string): string => {
  throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
}
const read = (environment: Environment, files: Readonly<Record<string, string>> = {}) =>
  readConfig(environment, path => files[path] ?? noFile(path))

/** The faults found, without the heading. */
function faultsOf(environment: Environment, files?: Readonly<Record<string, string>>): readonly string[] {
  try {
    read(environment, files)
  } catch (error) {
    expect(error).toBeInstanceOf(StartFault)
    return (error as Error).message.split('\n').slice(1)
  }
  return []
}

describe('the configuration', () => {
  it('names the assistants there are if it asks for another', () => {
    expect(read({ ASSISTANT: 'interview' }).assistant).toBe('interview')
    expect(faultsOf({ ASSISTANT: 'bob' })).toEqual(['- ASSISTANT is "bob"; it must be one of nooks, interview.'])
  })

  it('of an empty environment runs everything on this machine, for this machine only', () => {
    expect(read({})).toEqual({
      port: 3000,
      toolsWebhook: null,
      maxCallUsd: null,
      recording: 'always',
      redact: true,
      askFeedback: false,
      host: '127.0.0.1',
      publicUrl: null,
      dataDir: './data',
      databaseUrl: null,
      retentionDays: null,
      continueWithinMs: 1_800_000,
      assistant: 'nooks',
      logLevel: 'info',
      pipeline: 'draft',
      maxCalls: 50,
      maxCallMs: 1_800_000,
      maxLoopDelayMs: 100,
      overflowNumber: null,
      drainMs: 3_600_000,
      otlpEndpoint: null,
      twilio: { accountSid: null, number: null, authToken: null, secondaryAuthToken: null },
      transferNumber: null,
      transfer: 'warm',
      voicemail: 'hang-up',
      ngrok: { authToken: null, domain: null },
      apiToken: null,
      recogniser: { kind: 'local' },
      brain: { kind: 'local' },
      voice: { kind: 'local' },
    })
  })

  it('takes the cloud where there is a key', () => {
    const { recogniser, brain, voice } = read({ ASSEMBLYAI_API_KEY: 'a', OPENAI_API_KEY: 'o', ELEVENLABS_API_KEY: 'e' })
    expect(recogniser).toEqual({
      kind: 'assemblyai',
      apiKey: new Secret('a'),
      url: 'wss://streaming.assemblyai.com/v3/ws',
      model: 'universal-streaming-english',
      sessionsPerMinute: 100,
    })
    expect(brain).toEqual({
      kind: 'openai',
      apiKey: new Secret('o'),
      baseUrl: 'https://api.openai.com/v1',
      models: ['gpt-4', 'gpt-4.1', 'gpt-5.6-sol'],
    })
    expect(voice).toEqual({
      kind: 'elevenlabs',
      apiKey: new Secret('e'),
      url: 'https://api.elevenlabs.io',
      voiceId: 'JBFqnCBsd6RMkjVDRZzb',
      model: 'eleven_flash_v2_5',
    })
    expect(recogniser.kind === 'assemblyai' && recogniser.apiKey.reveal()).toBe('a')
  })

  it('stays local where that is asked for, key or not', () => {
    const keys = { ASSEMBLYAI_API_KEY: 'a', OPENAI_API_KEY: 'o', OPENAI_BASE_URL: 'http://x/v1', ELEVENLABS_API_KEY: 'e' }
    expect(read({ ...keys, STT: 'local', LLM: 'local', TTS: 'local' })).toMatchObject({
      recogniser: { kind: 'local' },
      brain: { kind: 'local' },
      voice: { kind: 'local' },
    })
  })

  it.each([{ OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }, { LLM: 'openai', OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1/' }])(
    'takes a compatible server of one’s own that asks for no key',
    environment => {
      expect(read(environment).brain).toMatchObject({ kind: 'openai', apiKey: null, baseUrl: 'http://127.0.0.1:11434/v1' })
    },
  )

  it('takes models in the order given', () => {
    const { brain } = read({ OPENAI_API_KEY: 'o', OPENAI_MODEL: 'gpt-5.6-sol , gpt-6-luna' })
    expect(brain).toMatchObject({ models: ['gpt-5.6-sol', 'gpt-6-luna'] })
  })

  it('counts a variable set to nothing, or to blanks, as not set', () => {
    expect(read({ PORT: '', HOST: '  ', STT: '', OPENAI_API_KEY: ' ', OPENAI_API_KEY_FILE: '', PUBLIC_URL: '' })).toEqual(
      read({}),
    )
  })

  it('reads a key from a file, without the line break at its end', () => {
    const { twilio } = read({ TWILIO_AUTH_TOKEN_FILE: '/run/secrets/twilio' }, { '/run/secrets/twilio': 'tok3n\n' })
    expect(twilio.authToken?.reveal()).toBe('tok3n')
  })

  it.each([
    ['https://bot.example.com', 'https://bot.example.com'],
    ['https://bot.example.com/', 'https://bot.example.com'],
    ['https://example.com/bot//', 'https://example.com/bot'],
  ])('takes %s as public address', (given, publicUrl) => {
    expect(read({ PUBLIC_URL: given, TWILIO_AUTH_TOKEN: 't' })).toMatchObject({ publicUrl, host: '127.0.0.1' })
  })

  it('counts minutes and seconds in milliseconds', () => {
    expect(read({ CALL_MAX_MINUTES: '1', DRAIN_SECONDS: '0', CALLS_MAX: '3' })).toMatchObject({
      maxCallMs: 60_000,
      drainMs: 0,
      maxCalls: 3,
    })
  })

  it('cannot be changed, however deep', () => {
    const config = read({ OPENAI_API_KEY: 'o' })
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError)
    expect(() => Object.assign(config.twilio, { authToken: null })).toThrow(TypeError)
    expect(() => config.brain.kind === 'openai' && (config.brain.models as string[]).push('x')).toThrow(TypeError)
    // What stands in for a missing list is the same for all, and must not have been frozen shut with the first.
    expect(read({ OPENAI_API_KEY: 'o' })).toEqual(config)
  })
})

describe('a wrong configuration', () => {
  it.each<[string, string, RegExp]>([
    ['PORT', 'abc', /^- PORT is "abc"; it must be a port from 0 to 65535/],
    ['PORT', '65536', /PORT is "65536"/],
    ['PORT', '-1', /PORT/],
    ['PORT', '3000.5', /PORT/],
    ['PORT', '0x10', /PORT/],
    [
      'PUBLIC_URL',
      'bot.example.com',
      /PUBLIC_URL is "bot.example.com"; it must be what Twilio calls this server, as https:\/\/host/,
    ],
    ['PUBLIC_URL', 'http://bot.example.com', /PUBLIC_URL/],
    ['PUBLIC_URL', 'wss://bot.example.com', /PUBLIC_URL/],
    ['PUBLIC_URL', 'https://bot.example.com:8443', /without a port/],
    ['PUBLIC_URL', 'https://bot.example.com?a=1', /PUBLIC_URL/],
    ['PUBLIC_URL', 'https://bot.example.com/#a', /PUBLIC_URL/],
    ['LOG_LEVEL', 'loud', /one of fatal, error, warn/],
    ['PIPELINE', 'fast', /plain, streamed or draft/],
    ['CALLS_MAX', '0', /how many calls at once/],
    ['CALL_MAX_MINUTES', '241', /minutes from 1 to 240/],
    ['MAX_CALL_USD', '0', /US dollars from 0.01 to 1000/],
    ['MAX_CALL_USD', '$1', /US dollars from 0.01 to 1000/],
    ['DRAIN_SECONDS', 'soon', /seconds/],
    ['LOOP_DELAY_MAX_MS', '5', /milliseconds from 20 to 10000/],
    ['TRANSFER_NUMBER', '555 0001', /a phone number such as/],
    ['TRANSFER', 'hot', /warm or cold/],
    ['OVERFLOW_NUMBER', '911', /a phone number such as/],
    ['TWILIO_ACCOUNT_SID', 'AC12', /AC and 32 hexadecimal digits/],
    ['TWILIO_NUMBER', '555 0001', /a phone number such as \+15550001111/],
    ['VOICEMAIL', 'sing', /hang-up or message/],
    ['NGROK_DOMAIN', 'https://x.ngrok.app', /a domain such as/],
    ['STT', 'whisper', /local or assemblyai/],
    ['LLM', 'OpenAI', /local or openai/],
    ['TTS', 'google', /local or elevenlabs/],
    ['ASSEMBLYAI_URL', 'ws://127.0.0.1:1', /a wss:\/\/ address/],
    ['ASSEMBLYAI_URL', 'https://streaming.assemblyai.com', /a wss:\/\/ address/],
    ['OPENAI_BASE_URL', 'https://api.openai.com', /ends in \/v1/],
    ['OPENAI_BASE_URL', 'ftp://host/v1', /http/],
    ['OPENAI_MODEL', 'gpt-4,,gpt-4.1', /separated by commas/],
    ['ELEVENLABS_URL', 'wss://api.elevenlabs.io', /http/],
    ['ELEVENLABS_VOICE_ID', '../x', /letters and digits/],
  ])('%s=%s is named, with what to write instead', (name, value, fault) => {
    const faults = faultsOf({ TWILIO_AUTH_TOKEN: 't', [name]: value })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(fault)
  })

  it.each<[string, Environment, RegExp]>([
    ['a public address without a token', { PUBLIC_URL: 'https://x.org' }, /PUBLIC_URL is set but TWILIO_AUTH_TOKEN is not/],
    [
      'a second auth token without a first',
      { TWILIO_AUTH_TOKEN_SECONDARY: 't' },
      /SECONDARY is set but TWILIO_AUTH_TOKEN is not/,
    ],
    ['a webhook without a secret', { TOOLS_WEBHOOK_URL: 'https://x.org/h' }, /TOOLS_WEBHOOK_SECRET is not.*openssl rand/],
    ['a token that can be guessed', { API_TOKEN: 'x'.repeat(19) }, /^- API_TOKEN is too short/],
    ['a token that no cookie holds', { API_TOKEN: 'x'.repeat(20) + ';' }, /API_TOKEN.*unusual signs/],
    ['a database that is no Postgres', { DATABASE_URL: 'mysql://u:p@h/d' }, /DATABASE_URL.*must be postgres:/],
    ['AssemblyAI without a key', { STT: 'assemblyai' }, /ASSEMBLYAI_API_KEY is not set.*STT=local/],
    ['OpenAI with neither key nor address', { LLM: 'openai' }, /OPENAI_API_KEY.*OPENAI_BASE_URL.*LLM=local/],
    ['ElevenLabs without a key', { TTS: 'elevenlabs' }, /ELEVENLABS_API_KEY is not set.*TTS=local/],
    ['a key and its file', { OPENAI_API_KEY: 'a', OPENAI_API_KEY_FILE: '/good' }, /both set; keep one/],
    ['a file that is not there', { OPENAI_API_KEY_FILE: '/gone' }, /OPENAI_API_KEY_FILE names \/gone.*ENOENT/],
    ['an empty file', { OPENAI_API_KEY_FILE: '/empty' }, /OPENAI_API_KEY_FILE names \/empty, which is empty/],
  ])('such as %s is explained', (_, environment, fault) => {
    const faults = faultsOf(environment, { '/good': 'x', '/empty': ' \n' })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(fault)
  })

  it('is told whole, not fault by fault', () => {
    const faults = faultsOf({ PORT: 'x', PUBLIC_URL: 'y', STT: 'assemblyai', TTS: 'elevenlabs', LLM: 'openai', CALLS_MAX: '-' })
    expect(faults.map(fault => fault.split(' ')[1])).toEqual([
      'PORT',
      'PUBLIC_URL',
      'CALLS_MAX',
      'PUBLIC_URL',
      'STT',
      'LLM',
      'TTS',
    ])
    expect(() => read({ PORT: 'x', CALLS_MAX: '-' })).toThrow('The configuration has 2 faults (see .env.example):')
    expect(() => read({ PORT: 'x' })).toThrow('The configuration has one fault (see .env.example):')
  })

  it('never ends in anything but that one error', () => {
    const environments = fc.dictionary(fc.constantFrom(...variablesOf('.env.example')), fc.oneof(fc.string(), fc.webUrl()))
    fc.assert(
      fc.property(environments, environment => {
        faultsOf(environment)
      }),
    )
  })
})

describe('the recording', () => {
  it.each([
    [{}, 'always'],
    [{ PUBLIC_URL: 'https://bot.example.com', TWILIO_AUTH_TOKEN: 't' }, 'notice'],
    [{ PUBLIC_URL: 'https://bot.example.com', TWILIO_AUTH_TOKEN: 't', RECORDING: 'ask' }, 'ask'],
    [{ RECORDING: 'off' }, 'off'],
  ])('with %o is %s', (environment, plan) => {
    expect(read(environment).recording).toBe(plan)
  })
})

describe('a secret', () => {
  const SECRET = 'k3y-that-must-not-be-seen'
  const config = read({
    PUBLIC_URL: 'https://bot.example.com',
    TWILIO_AUTH_TOKEN: SECRET,
    TWILIO_AUTH_TOKEN_SECONDARY: SECRET,
    API_TOKEN: SECRET,
    TOOLS_WEBHOOK_URL: 'https://crm.example.com/deeds',
    TOOLS_WEBHOOK_SECRET: SECRET,
    ASSEMBLYAI_API_KEY: SECRET,
    OPENAI_API_KEY: SECRET,
    ELEVENLABS_API_KEY: SECRET,
    DATABASE_URL: `postgres://user:${SECRET}@host/database`,
  })

  it('is not shown when the configuration is printed, put into JSON or into a text', () => {
    const shown = [inspect(config, { depth: 9, showHidden: true }), JSON.stringify(config), String(config.twilio.authToken)]
    for (const text of shown) {
      expect(text).not.toContain(SECRET)
      expect(text).toContain('[secret]')
    }
  })

  it('is not shown when the configuration, a key or a request is logged', () => {
    const lines: string[] = []
    const log = openLog('info', redact, { write: line => void lines.push(line) })
    log.info(config)
    log.info({ config })
    log.info({ apiKey: SECRET, nested: { authToken: SECRET } })
    log.info({ headers: { authorization: SECRET, 'xi-api-key': SECRET }, req: { headers: { 'x-twilio-signature': SECRET } } })
    log.error({ err: Object.assign(new Error('no'), { config: { headers: { authorization: SECRET } } }) })
    expect(lines).toHaveLength(5)
    expect(lines.join('')).not.toContain(SECRET)
  })

  it('is no more secret than what a caller says: numbers and addresses do not reach the log, times and SIDs do', () => {
    const lines: string[] = []
    const log = openLog('info', redact, { write: line => void lines.push(line) })
    const callSid = 'CA12345678901234567890123456789012'
    log.error(
      { err: new Error('no answer to "my card is 4242 4242 4242 4242"'), callSid },
      'john@acme.com said four one five five five five two six seven one',
    )
    const line = JSON.parse(lines[0]!) as { time: number; err: { message: string }; callSid: string; msg: string }
    expect(line.msg).toBe('[e-mail] said [number]')
    expect(line.err.message).toBe('no answer to "my card is [card number]"')
    expect(line.callSid).toBe(callSid)
    expect(String(line.time)).toMatch(/^\d{13}$/)
  })

  it.each(['TWILIO_ACCOUNT_SID', 'PUBLIC_URL', 'OPENAI_BASE_URL', 'PORT', 'STT', 'ELEVENLABS_VOICE_ID', 'LOG_LEVEL'])(
    'written into %s by mistake is not shown in the fault',
    name => {
      const [fault] = faultsOf({ TWILIO_AUTH_TOKEN: 't', [name]: `/${SECRET}` })
      expect(fault).toContain(name)
      expect(fault).not.toContain(SECRET)
    },
  )

  it('written into an address by mistake is not shown in the fault', () => {
    expect(faultsOf({ ASSEMBLYAI_URL: 'wss://user:pass@host' })[0]).not.toContain('pass')
  })
})

describe('.env.example', () => {
  it('has every variable, each with one line about it, and sets none', () => {
    const lines = readFileSync('.env.example', 'utf8').split('\n')
    for (const name of variablesOf('src/config.ts')) {
      const at = lines.indexOf(`${name}=`)
      expect(at, name).toBeGreaterThan(0)
      expect(lines[at - 1], name).toMatch(/^# \S/)
    }
    expect(variablesOf('.env.example')).toHaveLength(variablesOf('src/config.ts').length)
  })
})

/** The variables that a file names: assigned, or as a key of a table, or as one of the secrets. */
function variablesOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8')
  if (path === '.env.example') return [...text.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name!)
  const secrets = /const SECRETS = \[(.*?)\]/s.exec(text)![1]!
  return [
    ...[...text.matchAll(/^ {2}([A-Z_]+): \[/gm)].map(([, name]) => name!),
    ...[...secrets.matchAll(/'(\w+)'/g)].map(([, name]) => name!),
  ]
}
