import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkBudgets, checkCeiling, checkNumbers } from '../../scripts/lib/doctor/limits.ts'
import { checkDatabase, checkSpace } from '../../scripts/lib/doctor/records.ts'
import { checkBrain, checkRecogniser, checkVoice } from '../../scripts/lib/doctor/services.ts'
import { checkPublicUrl, checkTwilio, type TwilioAccount } from '../../scripts/lib/doctor/telephone.ts'
import { Budgets } from '../../src/budgets/budgets.ts'
import { realClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { Secret } from '../../src/secret.ts'
import { startAssemblyAI, type AssemblyAIEmulator } from '../vendors/assemblyai/assemblyai.ts'
import { trustEmulators } from '../vendors/assemblyai/trust.ts'
import { startElevenLabs, type ElevenLabsEmulator } from '../vendors/elevenlabs/elevenlabs.ts'
import { startOpenAI, type OpenAIEmulator } from '../vendors/openai/openai.ts'

const script = join(import.meta.dirname, '../../scripts/doctor.ts')
const sttKey = 'stt-0123456789abcdef'
const llmKey = 'sk-llm-0123456789abcdef'
const ttsKey = 'sk_tts_0123456789abcdef'
const token = 'f0e1d2c3b4a5968778695a4b3c2d1e0f'

type Found = { readonly name: string; readonly state: string; readonly told: string }
type Ran = { readonly code: number; readonly out: string; readonly err: string }

let folder: string
let stt: AssemblyAIEmulator
let llm: OpenAIEmulator
let tts: ElevenLabsEmulator

beforeAll(async () => {
  trustEmulators()
  folder = mkdtempSync(join(tmpdir(), 'halfsecond-doctor-'))
  const clock = realClock
  stt = await startAssemblyAI({ clock, apiKey: sttKey, script: { words: [], by: 'marked' }, latency: { beginMs: 50 } })
  llm = await startOpenAI({ clock, apiKey: llmKey, strict: false })
  tts = await startElevenLabs({ clock, account: { apiKey: ttsKey, voices: [{ voice_id: 'testvoice', name: 'George' }] } })
})
afterAll(async () => {
  await Promise.all([stt.close(), llm.close(), tts.close()])
  rmSync(folder, { recursive: true })
})

/** All services on this machine, with the right keys. */
const wellSet = (): Record<string, string> => ({
  PORT: '0',
  DATA_DIR: folder,
  ASSEMBLYAI_API_KEY: sttKey,
  ASSEMBLYAI_URL: stt.url,
  NODE_EXTRA_CA_CERTS: stt.caFile,
  OPENAI_API_KEY: llmKey,
  OPENAI_BASE_URL: llm.baseURL,
  OPENAI_MODEL: 'gpt-4,gpt-5.6-sol',
  ELEVENLABS_API_KEY: ttsKey,
  ELEVENLABS_URL: tts.url,
  ELEVENLABS_VOICE_ID: 'testvoice',
})
const local = { PORT: '0', STT: 'local', LLM: 'local', TTS: 'local' }

/** Runs the program as a person would, but with nothing of this machine's environment or .env. */
const doctor = (environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> =>
  new Promise(resolve => {
    const env = { PATH: process.env['PATH'], DATA_DIR: folder, FORCE_COLOR: '0', ...environment }
    const all = [script, '--env', join(folder, 'no.env'), ...args]
    execFile(process.execPath, all, { env, timeout: 60_000 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    )
  })

async function findings(environment: Readonly<Record<string, string>>): Promise<{ code: number; found: readonly Found[] }> {
  const { code, out, err } = await doctor(environment, '--json')
  expect(err).toBe('')
  for (const secret of [sttKey, llmKey, ttsKey, token]) expect(out).not.toContain(secret)
  return { code, found: (JSON.parse(out) as { findings: Found[] }).findings }
}

const of = (found: readonly Found[], name: string): Found => found.find(one => one.name === name)!

describe('npm run doctor', () => {
  it('finds all well on a machine without keys, and says what that means', async () => {
    const { code, out, err } = await doctor(local)
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('✓ configuration   hears by local, answers by local, speaks by local; draft.\n')
    expect(out).toMatch(/✓ engines +silero, .* loaded in [\d.]+ s\.\n/)
    expect(out).toContain('! Twilio          TWILIO_AUTH_TOKEN is not set')
    expect(out).toMatch(/\nCalls can be taken\.\n$/)
  })

  it('asks each service, and tells which model, voice and quota it found', async () => {
    const { code, found } = await findings(wellSet())
    expect(code).toBe(0)
    expect(of(found, 'recogniser')).toMatchObject({ state: 'fine' })
    expect(of(found, 'recogniser').told).toMatch(/a session began within \d+ ms/)
    expect(found.filter(({ name }) => name === 'model').map(({ state, told }) => [state, told.slice(0, 21)])).toEqual([
      ['fine', 'gpt-5.6-sol answers a'],
      ['mind', 'gpt-4 cannot be used '],
    ])
    expect(of(found, 'voice').told).toBe('ElevenLabs eleven_flash_v2_5 with the voice George; 82769 characters left.')
    // The session that was opened to see whether it opens is not left running at the owner's cost.
    expect([stt.connections(), stt.abandoned()]).toEqual([0, 0])
  })

  it('tells everything that is wrong at once, and how to mend each', async () => {
    const taken = createServer((_, response) => void response.end('hello'))
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    const { code, found } = await findings({
      ...wellSet(),
      PORT: String(port),
      DATA_DIR: '/dev/null/data',
      ASSEMBLYAI_API_KEY: 'wrong',
      OPENAI_API_KEY: 'wrong',
      ELEVENLABS_API_KEY: 'wrong',
      PUBLIC_URL: 'https://halfsecond.invalid',
      TWILIO_AUTH_TOKEN: token,
    })
    taken.close()
    expect(code).toBe(1)
    const told = (name: string): string => `${of(found, name).state}: ${of(found, name).told}`
    expect(told('data folder')).toMatch(/^broken: .*cannot be written/)
    expect(told('port')).toBe(
      `broken: Port ${port} on 127.0.0.1 is taken by another program: stop it, or set PORT to another port.`,
    )
    expect(told('recogniser')).toMatch(/^broken: .*1008.*Check ASSEMBLYAI_API_KEY/)
    expect(told('model')).toMatch(/^broken: OPENAI_API_KEY is refused/)
    expect(told('voice')).toMatch(/^broken: ElevenLabs refuses ELEVENLABS_API_KEY/)
    expect(told('Twilio')).toMatch(/^mind: TWILIO_ACCOUNT_SID is not set/)
    expect(told('public address')).toMatch(/^broken: https:\/\/halfsecond\.invalid cannot be reached/)
  })

  it('lists everything that is wrong with the configuration, and goes no further', async () => {
    const { code, found } = await findings({ PIPELINE: 'quick', PORT: 'many', TTS: 'elevenlabs' })
    expect(code).toBe(1)
    expect(found.map(({ name, state }) => `${name} ${state}`)).toEqual(Array(3).fill('configuration broken'))
    expect(found.map(({ told }) => told).join()).toContain('PIPELINE is "quick"; it must be plain, streamed or draft.')
  })

  it('reads another file than .env, helps, and refuses what it does not know', async () => {
    writeFileSync(join(folder, 'other.env'), 'PIPELINE=plain\nSTT=local\nLLM=local\nTTS=local\nPORT=0\n')
    expect((await doctor({}, '--env', join(folder, 'other.env'))).out).toContain('speaks by local; plain.')
    expect((await doctor(local, '--help')).out).toContain('npm run doctor')
    expect(await doctor(local, '--cure')).toMatchObject({ code: 2, out: '' })
  })
})

describe('the services', () => {
  const look = async (change: Readonly<Record<string, string>>): Promise<string> => {
    const { recogniser, brain, voice } = readConfig({ ...wellSet(), ...change }, () => '')
    const found = [...(await checkRecogniser(recogniser)), ...(await checkBrain(brain)), ...(await checkVoice(voice))]
    return found
      .filter(({ state }) => state !== 'fine')
      .map(({ state, told }) => `${state}: ${told}`)
      .join('\n')
  }

  it.each<[what: string, change: Record<string, string>, told: RegExp]>([
    [
      'AssemblyAI out of reach',
      { ASSEMBLYAI_URL: 'wss://127.0.0.1:9/v3/ws' },
      /^broken: .*Is 127\.0\.0\.1:9 \(ASSEMBLYAI_URL\) reachable/,
    ],
    [
      'OpenAI out of reach',
      { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' },
      /^broken: .*Is 127\.0\.0\.1:9 \(OPENAI_BASE_URL\) right/,
    ],
    ['no model that exists', { OPENAI_MODEL: 'gpt-4,gpt-3' }, /^broken: None of the models can be used: gpt-4, gpt-3\./],
    [
      'a voice of somebody else',
      { ELEVENLABS_VOICE_ID: 'nobody' },
      /^broken: ELEVENLABS_VOICE_ID nobody is no voice of this account/,
    ],
  ])('tell %s, and how to mend it', async (_what, change, told) => {
    expect(await look({ OPENAI_MODEL: 'gpt-5.6-sol', ...change })).toMatch(told)
  })
})

describe('the telephone', () => {
  const config = readConfig(
    { PUBLIC_URL: 'https://sales.example.com', TWILIO_AUTH_TOKEN: token, TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}` },
    () => '',
  )
  const number = { phoneNumber: '+15550001111', voiceUrl: 'https://sales.example.com/twilio/voice', voiceMethod: 'POST' }
  const account = { status: 'active', type: 'Full' }
  const twilio = (answers: Partial<{ account: object; numbers: readonly object[] }>) => (): TwilioAccount =>
    ({ account: async () => answers.account ?? account, numbers: async () => answers.numbers ?? [number] }) as TwilioAccount
  const look = async (answers: Parameters<typeof twilio>[0]) =>
    (await checkTwilio(config, twilio(answers))).map(({ state, told }) => `${state}: ${told}`)

  it.each<[what: string, answers: Parameters<typeof twilio>[0], told: RegExp]>([
    ['a number that leads here', {}, /fine: \+15550001111 calls https:\/\/sales\.example\.com\/twilio\/voice/],
    ['a trial account', { account: { status: 'active', type: 'Trial' } }, /mind: A trial account/],
    ['an account that is suspended', { account: { status: 'suspended', type: 'Full' } }, /broken: The account is suspended/],
    ['no number', { numbers: [] }, /broken: The account has no telephone number/],
    [
      'a number that leads elsewhere',
      { numbers: [{ ...number, voiceUrl: 'https://demo.twilio.com' }] },
      /broken: None leads here .*demo\.twilio\.com/,
    ],
    ['a number that asks by GET', { numbers: [{ ...number, voiceMethod: 'GET' }] }, /broken: .* by GET: set it to HTTP POST/],
  ])('tells %s', async (_what, answers, told) => {
    expect((await look(answers)).join('\n')).toMatch(told)
  })

  it('tells keys that Twilio refuses, without showing them', async () => {
    const refuse = (): Promise<never> => Promise.reject(Object.assign(new Error('Authenticate'), { status: 401 }))
    const found = await checkTwilio(config, () => ({ account: refuse, numbers: refuse }))
    expect(found).toMatchObject([{ state: 'broken', told: expect.stringContaining('refuses TWILIO_ACCOUNT_SID') as string }])
    expect(JSON.stringify(found)).not.toContain(token)
  })

  it('knows its own public address by a word that only it can know', async () => {
    const port = await freePort()
    const publicUrl = `http://127.0.0.1:${port}`
    expect(await checkPublicUrl({ publicUrl, host: '127.0.0.1', port })).toMatchObject({ state: 'fine' })
    const other = createServer((_, response) => void response.end('{"ok":true}'))
    await new Promise<void>(resolve => other.listen(port, '127.0.0.1', resolve))
    const elsewhere = await checkPublicUrl({ publicUrl, host: '127.0.0.1', port: await freePort() })
    other.close()
    expect(elsewhere).toMatchObject({ state: 'broken', told: expect.stringContaining('answered by something else') as string })
  })
})

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise(resolve =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    }),
  )
}

describe('the records', () => {
  it('are kept by SQLite unless DATABASE_URL names a Postgres', async () => {
    expect(await checkDatabase({ databaseUrl: null })).toMatchObject({ state: 'fine' })
  })

  it('cannot be kept by a Postgres that does not answer, whose password is not told', async () => {
    const databaseUrl = new Secret('postgres://me:hush-hush@127.0.0.1:1/calls')
    const { state, told } = await checkDatabase({ databaseUrl })
    expect(state).toBe('broken')
    expect(told).toMatch(/DATABASE_URL.*ECONNREFUSED/)
    expect(told).not.toContain('hush-hush')
  })

  it.skipIf(!process.env['TEST_DATABASE_URL'])('on Postgres are looked at and left as they are', async () => {
    const databaseUrl = new Secret(process.env['TEST_DATABASE_URL']!)
    const first = await checkDatabase({ databaseUrl })
    expect(first).toMatchObject({ state: 'fine' })
    expect(await checkDatabase({ databaseUrl })).toEqual(first)
  })

  it.each([
    [0.1, 'broken'],
    [1, 'mind'],
    [50, 'fine'],
  ] as const)('have %d GB of room: %s', async (gigabytes, state) => {
    const look = (async () => ({ bavail: gigabytes * 1e6, bsize: 1_000 })) as never
    expect(await checkSpace({ dataDir: folder }, look)).toMatchObject({ state })
  })

  it('have as much room as the real disk says', async () => {
    expect((await checkSpace({ dataDir: folder })).told).toMatch(/GB are free .* hours of calls/)
    expect(await checkSpace({ dataDir: join(folder, 'not there') })).toMatchObject({ state: 'mind' })
  })
})

describe('the limits', () => {
  const configured = (environment: Record<string, string>) => readConfig(environment, () => '')

  it('of the services are told in calls', () => {
    const budgets = new Budgets({ clock: realClock, sessionsPerMinute: {} })
    expect(checkBudgets(configured(local), budgets)).toMatchObject([{ state: 'fine' }])
    budgets.of('ElevenLabs')({ type: 'at-once', current: null, maximum: 4 })
    const [first, second] = checkBudgets(configured({ ...wellSet(), ASSEMBLYAI_SESSIONS_PER_MINUTE: '5' }), budgets)
    expect(first).toMatchObject({ state: 'mind', told: expect.stringContaining('16 of CALLS_MAX=50 calls at once') as string })
    expect(second!.told).toContain('5 new sessions a minute')
    budgets.of('ElevenLabs')({ type: 'characters-left', characters: 100 })
    expect(checkBudgets(configured(local), budgets)).toMatchObject([{ state: 'broken' }])
  })

  it('of cost name what has no price', () => {
    expect(checkCeiling(configured(local), '2026-11-21')).toEqual([])
    expect(checkCeiling(configured({ ...local, MAX_CALL_USD: '0.50' }), '2026-11-21')).toMatchObject([{ state: 'fine' }])
    const priced = { ...wellSet(), MAX_CALL_USD: '0.50', OPENAI_MODEL: 'gpt-4.1,llama3.1' }
    expect(checkCeiling(configured(priced), '2026-11-21')).toEqual([
      { name: 'cost', state: 'mind', told: expect.stringContaining('cannot count llama3.1') as string },
    ])
  })

  it('let nobody be sent in a circle', () => {
    const numbers = (environment: Record<string, string>) => checkNumbers(configured({ ...local, ...environment }))
    expect(numbers({}).map(({ state }) => state)).toEqual(['mind', 'mind'])
    const circle = numbers({ TWILIO_NUMBER: '+15550001111', OVERFLOW_NUMBER: '+15550001111', TRANSFER_NUMBER: '+15550002222' })
    expect(circle.map(({ state }) => state)).toEqual(['broken', 'fine'])
    expect(circle[0]!.told).toContain('rings here')
  })
})
