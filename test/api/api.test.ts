import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createParser } from 'eventsource-parser'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { z } from 'zod'
import * as shapes from '../../src/api/shapes.ts'
import { readWav } from '../../src/audio/wav.ts'
import type { Database } from '../../src/store/database.ts'
import { onEachDatabase, type TestStore } from '../store/databases.ts'
import { entriesOf, headingOf, journalFor, recordCall } from '../store/played-call.ts'
import { openApi, type Answer } from './rig.ts'

const anna = '+15551234567'
const sid = (n: number): string => headingOf(n).callSid
const at = (n: number): string => `2026-11-20T10:${String(n).padStart(2, '0')}:00.000Z`
const uuid = '11111111-2222-4333-8444-555555555555'

/** The answer, if it is what the description promises. */
const as = <T>(shape: z.ZodType<T>, { status, body }: Answer): T => {
  expect(status).toBeLessThan(300)
  return shape.parse(body)
}

const settled = async (store: TestStore): Promise<void> => {
  while (store.state().waiting > 0) await new Promise(setImmediate)
}

/** So many calls, one a minute, the odd ones Anna's. */
async function withCalls(store: TestStore, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) await recordCall(store, headingOf(n, { startedAt: at(n) }), n % 2 === 1 ? anna : null)
  await settled(store)
}

describe('the interface', () => {
  onEachDatabase(open => {
    it('lists conversations page by page, the newest first', async () => {
      const store = await open()
      await withCalls(store, 5)
      const { ask } = await openApi(store)

      const seen: string[] = []
      let next: string | null = ''
      while (next !== null) {
        const page: z.output<typeof shapes.conversationPage> = as(
          shapes.conversationPage,
          await ask(`/api/conversations?limit=2${next && `&after=${next}`}`),
        )
        expect(page.conversations.length).toBeLessThanOrEqual(2)
        seen.push(...page.conversations.map(({ id }) => id))
        next = page.next
      }
      expect(seen).toEqual([5, 4, 3, 2, 1].map(sid))
    })

    it('tells of each how long it was, how often and how punctually the caller was answered, and what it cost', async () => {
      const store = await open()
      await withCalls(store, 1)
      const { ask } = await openApi(store)
      const { conversations } = as(shapes.conversationPage, await ask('/api/conversations'))
      expect(conversations).toMatchObject([
        { id: sid(1), personId: store.personOf(anna), calls: 1, lastCallAt: at(1), lengthMs: 13_000, replies: 2, early: 0 },
      ])
      // Two answers, the draft's voice and the recogniser are priced; what the draft's model took is unknown.
      expect(conversations[0]!.cost.usd).toBeCloseTo(0.0355 + 0.0333 + 0.0007 + 0.000686, 6)
      expect(conversations[0]!.cost).toMatchObject({ droppedUsd: expect.closeTo(0.0007, 6) as number, unknown: true })
    })

    it('finds them by person and by date', async () => {
      const store = await open()
      await withCalls(store, 4)
      const { ask } = await openApi(store)
      const found = async (query: string) =>
        as(shapes.conversationPage, await ask(`/api/conversations?${query}`)).conversations.map(({ id }) => id)
      expect(await found(`person=${store.personOf(anna)}`)).toEqual([sid(3), sid(1)])
      expect(await found(`since=${at(2)}&until=${at(4)}`)).toEqual([sid(3), sid(2)])
      expect(await found('since=2026-11-20T10:04:00Z')).toEqual([sid(4)])
      expect(await found('until=2026-11-20')).toEqual([])
      expect(await found('person=nobody')).toEqual([])
    })

    it('shows a conversation with its turns, certificates, costs and recordings, by its id or the SID of a call', async () => {
      const store = await open()
      await recordCall(store, headingOf(1, { startedAt: at(1) }), anna, uuid)
      await recordCall(store, headingOf(2, { startedAt: at(2) }), anna, uuid)
      await settled(store)
      const { ask } = await openApi(store)

      const shown = as(shapes.conversation, await ask(`/api/conversations/${uuid}`))
      expect(shown.calls.map(({ callSid }) => callSid)).toEqual([sid(1), sid(2)])
      const [call] = shown.calls
      expect(call!.turns[1]).toMatchObject({
        said: 'Yes. please.',
        heard: 'One two three four',
        silentSinceMs: 6745,
        completeMs: 7245,
        releasedMs: 7260,
        outcome: 'interrupted',
        discarded: 1,
        cost: { usd: expect.closeTo(0.0355, 6) as number, unknown: false },
      })
      expect(call!.audio!.mixed).toBe(`/api/conversations/${uuid}/audio/mixed?call=${call!.id}`)
      expect((await ask(`/api/conversations/${sid(2)}`)).body).toEqual(shown)
      expect(JSON.stringify(shown)).not.toContain('folder')
    })

    it('plays each leg of a call as a WAV file, whole or in parts', async () => {
      const store = await open()
      const journal = journalFor(store.callsDir, headingOf(1), store)
      for (const entry of entriesOf(headingOf(1))) journal.write(entry)
      for (let n = 0; n < 100; n++) journal.audio(new Uint8Array(160).fill(n), new Uint8Array(160).fill(200 - n))
      await journal.close()
      await settled(store)
      const { ask, url } = await openApi(store)
      const { calls } = as(shapes.conversation, await ask(`/api/conversations/${sid(1)}`))

      const folder = join(store.callsDir, sid(1))
      const fetched = async (link: string, range?: string) => {
        const response = await fetch(`${url}${link}`, range === undefined ? {} : { headers: { range } })
        return { response, bytes: Buffer.from(await response.arrayBuffer()) }
      }
      const mixed = await fetched(calls[0]!.audio!.mixed)
      expect(mixed.response.headers.get('content-type')).toBe('audio/wav')
      expect(mixed.bytes).toEqual(readFileSync(join(folder, 'mixed.wav')))
      const caller = await fetched(calls[0]!.audio!.caller)
      expect(Buffer.from(readWav('caller', caller.bytes))).toEqual(readFileSync(join(folder, 'caller.ulaw')))
      expect(caller.bytes).toHaveLength(58 + 16_000)

      for (const [range, start, end] of [
        ['bytes=0-0', 0, 1],
        ['bytes=10-99', 10, 100],
        ['bytes=57-58', 57, 59],
        ['bytes=16000-', 16_000, 16_058],
        ['bytes=-100', 15_958, 16_058],
        ['bytes=0-99999999', 0, 16_058],
      ] as const) {
        const part = await fetched(calls[0]!.audio!.caller, range)
        expect(part.response.status).toBe(206)
        expect(part.response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/16058`)
        expect(part.bytes).toEqual(caller.bytes.subarray(start, end))
      }
      expect((await fetched(calls[0]!.audio!.caller, 'bytes=16058-')).response.status).toBe(416)
      expect((await fetched(calls[0]!.audio!.caller, 'lines=1-2')).response.status).toBe(200)

      rmSync(folder, { recursive: true })
      expect((await ask(`/api/conversations/${sid(1)}/audio/bot`)).body).toEqual({
        error: 'there is no such recording on this machine',
      })
      expect(as(shapes.conversation, await ask(`/api/conversations/${sid(1)}`)).calls[0]!.audio).toBeNull()
    })

    it('begins a conversation, takes one up again, and gives it a call, which its folder remembers', async () => {
      const store = await open()
      await withCalls(store, 2)
      const { ask } = await openApi(store)
      const post = (body: object) => ask('/api/conversations', { method: 'POST', body })

      const begun = await post({})
      expect([begun.status, begun.body]).toEqual([201, { id: 'c0ffee00-0000-4000-8000-000000000001' }])
      expect((await post({ id: uuid })).status).toBe(201)
      expect((await post({ id: uuid })).status).toBe(200)
      expect((await post({ id: uuid, callSid: sid(1) })).status).toBe(200)
      expect((await post({ id: uuid, callSid: sid(2) })).status).toBe(200)
      expect((await post({ id: uuid, callSid: sid(2) })).status).toBe(200)
      const { calls } = as(shapes.conversation, await ask(`/api/conversations/${uuid}`))
      expect(calls.map(({ callSid }) => callSid)).toEqual([sid(1), sid(2)])
      expect((await post({ callSid: sid(9) })).status).toBe(404)
      const ids = as(shapes.conversationPage, await ask('/api/conversations')).conversations.map(({ id }) => id)
      expect(ids.toSorted()).toEqual([uuid, 'c0ffee00-0000-4000-8000-000000000001'])
      expect(readFileSync(join(store.callsDir, sid(2), 'call.json'), 'utf8')).toContain(uuid)
    })

    it('removes a conversation for good, but not while a call of it goes on', async () => {
      const store = await open()
      await withCalls(store, 2)
      const journal = journalFor(store.callsDir, headingOf(3), store)
      for (const entry of entriesOf(headingOf(3)).slice(0, 20)) journal.write(entry)
      await settled(store)
      const { ask } = await openApi(store)
      const remove = (n: number) => ask(`/api/conversations/${sid(n)}`, { method: 'DELETE' })

      expect(as(shapes.forgotten, await remove(1))).toMatchObject({ calls: 1, turns: 3, folders: [sid(1)] })
      expect((await remove(1)).status).toBe(404)
      expect((await ask(`/api/conversations/${sid(1)}`)).status).toBe(404)
      expect((await ask(`/api/conversations/${sid(2)}`)).status).toBe(200)
      expect((await remove(3)).status).toBe(409)
      await journal.close()
      await settled(store)
      expect((await remove(3)).status).toBe(200)
    })

    it('tells which calls are going on, and for how long', async () => {
      const store = await open()
      const { ask } = await openApi(store)
      const live = async () => as(shapes.liveCalls, await ask('/api/calls/live')).calls
      expect(await live()).toEqual([])
      const journal = journalFor(store.callsDir, headingOf(1), store, anna, uuid)
      const entries = entriesOf(headingOf(1))
      for (const entry of entries.slice(0, 59)) journal.write(entry)
      // Which conversation it continues may have to be looked up.
      await new Promise(setImmediate)
      journal.write(entries[59]!)
      expect(await live()).toEqual([
        {
          callSid: sid(1),
          conversationId: uuid,
          personId: store.personOf(anna),
          startedAt: '2026-11-20T10:00:00.000Z',
          lengthMs: entries[59]!.at,
          replies: 2,
          events: `/api/calls/${sid(1)}/events`,
        },
      ])
      await journal.close()
      expect(await live()).toEqual([])
    })

    it('tells whoever watches when a call begins, finishes a turn, and ends', async () => {
      const store = await open()
      const { url, ask } = await openApi(store)
      const first = journalFor(store.callsDir, headingOf(1), store)
      first.write(entriesOf(headingOf(1))[0]!)
      const watching = new AbortController()
      onTestFinished(() => watching.abort())
      const response = await fetch(`${url}/api/events`, { signal: watching.signal })
      expect(response.headers.get('content-type')).toBe('text/event-stream')
      const told: { readonly event: string | undefined; readonly data: unknown }[] = []
      const parser = createParser({ onEvent: ({ event, data }) => void told.push({ event, data: JSON.parse(data) }) })
      const reading = response
        .body!.pipeThrough(new TextDecoderStream())
        .pipeTo(new WritableStream({ write: text => parser.feed(text) }))
      reading.catch(() => undefined)
      const news = async (count: number) => {
        await vi.waitFor(() => expect(told.length).toBeGreaterThanOrEqual(count), { timeout: 40_000 })
        return told
      }
      expect(shapes.liveCalls.parse((await news(1))[0]!.data).calls.map(({ callSid }) => callSid)).toEqual([sid(1)])
      expect(told[0]!.event).toBe('calls')
      await recordCall(store, headingOf(2))
      await first.close()
      const [, began, ...rest] = await news(7)
      expect([began!.event, shapes.liveCall.parse(began!.data).callSid]).toEqual(['began', sid(2)])
      expect(rest.map(({ event }) => event)).toEqual(['turn', 'turn', 'turn', 'ended', 'ended'])
      expect(rest.at(-1)!.data).toEqual({ callSid: sid(1) })
      await settled(store)
      const { turns } = as(shapes.conversation, await ask(`/api/conversations/${sid(2)}`)).calls[0]!
      expect(rest[0]!.data).toMatchObject({
        callSid: sid(2),
        turn: { id: turns[0]!.id, heard: turns[0]!.heard, outcome: turns[0]!.outcome },
      })
    })

    it('tells of a person how often they called and what is remembered, without what has expired', async () => {
      const store = await open()
      await withCalls(store, 3)
      const personId = store.personOf(anna)!
      const [{ id: callId } = { id: '' }] = await store.database.selectFrom('calls').select('id').execute()
      const fact = { personId, callId, turnId: 3, kind: 'other', quote: 'What do you do?', createdAt: at(1) } as const
      const facts = [
        { ...fact, id: 'f1', fact: 'sells pumps', expiresAt: '2027-11-21T12:00:00.000Z' },
        { ...fact, id: 'f2', fact: 'is on holiday', expiresAt: '2026-11-21T11:59:59.000Z' },
        { ...fact, id: 'f3', fact: 'asked for a call', expiresAt: '2026-11-21T12:00:01.000Z' },
      ]
      await store.database.insertInto('memoryFacts').values(facts).execute()
      const { ask } = await openApi(store)
      const person = as(shapes.person, await ask(`/api/people/${personId}`))
      expect(person).toMatchObject({ calls: 2, firstCallAt: at(1), lastCallAt: at(3) })
      expect(person.memory.map(({ fact }) => fact)).toEqual(['sells pumps', 'asked for a call'])
      expect((await ask(`/api/people/${'0'.repeat(32)}/memory/f1`, { method: 'DELETE' })).status).toBe(404)
      const gone = await ask(`/api/people/${personId}/memory/f1`, { method: 'DELETE' })
      expect([gone.status, gone.body]).toEqual([200, { id: 'f1' }])
      expect((await ask(`/api/people/${personId}/memory/f1`, { method: 'DELETE' })).status).toBe(404)
      const after = as(shapes.person, await ask(`/api/people/${personId}`))
      expect(after.memory.map(({ fact }) => fact)).toEqual(['asked for a call'])
      expect((await ask(`/api/people/${'0'.repeat(32)}`)).status).toBe(404)
    })

    it('takes what people think of a call or a turn', async () => {
      const store = await open()
      await withCalls(store, 1)
      const { ask } = await openApi(store)
      const post = async (body: object) => (await ask('/api/feedback', { method: 'POST', body })).status
      expect(await post({ callSid: sid(1), rating: 5 })).toBe(201)
      expect(await post({ callSid: sid(1), turn: 3, words: 'It cut me off.' })).toBe(201)
      expect(await post({ callSid: sid(1), turn: 2, rating: 1 })).toBe(404)
      expect(await post({ callSid: sid(9), rating: 1 })).toBe(404)
      expect(await post({ callSid: sid(1) })).toBe(400)
      expect(await post({ callSid: sid(1), rating: 6 })).toBe(400)
      expect(await post({ callSid: sid(1), words: 'x'.repeat(2001) })).toBe(400)
      const { calls } = as(shapes.conversation, await ask(`/api/conversations/${sid(1)}`))
      expect(calls[0]!.feedback.map(({ rating, words, turnId }) => [rating, words, turnId])).toEqual([
        [5, null, null],
        [null, 'It cut me off.', 3],
      ])
    })

    it('tells how the caller rated the call by key', async () => {
      const store = await open()
      const journal = journalFor(store.callsDir, headingOf(1), store)
      for (const entry of entriesOf(headingOf(1))) journal.write(entry)
      journal.write({ at: 13_000, ms: 13_000, type: 'command', command: { type: 'rated', rating: 2 } })
      await journal.close()
      while (store.state().waiting > 0) await new Promise(setImmediate)
      const { ask } = await openApi(store)
      const { calls } = as(shapes.conversation, await ask(`/api/conversations/${sid(1)}`))
      const byKey = { turnId: null, rating: 2, words: null, source: 'keys' }
      expect(calls[0]!.feedback.filter(({ source }) => source === 'keys')).toMatchObject([byKey])
    })

    it('says what is wrong with a request', async () => {
      const store = await open()
      const { ask } = await openApi(store)
      const wrong = async (path: string, options: object = {}) => {
        const { status, body } = await ask(path, options)
        return [status, shapes.failure.parse(body).error]
      }
      expect(await wrong('/api/conversations?limit=0')).toEqual([400, 'querystring/limit must be >= 1'])
      expect((await wrong('/api/conversations?since=yesterday'))[0]).toBe(400)
      expect(await wrong('/api/conversations?after=x')).toEqual([400, 'after is not the `next` of a page'])
      expect((await wrong('/api/conversations/..%2F..%2Fetc'))[0]).toBe(400)
      expect(await wrong(`/api/conversations/${sid(9)}`)).toEqual([404, `there is no conversation ${sid(9)}`])
      expect((await wrong(`/api/conversations/${sid(9)}/audio/both`))[0]).toBe(400)
      const large = { method: 'POST', body: { callSid: sid(1), words: 'x'.repeat(20_000) } }
      expect(await wrong('/api/feedback', large)).toEqual([413, 'Request body is too large'])
    })

    it('says when the database fails, and shows nothing of it', async () => {
      const store = await open()
      await withCalls(store, 1)
      const { ask } = await openApi(store)
      await sql`alter table turns rename to turns_away`.execute(store.database)
      expect((await ask(`/api/conversations/${sid(1)}`)).body).toEqual({ error: 'the database failed; the log says why' })
    })

    it('asks first whether somebody may ask, at every address', async () => {
      const store = await open()
      const { ask } = await openApi(store, { onlyOperator: async (_, reply) => reply.code(403).send({ error: 'forbidden' }) })
      const paths = [
        '/api/conversations',
        `/api/conversations/${sid(1)}`,
        `/api/conversations/${sid(1)}/audio/bot`,
        '/api/calls/live',
        '/api/events',
        '/api/overview',
      ]
      for (const path of [
        ...paths,
        `/api/people/${'0'.repeat(32)}`,
        '/api/status/streaming',
        '/docs',
        '/docs/json',
        '/docs/static/index.html',
      ]) {
        expect([path, (await ask(path)).status]).toEqual([path, 403])
      }
      expect((await ask('/api/feedback', { method: 'POST', body: {} })).status).toBe(403)
      expect((await ask(`/api/conversations/${sid(1)}`, { method: 'DELETE' })).status).toBe(403)
    })
  })
})

describe('a database out of reach', () => {
  onEachDatabase((open, kind) => {
    it.skipIf(kind === 'Postgres')('is told as such, with the advice to ask again', async () => {
      const pool = new pg.Pool({ connectionString: 'postgres://someone:hunter2@127.0.0.1:1/none' })
      const database: Database = new Kysely({ dialect: new PostgresDialect({ pool }) })
      const { ask } = await openApi({ ...(await open()), database })
      const { status, body, response } = await ask('/api/conversations')
      expect([status, body, response.headers.get('retry-after')]).toEqual([
        503,
        { error: 'the database cannot be reached at the moment' },
        '5',
      ])
      await database.destroy()
    })
  })
})

describe('the description', () => {
  onEachDatabase((open, kind) => {
    it.skipIf(kind === 'Postgres')('names every address with what it takes and gives, and has a page', async () => {
      const { ask, url } = await openApi(await open())
      const { body } = await ask('/docs/json')
      const { openapi, info, paths } = body as {
        openapi: string
        info: object
        paths: Record<string, Record<string, { responses: object; requestBody?: object }>>
      }
      expect([openapi, info]).toEqual(['3.1.0', { title: 'Halfsecond', version: '1.2.3' }])
      expect(
        Object.entries(paths)
          .flatMap(([path, methods]) => Object.keys(methods).map(method => `${method} ${path}`))
          .toSorted(),
      ).toEqual([
        'delete /api/conversations/{id}',
        'delete /api/people/{id}/memory/{fact}',
        'get /api/calls/live',
        'get /api/conversations',
        'get /api/conversations/{id}',
        'get /api/conversations/{id}/audio/{leg}',
        'get /api/conversations/{id}/words',
        'get /api/events',
        'get /api/overview',
        'get /api/people/{id}',
        'get /api/status/streaming',
        'post /api/calls/{id}/hangup',
        'post /api/calls/{id}/say',
        'post /api/calls/{id}/transfer',
        'post /api/conversations',
        'post /api/feedback',
      ])
      expect(paths['/api/feedback']!['post']!.requestBody).toBeDefined()
      const page = await fetch(`${url}/docs/`)
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self'/)
      expect(page.headers.get('content-security-policy')).not.toContain('upgrade-insecure')
    })

    it.skipIf(kind === 'Postgres')('says plainly what streams', async () => {
      const { ask } = await openApi(await open())
      const { stages } = as(shapes.streaming, await ask('/api/status/streaming'))
      expect(stages.map(({ stage, provider, streaming }) => [stage, provider, streaming])).toEqual([
        ['hearing', 'AssemblyAI x', true],
        ['thinking', 'gpt-4', true],
        ['speaking', 'ElevenLabs y', true],
        ['playing', 'Twilio Media Streams', true],
      ])
    })
  })
})
