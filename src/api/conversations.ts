/** The routes of conversations: list, begin or adopt, look at, listen to, remove. */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { z } from 'zod'
import { adopt } from '../store/conversations.ts'
import { forgetConversation } from '../store/forget.ts'
import { conversationOf, listConversations, type RecordedCall } from '../store/read-records.ts'
import { LEGS, recordingOf, type Leg } from '../store/recordings.ts'
import { wordsOfCall } from '../store/words-of-call.ts'
import type { ApiParts } from './api.ts'
import { byteRange } from './byte-range.ts'
import { routeSchema } from './route-schema.ts'
import * as shapes from './shapes.ts'

const tag = 'Conversations'
const failed = { 400: shapes.failure, 403: shapes.failure }
const missing = { ...failed, 404: shapes.failure }

type OneConversation = { Params: z.output<typeof shapes.conversationParams> }

export function addConversationRoutes(server: FastifyInstance, parts: ApiParts): void {
  addList(server, parts)
  addAdoption(server, parts)
  addOne(server, parts)
  addAudio(server, parts)
  addWords(server, parts)
  addRemoval(server, parts)
}

function addList(server: FastifyInstance, { store }: ApiParts): void {
  const summary = 'Conversations, the newest first, page by page'
  const schema = routeSchema({
    summary,
    tag,
    querystring: shapes.listQuery,
    response: { 200: shapes.conversationPage, ...failed },
  })
  server.get<{ Querystring: z.output<typeof shapes.listQuery> }>('/api/conversations', { schema }, async ({ query }, reply) => {
    const after = query.after === undefined ? null : readCursor(query.after)
    if (after === 'malformed') return reply.code(400).send({ error: 'after is not the `next` of a page' })
    const { limit, person: personId = null, since, until } = query
    const dates = { since: shapes.comparable(since), until: shapes.comparable(until) }
    const found = await listConversations(store.database, { limit, after, personId, ...dates })
    const conversations = found.slice(0, limit)
    return { conversations, next: found.length > limit ? cursorOf(conversations.at(-1)!) : null }
  })
}

type Cursor = { readonly createdAt: string; readonly id: string }

const cursorOf = ({ createdAt, id }: Cursor): string => Buffer.from(`${createdAt} ${id}`).toString('base64url')

function readCursor(text: string): Cursor | 'malformed' {
  const [createdAt, id, more] = Buffer.from(text, 'base64url').toString().split(' ')
  return createdAt && id && more === undefined ? { createdAt, id } : 'malformed'
}

function addAdoption(server: FastifyInstance, { store, newId, wallTime }: ApiParts): void {
  const summary = 'Begins a conversation, or takes up an earlier one, and may give it a call'
  const response = { 200: shapes.adopted, 201: shapes.created, ...missing }
  const schema = routeSchema({ summary, tag, body: shapes.adoptBody, response })
  server.post<{ Body: z.output<typeof shapes.adoptBody> }>('/api/conversations', { schema }, async ({ body }, reply) => {
    const id = body.id ?? newId()
    const outcome = await adopt({ ...store, now: wallTime() }, id, body.callSid ?? null)
    if (outcome === null) return reply.code(404).send({ error: `there is no call ${body.callSid}` })
    return reply.code(outcome === 'made' ? 201 : 200).send({ id })
  })
}

function addOne(server: FastifyInstance, { store }: ApiParts): void {
  const summary = 'A conversation with its calls, turns and their certificates, costs and recordings'
  const schema = routeSchema({
    summary,
    tag,
    params: shapes.conversationParams,
    response: { 200: shapes.conversation, ...missing },
  })
  server.get<OneConversation>('/api/conversations/:id', { schema }, async ({ params }, reply) => {
    const conversation = await conversationOf(store.database, params.id)
    if (!conversation) return notThere(reply, params.id)
    const calls = await Promise.all(conversation.calls.map(call => withAudio(call, store.callsDir)))
    return { ...conversation, calls }
  })
}

const notThere = (reply: FastifyReply, id: string): FastifyReply =>
  reply.code(404).send({ error: `there is no conversation ${id}` })

/** With links to its recordings in place of the folder, which is nobody's business outside. */
async function withAudio({ folder, ...call }: RecordedCall, callsDir: string) {
  const isHere = (await recordingOf(callsDir, folder, 'mixed')) !== null
  const link = (leg: Leg): string => `/api/conversations/${call.conversationId}/audio/${leg}?call=${encodeURIComponent(call.id)}`
  return { ...call, audio: isHere ? Object.fromEntries(LEGS.map(leg => [leg, link(leg)])) : null }
}

type Audio = { Params: z.output<typeof shapes.audioParams>; Querystring: z.output<typeof shapes.audioQuery> }

function addAudio(server: FastifyInstance, { store }: ApiParts): void {
  const summary = 'A recording as WAV: the caller, the bot, or both (left caller, right bot). Takes ranges of bytes'
  const { audioParams: params, audioQuery: querystring } = shapes
  const schema = routeSchema({ summary, tag, params, querystring, response: missing })
  server.get<Audio>('/api/conversations/:id/audio/:leg', { schema }, async ({ params, query, headers }, reply) => {
    const conversation = await conversationOf(store.database, params.id)
    if (!conversation) return notThere(reply, params.id)
    const call = calledFor(conversation.calls, query.call)
    const recording = call && (await recordingOf(store.callsDir, call.folder, params.leg))
    if (!recording) return reply.code(404).send({ error: 'there is no such recording on this machine' })
    const range = byteRange(headers.range, recording.bytes)
    void reply.header('accept-ranges', 'bytes').header('cache-control', 'private, no-store')
    if (range.type === 'unsatisfiable') {
      return reply
        .code(416)
        .header('content-range', `bytes */${recording.bytes}`)
        .send({ error: 'there is nothing in that range' })
    }
    const { start, end } = range.type === 'part' ? range : { start: 0, end: recording.bytes }
    if (range.type === 'part') void reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${recording.bytes}`)
    return reply
      .type('audio/wav')
      .header('content-length', end - start)
      .send(Readable.from(recording.read(start, end)))
  })
}

const calledFor = (calls: readonly RecordedCall[], id: string | undefined): RecordedCall | undefined =>
  id === undefined ? calls.at(-1) : calls.find(call => call.id === id)

function addWords(server: FastifyInstance, { store }: ApiParts): void {
  const summary = "A call's words with their times on the clock of its recordings, from its journal; so far, of one that goes on"
  const { conversationParams: params, audioQuery: querystring } = shapes
  const response = { 200: shapes.timedWords, ...missing, 422: shapes.failure }
  const schema = routeSchema({ summary, tag, params, querystring, response })
  type Words = { Params: z.output<typeof params>; Querystring: z.output<typeof querystring> }
  server.get<Words>('/api/conversations/:id/words', { schema }, async ({ params, query }, reply) => {
    const conversation = await conversationOf(store.database, params.id)
    if (!conversation) return notThere(reply, params.id)
    const call = calledFor(conversation.calls, query.call)
    const words = call ? await wordsOfCall(store.callsDir, call.folder, store) : null
    if (!call || words === null) return reply.code(404).send({ error: 'there is no journal of this call on this machine' })
    if (words === 'damaged') return reply.code(422).send({ error: 'the journal of this call is damaged and cannot be read' })
    void reply.header('cache-control', 'private, no-store')
    return { callId: call.id, ...words }
  })
}

function addRemoval(server: FastifyInstance, { store }: ApiParts): void {
  const summary = 'Removes a conversation for good, with its recordings'
  const response = { 200: shapes.forgotten, ...missing, 409: shapes.failure }
  const schema = routeSchema({ summary, tag, params: shapes.conversationParams, response })
  server.delete<OneConversation>('/api/conversations/:id', { schema }, async ({ params }, reply) => {
    const conversation = await conversationOf(store.database, params.id)
    if (!conversation) return notThere(reply, params.id)
    const isLive = store.live().some(({ conversationId }) => conversationId === conversation.id)
    if (isLive) return reply.code(409).send({ error: 'a call of this conversation is going on' })
    return forgetConversation(store, conversation.id)
  })
}
