import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { followJournal } from '../../scripts/lib/journal-stream.ts'
import { durationMs } from '../../src/audio/frames.ts'
import { readWav } from '../../src/audio/wav.ts'
import { replay } from '../../src/call/replay.ts'
import { realClock } from '../../src/clock.ts'
import { readCallFolder } from '../../src/store/read-call-folder.ts'
import { callerScript } from '../support/phone.ts'
import { startServerProcess } from '../support/server-process.ts'
import { at, ScriptedCaller } from '../vendors/twilio/caller.ts'
import { chance } from '../vendors/twilio/chance.ts'
import { realNetwork } from '../vendors/twilio/network.ts'
import { placeCall } from '../vendors/twilio/phone-call.ts'

it('loses the last 100 ms at most when the process is killed in the middle of a reply', async () => {
  const server = await startServerProcess()
  try {
    const { audio } = callerScript('pub-call-1-loan.wav')
    const callSid = `CA${'9'.repeat(32)}`
    const call = placeCall({
      network: realNetwork(),
      clock: realClock,
      random: chance(9),
      voiceUrl: `${server.url}/twilio/voice`,
      identity: { callSid },
      caller: new ScriptedCaller([{ name: 'script', audio, when: at(0) }]),
      lenient: true,
    })
    await call.begun

    // Whoever watches the call has seen it at this moment; what was recorded before it must be on the disk.
    const watching = new AbortController()
    let seenMs = 0
    const watch = followJournal(`${server.url}/api/calls/${callSid}/events`, watching.signal, entry => {
      if (entry.at < 9000 || entry.type !== 'event' || entry.event.type !== 'reply-heard' || seenMs > 0) return
      seenMs = entry.at
      server.process.kill('SIGKILL')
    })
    await call.ended
    watching.abort()
    await watch

    const folder = join(server.dataDir, 'calls', callSid)
    const recorded = readCallFolder(folder)
    expect(seenMs).toBeGreaterThan(9000)
    for (const leg of ['caller.ulaw', 'bot.ulaw']) {
      expect(durationMs(readFileSync(join(folder, leg)).length)).toBeGreaterThanOrEqual(seenMs - 100)
    }
    expect(recorded.entries.at(-1)!.at).toBeGreaterThanOrEqual(seenMs - 100)
    expect(durationMs(readWav('mixed.wav', readFileSync(join(folder, 'mixed.wav'))).length)).toBeGreaterThanOrEqual(seenMs - 100)
    expect(readFileSync(join(folder, 'transcript.md'), 'utf8')).toContain('**Assistant** 00:00')
    const { difference } = replay(recorded.entries, recorded.callerAudio)
    // The recording may stop a frame or two before the journal does: only what both hold can be compared.
    if (difference) expect(difference.at).toBeGreaterThan(seenMs - 100)
  } finally {
    await server.stop('SIGKILL')
    server.clean()
  }
})
