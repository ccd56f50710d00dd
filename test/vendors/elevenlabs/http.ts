/** The HTTP side of the emulated ElevenLabs: streamed speech, voices, models, subscription; its errors as the service words them. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../../src/ports.ts'
import { BYTES_PER_MS } from '../../../src/audio/frames.ts'
import type { Faults } from './faults.ts'
import type { Profile } from './socket.ts'
import { alignmentBetween, normalised, synthesise } from './speech.ts'
import type { Alignment } from './speech.ts'

export type Account = {
  readonly apiKey: string
  readonly voices: readonly { readonly voice_id: string; readonly name: string }[]
  readonly models: readonly { readonly model_id: string; readonly can_do_text_to_speech: boolean }[]
  /** Fields of the subscription that differ from a paid account with plenty left. */
  readonly subscription: Readonly<Record<string, unknown>>
  readonly maximumConcurrentRequests: number
}

export type HttpWorld = {
  readonly clock: Clock
  readonly profile: Profile
  readonly faults: Faults
  readonly account: Account
  readonly violation: (text: string) => void
  /** HTTP requests for speech under way. */
  readonly speaking: Set<ServerResponse>
  readonly log: (type: string, facts: Readonly<Record<string, unknown>>) => void
}

const SUBSCRIPTION = {
  tier: 'creator',
  character_count: 17_231,
  character_limit: 100_000,
  max_credit_limit_extension: 0,
  can_extend_character_limit: true,
  allowed_to_extend_character_limit: true,
  voice_slots_used: 1,
  professional_voice_slots_used: 0,
  professional_voice_slots_used_in_workspace: 0,
  voice_limit: 30,
  professional_voice_limit: 1,
  can_extend_voice_limit: false,
  voice_add_edit_counter: 0,
  can_use_instant_voice_cloning: true,
  can_use_professional_voice_cloning: true,
  current_overage: { amount: '0', currency: 'usd' },
  status: 'active',
  open_invoices: [],
  has_open_invoices: false,
}

const SPEECH_FIELDS = ['text', 'model_id', 'language_code', 'voice_settings', 'previous_text', 'next_text', 'seed']

export async function answer(request: IncomingMessage, response: ServerResponse, world: HttpWorld): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://elevenlabs')
  const body = await read(request)
  world.log('request', { method: request.method, path: url.pathname, query: Object.fromEntries(url.searchParams), body })
  response.on('close', () => !response.writableFinished && world.log('request-aborted', { path: url.pathname }))
  const fault = world.faults.take('http', ({ path = /\/stream\/with-timestamps$/ }) => path.test(url.pathname))
  if (fault) {
    response.writeHead(fault.status, { 'content-type': fault.contentType ?? 'application/json' }).end(fault.body)
    return
  }
  if (request.headers['xi-api-key'] !== world.account.apiKey) return refuse(response, 401, 'invalid_api_key', 'Invalid API key')
  const route = `${request.method} ${url.pathname}`
  const speech = /^POST \/v1\/text-to-speech\/([^/]+)\/stream\/with-timestamps$/.exec(route)
  const voice = /^GET \/v1\/voices\/([^/]+)$/.exec(route)
  if (speech?.[1]) return speak(response, speech[1], url.searchParams, body, world)
  if (voice) {
    const found = world.account.voices.find(({ voice_id }) => voice_id === voice[1])
    return found
      ? json(response, found)
      : refuse(response, 404, 'voice_not_found', `A voice with the voice_id ${voice[1]} was not found.`)
  }
  if (route === 'GET /v2/voices')
    return json(response, { voices: world.account.voices, has_more: false, total_count: world.account.voices.length })
  if (route === 'GET /v1/models') return json(response, world.account.models)
  if (route === 'GET /v1/user/subscription') return json(response, { ...SUBSCRIPTION, ...world.account.subscription })
  world.violation(`no such route: ${route}`)
  refuse(response, 404, 'not_found', 'Not Found')
}

function speak(response: ServerResponse, voiceId: string, query: URLSearchParams, body: string, world: HttpWorld): void {
  const { clock, profile, account, faults } = world
  const asked = JSON.parse(body) as Record<string, unknown>
  for (const field of Object.keys(asked)) if (!SPEECH_FIELDS.includes(field)) world.violation(`unknown field ${field}`)
  if (query.get('output_format') !== 'ulaw_8000') world.violation('this voice speaks ulaw_8000 only')
  if (!account.voices.some(voice => voice.voice_id === voiceId))
    return refuse(response, 404, 'voice_not_found', `A voice with the voice_id ${voiceId} was not found.`)
  if (world.speaking.size >= account.maximumConcurrentRequests)
    return refuse(response, 429, 'too_many_concurrent_requests', 'Too many concurrent requests.')
  world.speaking.add(response)
  response.on('close', () => world.speaking.delete(response))
  const { text } = asked
  if (typeof text !== 'string' || !text.trim()) {
    world.violation('a speech request without text')
    response.writeHead(422, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ detail: [{ loc: ['body', 'text'], msg: 'Field required', type: 'missing' }] }))
    return
  }
  const spoken = synthesise(text)
  const { audio } = spoken
  const cut = faults.take('cut-body')
  const stalled = faults.take('stalled-body')
  const endBytes = Math.min(audio.length, cut?.afterBytes ?? audio.length, stalled?.afterBytes ?? audio.length)
  let sentBytes = 0
  let chunk = 0
  let cancel = clock.after(profile.firstAudioMs, next)
  response.on('close', () => cancel())

  function alignmentOf(fromBytes: number, bytes: number): Alignment {
    const nothing = { chars: [], startsMs: [], durationsMs: [] }
    if (profile.alignment === 'none' || (profile.alignment === 'once' && fromBytes > 0)) return nothing
    if (profile.alignment === 'first') return fromBytes === 0 ? spoken.alignment : nothing
    const told = profile.alignment === 'normalised' ? normalised(spoken.alignment) : spoken.alignment
    const fromMs = fromBytes / BYTES_PER_MS
    const inPiece = alignmentBetween(told, fromMs, fromMs + bytes / BYTES_PER_MS)
    if (profile.httpTimes === 'piece') return inPiece
    const first = told.startsMs.findIndex(startMs => startMs >= fromMs)
    return { ...inPiece, startsMs: inPiece.startsMs.map((_, index) => told.startsMs[first + index] ?? 0) }
  }

  function next(): void {
    if (!response.headersSent) response.writeHead(200, speechHeaders(world, text as string))
    const bytes = Math.min(endBytes - sentBytes, profile.chunkBytes + (chunk++ % 3) - 1)
    if (bytes > 0) response.write(line(audio.subarray(sentBytes, sentBytes + bytes), alignmentOf(sentBytes, bytes)))
    sentBytes += bytes
    if (sentBytes < endBytes) cancel = clock.after(bytes / BYTES_PER_MS / profile.realTimeFactor, next)
    else if (cut) response.destroy()
    else if (!stalled) response.end()
  }
}

/** One line of the answer: audio, and the times of its characters in seconds from the answer's beginning. */
const line = (audio: Buffer, { chars, startsMs, durationsMs }: Alignment): string => {
  const seconds = (ms: number): number => Math.round(ms) / 1000
  const alignment = {
    characters: chars,
    character_start_times_seconds: startsMs.map(seconds),
    character_end_times_seconds: startsMs.map((startMs, index) => seconds(startMs + (durationsMs[index] ?? 0))),
  }
  const told = chars.length > 0 ? alignment : null
  return `${JSON.stringify({ audio_base64: audio.toString('base64'), alignment: told, normalized_alignment: told })}\n`
}

const speechHeaders = ({ account, speaking }: HttpWorld, text: string): Record<string, string> => ({
  'content-type': 'application/json',
  'request-id': 'emulated',
  'current-concurrent-requests': String(speaking.size),
  'maximum-concurrent-requests': String(account.maximumConcurrentRequests),
  'character-cost': String(text.length),
  'x-region': 'emulator',
})

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** An error as the service words it: {"detail":{"status":…,"message":…}}. */
export function refuse(response: ServerResponse, code: number, status: string, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ detail: { status, message } }))
}

async function read(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}
