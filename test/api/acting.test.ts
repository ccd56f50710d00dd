import { describe, expect, it } from 'vitest'
import type { ActedOn } from '../../src/api/acting.ts'
import { onEachDatabase } from '../store/databases.ts'
import { openApi } from './rig.ts'

const sid = `CA${'a'.repeat(32)}`

/** One call that writes down what is done to it, and takes two texts at most. */
function oneCall() {
  const did: string[] = []
  const calls: ActedOn = {
    find: callSid =>
      callSid !== sid
        ? null
        : {
            answer() {},
            hear() {},
            played() {},
            digit() {},
            note() {},
            end() {},
            say: text => did.push(`say ${text}`) <= 2,
            leave: why => void did.push(`leave ${why}`),
            transfer: brief => void did.push(`transfer ${brief}`),
            hangUp: () => void did.push('hang up'),
            ended: Promise.resolve(),
          },
  }
  return { did, calls }
}

describe('acting on a call', () => {
  onEachDatabase(open => {
    it('says, hangs up with or without a goodbye, and transfers', async () => {
      const { did, calls } = oneCall()
      const { ask } = await openApi(await open(), { calls, mayTransfer: true })
      const post = async (what: string, body?: object) =>
        (await ask(`/api/calls/${sid}/${what}`, { method: 'POST', body })).status
      expect(await post('say', { text: ' One moment. ' })).toBe(202)
      expect(await post('transfer', { brief: 'Wants a demo.' })).toBe(202)
      expect(await post('transfer')).toBe(202)
      expect(await post('hangup', { goodbye: true })).toBe(202)
      expect(await post('hangup')).toBe(202)
      expect(did).toEqual([
        'say One moment.',
        'transfer Wants a demo.',
        'transfer The operator puts this call through.',
        'leave operator',
        'hang up',
      ])
    })

    it('refuses what cannot be done, and says why', async () => {
      const { did, calls } = oneCall()
      const { ask } = await openApi(await open(), { calls })
      const post = async (path: string, body: object = {}) => {
        const { status, body: answer } = await ask(`/api/calls/${path}`, { method: 'POST', body })
        return [status, (answer as { error: string }).error]
      }
      const other = `CA${'b'.repeat(32)}`
      for (const what of ['say', 'hangup', 'transfer'])
        expect(await post(`${other}/${what}`, { text: 'x' })).toEqual([404, `no call ${other} is going on in this process`])
      for (const text of ['', '   ', 'x'.repeat(501)])
        expect(await post(`${sid}/say`, { text })).toEqual([400, expect.any(String)])
      expect(await post(`${sid}/say`)).toEqual([400, expect.stringContaining('text')])
      expect(await post('nonsense/say', { text: 'x' })).toEqual([400, expect.any(String)])
      expect(await post(`${sid}/transfer`)).toEqual([409, expect.stringContaining('TRANSFER_NUMBER')])
      expect(did).toEqual([])
      for (const text of ['a', 'b']) await post(`${sid}/say`, { text })
      expect(await post(`${sid}/say`, { text: 'c' })).toEqual([409, expect.stringContaining('waiting')])
    })
  })
})
