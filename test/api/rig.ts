/** The interface on a store of its own, asked over real HTTP; and every answer checked against what the description promises. */
import { fastify, type FastifyError } from 'fastify'
import { expect, onTestFinished } from 'vitest'
import { addApi, type ApiParts } from '../../src/api/api.ts'
import { stagesOf } from '../../src/api/streaming.ts'
import type { TestStore } from '../store/databases.ts'

export type Answer = { readonly status: number; readonly body: unknown; readonly response: Response }

export type Api = {
  readonly url: string
  readonly ask: (path: string, options?: { readonly method?: string; readonly body?: unknown }) => Promise<Answer>
}

export async function openApi(store: TestStore, parts: Partial<ApiParts> = {}): Promise<Api> {
  const server = fastify()
  // As the product's server tells errors.
  server.setErrorHandler<FastifyError>((error, _, reply) => reply.code(error.statusCode ?? 500).send({ error: error.message }))
  let ids = 0
  await server.register(addApi, {
    store,
    calls: { find: () => null },
    mayTransfer: false,
    onlyOperator: async () => undefined,
    stages: () =>
      stagesOf({
        pipeline: 'draft',
        local: { recogniser: false, brain: false, voice: false },
        names: { stt: 'AssemblyAI x', llm: 'gpt-4', tts: 'ElevenLabs y' },
      }),
    wallTime: () => '2026-11-21T12:00:00.000Z',
    newId: () => `c0ffee00-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    version: '1.2.3',
    ...parts,
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.close())
  return {
    url,
    async ask(path, { method = 'GET', body } = {}) {
      const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      const response = await fetch(`${url}${path}`, { method, ...sent })
      const text = await response.text()
      expect(response.headers.get('content-type')).toMatch(/^application\/json/)
      return { status: response.status, body: JSON.parse(text) as unknown, response }
    },
  }
}
