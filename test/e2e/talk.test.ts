import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { byteLength } from '../../src/audio/frames.ts'
import { isEarly, type Certificate } from '../../src/call/certificate.ts'
import { readCallFolder } from '../../src/store/read-call-folder.ts'
import { accessFaults, inBrowser, keepPicture } from '../console/browser.ts'
import { microphoneWith } from '../console/talk/microphone.ts'
import { audioWith, callerScript } from '../support/phone.ts'
import { startServerProcess, type ServerProcess } from '../support/server-process.ts'

/*
 * A recorded caller talks to the whole product through a real browser's microphone: over the greeting, which is cut off, and
 * again when the answer is over. In real time.
 */

const { audio, events } = callerScript('pub-call-1-loan.wav')
/** A syllable's onset and fading are a little outside the times at which it is loud. */
const said = (id: string): Uint8Array => {
  const { start_ms, end_ms } = events.find(event => event.id === id)!
  return audio.slice(byteLength(start_ms - 100), byteLength(end_ms + 150))
}
const microphone = microphoneWith(audioWith(14_500, { atMs: 3500, audio: said('u3') }, { atMs: 12_000, audio: said('u4') }))

/** What the page's worklet plays, and how the mouth stands, each 50 ms until told to stop. */
const WATCH = `
  window.watched = { levels: [], mouths: new Set() }
  setInterval(() => {
    watched.levels.push(Number(document.querySelector('.meter.bot .meter-bar').style.getPropertyValue('--level')))
    watched.mouths.add(document.querySelector('.face-mouth').getAttribute('d'))
  }, 50)`

inBrowser(
  'the softphone on the whole product',
  ({ open }) => {
    let server: ServerProcess
    beforeAll(async () => {
      server = await startServerProcess()
    })
    afterAll(async () => {
      await server.stop()
      server.clean()
    })

    it('carries a conversation: both sides are heard and read, and nobody is answered early', async () => {
      const page = await open(`${server.url}/talk`)
      await page.getByRole('button', { name: 'Call the assistant' }).click()
      const transcript = page.getByRole('log', { name: 'Transcript' })
      await transcript.getByText(/thanks for calling/).waitFor()
      await page.evaluate(WATCH)
      const callSid = await callGoingOn(server)

      await transcript.locator('.said.caller.answered', { hasText: /individual/i }).waitFor()
      await transcript.locator('.said.bot.cut').waitFor()
      await keepPicture(page, 'talk-speaking')
      await transcript.locator('.said.caller.answered', { hasText: /car/i }).waitFor()
      await transcript.locator('.said.bot.speaking', { has: page.locator('.words') }).waitFor()
      await page.getByRole('button', { name: 'Keys' }).click()
      await page.getByRole('button', { name: '5', exact: true }).click()
      await transcript.getByText('the caller presses 5').waitFor()
      expect(await accessFaults(page)).toEqual([])

      await page.getByRole('button', { name: 'Hang up' }).click()
      await page.getByText('The call is over.', { exact: false }).first().waitFor()
      await transcript.getByText(/the call is over: caller hung up/).waitFor()
      expect(await accessFaults(page)).toEqual([])
      await keepPicture(page, 'talk-over')

      const { levels, mouths } = await watched(page)
      expect(levels.filter(level => level > 0.4).length).toBeGreaterThan(20)
      expect(mouths.length).toBeGreaterThan(10)
      expectWholeRecord(server, callSid)
    })
  },
  { microphone },
)

const watched = (page: Page) =>
  page.evaluate<{ readonly levels: readonly number[]; readonly mouths: readonly string[] }>(
    '({ levels: watched.levels, mouths: [...watched.mouths] })',
  )

async function callGoingOn({ url }: ServerProcess): Promise<string> {
  const { calls } = (await (await fetch(`${url}/api/calls/live`)).json()) as { calls: readonly { callSid: string }[] }
  expect(calls).toHaveLength(1)
  return calls[0]!.callSid
}

/** What the server saw of it: every mark is the worklet's word that the audio before it was heard. */
function expectWholeRecord({ dataDir }: ServerProcess, callSid: string): void {
  const folder = join(dataDir, 'calls', callSid)
  const turns = readFileSync(join(folder, 'turns.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Certificate)
  const [greeting, first, second] = turns
  expect(turns.filter(isEarly)).toEqual([])
  expect(greeting).toMatchObject({ line: 'greeting', outcome: 'interrupted' })
  for (const turn of [first!, second!]) {
    expect(turn.firstFrameMs! - turn.silentSinceMs!).toBeGreaterThanOrEqual(500)
    expect(turn.firstMarkMs).not.toBeNull()
    expect(turn.heard).not.toBe('')
  }
  const { entries } = readCallFolder(folder)
  const refused = entries.filter(({ type }) => type === 'refused' || type === 'broken')
  expect(refused).toEqual([])
  const marks = entries.filter(entry => entry.type === 'input' && entry.input.type === 'mark')
  expect(marks.length).toBeGreaterThan(10)
}
