import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FRAME_MS } from '../../src/audio/frames.ts'
import { isEarly, type Certificate } from '../../src/call/certificate.ts'
import type { Entry } from '../../src/call/journal.ts'
import { replay } from '../../src/call/replay.ts'
import { realClock } from '../../src/clock.ts'
import { fileNames } from '../../src/store/call-folder.ts'
import { readCallFolder } from '../../src/store/read-call-folder.ts'
import { callerScript, type ScriptEvent } from '../support/phone.ts'
import { startServerProcess, type ServerProcess } from '../support/server-process.ts'
import { after, at, ScriptedCaller } from '../vendors/twilio/caller.ts'
import { chance } from '../vendors/twilio/chance.ts'
import { realNetwork } from '../vendors/twilio/network.ts'
import { placeCall } from '../vendors/twilio/phone-call.ts'

/*
 * Recorded people phone the whole product: real sockets, real time, real recogniser, script and voice. What they say is not
 * about sales, so a sensible reply is one that says so, says what this is about, or asks on.
 */

const sensible: Readonly<Record<string, RegExp>> = {
  'pub-call-1-loan.wav u1': /Nooks|sales|loan|application|wrong number/i,
  'pub-call-1-loan.wav u3': /team|sales|people|Nooks|help/i,
  'pub-call-1-loan.wav u4': /wrong number|Nooks|sales|offer/i,
  'pub-call-1-loan.wav u5': /\?/,
  'pub-call-1-loan.wav u6': /\?/,
  'pub-call-2-chromecast.wav u1': /wrong number|not something we offer|Nooks/i,
  'pub-call-2-chromecast.wav u3': /not something we offer|Nooks|wrong number|sales|help|\?/i,
  'pub-call-2-chromecast.wav u4': /Nooks|sales|wrong number|offer|help|\?/i,
  'pub-call-2-chromecast.wav u5': /Nooks|sales|wrong number|offer|help|\?/i,
  'pub-call-3-hesitant.wav u1': /\?/,
  'pub-call-3-hesitant.wav u2': /\?|go on|rest|say/i,
  'pub-call-3-hesitant.wav u3': /hear|test|work|clear/i,
  'pub-call-3-hesitant.wav u5': /help|question|worry|tell|fine|sure|time|\?/i,
  'pub-call-3-hesitant.wav u6': /wrong number|billing|colleague|sales|Nooks|\?/i,
}

/** Hearing may place the end of speech a little late, and 20 ms early at most. `lateMs`: by how much the call is behind the script. */
const answers = (
  turns: readonly Certificate[],
  { end_ms }: ScriptEvent,
  lateMs: (atMs: number) => number,
): Certificate | undefined =>
  turns.find(({ silentSinceMs }) => {
    const ms = silentSinceMs === null ? NaN : silentSinceMs - lateMs(silentSinceMs)
    return ms >= end_ms - 20 && ms <= end_ms + 120
  })

/** Where a busy machine let the caller's frames wait, silence stood in for them, and all that follows is later by as much. */
const lateness =
  (entries: readonly Entry[]) =>
  (atMs: number): number =>
    FRAME_MS * entries.reduce((sum, entry) => sum + (entry.type === 'stood-in' && entry.at <= atMs ? entry.frames : 0), 0)

describe('recorded callers on the whole product', () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServerProcess()
  })
  afterAll(async () => {
    await server.stop()
    server.clean()
  })

  const files = ['pub-call-1-loan.wav', 'pub-call-2-chromecast.wav', 'pub-call-3-hesitant.wav']
  it.concurrent.each(files)(
    '%s: everybody is answered sensibly, nobody early, and the record replays',
    { timeout: 120_000 },
    async file => {
      const script = callerScript(file)
      const callSid = `CA${String(files.indexOf(file)).padStart(32, '0')}`
      const caller = new ScriptedCaller([{ name: file, audio: script.audio, when: at(0) }], after(4000))
      const call = placeCall({
        network: realNetwork(),
        clock: realClock,
        random: chance(files.indexOf(file) + 1),
        voiceUrl: `${server.url}/twilio/voice`,
        identity: { callSid },
        caller,
      })
      await call.ended

      const recorded = await folderOf(server, callSid)
      const turns = readFileSync(join(recorded.folder, 'turns.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Certificate)
      expect(turns.filter(isEarly)).toEqual([])
      expect(turns[0]).toMatchObject({ line: 'greeting' })
      const replies = turns.filter(turn => turn.said !== '')
      for (const event of script.events.filter(({ role }) => role !== 'backchannel')) {
        const reply = answers(replies, event, lateness(recorded.entries))
        expect(reply, `${event.id} "${event.transcript}" was not answered`).toBeDefined()
        expect(reply!.text, `to "${event.transcript}" (heard as "${reply!.said}")`).toMatch(sensible[`${file} ${event.id}`]!)
      }
      const { difference } = replay(recorded.entries, recorded.callerAudio)
      expect(difference).toBeNull()
    },
  )
})

const isWhole = (folder: string): boolean => Object.values(fileNames).every(name => readdirSync(folder).includes(name))

/** The folder is complete once the transcript holds the last turn; the server closes it a moment after the call. */
async function folderOf({ dataDir }: ServerProcess, callSid: string) {
  const folder = join(dataDir, 'calls', callSid)
  for (let tries = 0; tries < 100; tries++) {
    const recorded = readCallFolder(folder)
    const ended = recorded.entries.some(entry => entry.type === 'event' && entry.event.type === 'call-ended')
    if (ended && isWhole(folder)) return recorded
    await new Promise(resolve => realClock.after(50, () => resolve(null)))
  }
  throw new Error(`the call ${callSid} was not recorded to its end`)
}
