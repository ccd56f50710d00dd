import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { openWebhook, signed } from '../../src/tools/webhook.ts'
import { onEachDatabase, type TestStore } from '../store/databases.ts'
import { headingOf, recordCall } from '../store/played-call.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { startReceiver } from './receiver.ts'

const secret = new Secret('a shared secret of our own')
const NOW_MS = 1_795_000_000_000

const callIdIn = async (store: TestStore): Promise<string> => {
  await recordCall(store, headingOf(1))
  await expect.poll(() => store.state().waiting).toBe(0)
  return (await store.database.selectFrom('calls').select('id').executeTakeFirstOrThrow()).id
}

const book = (store: TestStore, callId: string, n: number) => {
  const createdAt = `2026-11-21T12:00:0${n}.000Z`
  const meeting = { id: `meeting-${n}`, callId, personId: null, time: 'Monday', name: null, contact: null, note: null, createdAt }
  return store.keep({ type: 'meeting', meeting, delivery: { id: `msg_${n}`, callId, body: `{"n":${n}}`, createdAt } })
}

const waiting = async (store: TestStore): Promise<readonly string[]> =>
  (await store.database.selectFrom('deliveries').select('id').orderBy('id').execute()).map(({ id }) => id)

function open(store: TestStore, url: string, clock = new VirtualClock()) {
  const notes: string[] = []
  const webhook = openWebhook({
    url,
    secret,
    database: store.database,
    clock,
    wallMs: () => NOW_MS,
    note: text => void notes.push(text),
  })
  onTestFinished(() => webhook.close())
  return { webhook, clock, notes }
}

describe('the webhook', () => {
  onEachDatabase(openStore => {
    it('is told what was done, in order and signed, and what it took is no longer kept for it', async () => {
      const store = await openStore()
      const callId = await callIdIn(store)
      const receiver = await startReceiver()
      const { webhook } = open(store, receiver.url)
      await book(store, callId, 1)
      await book(store, callId, 2)
      webhook.wake()
      await expect.poll(() => waiting(store)).toEqual([])
      expect(receiver.received.map(({ body }) => body)).toEqual(['{"n":1}', '{"n":2}'])
      expect(receiver.received[0]!.headers).toMatchObject({
        'content-type': 'application/json',
        'webhook-id': 'msg_1',
        'webhook-timestamp': '1795000000',
        'webhook-signature': `v1,${createHmac('sha256', secret.reveal()).update('msg_1.1795000000.{"n":1}').digest('base64')}`,
      })
    })

    it('is told again after 1 s and 5 s if it does not take it, and nothing is told out of order', async () => {
      const store = await openStore()
      const callId = await callIdIn(store)
      const receiver = await startReceiver()
      receiver.refuse(500, 429)
      await book(store, callId, 1)
      await book(store, callId, 2)
      const { clock, notes } = open(store, receiver.url)
      await expect.poll(() => clock.waiting).toBe(1)
      await clock.advance(999)
      expect(receiver.received).toHaveLength(1)
      await clock.advance(1)
      await expect.poll(() => receiver.received.length).toBe(2)
      await expect.poll(() => clock.waiting).toBe(1)
      await clock.advance(5_000)
      await expect.poll(() => waiting(store)).toEqual([])
      expect(receiver.received.map(({ body }) => body)).toEqual(['{"n":1}', '{"n":1}', '{"n":1}', '{"n":2}'])
      await expect
        .poll(() => notes)
        .toEqual([
          'the webhook does not take what it is sent; it is kept, and sent again',
          'the webhook takes what it is sent again',
        ])
    })

    it('costs no meeting if it is out of reach: the next start delivers', async () => {
      const store = await openStore()
      const callId = await callIdIn(store)
      const nobody = createServer()
      await new Promise<void>(resolve => void nobody.listen(0, '127.0.0.1', resolve))
      const { port } = nobody.address() as AddressInfo
      await new Promise(resolve => nobody.close(resolve))
      const { webhook, clock } = open(store, `http://127.0.0.1:${port}/`)
      await book(store, callId, 1)
      webhook.wake()
      for (const ms of [1_000, 5_000, 30_000, 120_000, 600_000]) {
        await expect.poll(() => clock.waiting).toBe(1)
        await clock.advance(ms)
      }
      await expect.poll(() => clock.waiting).toBe(0)
      await webhook.close()
      expect(await waiting(store)).toEqual(['msg_1'])
      expect(await store.database.selectFrom('meetings').select('id').execute()).toEqual([{ id: 'meeting-1' }])

      const receiver = await startReceiver()
      open(await store.again(), receiver.url)
      await expect.poll(() => receiver.received.map(({ body }) => body)).toEqual(['{"n":1}'])
    })

    it('is given up after ten seconds without an answer, and later tried again', async () => {
      const store = await openStore()
      await book(store, await callIdIn(store), 1)
      const silent = createServer(() => {})
      await new Promise<void>(resolve => void silent.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => {
        silent.closeAllConnections()
        silent.close()
      })
      const { clock, notes } = open(store, `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`)
      await expect.poll(() => clock.waiting).toBe(1)
      await clock.advance(10_000)
      await expect.poll(() => notes).toHaveLength(1)
      expect(await waiting(store)).toEqual(['msg_1'])
    })

    it('has nothing left to deliver of a call that was forgotten', async () => {
      const store = await openStore()
      const callId = await callIdIn(store)
      await book(store, callId, 1)
      await store.database.deleteFrom('calls').where('id', '=', callId).execute()
      expect(await waiting(store)).toEqual([])
    })
  })

  it('signs as Standard Webhooks does: their example', () => {
    // https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/index.test.ts
    const theirs = new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
    const headers = signed(theirs, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })
})
