/** The other routes: calls going on, people, feedback, and what streams. */
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { openEventStream } from '../event-stream.ts'
import { addFeedback, callWithSid, hasTurn } from '../store/conversations.ts'
import type { LiveCall } from '../store/live-calls.ts'
import { forgetFact } from '../store/memory.ts'
import { personById } from '../store/read-records.ts'
import type { ApiParts } from './api.ts'
import { routeSchema } from './route-schema.ts'
import * as shapes from './shapes.ts'

const failed = { 400: shapes.failure, 403: shapes.failure }
const missing = { ...failed, 404: shapes.failure }

export function addCallRoutes(server: FastifyInstance, parts: ApiParts): void {
  addLive(server, parts)
  addEvents(server, parts)
  addPeople(server, parts)
  addForgetting(server, parts)
  addFeedbackRoute(server, parts)
  addStatus(server, parts)
}

function addLive(server: FastifyInstance, { store }: ApiParts): void {
  const schema = routeSchema({
    summary: 'Calls going on in this process',
    tag: 'Calls',
    response: { 200: shapes.liveCalls, ...failed },
  })
  server.get('/api/calls/live', { schema }, async () => ({ calls: store.live().map(withEvents) }))
}

const withEvents = (call: LiveCall) => ({ ...call, events: `/api/calls/${call.callSid}/events` })

/** A watcher that connects again gets the whole list again, and so has missed nothing that matters. */
function addEvents(server: FastifyInstance, { store }: ApiParts): void {
  const schema = routeSchema({
    summary: 'Calls going on, as server-sent events: first `calls`, all of them; then `began`, `turn` (its certificate), `ended`',
    tag: 'Calls',
    response: { 200: shapes.eventStream, ...failed },
  })
  server.get('/api/events', { schema }, (_, reply) => {
    void reply.hijack()
    const stream = openEventStream(reply.raw)
    stream.send('calls', { calls: store.live().map(withEvents) })
    const stop = store.watch(({ type, ...news }) => {
      stream.send(type, 'call' in news ? withEvents(news.call) : news)
    })
    reply.raw.once('close', stop)
  })
}

function addPeople(server: FastifyInstance, { store, wallTime }: ApiParts): void {
  const response = { 200: shapes.person, ...missing }
  const schema = routeSchema({
    summary: 'Who called, and what is remembered',
    tag: 'People',
    params: shapes.personParams,
    response,
  })
  server.get<{ Params: z.output<typeof shapes.personParams> }>('/api/people/:id', { schema }, async ({ params }, reply) => {
    const person = await personById(store.database, params.id, wallTime())
    return person ?? reply.code(404).send({ error: `there is nobody of the id ${params.id}` })
  })
}

function addForgetting(server: FastifyInstance, { store }: ApiParts): void {
  const schema = routeSchema({
    summary: 'Forgets one thing that a person told',
    tag: 'People',
    params: shapes.factParams,
    response: { 200: shapes.created, ...missing },
  })
  const path = '/api/people/:id/memory/:fact'
  server.delete<{ Params: z.output<typeof shapes.factParams> }>(path, { schema }, async ({ params: { id, fact } }, reply) => {
    const isGone = await forgetFact(store.database, id, fact)
    return isGone ? { id: fact } : reply.code(404).send({ error: `nothing of the id ${fact} is remembered of this person` })
  })
}

function addFeedbackRoute(server: FastifyInstance, { store, newId, wallTime }: ApiParts): void {
  const response = { 201: shapes.created, ...missing }
  const schema = routeSchema({
    summary: 'What somebody thinks of a call or a turn',
    tag: 'Calls',
    body: shapes.feedbackBody,
    response,
  })
  server.post<{ Body: z.output<typeof shapes.feedbackBody> }>('/api/feedback', { schema }, async ({ body }, reply) => {
    const { callSid, turn = null, rating = null, words = null } = body
    if (rating === null && words === null) return reply.code(400).send({ error: 'a rating or words are wanted' })
    const call = await callWithSid(store.database, callSid)
    if (!call) return reply.code(404).send({ error: `there is no call ${callSid}` })
    if (turn !== null && !(await hasTurn(store.database, call.id, turn))) {
      return reply.code(404).send({ error: `the call has no turn ${turn}` })
    }
    const id = newId()
    const feedback = { id, callId: call.id, turnId: turn, rating, words, source: 'api', createdAt: wallTime() } as const
    await addFeedback(store.database, feedback)
    return reply.code(201).send({ id })
  })
}

function addStatus(server: FastifyInstance, { stages }: ApiParts): void {
  const summary = 'Which stages stream, with the providers in use'
  const schema = routeSchema({ summary, tag: 'Status', response: { 200: shapes.streaming, ...failed } })
  server.get('/api/status/streaming', { schema }, async () => ({ stages: stages() }))
}
