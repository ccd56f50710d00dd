/** One completion, from the request to the last byte or to the fault that was ordered for it. */
import type { ServerResponse } from 'node:http'
import type { Clock } from '../../../src/ports.ts'
import type { BodyFault, Fault } from './faults.ts'
import { promptTokens, tokensOf } from './tokens.ts'
import { type ChatBody, chunk, completion, data, errorBody, type FinishReason, usage } from './wire.ts'

export type Profile = {
  /** From the request to the headers of the stream. */
  readonly headersMs: number
  /** From the request to the first token. */
  readonly firstTokenMs: number
  readonly tokensPerSecond: number
  /** From [DONE] to the end of the body; the real service takes a few ms. */
  readonly endMs: number
}

export type Answer = {
  readonly text: string
  /** By default "stop", or "tool_calls" if it calls a tool, or "length" if the limit of the request was reached. */
  readonly finish?: FinishReason
  /** Tools to call after the text. */
  readonly calls?: readonly { readonly name: string; readonly arguments: string }[]
  readonly refusal?: string
}

export type ChatRequest = {
  readonly body: ChatBody
  /** Which connection carried it, counted from 0. */
  readonly connection: number
  readonly atMs: number
  /** How many tokens have been sent, and each one's time if it is a stream. */
  tokens: number
  readonly tokensAtMs: number[]
  firstTokenAtMs: number | null
  endedAtMs: number | null
  /** Null while it is under way; `aborted`: the client went away. */
  outcome: 'complete' | 'refused' | 'faulty' | 'aborted' | null
}

type Work = {
  readonly request: ChatRequest
  readonly response: ServerResponse
  readonly clock: Clock
  readonly profile: Profile
  readonly fault: Fault | null
  readonly answer: Answer
}

/** Ends once the response has, whoever ended it. */
export async function answerChat(work: Work): Promise<void> {
  const { request, response, clock } = work
  const gone = new AbortController()
  response.on('close', () => {
    if (request.outcome === null && !response.writableFinished) request.outcome = 'aborted'
    request.endedAtMs ??= clock.now()
    gone.abort()
  })
  const closed = new Promise<void>(resolve => response.on('close', resolve))
  await (work.request.body.stream ? stream(work, gone.signal) : whole(work, gone.signal))
  await closed
}

async function stream(work: Work, gone: AbortSignal): Promise<void> {
  const { request, response, clock, profile, fault, answer } = work
  const startedMs = clock.now()
  if (await faultyStart(work, gone)) return
  await until(clock, startedMs + profile.headersMs, gone)
  if (gone.aborted) return
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_emulated' })
  response.flushHeaders()
  const { said, finish } = limited(answer, request.body)
  const write = chunkWriter(work)
  const spoilAt = fault && 'afterTokens' in fault ? fault : null
  for (const [n, token] of said.entries()) {
    if (spoilAt?.afterTokens === n) return spoil(work, spoilAt, gone)
    await until(clock, startedMs + profile.firstTokenMs + (n * 1000) / profile.tokensPerSecond, gone)
    if (gone.aborted) return
    if (n === 0) write({ role: 'assistant', content: '', refusal: null }, null)
    request.firstTokenAtMs ??= clock.now()
    request.tokensAtMs.push(clock.now())
    write({ [answer.refusal === undefined ? 'content' : 'refusal']: token }, null)
    request.tokens++
  }
  if (spoilAt) return spoil(work, spoilAt, gone)
  await endStream(work, finish, gone)
}

async function endStream(work: Work, finish: FinishReason, gone: AbortSignal): Promise<void> {
  const { request, response, clock, profile, fault, answer } = work
  const write = chunkWriter(work)
  if (answer.calls && request.tokens === 0) write({ role: 'assistant', content: null, refusal: null }, null)
  for (const [index, { name, arguments: args }] of (answer.calls ?? []).entries()) {
    write({ tool_calls: [{ index, id: callId(index), type: 'function', function: { name, arguments: '' } }] }, null)
    for (const token of tokensOf(args)) write({ tool_calls: [{ index, function: { arguments: token } }] }, null)
  }
  write({}, finish)
  if (fault?.type === 'stall-after-finish') return hang(gone)
  if (request.body.stream_options?.include_usage) {
    response.write(chunk(ID, request.body.model, null, null, usage(promptTokens(request.body.messages), request.tokens)))
  }
  response.write(data('[DONE]'))
  await until(clock, clock.now() + profile.endMs, gone)
  if (gone.aborted) return
  request.outcome = 'complete'
  response.end()
}

async function whole(work: Work, gone: AbortSignal): Promise<void> {
  const { request, response, clock, profile, answer } = work
  const startedMs = clock.now()
  if (await faultyStart(work, gone)) return
  const { said, finish } = limited(answer, request.body)
  await until(clock, startedMs + profile.firstTokenMs + (said.length * 1000) / profile.tokensPerSecond, gone)
  if (gone.aborted) return
  request.tokens = said.length
  request.outcome = 'complete'
  const text = said.join('')
  const message = {
    content: answer.refusal === undefined ? text : null,
    ...(answer.refusal === undefined ? {} : { refusal: text }),
    ...(answer.calls ? { tool_calls: answer.calls.map((call, n) => ({ id: callId(n), type: 'function', function: call })) } : {}),
  }
  const used = usage(promptTokens(request.body.messages), said.length)
  response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'req_emulated' })
  response.end(JSON.stringify(completion(ID, request.body.model, message, finish, used)))
}

/** Faults that come before anything of the answer. True if there is nothing more to do. */
async function faultyStart({ request, response, clock, fault }: Work, gone: AbortSignal): Promise<boolean> {
  switch (fault?.type) {
    case 'status': {
      request.outcome = 'refused'
      response.writeHead(fault.status, {
        'content-type': 'application/json',
        ...(fault.retryAfterMs === undefined ? {} : { 'retry-after-ms': String(fault.retryAfterMs) }),
        ...(fault.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) }),
      })
      const type = fault.status >= 500 ? 'server_error' : 'invalid_request_error'
      response.end(JSON.stringify(errorBody(fault.message ?? 'It was ordered to fail.', type, fault.code ?? null)))
      return true
    }
    case 'proxy-error':
      request.outcome = 'refused'
      response.writeHead(fault.status, { 'content-type': 'text/html' })
      response.end('<html><body>Bad gateway</body></html>')
      return true
    case 'slow-headers':
      if (fault.ms === null) await hang(gone)
      else await until(clock, clock.now() + fault.ms, gone)
      return gone.aborted
    case undefined:
    case 'stall':
    case 'cut':
    case 'end-early':
    case 'stream-error':
    case 'garbage':
    case 'stall-after-finish':
      return false
  }
}

async function spoil({ request, response }: Work, fault: BodyFault, gone: AbortSignal): Promise<void> {
  if (fault.type === 'stall') return hang(gone)
  request.outcome = 'faulty'
  // A destroyed socket throws away what it has not sent yet; what was said before the fault must arrive.
  if (fault.type === 'cut') response.write(': cut\n\n', () => setImmediate(() => response.destroy()))
  else if (fault.type === 'end-early') response.end()
  else if (fault.type === 'garbage') response.end(data('{"choices":[{"index":0,"del'))
  else response.end(data(errorBody('The server had an error while processing your request.', 'server_error', null)))
}

/** The tokens that fit the limit the request sets, and why the answer ends. */
function limited(answer: Answer, body: ChatBody): { readonly said: readonly string[]; readonly finish: FinishReason } {
  const tokens = tokensOf(answer.refusal ?? answer.text)
  const most = body.max_completion_tokens ?? body.max_tokens ?? Infinity
  if (tokens.length > most) return { said: tokens.slice(0, most), finish: 'length' }
  return { said: tokens, finish: answer.finish ?? (answer.calls ? 'tool_calls' : 'stop') }
}

const ID = 'chatcmpl-emulated'

const callId = (n: number): string => `call_${n + 1}`

const chunkWriter = ({ request, response }: Work) => {
  const usageField = request.body.stream_options?.include_usage ? null : undefined
  return (delta: Readonly<Record<string, unknown>>, finish: FinishReason | null): void =>
    void response.write(chunk(ID, request.body.model, delta, finish, usageField))
}

/** Waits until that moment or until the client has gone. */
function until(clock: Clock, atMs: number, gone: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (gone.aborted || atMs <= clock.now()) return resolve()
    const end = (): void => {
      callOff()
      gone.removeEventListener('abort', end)
      resolve()
    }
    const callOff = clock.after(atMs - clock.now(), end)
    gone.addEventListener('abort', end)
  })
}

const hang = (gone: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (gone.aborted) resolve()
    else gone.addEventListener('abort', () => resolve())
  })
