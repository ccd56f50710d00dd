import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { linear } from '../../../src/audio/ulaw.ts'
import { encodeUlaw } from '../../../src/audio/ulaw-encoder.ts'
import { openTelephone, type RecordedCall, type Setting } from '../../twilio/telephone.ts'
import { accessFaults, builtConsole, inBrowser, isTooWide, keepPicture, type PageOptions } from '../browser.ts'
import { microphoneWith } from './microphone.ts'

/** A second of 1 kHz at half of full scale. */
const tone = encodeUlaw(Float32Array.from({ length: 8000 }, (_, n) => 0.5 * Math.sin((2 * Math.PI * n) / 8)))
const rms = (audio: Uint8Array): number => Math.sqrt(audio.reduce((sum, byte) => sum + linear[byte]! ** 2, 0) / audio.length)

/** Waits as long as the test may take. */
async function until(isSo: () => boolean | Promise<boolean>, page: Page): Promise<void> {
  while (!(await isSo())) await page.evaluate('new Promise(resolve => requestAnimationFrame(resolve))')
}

/** What the playback worklet last told of its own output, as the bar shows it. */
const level = (page: Page): Promise<number> =>
  page.evaluate(`Number(document.querySelector('.meter.bot .meter-bar').style.getPropertyValue('--level'))`)

// What the server's call is told comes over real sockets from a real microphone, though the server's own time stands still.
inBrowser(
  'the softphone',
  ({ open }) => {
    const openPage = async (options: PageOptions = {}, setting: Setting = {}) => {
      const telephone = await openTelephone({
        pagesDir: await builtConsole(),
        follow: () => () => {},
        addOwnRoutes: async (server, preHandler) => {
          server.get('/api/status/streaming', { preHandler }, async () => ({ stages: [] }))
        },
        ...setting,
      })
      const page = await open(`${telephone.address}/talk`, options)
      return { telephone, page }
    }
    const inCall = async (options: PageOptions = {}) => {
      const { telephone, page } = await openPage(options)
      await page.getByRole('button', { name: 'Call the assistant' }).click()
      await until(() => telephone.made[0]?.line != null, page)
      const call = telephone.made[0]!
      return { telephone, page, call, line: call.line! }
    }
    const heardSince = (call: RecordedCall, from: number) => call.heard.slice(from)

    it('carries the microphone to the call in 20 ms frames without a gap, and silence while muted', async () => {
      const { page, call } = await inCall()
      await until(() => heardSince(call, 0).some(({ audio }) => rms(audio) > 0.05), page)
      expect(call.heard.every(({ audio }) => audio.length === 160)).toBe(true)
      expect(call.heard.map(({ timestampMs }) => timestampMs)).toEqual(call.heard.map((_, n) => n * 20))
      await page.getByRole('button', { name: 'Mute' }).click()
      await until(() => call.heard.slice(-10).every(({ audio }) => rms(audio) === 0), page)
      await page.getByRole('button', { name: 'Mute' }).click()
      await until(() => rms(call.heard.at(-1)!.audio) > 0.05, page)
      expect(call.noted).toEqual({})
    })

    it('plays what it is sent, and gives a mark back when what was before it has been heard', async () => {
      const { page, call, line } = await inCall()
      line.play(tone)
      line.mark('1:1000')
      await until(async () => (await level(page)) > 0.7, page)
      const startedAt = call.heard.length
      expect(call.marks).toEqual([])
      await until(() => call.marks.length > 0, page)
      // By the caller's own clock: the tone is a second, of which some went before it was seen.
      expect((call.heard.length - startedAt) * 20).toBeLessThan(1500)
      await until(async () => (await level(page)) < 0.1, page)
    })

    it('is silent at once when told so, and gives all marks back', async () => {
      const { page, call, line } = await inCall()
      for (let n = 1; n <= 10; n++) {
        line.play(tone)
        line.mark(`1:${n * 1000}`)
      }
      await until(async () => (await level(page)) > 0.7, page)
      line.clear()
      await until(() => call.marks.length === 10, page)
      expect(call.marks).toEqual(Array.from({ length: 10 }, (_, n) => `1:${(n + 1) * 1000}`))
      await until(async () => (await level(page)) < 0.1, page)
    })

    it('sends keys, and hangs up as a caller does', async () => {
      const { page, call } = await inCall()
      await page.getByRole('button', { name: 'Keys' }).click()
      const keypad = page.getByRole('group', { name: 'Keypad' })
      await keypad.getByRole('button', { name: '4' }).click()
      await keypad.getByRole('button', { name: 'Hash' }).click()
      await page.keyboard.press('7')
      await until(() => call.digits.length === 3, page)
      expect(call.digits).toEqual(['4', '#', '7'])
      await page.getByRole('button', { name: 'Hang up' }).click()
      await until(() => call.endedBecause !== null, page)
      expect(call.endedBecause).toBe('caller-hung-up')
      await page.getByRole('button', { name: 'Call again' }).waitFor()
    })

    it('can be used by the keyboard alone: the key that called hangs up, and what was open stays open', async () => {
      const { telephone, page } = await openPage()
      await page.getByRole('button', { name: 'Devices' }).click()
      await page.getByRole('button', { name: 'Call the assistant' }).focus()
      await page.keyboard.press('Enter')
      await until(() => telephone.made[0]?.line != null, page)
      await page.getByRole('group', { name: 'Devices' }).waitFor()
      await page.keyboard.press('Enter')
      await until(() => telephone.made[0]!.endedBecause !== null, page)
      expect(telephone.made[0]!.endedBecause).toBe('caller-hung-up')
    })

    it('is over when the assistant hangs up, and can call again', async () => {
      const { telephone, page, line, call } = await inCall()
      line.hangUp()
      call.end('done')
      await page.getByText('The call is over.').waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
      await page.getByRole('button', { name: 'Call again' }).click()
      await until(() => telephone.made[1]?.line != null, page)
      expect(telephone.made[1]!.ring.callSid).not.toBe(call.ring.callSid)
    })

    it('hangs up when one goes to another view', async () => {
      const { page, call } = await inCall({ expectedErrors: /404/ })
      await page.getByRole('link', { name: 'Overview' }).click()
      await until(() => call.endedBecause !== null, page)
      expect(call.endedBecause).toBe('caller-hung-up')
    })

    it('says why there is no call when all lines are busy', async () => {
      const { page } = await openPage({ expectedErrors: /503/ }, { maxCalls: 0 })
      await page.getByRole('button', { name: 'Call the assistant' }).click()
      await page.getByRole('alert').getByText('All lines are busy; try again in a moment.').waitFor()
      await page.getByRole('button', { name: 'Call the assistant' }).waitFor()
    })

    it('says what to do when the browser gives no microphone', async () => {
      const { page, telephone } = await openPage()
      await page.evaluate(`navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))`)
      await page.getByRole('button', { name: 'Call the assistant' }).click()
      await page.getByRole('alert').getByText('allow it for this page').waitFor()
      expect(telephone.made).toEqual([])
    })

    it('changes the microphone during the call', async () => {
      const { page, call } = await inCall()
      await page.getByRole('button', { name: 'Devices' }).click()
      const choice = page.getByLabel('Microphone', { exact: true })
      await until(async () => (await choice.locator('option').count()) > 1, page)
      await choice.selectOption({ index: 1 })
      const before = call.heard.length
      await until(() => call.heard.length > before + 20, page)
      expect(await page.getByRole('alert').count()).toBe(0)
      expect(await accessFaults(page)).toEqual([])
    })

    it('shows one’s own picture only when asked to, and to nobody else', async () => {
      const { page, call } = await inCall()
      expect(await page.locator('video').count()).toBe(0)
      await page.getByRole('button', { name: 'Camera' }).click()
      await until(() => page.evaluate(`document.querySelector('video')?.videoWidth > 0`), page)
      await page.getByRole('button', { name: 'Camera' }).click()
      await until(async () => (await page.locator('video').count()) === 0, page)
      expect(call.noted).toEqual({})
    })

    it.each(['light', 'dark'] as const)('is easy to use and fits a telephone, in %s', async theme => {
      const { page, line } = await inCall({ theme })
      await page.getByRole('button', { name: 'Camera' }).click()
      await until(() => page.evaluate(`document.querySelector('video')?.videoWidth > 0`), page)
      for (const widthPx of [1280, 360]) {
        await page.setViewportSize({ width: widthPx, height: 900 })
        line.play(tone)
        await until(async () => (await level(page)) > 0.7, page)
        expect(await isTooWide(page)).toBe(false)
        expect(await accessFaults(page)).toEqual([])
        await keepPicture(page, `talk-${widthPx}-${theme}`)
        await page.getByRole('button', { name: 'Keys' }).click()
      }
      expect(await accessFaults(page)).toEqual([])
    })
  },
  { microphone: microphoneWith(new Uint8Array(Buffer.concat(Array.from({ length: 30 }, () => tone)))) },
)
