import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import * as shapes from '../../src/api/shapes.ts'
import { realClock } from '../../src/clock.ts'
import { followJournal } from '../../scripts/lib/journal-stream.ts'
import { callerScript } from '../support/phone.ts'
import { startServerProcess, type ServerProcess } from '../support/server-process.ts'
import { at, ScriptedCaller } from '../vendors/twilio/caller.ts'
import { chance } from '../vendors/twilio/chance.ts'
import { realNetwork } from '../vendors/twilio/network.ts'
import { placeCall } from '../vendors/twilio/phone-call.ts'

let servers: ServerProcess[] = []
afterEach(async () => {
  for (const server of servers) {
    await server.stop('SIGKILL')
    server.clean()
  }
  servers = []
})

async function start(environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const server = await startServerProcess(environment)
  servers.push(server)
  return server
}

it('keeps a call whose process was killed, and shows it after the next start', async () => {
  const first = await start()
  const callSid = `CA${'8'.repeat(32)}`
  const call = placeCall({
    network: realNetwork(),
    clock: realClock,
    random: chance(8),
    voiceUrl: `${first.url}/twilio/voice`,
    identity: { callSid },
    caller: new ScriptedCaller([{ name: 'script', audio: callerScript('pub-call-1-loan.wav').audio, when: at(0) }]),
    lenient: true,
  })
  await call.begun
  const live = shapes.liveCalls.parse(await (await fetch(`${first.url}/api/calls/live`)).json())
  expect(live.calls.map(each => each.callSid)).toEqual([callSid])

  const watching = new AbortController()
  const watch = followJournal(`${first.url}/api/calls/${callSid}/events`, watching.signal, entry => {
    if (entry.at > 9000 && entry.type === 'event' && entry.event.type === 'reply-heard') first.process.kill('SIGKILL')
  })
  await call.ended
  watching.abort()
  await watch
  await first.stop('SIGKILL')

  // Two minutes pass: what was written a moment ago might be another process's.
  const then = new Date(Date.now() - 120_000)
  utimesSync(join(first.dataDir, 'calls', callSid, 'journal.ndjson'), then, then)
  const second = await start({ DATA_DIR: first.dataDir })
  await expect.poll(async () => (await fetch(`${second.url}/api/conversations/${callSid}`)).status, { timeout: 40_000 }).toBe(200)
  const conversation = shapes.conversation.parse(await (await fetch(`${second.url}/api/conversations/${callSid}`)).json())
  expect(conversation.personId).toMatch(/^[0-9a-f]{32}$/)
  const [kept] = conversation.calls
  expect(kept).toMatchObject({ callSid, endedReason: 'broken-off', cost: { usd: 0, unknown: false } })
  expect(kept!.turns[0]!.line).toBe('greeting')
  expect(kept!.turns[0]!.heard).not.toBe('')
  expect(kept!.turns.length).toBeGreaterThan(1)
  const audio = await fetch(`${second.url}${kept!.audio!.mixed}`)
  expect((await audio.arrayBuffer()).byteLength).toBeGreaterThan(9 * 16_000)
  const stages = shapes.streaming.parse(await (await fetch(`${second.url}/api/status/streaming`)).json())
  expect(stages.stages.map(({ streaming }) => streaming)).toEqual([false, false, false, true])
})
