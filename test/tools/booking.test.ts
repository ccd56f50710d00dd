/** The assistant as it runs without any key: the script talks, its meeting lands in the store and at the webhook. */
import { expect, it } from 'vitest'
import { assistantNamed } from '../../src/assistant/assistant.ts'
import { buildMessages } from '../../src/assistant/messages.ts'
import { did, heard, open, type History } from '../../src/call/history.ts'
import { openReplies, type ReplyNews } from '../../src/call/reply.ts'
import { realClock } from '../../src/clock.ts'
import { scripted } from '../../src/providers/local/script/script.ts'
import { Secret } from '../../src/secret.ts'
import { openTools } from '../../src/tools/tools.ts'
import { openWebhook } from '../../src/tools/webhook.ts'
import { onEachDatabase } from '../store/databases.ts'
import { headingOf, recordCall } from '../store/played-call.ts'
import { fakeVoice } from '../support/fake-speak.ts'
import { doing } from '../support/tools.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { startReceiver } from './receiver.ts'

const assistant = assistantNamed('nooks')!
const number = '+15551234567'

onEachDatabase(openStore => {
  it('a meeting agreed on with the script is in the store once, and told to the webhook', async () => {
    const store = await openStore()
    await recordCall(store, headingOf(1), number)
    await expect.poll(() => store.state().waiting).toBe(0)
    const { id: callId, personId, callSid } = await store.database.selectFrom('calls').selectAll().executeTakeFirstOrThrow()
    const receiver = await startReceiver()
    const note = (text: string): never => expect.fail(text)
    const secret = new Secret('a shared secret')
    const webhook = openWebhook({ url: receiver.url, secret, database: store.database, clock: realClock, wallMs: Date.now, note })
    const clock = new VirtualClock()
    const wallTime = () => '2026-11-21T12:00:00.000Z'
    const tools = openTools({ assistant, store, clock, webhook, sendText: null, mayHandOver: false, wallTime })
    const replies = openReplies({
      pipeline: 'draft',
      messages: (history, said) => buildMessages(assistant, history, said),
      think: scripted(assistant),
      doing: doing(clock, tools({ callId, callSid, personId, callerNumber: number, ownNumber: null })),
      speak: fakeVoice({ clock }).openVoice(new AbortController().signal),
      speakLine: () => expect.fail('no line is said here'),
    })
    let history: History = []
    let turn = 0
    const say = async (said: string): Promise<string> => {
      const id = ++turn
      history = open(history, id, said)
      let ended = false
      const hear = (news: ReplyNews): void => {
        if (news.type === 'did') history = did(history, id, news.deed)
        ended ||= news.type === 'complete' || news.type === 'failed'
      }
      const reply = replies.answer(history.slice(0, -1), said, hear, () => {})
      reply.release()
      while (!ended) await clock.advance(20)
      const text = reply.track.textBefore(Infinity)
      history = heard(history, id, text)
      return text
    }

    await say("I'd like to book a demo.")
    await say('Next Tuesday.')
    await say('At three.')
    await say('My name is Jane Miller.')
    expect(await say('jane dot miller at acme dot com')).toMatch(/next Tuesday at three.*Jane Miller/i)
    const meetings = () => store.database.selectFrom('meetings').selectAll().execute()
    expect(await meetings()).toEqual([])

    expect(await say('Yes, that is right.')).toMatch(/noted|have it down/)
    const meeting = { time: 'next Tuesday at three', name: 'Jane Miller', contact: expect.stringContaining('acme') as string }
    expect(await meetings()).toEqual([expect.objectContaining({ callId, personId, ...meeting })])
    await expect.poll(() => receiver.received.length).toBe(1)
    expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({
      type: 'meeting.booked',
      data: { callerNumber: number, ...meeting },
    })
    await webhook.close()

    // The same once more, as if the reply had been withdrawn and the caller had said yes again.
    history = history.slice(0, -1)
    await say('Yes, that is right.')
    expect(await meetings()).toHaveLength(1)
  })
})
