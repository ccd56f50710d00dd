/** The interface behind the product's own gate: who is refused is counted, like everywhere else. */
import { describe, expect, it } from 'vitest'
import { addApi } from '../../src/api/api.ts'
import { onEachDatabase } from '../store/databases.ts'
import { openTelephone } from '../twilio/telephone.ts'

const STRANGER = { 'x-forwarded-for': '203.0.113.7' }

describe('the interface in the product', () => {
  onEachDatabase(open => {
    it('refuses strangers 60 times a minute, then briefly and unlogged, whatever they ask for', async () => {
      const store = await open()
      const { server, logged } = await openTelephone({
        addOwnRoutes: async (server, onlyOperator) => {
          await server.register(addApi, {
            store,
            calls: { find: () => null },
            mayTransfer: false,
            onlyOperator,
            stages: () => [],
            wallTime: () => '2026-11-21T12:00:00.000Z',
            newId: () => 'c0ffee00-0000-4000-8000-000000000001',
            version: '1.2.3',
          })
        },
      })
      const paths = [
        '/api/conversations',
        '/docs',
        '/docs/json',
        '/docs/static/index.css',
        '/api/people/nobody',
        '/api/calls/live',
      ]
      const ask = (n: number, headers = {}) => server.inject({ url: paths[n % paths.length]!, headers })
      for (let n = 0; n < 60; n++) expect((await ask(n, STRANGER)).statusCode).toBe(403)
      const refusals = logged.filter(line => line.includes('refused a request')).length
      expect(refusals).toBe(60)
      for (let n = 0; n < paths.length; n++) {
        const answer = await ask(n, STRANGER)
        expect(answer.statusCode).toBe(429)
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      }
      expect(logged.filter(line => line.includes('refused a request'))).toHaveLength(refusals)
      // The owner's programs on this machine are counted apart.
      expect((await ask(0)).statusCode).toBe(200)
    })
  })
})
